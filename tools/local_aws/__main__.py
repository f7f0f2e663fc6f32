"""``python -m local_aws``: AWS on this machine until Ctrl-C, for an app of one's own."""

import argparse
import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from fake_neptune import SnapshotBehaviour, SnapshotEnd
from local_aws import shell, signals
from local_aws.client import LocalAws, LocalAwsError

_PORT = 14566
_HOME = Path(".local-aws")
_REGION = "eu-west-1"
"""Not us-east-1: there, version 1 of the AWS CLI sends ``aws neptune`` and ``aws rds`` to AWS."""


def main() -> int:
    """Serve until Ctrl-C or SIGTERM."""
    options = _parser().parse_args()
    signals.end_cleanly()
    try:
        with LocalAws(
            port=options.port, region=options.region, home=options.home.absolute()
        ) as aws:
            _arrange(aws, options)
            sys.stdout.write(_explanation(aws, _write_settings(aws, options.home), options.cluster))
            sys.stdout.flush()
            try:
                threading.Event().wait()
            finally:
                signals.ignore()
    except LocalAwsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\n# Stopped; everything the emulated AWS held is gone.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_aws",
        description="AWS emulated on this machine, with Neptune snapshots that take time.",
    )
    add = parser.add_argument

    def add_list(
        name: str, metavar: str, description: str, read: Callable[[str], object] = str
    ) -> None:
        text = f"{description}; repeatable"
        add(name, action="append", default=[], metavar=metavar, help=text, type=read)

    add("--port", type=int, default=_PORT, help=f"port on loopback; 0: a free one ({_PORT})")
    add("--region", default=_REGION, help=f"region of clients and functions ({_REGION})")
    add("--home", type=Path, default=_HOME, help=f"folder of env and certificate ({_HOME})")
    add_list("--cluster", "CLUSTER", "create this Neptune cluster")
    add("--snapshot-seconds", type=float, default=20, help="duration of a snapshot (20)")
    add("--quota", type=int, help="manual cluster snapshots per region (100)")
    add_list("--busy", "CLUSTER[=SECONDS]", "this cluster is modifying, for so long", _busy)
    add_list("--fail", "CLUSTER", "snapshots of this cluster fail")
    add("--stale", type=float, default=0, help="functions read the stack status of so long ago (0)")
    return parser


def _arrange(aws: LocalAws, options: argparse.Namespace) -> None:
    """Make what the options ask for."""
    aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=options.snapshot_seconds))
    aws.set_stale_reads(options.stale)
    if options.quota is not None:
        aws.set_snapshot_quota(options.quota)
    for cluster in options.fail:
        failing = SnapshotBehaviour(seconds=options.snapshot_seconds, outcome=SnapshotEnd.FAILED)
        aws.set_snapshot_behaviour(failing, cluster)
    for cluster, seconds in options.busy:
        aws.set_cluster_status(cluster, "modifying", seconds)
    for cluster in options.cluster:
        aws.client("neptune").create_db_cluster(DBClusterIdentifier=cluster, Engine="neptune")


def _busy(text: str) -> tuple[str, float | None]:
    """Read a cluster and the seconds for which it is busy; ``None`` until the end."""
    cluster, _, seconds = text.partition("=")
    return cluster, float(seconds) if seconds else None


def _write_settings(aws: LocalAws, home: Path) -> Path:
    """Write the file that sends a shell to this AWS and no other."""
    file = home / "env"
    file.write_text(shell.script(aws.settings))
    return file.absolute()


def _explanation(aws: LocalAws, file: Path, clusters: Sequence[str]) -> str:
    cluster = clusters[0] if clusters else "my-graph"
    create = f"aws neptune create-db-cluster --engine neptune --db-cluster-identifier {cluster}"
    lines = [
        f"AWS is at {aws.endpoint_url} until you press Ctrl-C here.",
        "In another terminal, which then reaches this AWS and no other:",
        f"  source {shlex.quote(str(file))}",
        *([] if clusters else [f"  {create}"]),
        f"  npx cdk bootstrap && npx cdk deploy -c cluster={cluster}",
        f"Its log is {aws.log_path}",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
