"""How long the CDK's command line takes to deploy a stack whose snapshot is instant."""

from typing import Final, TypedDict

from benchmarks import cloud, figures, peers
from benchmarks.markdown import Target, at_most, holds, number, table
from local_aws import SnapshotBehaviour

TITLE = "Deployment"

_PEERS: Final = (peers.OURS, peers.NO_OP, peers.PROVIDER_FRAMEWORK)


class Row(TypedDict):
    """Seconds, and how they compare to the no-op's of the same turn.

    ``stack`` is CloudFormation's part of the seconds.
    """

    peer: str
    seconds: float
    ratio: float
    stack: float


class Result(TypedDict):
    """What the section keeps."""

    targets: list[Target]
    runs: int
    rows: list[Row]


def measure(*, quick: bool) -> Result:
    """Deploy each in turn, and delete it again."""
    runs = 2 if quick else 6
    taken: dict[str, list[float]] = {peer: [] for peer in _PEERS}
    created: dict[str, list[float]] = {peer: [] for peer in _PEERS}
    with cloud.start() as here:
        for turn in range(runs):
            for number_of_peer, peer in enumerate(_PEERS):
                name = f"Deploy{turn}x{number_of_peer}"
                clusters = [f"deploy-{turn}-{number_of_peer}"]
                here.add_clusters(clusters, SnapshotBehaviour(seconds=0))
                assembly = here.synthesise(peer, name, clusters)
                taken[peer].append(here.deploy(assembly))
                created[peer].append(here.stack_seconds(name))
                here.delete(name)
    no_op = taken[peers.NO_OP]
    rows = [_row(peer, taken[peer], no_op, created[peer]) for peer in _PEERS]
    ours, _, framework = rows
    return Result(
        targets=[
            at_most("deployment, against a no-op custom resource", ours["ratio"], 1.15, " times"),
            _ahead("deployment", ours["seconds"] / framework["seconds"]),
            _ahead("CloudFormation's part of it", ours["stack"] / framework["stack"]),
        ],
        runs=runs,
        rows=rows,
    )


def render(result: Result) -> str:
    """Write the section."""
    return "\n\n".join(
        [
            (
                f"`cdk deploy` of a synthesised stack to local AWS, {result['runs']} times each in "
                "turn, with an instant snapshot; medians, in seconds of this machine. The command "
                "line looks only every 5 seconds whether the stack is complete, which hides "
                "differences of a few seconds: so CloudFormation's part, by the events of the "
                "stack, stands beside it. The emulator creates roles, functions and state machines "
                "at once, where AWS takes its time for each."
            ),
            table(
                ["", "seconds", "against the no-op", "of that CloudFormation"],
                [
                    (row["peer"], row["seconds"], row["ratio"], row["stack"])
                    for row in result["rows"]
                ],
            ),
        ]
    )


def _ahead(what: str, ratio: float) -> Target:
    return holds(
        f"{what}, against the CDK Provider framework",
        "faster",
        f"{number(ratio)} times",
        met=ratio < 1,
    )


def _row(peer: str, taken: list[float], no_op: list[float], created: list[float]) -> Row:
    ratios = [mine / theirs for mine, theirs in zip(taken, no_op, strict=True)]
    return Row(
        peer=peer,
        seconds=figures.median(taken),
        ratio=figures.median(ratios),
        stack=figures.median(created),
    )
