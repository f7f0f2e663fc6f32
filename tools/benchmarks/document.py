"""Writes ``docs/benchmarks.md`` from the results; pure but for ``write``."""

import importlib
from typing import Any, Final

from benchmarks import machine
from benchmarks.markdown import targets_table
from deployment.cdk_cli import PROJECT

DOCUMENT: Final = PROJECT / "docs" / "benchmarks.md"
PLOTS: Final = PROJECT / "docs" / "benchmarks"
SECTIONS: Final = ("lag", "policy", "footprint", "cold_start", "synth", "deploy", "growth")
"""Modules, in the order in which they are read."""

_INTRODUCTION: Final = """\
# Benchmarks

`make bench` measures this library beside its peers on one machine, with the emulated AWS. Compare
the ratios: seconds differ between machines.

The peers (`tools/benchmarks/peers`) run with their defaults:

- the CDK's **Provider framework**: a state machine polls every 5 seconds,
- **plain crhelper**: an EventBridge rule polls every 2 minutes,
- boto3's **waiter** in a Lambda function: it polls every 30 seconds."""


def section(name: str) -> Any:  # noqa: ANN401 - a module
    """Find a section's module, with its title and the functions measure, targets and render."""
    return importlib.import_module(f"benchmarks.{name}")


def write(results: dict[str, Any]) -> None:
    """Write the document and its plots."""
    plots = {name: _draw(name, results) for name in SECTIONS}
    DOCUMENT.write_text(render(results, plots))


def render(results: dict[str, Any], plots: dict[str, list[str]]) -> str:
    """Write the whole text."""
    measured = [name for name in SECTIONS if name in results]
    targets = [each for name in measured for each in section(name).targets(results[name])]
    parts = [_INTRODUCTION]
    if "machine" in results:
        parts.append(f"The machine: {machine.render(results['machine'])}")
    if results.get("quick"):
        parts.append("**This was a quick run**: few repetitions, nothing to quote.")
    parts += _reservations(results)
    parts += ["## Targets", targets_table(targets)]
    for name in measured:
        module = section(name)
        parts += [f"## {module.TITLE}", *module.render(results[name])]
        parts += [f"![{module.TITLE}](benchmarks/{plot})" for plot in plots.get(name, [])]
    return "\n\n".join(parts) + "\n"


def _reservations(results: dict[str, Any]) -> list[str]:
    """Say why these figures may not be exact."""
    found = []
    if results.get("several_runs"):
        found.append(
            "**Provisional**: the parts were measured in several runs, and the machine did other "
            "work at the same time."
        )
    cores = results.get("machine", {}).get("cores", 1)
    busy = [name for name, load in results.get("load", {}).items() if load > cores]
    if busy:
        found.append(
            f"More than one running process per core, at the beginning of: {', '.join(busy)}."
        )
    return found


def _draw(name: str, results: dict[str, Any]) -> list[str]:
    draw = getattr(section(name), "draw", None)
    return draw(results[name], PLOTS) if draw and name in results else []
