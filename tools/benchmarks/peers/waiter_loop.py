"""A Lambda that waits with boto3's waiter, which polls every 30 seconds, for up to 15 minutes."""

from collections.abc import Sequence

import aws_cdk as cdk

from benchmarks.peers import common


def define(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """Take one snapshot of each cluster."""
    code = common.folder("waiter_loop")
    provider = common.function(stack, "Provider", code, "index.handler", minutes=15)
    provider.add_to_role_policy(common.neptune_permissions())
    common.resources(stack, provider.function_arn, clusters)
