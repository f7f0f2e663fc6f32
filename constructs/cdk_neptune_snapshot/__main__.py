"""Makes the restore command from a snapshot's tags, when the stack that took it tells no more.

A deployment that fails takes its outputs back, or never has any; the tags of its snapshot stay.
"""

import json
import sys
from collections.abc import Mapping

from cdk_neptune_snapshot import reference
from neptune_snapshot_provider.core import restore

USAGE = (
    "Usage: aws neptune list-tags-for-resource --resource-name SNAPSHOT_ARN --output json "
    "| python3 -m cdk_neptune_snapshot SNAPSHOT_ARN CLUSTER"
)


def main() -> None:
    """Read ``list-tags-for-resource``'s answer, write the command."""
    try:
        arn, cluster = sys.argv[1:]
        identifier, tags = reference.identifier_in(arn), _tags(json.load(sys.stdin))
    except (ValueError, TypeError, KeyError) as problem:
        raise SystemExit(f"{USAGE}\n{problem}") from problem
    sys.stdout.write(f"{restore.restore_command(identifier, cluster, tags)}\n")


def _tags(answer: Mapping[str, list[Mapping[str, str]]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer["TagList"]}


if __name__ == "__main__":
    main()
