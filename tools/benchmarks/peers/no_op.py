"""A custom resource that does nothing: what any custom resource costs at least."""

from collections.abc import Sequence

import aws_cdk as cdk

from benchmarks.peers import common


def define(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """Do nothing for each cluster."""
    provider = common.function(stack, "Provider", common.folder("no_op"), "index.handler")
    common.resources(stack, provider.function_arn, clusters)
