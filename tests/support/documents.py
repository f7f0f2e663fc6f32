"""The project's Markdown, and the code in it."""

import re
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_neptune as neptune

import cdk_neptune_snapshot
from construct.templates import new_stack
from support.deployment import ROOT

DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted(DOCS.rglob("*.md"))
INCLUDES = "--8<--"
"""A block of code that stands in another file, which has tests of its own."""


def label(page: Path) -> str:
    """The name of a page in reports."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The fenced blocks of a language, in their order."""
    fence = rf"^```{language}\n(.*?)^```$"
    found = re.findall(fence, page.read_text(), re.DOTALL | re.MULTILINE)
    return [str(block) for block in found if INCLUDES not in block]


def run(code: str) -> cdk.Stack:
    """Run code as a reader would in an app; a whole app brings a stack of its own."""
    stack = new_stack()
    names: dict[str, Any] = {
        "cdk": cdk,
        "lambda_": lambda_,
        "neptune": neptune,
        "stack": stack,
        **{name: getattr(cdk_neptune_snapshot, name) for name in cdk_neptune_snapshot.__all__},
    }
    if re.search(r"\bmigration\b", code):
        names["migration"] = cdk.CfnResource(stack, "Migration", type="Custom::Migration")
    exec(code, names)  # noqa: S102 - the project's own documents
    used = names["stack"]
    assert isinstance(used, cdk.Stack)
    return used
