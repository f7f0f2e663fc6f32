"""crhelper with its defaults: an EventBridge rule polls every 2 minutes."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam

from benchmarks.peers import common


def define(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """Take one snapshot of each cluster."""
    code = common.folder_with_crhelper("plain_crhelper")
    provider = common.function(stack, "Provider", code, "index.handler")
    for statement in (
        common.neptune_permissions(),
        iam.PolicyStatement(
            actions=[
                "events:PutRule",
                "events:PutTargets",
                "events:RemoveTargets",
                "events:DeleteRule",
                "lambda:AddPermission",
                "lambda:RemovePermission",
            ],
            resources=["*"],
        ),
    ):
        provider.add_to_role_policy(statement)
    common.resources(stack, provider.function_arn, clusters)
