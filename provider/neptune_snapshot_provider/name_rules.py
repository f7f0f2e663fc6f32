"""Which rule of AWS an identifier, a tag or a parameter name breaks; pure."""

import re
import unicodedata

from neptune_snapshot_provider.contract import (
    IDENTIFIER_MAX,
    KEEP_TAG,
    OWNER_TAG_PREFIX,
    PARAMETER_LEVELS_MAX,
    PARAMETER_NAME_MAX,
    PREFIX_MAX,
    TAG_KEY_MAX,
    TAG_PUNCTUATION,
    TAG_VALUE_MAX,
)


def identifier_problem(value: str) -> str | None:
    """Say which rule of the API an identifier (or prefix of one) breaks, or ``None``."""
    if not value:
        return "must not be empty"
    if len(value) > IDENTIFIER_MAX:
        return f"must have at most {IDENTIFIER_MAX} characters, has {len(value)}"
    if not re.fullmatch(r"[A-Za-z0-9-]*", value):
        return "must contain only ASCII letters, digits and hyphens"
    if not value[0].isalpha():
        return "must start with a letter"
    if "--" in value:
        return "must not contain two hyphens in a row"
    if value.endswith("-"):
        return "must not end with a hyphen"
    return None


def tag_problem(key: str, value: str) -> str | None:
    """Say which rule of the API, or of this library, a tag breaks, or ``None``."""
    if not 1 <= len(key) <= TAG_KEY_MAX:
        return f"its key must have 1 to {TAG_KEY_MAX} characters, has {len(key)}"
    if len(value) > TAG_VALUE_MAX:
        return f"its value must have at most {TAG_VALUE_MAX} characters, has {len(value)}"
    for text in (key, value):
        if text.lower().startswith(("aws:", "rds:")):
            return "neither key nor value may start with 'aws:' or 'rds:'"
        for character in text:
            if not _is_allowed_in_tag(character):
                rule = f"must contain only letters, digits, spaces and {TAG_PUNCTUATION}"
                return f"{rule} (found {character!r})"
    if key.lower().startswith(OWNER_TAG_PREFIX) and key != KEEP_TAG:
        return f"keys that start with '{OWNER_TAG_PREFIX}' are set by this library"
    return None


def parameter_problem(name: str) -> str | None:
    """Say which rule of Parameter Store a parameter's name breaks, or ``None``."""
    if not re.fullmatch(r"(/[A-Za-z0-9_.-]+)+|[A-Za-z0-9_.-]+", name):
        return "must be letters, digits and _.- , in levels that each start with /"
    if len(name) > PARAMETER_NAME_MAX:
        return f"must have at most {PARAMETER_NAME_MAX} characters, has {len(name)}"
    if name.count("/") > PARAMETER_LEVELS_MAX:
        return f"must have at most {PARAMETER_LEVELS_MAX} levels, has {name.count('/')}"
    if name.lower().lstrip("/").startswith(("aws", "ssm")):
        return "must not start with aws or ssm"
    return None


def shorten_prefix(prefix: str) -> str:
    """Lower-case a prefix and cut it so that slug and digest fit behind it."""
    return prefix.lower()[:PREFIX_MAX].rstrip("-")


def _is_allowed_in_tag(character: str) -> bool:
    return character in TAG_PUNCTUATION or unicodedata.category(character)[0] in "LZN"
