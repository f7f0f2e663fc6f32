"""Synthesizes one stack in this process, which is faster than an app of its own."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import aws_cdk as cdk

from deployment.cdk_cli import PROJECT


def context() -> dict[str, object]:
    """The feature flags of this project's app."""
    found: dict[str, object] = json.loads((PROJECT / "cdk.json").read_text())["context"]
    return found


def synthesize(
    directory: Path,
    name: str,
    define: Callable[[cdk.Stack], object],
    tags: Mapping[str, str] | None = None,
) -> Path:
    """Write the cloud assembly of one stack, with tags for all that is in it.

    Not to be called from several threads at once.
    """
    app = cdk.App(outdir=str(directory), context=context(), analytics_reporting=False)
    stack = cdk.Stack(app, name, tags=tags)
    for key, value in (tags or {}).items():
        cdk.Tags.of(stack).add(key, value)
    define(stack)
    app.synth()
    return directory
