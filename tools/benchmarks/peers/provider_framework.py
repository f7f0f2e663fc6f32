"""The CDK's Provider framework with its defaults: it polls every 5 seconds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import aws_cdk as cdk
from aws_cdk import custom_resources

from benchmarks.peers import common

if TYPE_CHECKING:
    from aws_cdk import aws_lambda as lambda_


def define(stack: cdk.Stack, clusters: Sequence[str]) -> None:
    """Take one snapshot of each cluster."""
    code = common.folder("provider_framework")
    on_event = common.function(stack, "OnEvent", code, "index.on_event")
    is_complete = common.function(stack, "IsComplete", code, "index.is_complete")
    for each in (on_event, is_complete):
        each.add_to_role_policy(common.neptune_permissions())
    # The casts are for pyright: jsii names some parameters of class and interface differently.
    provider = custom_resources.Provider(
        stack,
        "Provider",
        on_event_handler=cast("lambda_.IFunction", on_event),
        is_complete_handler=cast("lambda_.IFunction", is_complete),
    )
    common.resources(stack, provider.service_token, clusters)
