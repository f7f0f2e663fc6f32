"""How much infrastructure one snapshot needs, and each further one."""

import tempfile
from pathlib import Path
from typing import Any, Final, TypedDict

from benchmarks import peers, stacks
from benchmarks.markdown import Target, at_most, table

TITLE = "Footprint"

_LAMBDA: Final = "AWS::Lambda::Function"
_STATE_MACHINE: Final = "AWS::StepFunctions::StateMachine"


class Footprint(TypedDict):
    """Resources of a stack with one snapshot; ``further`` is what a second one adds."""

    peer: str
    lambdas: int
    state_machines: int
    roles: int
    resources: int
    further: int


class Result(TypedDict):
    """What the section keeps."""

    rows: list[Footprint]


def measure(*, quick: bool) -> Result:  # noqa: ARG001 - it is quick anyway
    """Synthesise."""
    return Result(rows=[_footprint(peer) for peer in peers.PEERS])


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    ours = result["rows"][0]
    return [
        at_most("Lambda functions for one snapshot", ours["lambdas"], 1),
        at_most("resources for one snapshot", ours["resources"], 7),
        at_most("resources for each further snapshot", ours["further"], 1),
    ]


def render(result: Result) -> str:
    """Write the section."""
    return "\n\n".join(
        [
            ("Resources in the template of a stack with one snapshot, including it."),
            table(
                ["", "Lambdas", "state machines", "roles", "resources", "each further snapshot"],
                [
                    (
                        row["peer"],
                        row["lambdas"],
                        row["state_machines"],
                        row["roles"],
                        row["resources"],
                        f"+{row['further']}",
                    )
                    for row in result["rows"]
                ],
            ),
        ]
    )


def _footprint(peer: str) -> Footprint:
    with tempfile.TemporaryDirectory() as directory:
        one, two = (_template(peer, count, directory) for count in (1, 2))
    types = stacks.resource_types(one)
    return Footprint(
        peer=peer,
        lambdas=types[_LAMBDA],
        state_machines=types[_STATE_MACHINE],
        roles=types["AWS::IAM::Role"],
        resources=types.total(),
        further=stacks.resource_types(two).total() - types.total(),
    )


def _template(peer: str, count: int, directory: str) -> dict[str, Any]:
    return stacks.synthesise(peer, "One", stacks.names(count), Path(directory) / str(count))
