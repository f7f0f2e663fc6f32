"""How long the CDK's command line takes to deploy a stack whose snapshot is instant."""

from typing import Final, TypedDict

from benchmarks import cloud, figures, peers
from benchmarks.markdown import Target, at_most, table
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
    return Result(
        runs=runs, rows=[_row(peer, taken[peer], no_op, created[peer]) for peer in _PEERS]
    )


def targets(result: Result) -> list[Target]:
    """Compare with what was promised."""
    ours, _, framework = result["rows"]
    return [
        at_most("deployment, against a no-op custom resource", ours["ratio"], 1.15, " times"),
        at_most(
            "CloudFormation's part, against the CDK Provider framework",
            ours["stack"] / framework["stack"],
            0.5,
            " times",
        ),
    ]


def render(result: Result) -> str:
    """Write the section."""
    return "\n\n".join(
        [
            (
                f"`cdk deploy` of a synthesized stack to local AWS, {result['runs']} times each in "
                "turn, with an instant snapshot. Medians, in seconds. The command line polls only "
                "every 5 seconds, which hides small differences. CloudFormation's part comes from "
                "the stack's events. The emulator creates every resource at once; AWS needs time."
            ),
            table(
                ["", "seconds", "against the no-op", "CloudFormation's part"],
                [
                    (row["peer"], row["seconds"], row["ratio"], row["stack"])
                    for row in result["rows"]
                ],
            ),
        ]
    )


def _row(peer: str, taken: list[float], no_op: list[float], created: list[float]) -> Row:
    ratios = [mine / theirs for mine, theirs in zip(taken, no_op, strict=True)]
    return Row(
        peer=peer,
        seconds=figures.median(taken),
        ratio=figures.median(ratios),
        stack=figures.median(created),
    )
