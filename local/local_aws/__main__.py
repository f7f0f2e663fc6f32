"""``python -m local_aws``: AWS on this machine until Ctrl-C."""

import argparse
import shlex
import sys
import threading

from local_aws import signals
from local_aws.behaviour import SnapshotBehaviour
from local_aws.client import LocalAws, LocalAwsError

_DOCUMENTATION = "AWS on this machine, with Neptune snapshots that take time."


def main() -> int:
    """Serve until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m local_aws", description=_DOCUMENTATION)
    parser.add_argument(
        "--port", type=int, default=0, help="port on loopback (default: a free one)"
    )
    parser.add_argument(
        "--snapshot-seconds", type=float, default=20, help="how long a snapshot takes (default: 20)"
    )
    arguments = parser.parse_args()
    signals.end_cleanly()
    try:
        with LocalAws(port=arguments.port) as aws:
            aws.set_snapshot_behaviour(SnapshotBehaviour(seconds=arguments.snapshot_seconds))
            sys.stdout.write(_explanation(aws))
            sys.stdout.flush()
            try:
                threading.Event().wait()
            finally:
                signals.ignore()
    except LocalAwsError as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    except KeyboardInterrupt:
        sys.stdout.write("\n# Stopped; everything it held is gone.\n")
    return 0


def _explanation(aws: LocalAws) -> str:
    exports = [f"export {name}={shlex.quote(value)}" for name, value in aws.settings.items()]
    lines = [
        f"# AWS is at {aws.endpoint_url} until you press Ctrl-C here.",
        "# In another terminal, which will then reach this AWS and no other:",
        "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN HTTPS_PROXY https_proxy",
        *exports,
        "# Then, for example:",
        # Version 1 of the AWS command line reads no AWS_ENDPOINT_URL for Neptune.
        (
            '# aws --endpoint-url "$AWS_ENDPOINT_URL" neptune create-db-cluster --engine neptune '
            "--db-cluster-identifier my-graph"
        ),
        "# npx cdk bootstrap && npx cdk deploy -c cluster=my-graph",
        f"# Its log is {aws.log_path}",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
