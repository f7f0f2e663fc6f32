"""No message that the library can give is missing from ``docs/troubleshooting.md``."""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from neptune_snapshot_provider import errors
from neptune_snapshot_provider.logs import LogEvent
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
TEXTS = ("_problem", "_advice", "_refusal")
"""How functions are called that return a part of a message."""
ANNOTATIONS = {"add_error", "add_warning_v2", "add_info"}
TEXT = (ast.Constant, ast.JoinedStr, ast.BinOp, ast.IfExp)
"""Expressions that are a text, and not a call."""
LEAST = 12
"""Shorter pieces of a message tell nothing."""


@pytest.fixture(scope="module")
def page() -> str:
    text = (DOCS / "troubleshooting.md").read_text().replace("**", "").replace("`", "")
    return " ".join(text.split())


def sources(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.py"))
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


def is_problem(node: ast.Call) -> bool:
    """Whether a call logs a warning or worse."""
    levels = [one for one in node.args[:1] if isinstance(one, ast.Attribute)]
    return called(node) == "log" and any(one.attr in {"WARNING", "ERROR"} for one in levels)


def resolved(node: ast.AST, assigned: Mapping[str, list[ast.AST]]) -> Iterator[str]:
    """The literal texts of an expression and of the variables in it."""
    yield from pieces(node)
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    for value in (value for name in names for value in assigned.get(name, [])):
        yield from pieces(value)


def assignments(function: ast.AST) -> dict[str, list[ast.AST]]:
    """The texts in a function's variables."""
    found: dict[str, list[ast.AST]] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(value, TEXT):
                found.setdefault(name, []).append(value)
    return found


def messages_of(function: ast.FunctionDef) -> Iterator[str]:
    """What a function says in an error, in a wait that a deadline may end, or in a warning."""
    assigned = assignments(function)
    for node in ast.walk(function):
        match node:
            case ast.Call() if called(node) in ERRORS | {"RuntimeError", "TypeError"}:
                yield from (text for one in node.args for text in resolved(one, assigned))
            case ast.Call() if called(node) in REFUSALS:
                yield from (text for one in node.args[2:] for text in resolved(one, assigned))
            case ast.Call(args=[situation, *_]) if called(node) == "Wait":
                yield from resolved(situation, assigned)
            case ast.Call() if called(node) in ANNOTATIONS:
                yield from resolved(node.args[-1], assigned)
            case ast.Call(args=[_, _, message, *_]) if is_problem(node):
                yield from resolved(message, assigned)
            case ast.Assign(targets=[ast.Name(id=name)]) if name in RULES:
                yield from pieces(node.value)
            case ast.Return(value=ast.expr() as value) if function.name.endswith(TEXTS):
                yield from pieces(value)


def messages(path: Path) -> Iterator[str]:
    """What a file says when something goes wrong."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield from messages_of(node)


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


def test_every_event_of_the_log_is_in_the_table() -> None:
    text = (DOCS / "troubleshooting.md").read_text().partition("\n## Log events\n")[2]
    rows = [line.split(" | ")[0] for line in text.splitlines() if line.startswith("| `")]
    listed = [code for row in rows for code in re.findall(r"`([a-z]+\.[a-z]+)`", row)]
    assert sorted(listed) == sorted(event.value for event in LogEvent)


def test_messages_are_found() -> None:
    """A message that this test does not see would be missed in the page as well."""
    create, validation = PROVIDER / "core/create.py", CONSTRUCTS / "validation.py"
    assert "exists and was not taken by this request; it is unchanged." in list(messages(create))
    assert "is not visible yet" in list(messages(create))
    assert "Fix the cluster, then redeploy." in list(messages(create))
    handler = list(messages(PROVIDER / "handler.py"))
    assert "Unexpected error in cdk-neptune-snapshot" in handler
    assert "must be an aws_cdk.Duration" in list(messages(validation))
    assert "must start with a letter" in list(messages(PROVIDER / "name_rules.py"))
