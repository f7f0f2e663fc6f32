"""What an app can ask for and CloudFormation or Neptune cannot do, said while it is synthesized."""

from collections.abc import Iterator
from contextlib import contextmanager

import aws_cdk as cdk
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import cluster, validation
from cdk_neptune_snapshot.trigger import SnapshotTrigger, is_time

STACK_SET_MODULE = "cdk_stacksets"
SHARED = "cdk-neptune-snapshot:sharedSnapshot"
STACK_SET = "cdk-neptune-snapshot:stackSet"


def check(
    scope: Construct,
    name: cluster.ClusterName,
    trigger: SnapshotTrigger,
    policy: cdk.RemovalPolicy,
) -> None:
    """Say at synthesis what a snapshot in this place cannot do."""
    _check_stack_set(scope, policy)
    _check_trigger(scope, trigger)
    _check_export(scope, name)


@contextmanager
def publishing_code(scope: Construct) -> Iterator[None]:
    """Explain a stack that cannot publish the code of the provider's function.

    Raises:
        ValueError: The stack's synthesizer knows no assets, or has no bucket for them.
    """
    try:
        yield
    except RuntimeError as error:
        if "asset" not in str(error).lower():
            raise
        rule = (
            "its synthesizer cannot publish the code of the provider's function; use "
            "DefaultStackSynthesizer instead of BootstraplessSynthesizer, and give an asset "
            "bucket to a ProductStack or a StackSetStack"
        )
        raise validation.invalid("scope", cdk.Stack.of(scope), rule) from error


def _check_stack_set(scope: Construct, policy: cdk.RemovalPolicy) -> None:
    """Warn where a failed creation deletes the snapshot that it took."""
    modules = {ancestor.__module__ for ancestor in type(cdk.Stack.of(scope)).__mro__}
    in_stack_set = any(module.split(".")[0] == STACK_SET_MODULE for module in modules)
    if in_stack_set and policy is cdk.RemovalPolicy.DESTROY:
        cdk.Annotations.of(scope).add_warning_v2(
            STACK_SET,
            "A StackSet deletes a stack whose creation fails, and removal_policy=DESTROY deletes "
            "its snapshot with it; use RETAIN to keep the snapshot.",
        )


def _check_trigger(scope: Construct, trigger: SnapshotTrigger) -> None:
    """Tell that a pipeline deploys the time of its synthesis."""
    if is_time(trigger) and cdk.Stage.of(scope) is not scope.node.root:
        cdk.Annotations.of(scope).add_info(
            "SnapshotTrigger.every_deployment() is the time of synthesis: a pipeline that deploys "
            "the same synthesized app again takes no new snapshot."
        )


def _check_export(scope: Construct, name: cluster.ClusterName) -> None:
    """Tell that a cluster in another stack is locked by the export of its name."""
    if name.construct is None or not cdk.Token.is_unresolved(name.sent):
        return
    theirs = cdk.Stack.of(name.construct)
    if _outermost(theirs) is not _outermost(cdk.Stack.of(scope)):
        cdk.Annotations.of(scope).add_info(
            f"The stack {validation.shown(theirs)} exports the identifier of its cluster for this "
            "snapshot: CloudFormation refuses to rename, replace or delete the cluster while the "
            "export is in use. Give the identifier as plain text to do without the export."
        )


def check_restore(target: IConstruct, source: tuple[str, str], snapshot_identifier: str) -> None:
    """Refuse to restore from another region; warn where a snapshot must be copied first.

    Args:
        target: The cluster that is to be restored.
        source: Account and region of the snapshot; tokens or empty where they are not known.
        snapshot_identifier: The identifier or ARN of the snapshot, for the message.

    Raises:
        ValueError: The snapshot is in another region than the cluster.
    """
    account, region = cluster.environment_of(target)
    if cluster.differs((account, region), (account, source[1])):
        rule = (
            f"is in {cluster.described(source)}, but the cluster {validation.shown(target)} is in "
            f"{cluster.described((account, region))}; copy the snapshot to that region first"
        )
        raise validation.invalid("snapshot", snapshot_identifier, rule)
    if cluster.differs((account, region), (source[0], region)):
        cdk.Annotations.of(target).add_warning_v2(
            SHARED,
            f"The snapshot belongs to account {source[0]}: that account must share it with "
            f"account {account}, and an encrypted snapshot must be copied into account {account} "
            "before a cluster can be restored from it.",
        )


def _outermost(stack: cdk.Stack) -> cdk.Stack:
    while stack.nested_stack_parent is not None:
        stack = stack.nested_stack_parent
    return stack
