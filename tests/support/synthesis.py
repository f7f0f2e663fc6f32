"""Runs apps of the CDK in this process: starting the CDK takes longer than most apps do."""

import json
import runpy
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

from support.deployment import ROOT

CONTEXT: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]


def synthesize(path: Path, outdir: Path, **context: str) -> None:
    """Run an app in the checkout with the settings of ``cdk.json``, as the command line does."""

    class AppInFolder(cdk.App):
        def __init__(self) -> None:
            super().__init__(outdir=str(outdir), context={**CONTEXT, **context})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cdk, "App", AppInFolder)
        patch.chdir(ROOT)
        runpy.run_path(str(path), run_name="__main__")
