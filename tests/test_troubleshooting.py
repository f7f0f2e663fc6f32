"""No message that the library can give is missing from ``docs/troubleshooting.md``."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from neptune_snapshot_provider import errors
from support.deployment import ROOT
from support.documents import DOCS

PROVIDER = ROOT / "provider" / "neptune_snapshot_provider"
CONSTRUCTS = ROOT / "constructs" / "cdk_neptune_snapshot"
ERRORS = {
    name
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, errors.ProviderError)
}
REFUSALS = {"invalid", "_invalid"}
RULES = {"rule", "problem"}
ANNOTATIONS = {"add_error", "add_warning_v2", "add_info"}
LEAST = 12
"""Shorter pieces of a message tell nothing."""


@pytest.fixture(scope="module")
def page() -> str:
    text = (DOCS / "troubleshooting.md").read_text().replace("**", "").replace("`", "")
    return " ".join(text.split())


def sources(folder: Path) -> list[Path]:
    found = sorted(folder.glob("*.py"))
    assert found
    return found


def pieces(node: ast.AST) -> Iterator[str]:
    """The literal texts of an expression, without what is filled in."""
    if isinstance(node, ast.FormattedValue):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        # The page gives the property and the rule each in a column of its own.
        yield " ".join(node.value.split()).removeprefix("Invalid ").strip(" :")
    for child in ast.iter_child_nodes(node):
        yield from pieces(child)


def called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def messages(path: Path) -> Iterator[str]:
    """What a file says in an error, a rule, or a log line that is a warning or worse."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call() if called(node) in ERRORS | {"RuntimeError", "TypeError"}:
                yield from (text for argument in node.args for text in pieces(argument))
            case ast.Call() if called(node) in REFUSALS:
                yield from (text for argument in node.args[2:] for text in pieces(argument))
            case ast.Call() if called(node) in ANNOTATIONS:
                yield from pieces(node.args[-1])
            case ast.Call(args=[ast.Attribute(attr="WARNING" | "ERROR"), message, *_]) if (
                called(node) == "say"
            ):
                yield from pieces(message)
            case ast.Assign(targets=[ast.Name(id=name)]) if name in RULES:
                yield from pieces(node.value)
            case ast.FunctionDef(name=name) if name.endswith("_problem"):
                for part in ast.walk(node):
                    if isinstance(part, ast.Return) and part.value:
                        yield from pieces(part.value)


def test_every_error_has_a_heading() -> None:
    headings = re.findall(r"^### `(\w+)`$", (DOCS / "troubleshooting.md").read_text(), re.MULTILINE)
    assert len(ERRORS) > 15
    assert sorted(headings) == sorted(set(headings))
    assert set(headings) == ERRORS


@pytest.mark.parametrize(
    "path", [*sources(PROVIDER), *sources(CONSTRUCTS)], ids=lambda path: path.stem
)
def test_every_message_is_quoted(path: Path, page: str) -> None:
    told = [text for text in messages(path) if len(text) >= LEAST]
    assert [text for text in told if text not in page] == []


def test_messages_are_found() -> None:
    """A message that this test does not see would be missed in the page as well."""
    taking, validation = PROVIDER / "taking.py", CONSTRUCTS / "validation.py"
    assert "exists, not made by this request; it is untouched." in list(messages(taking))
    assert "must be an aws_cdk.Duration" in list(messages(validation))
    assert "must start with a letter" in list(messages(PROVIDER / "contract.py"))
