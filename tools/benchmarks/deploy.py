"""How long the CDK's command line takes to deploy a stack whose snapshot is instant."""

from statistics import median
from typing import Final, TypedDict

from benchmarks import cloud, peers
from benchmarks.markdown import Target, at_most, table
from local_aws import SnapshotBehaviour

TITLE = "Deployment"

_PEERS: Final = (peers.OURS, peers.NO_OP, peers.PROVIDER_FRAMEWORK)


class Row(TypedDict):
    """Medians: seconds, against the no-op's of the same turn, and CloudFormation's part of them."""

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
    part, what = ours["stack"] / framework["stack"], "CloudFormation's part"
    return [
        at_most("deployment, against a no-op custom resource", ours["ratio"], 1.15, " times"),
        at_most(f"{what}, against the CDK Provider framework", part, 0.5, " times"),
    ]


def render(result: Result) -> list[str]:
    """Write the section."""
    return [
        (
            f"`cdk deploy` of a synthesized stack to local AWS, {result['runs']} times each in "
            "turn, with an instant snapshot. Medians, in seconds. The command line polls only "
            "every 5 seconds, which hides small differences. CloudFormation's part comes from "
            "the stack's events. The emulator creates every resource at once; AWS needs time."
        ),
        table(
            result["rows"],
            ("", "peer"),
            ("seconds", "seconds"),
            ("against the no-op", "ratio"),
            ("CloudFormation's part", "stack"),
        ),
    ]


def _row(peer: str, taken: list[float], no_op: list[float], created: list[float]) -> Row:
    ratio = median(mine / theirs for mine, theirs in zip(taken, no_op, strict=True))
    return Row(peer=peer, seconds=median(taken), ratio=ratio, stack=median(created))
