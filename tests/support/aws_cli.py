"""A stand-in for the AWS command line: ``aws <service> <operation> --options`` through boto3.

Reads the service's own model, so that it knows every option, and refuses those it does not know.
The real one is not among the project's tools, as it pins another botocore.
"""

import importlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
from botocore import xform_name
from botocore.model import ListShape, Shape, StructureShape


def main() -> None:
    """Run one command line."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"a stand-in, boto3 {boto3.__version__}\n")
        return
    service, operation, *words = sys.argv[1:]
    if operation == "wait":
        waiter, *words = words
        _wait(service, waiter.replace("-", "_"), words)
        return
    client: Any = boto3.client(cast("Any", service))
    parameters, query, output = _parameters(_input_of(client, operation), words)
    answer = getattr(client, operation.replace("-", "_"))(**parameters)
    answer.pop("ResponseMetadata")
    # Times are text to the real one, also to its queries.
    answer = json.loads(json.dumps(answer, default=lambda time: time.isoformat()))
    # Comes with boto3, but without types.
    search = importlib.import_module("jmespath").search
    found = search(query, answer) if query else answer
    if output == "text":
        sys.stdout.write("".join(f"{line}\n" for line in _text(found)))
    else:
        sys.stdout.write(json.dumps(found, indent=4) + "\n")


def _wait(service: str, name: str, words: list[str]) -> None:
    client: Any = boto3.client(cast("Any", service))
    waiter = client.get_waiter(name)
    operation = xform_name(waiter.config.operation, "-")
    parameters, _, _ = _parameters(_input_of(client, operation), words)
    waiter.wait(**parameters)


def _input_of(client: Any, operation: str) -> StructureShape:  # noqa: ANN401 - any boto3 client
    name = client.meta.method_to_api_mapping.get(operation.replace("-", "_"))
    if name is None:
        raise SystemExit(f"aws: unknown operation {operation}")
    return cast("StructureShape", client.meta.service_model.operation_model(name).input_shape)


def _parameters(shape: StructureShape, words: list[str]) -> tuple[dict[str, Any], str, str]:
    """Read options as the operation's parameters, ``--query`` and ``--output``."""
    members = {xform_name(name, "-"): (name, member) for name, member in shape.members.items()}
    found: dict[str, Any] = {}
    own = {"query": "", "output": "json"}
    for option, values in _options(words):
        positive = option.removeprefix("no-")
        if option in own:
            (own[option],) = values
        elif option in members:
            name, member = members[option]
            found[name] = _value(member, values)
        elif positive in members and members[positive][1].type_name == "boolean" and not values:
            found[members[positive][0]] = False
        else:
            raise SystemExit(f"aws: unknown option --{option}")
    if own["output"] not in {"json", "text"}:
        raise SystemExit(f"aws: unknown output {own['output']}")
    return found, own["query"], own["output"]


def _options(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    for part in re.split(r"(?:^|\0)--", "\0".join(words))[1:]:
        option, *values = part.split("\0")
        yield option, values
    if words and not words[0].startswith("--"):
        raise SystemExit(f"aws: unknown argument {words[0]}")


def _value(shape: Shape, values: list[str]) -> Any:  # noqa: ANN401 - whatever the API takes
    if isinstance(shape, ListShape):
        return [_value(shape.member, [value]) for value in values]
    if shape.type_name == "boolean":
        if values:
            raise SystemExit(f"aws: a flag takes no value, not {values}")
        return True
    (value,) = values
    if value.startswith("file://"):
        return Path(value.removeprefix("file://")).read_text()
    if isinstance(shape, StructureShape):
        pairs = dict(item.split("=", 1) for item in value.split(","))
        return {name: _value(shape.members[name], [text]) for name, text in pairs.items()}
    return int(value) if shape.type_name in {"integer", "long"} else value


def _text(found: Any) -> list[str]:  # noqa: ANN401 - whatever a query gives
    """Write lines of columns, as ``--output text`` does for the shapes that are used."""
    if not isinstance(found, list):
        return ["None" if found is None else str(found)]
    if any(isinstance(one, list) for one in found):
        return [line for one in found for line in _text(one)]
    return ["\t".join("None" if one is None else str(one) for one in found)]


if __name__ == "__main__":
    main()
