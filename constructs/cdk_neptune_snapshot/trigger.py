"""Decides when a new snapshot is taken."""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aws_cdk as cdk
from constructs import IConstruct

from cdk_neptune_snapshot import validation
from cdk_neptune_snapshot.fingerprint import content_digest, read_files

DIGEST_LENGTH = 12
"""Hexadecimal characters that tell two contents apart; short, as the snapshot's name shows it."""

READABLE = re.compile(r"[\w.:/@+=,-]{1,100}", re.ASCII)
"""A value that is sent as it is, because it is short and a person recognizes it."""

TIME = re.compile(r"\d{8}T\d{6}\.\d{6}Z", re.ASCII)
"""The value of ``every_deployment()``, which the provider recognizes too."""


@dataclass(frozen=True)
class SnapshotTrigger:
    """Decides whether a deployment takes a new snapshot.

    The class methods create triggers. A deployment takes a new snapshot if the trigger's value
    differs from that of the previous deployment. The removal policy decides whether the old
    snapshot is retained or deleted.
    """

    _value: object
    """The value that deployments compare; ``None`` never changes."""

    @classmethod
    def once(cls) -> "SnapshotTrigger":
        """Take one snapshot, when the resource is created."""
        return cls(None)

    @classmethod
    def on_files_changed(cls, *paths: str | os.PathLike[str]) -> "SnapshotTrigger":
        """Take a snapshot when files differ from the previous deployment.

        Names (relative to the given folder) and contents count, modes and times do not, so the
        fingerprint is the same on every machine. ``__pycache__``, ``.git`` and ``.DS_Store`` are
        left out; an empty folder is accepted. Symbolic links are followed, also to folders and in
        a circle; broken links are left out. Line endings count: let git check out the same ones
        everywhere.

        Args:
            *paths: Files or folders, at least one; relative to where the app runs.

        Raises:
            ValueError: No path is given, or one is no path or does not exist.
        """
        if not paths:
            raise validation.invalid("paths", paths, "must name at least one file or folder")
        files: dict[str, bytes] = {}
        for position, path in enumerate(paths):
            # The position, not the path as written, which differs between machines.
            for name, content in read_files(_existing(path)).items():
                files[f"{position}/{name}"] = content
        return cls(f"files-{content_digest(files)[:DIGEST_LENGTH]}")

    @classmethod
    def on_value_changed(cls, value: object) -> "SnapshotTrigger":
        """Take a snapshot when a value differs from the previous deployment.

        Args:
            value: A string, a number, or a mapping or list of such: an image digest, a revision,
                a set of settings. Tokens, also inside, are compared when deployed: another
                construct's property. The order of a mapping's keys does not matter.

        Raises:
            ValueError: It is ``None``, empty text, or cannot be written as JSON.
        """
        if value is None or value == "":
            raise validation.invalid("value", value, "must not be empty: it would never change")
        if not _contains_token(value):
            value = _readable(value)
        return cls(value)

    @classmethod
    def every_deployment(cls) -> "SnapshotTrigger":
        """Take a snapshot each time the app is synthesized and deployed.

        The value is the time of synthesis. So ``cdk diff`` always shows a change, and deploying
        the same synthesized app again, as a retry in a pipeline does, takes no new snapshot.
        """
        return cls(datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ"))


def checked(trigger: SnapshotTrigger | None) -> SnapshotTrigger:
    """Give the trigger of a snapshot; once, if not given.

    Raises:
        ValueError: It is no trigger.
    """
    if trigger is None:
        return SnapshotTrigger.once()
    if isinstance(trigger, SnapshotTrigger):
        return trigger
    rule = (
        "must be a SnapshotTrigger: SnapshotTrigger.once(), .on_value_changed(...), "
        ".on_files_changed(...) or .every_deployment()"
    )
    raise validation.invalid("trigger", trigger, rule)


def render(trigger: SnapshotTrigger, scope: IConstruct) -> str | None:
    """Write the value of a trigger as CloudFormation gets it; ``None`` when it never changes.

    Args:
        trigger: The trigger of a snapshot.
        scope: A construct of the stack in which tokens are resolved.
    """
    value = _canonical(_value_of(trigger))
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, Mapping | list):
        return cdk.Stack.of(scope).to_json_string(value)
    return cdk.Token.as_string(value)


def is_time(trigger: SnapshotTrigger) -> bool:
    """Recognize the trigger whose value is the time of synthesis."""
    value = _value_of(trigger)
    return isinstance(value, str) and bool(TIME.fullmatch(value))


def _value_of(trigger: SnapshotTrigger) -> object:
    return trigger._value  # noqa: SLF001 - internal to the package, not to the class


def _existing(path: str | os.PathLike[str]) -> Path:
    if validation.is_token(path):
        raise validation.invalid("paths", path, "must be literal paths")
    if not isinstance(path, str | os.PathLike):
        raise validation.invalid("paths", path, "must be paths of files or folders")
    if not Path(path).exists():
        rule = f"does not exist (the current folder is {Path.cwd()})"
        raise validation.invalid("paths", os.fspath(path), rule)
    return Path(path)


def _contains_token(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_contains_token(part) for item in value.items() for part in item)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _is_list_token(value) or any(_contains_token(item) for item in value)
    return validation.is_token(value)


def _is_list_token(value: Sequence[object]) -> bool:
    """Recognise a list that is a token as a whole; the text it holds is none by itself."""
    return all(isinstance(item, str) for item in value) and cdk.Token.is_unresolved(value)


def _canonical(value: object) -> object:
    """Put a value that contains tokens into an order that does not depend on how it is written."""
    if isinstance(value, Mapping):
        return {key: _canonical(value[key]) for key in sorted(value)}
    if isinstance(value, str) or not isinstance(value, Sequence):
        return value
    if _is_list_token(value):
        # Written as JSON, it would bring a custom resource of the CDK's own with it.
        return cdk.Fn.join(",", value)
    return [_canonical(item) for item in value]


def _readable(value: object) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    except TypeError as error:
        rule = "must be a string, a number, or a mapping or list of such"
        raise validation.invalid("value", value, rule) from error
    if READABLE.fullmatch(text):
        return text
    return f"value-{hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]}"
