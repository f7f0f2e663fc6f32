"""How much infrastructure one snapshot needs, and each further one."""

import tempfile
from pathlib import Path
from typing import Any, TypedDict

from benchmarks import peers, stacks
from benchmarks.markdown import Target, at_most, table

TITLE = "Footprint"


class Footprint(TypedDict):
    """Resources of a stack with one snapshot; ``further`` is what a second one adds."""

    peer: str
    lambdas: int
    state_machines: int
    roles: int
    resources: int
    further: int


def measure(*, quick: bool) -> list[Footprint]:  # noqa: ARG001 - it is quick anyway
    """Synthesise."""
    return [_footprint(peer) for peer in peers.PEERS]


def targets(rows: list[Footprint]) -> list[Target]:
    """Compare with what was promised."""
    ours = rows[0]
    return [
        at_most("Lambda functions for one snapshot", ours["lambdas"], 1),
        at_most("resources for one snapshot", ours["resources"], 7),
        at_most("resources for each further snapshot", ours["further"], 1),
    ]


def render(rows: list[Footprint]) -> list[str]:
    """Write the section."""
    return [
        "Resources in the template of a stack with one snapshot, including it.",
        table(
            rows,
            ("", "peer"),
            ("Lambdas", "lambdas"),
            ("state machines", "state_machines"),
            ("roles", "roles"),
            ("resources", "resources"),
            ("each further snapshot", lambda row: f"+{row['further']}"),
        ),
    ]


def _footprint(peer: str) -> Footprint:
    with tempfile.TemporaryDirectory() as directory:
        one, two = (_template(peer, count, directory) for count in (1, 2))
    types = stacks.resource_types(one)
    return Footprint(
        peer=peer,
        lambdas=types["AWS::Lambda::Function"],
        state_machines=types["AWS::StepFunctions::StateMachine"],
        roles=types["AWS::IAM::Role"],
        resources=types.total(),
        further=stacks.resource_types(two).total() - types.total(),
    )


def _template(peer: str, count: int, directory: str) -> dict[str, Any]:
    return stacks.synthesise(peer, "One", stacks.names(count), Path(directory) / str(count))
