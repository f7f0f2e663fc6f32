"""The public API as text, one name a line: ``make api`` writes it into ``public_api.txt``.

What stands there is what users and deployed stacks rely on: the names that
``cdk_neptune_snapshot`` exports, with their signatures, and what the construct and the Lambda
say to each other and write into tags.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import griffe

from neptune_snapshot_provider import contract

ROOT = Path(__file__).parents[2]
PACKAGE = "cdk_neptune_snapshot"
RECORD = Path(__file__).with_name("public_api.txt")
WIRE = (
    contract.Property,
    contract.Attribute,
    contract.Outcome,
    contract.OnTimeout,
    contract.WhenClusterMissing,
    contract.OwnerTag,
)


def public_api() -> list[str]:
    """Read the API from the sources; sorted, so that two of them are easily compared."""
    package = griffe.load(
        PACKAGE,
        search_paths=[ROOT / "constructs", ROOT / "provider"],
        allow_inspection=False,
        resolve_aliases=True,
        resolve_external=True,  # a name that both packages share
    )
    exported = [str(name) for name in package.exports or ()]
    names = {line for name in exported for line in _lines(package[name], f"{PACKAGE}.{name}")}
    return [*sorted(names), *sorted(set(_wire()))]


def changes(recorded: Iterable[str], present: Iterable[str]) -> tuple[list[str], list[str]]:
    """Name what is gone, and what is new; a name that has changed is both."""
    old, new = set(recorded), set(present)
    return sorted(old - new), sorted(new - old)


def _lines(found: griffe.Object | griffe.Alias, path: str) -> Iterator[str]:
    """Write one name and, for a class, those of its members, also the inherited ones."""
    match found.final_target if isinstance(found, griffe.Alias) else found:
        case griffe.Class() as one:
            yield path
            for name, member in one.all_members.items():
                if name == "__init__" and isinstance(member, griffe.Function):
                    if not _is_internal(member):
                        yield from _parameters(member, path)
                elif not name.startswith("_"):
                    yield from _lines(member, f"{path}.{name}")
        case griffe.Function() as function:
            yield f"{path} -> {function.returns}"
            yield from _parameters(function, path)
        case griffe.Attribute() as attribute if "property" in attribute.labels:
            yield f"{path} -> {attribute.annotation}"
        case griffe.Attribute() as attribute if "class-attribute" in attribute.labels:
            yield f"{path} = {attribute.value}"
        case _:
            # What an instance sets it to is no promise.
            yield path


def _is_internal(constructor: griffe.Function) -> bool:
    """Whether only the package itself can call it: a class method makes the object for users."""
    return any(one.name.startswith("_") and one.required for one in constructor.parameters)


def _parameters(function: griffe.Function, path: str) -> Iterator[str]:
    """Write one line a parameter, with its place if it can be given by place."""
    parameters = [one for one in function.parameters if one.name not in {"self", "cls"}]
    for place, one in enumerate(parameters, start=1):
        default = "" if one.required else f" = {one.default}"
        match one.kind:
            case griffe.ParameterKind.keyword_only:
                yield f"{path}(... {one.name}: {one.annotation}{default})"
            case griffe.ParameterKind.var_positional:
                yield f"{path}(*{one.name}: {one.annotation})"
            case _:
                yield f"{path}({place}. {one.name}: {one.annotation}{default})"


def _wire() -> Iterator[str]:
    """Write what deployed stacks hold: types, properties, attributes, tags and their values."""
    yield f"type {contract.RESOURCE_TYPE}"
    yield f"type {contract.WAIT_RESOURCE_TYPE}"
    for field in contract.SNAPSHOT_FIELDS:
        yield f"Attribute {field}"
    for names in WIRE:
        yield from (f"{names.__name__} {one}" for one in names)
    yield from (f"Tag {one}" for one in (contract.KEEP_TAG, *contract.RESTORE_TAGS))


def write() -> None:
    """Record the API as it is."""
    RECORD.write_text("".join(f"{line}\n" for line in public_api()))


if __name__ == "__main__":
    write()
