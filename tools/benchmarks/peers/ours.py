"""This library."""

from collections.abc import Sequence

import aws_cdk as cdk

from benchmarks.peers import common
from cdk_neptune_snapshot import DatabaseClusterSnapshot
from cdk_neptune_snapshot.provider import SnapshotProvider


def define(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """Take one snapshot of each cluster."""
    for number, cluster in enumerate(clusters):
        DatabaseClusterSnapshot(stack, f"Snapshot{number}", cluster=cluster)
    common.output(stack, SnapshotProvider.get_or_create(stack).function.function_arn)
