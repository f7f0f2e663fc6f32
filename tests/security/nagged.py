"""Runs apps of the CDK with cdk-nag looking on: ``nagged.py folder app.py ...``.

In one process, as starting the CDK takes longer than most apps. The n-th app is synthesised into
the n-th folder; with findings there is a report, and the app ends in an error.
"""

import os
import runpy
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

_make_app = cdk.App


def _run(path: str, outdir: Path) -> None:
    def watched_app(**properties: Any) -> cdk.App:  # noqa: ANN401 - whatever the CDK takes
        app = _make_app(outdir=str(outdir), **properties)
        cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
        return app

    cdk.App = watched_app  # type: ignore[assignment,misc]
    with suppress(RuntimeError):
        runpy.run_path(path, run_name="__main__")
    if not (outdir / "validation-report.json").exists():
        sys.exit(f"{path} could not be synthesised")


folder, *apps = sys.argv[1:]
for number, each in enumerate(apps):
    os.chdir(Path(__file__).parents[2])
    _run(each, Path(folder) / str(number))
