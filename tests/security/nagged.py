"""Runs apps of the CDK with cdk-nag, of either major version: ``nagged.py folder app.py ...``.

In one process, as starting the CDK takes longer than most apps. The n-th app is synthesized into
the n-th folder. Version 3 writes one report for an app, which ends in an error if there are
findings; version 2 writes one report for each stack.
"""

import os
import runpy
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import cdk_nag

IS_VERSION_2 = hasattr(cdk_nag, "NagSuppressions")
folder, *apps = sys.argv[1:]
_outdir = Path(folder)


def _watch(scope: cdk.Stage) -> None:
    if IS_VERSION_2:
        report = getattr(cdk_nag, "NagReportFormat").JSON  # noqa: B009 - version 3 has none
        checks: Any = cdk_nag.AwsSolutionsChecks
        cdk.Aspects.of(scope).add(checks(reports=True, report_formats=[report]))
    elif isinstance(scope, cdk.App):
        cdk.Validations.of(scope).add_plugins(cdk_nag.AwsSolutionsChecks(scope))


class _WatchedApp(cdk.App):
    def __init__(self, **properties: Any) -> None:  # noqa: ANN401 - whatever the CDK takes
        super().__init__(outdir=str(_outdir), **properties)
        _watch(self)


class _WatchedStage(cdk.Stage):
    """An Aspect of the app does not reach into it."""

    def __init__(self, scope: Any, name: str, **properties: Any) -> None:  # noqa: ANN401 - likewise
        super().__init__(scope, name, **properties)
        _watch(self)


cdk.App = _WatchedApp  # type: ignore[misc]
cdk.Stage = _WatchedStage  # type: ignore[assignment,misc]
for number, path in enumerate(apps):
    os.chdir(Path(__file__).parents[2])
    _outdir = Path(folder) / str(number)
    with suppress(RuntimeError):
        runpy.run_path(path, run_name="__main__")
    if not (_outdir / "manifest.json").exists():
        sys.exit(f"{path} could not be synthesized")
