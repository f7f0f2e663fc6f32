"""What the provider may do: constant rights, and those that each snapshot adds."""

from collections.abc import Mapping
from typing import TypeAlias

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from cdk_neptune_snapshot import acknowledgements
from neptune_snapshot_provider import contract

Conditions: TypeAlias = Mapping[str, Mapping[str, str]]

RESOURCES_PER_STATEMENT = 12
"""Small enough for the CDK to distribute statements over policies of IAM's limited size."""

IS_OURS = {"StringEquals": {f"aws:ResourceTag/{contract.OwnerTag.STACK}": cdk.Aws.STACK_ID}}
IS_ANOTHERS = {
    "StringNotEquals": IS_OURS["StringEquals"],
    "Null": {f"aws:ResourceTag/{contract.OwnerTag.STACK}": "false"},
}
BECOMES_ANOTHERS = {
    "StringNotEquals": {f"aws:RequestTag/{contract.OwnerTag.STACK}": cdk.Aws.STACK_ID},
    "Null": {f"aws:RequestTag/{contract.OwnerTag.STACK}": "false"},
}


class SnapshotRights:
    """Adds what the snapshots of a stack need to the role of their provider."""

    def __init__(self, role: iam.Role) -> None:
        stack = cdk.Stack.of(role)
        self._stack = stack
        # No condition on tags: whether RDS supplies them when it authorizes a creation is not
        # known. The refusals among the constant permissions hold under either reading.
        self._snapshots = _Resources(role, ["rds:CreateDBClusterSnapshot", "rds:AddTagsToResource"])
        # DescribeDBClusterSnapshots is authorized on the cluster when it is asked by cluster.
        self._clusters = _Resources(
            role,
            [
                "rds:CreateDBClusterSnapshot",
                "rds:DescribeDBClusters",
                "rds:DescribeDBClusterSnapshots",
            ],
        )
        self._shares = _Resources(role, ["rds:DescribeDBClusterSnapshotAttributes"])
        self._quotas = _Resources(role, ["rds:DescribeAccountAttributes"])
        self._parameters = _Resources(role, ["ssm:GetParameter", "ssm:PutParameter"])

    def allow(self, cluster_identifier: str, snapshot_pattern: str) -> None:
        """Allow taking snapshots of a cluster under names of a pattern.

        Args:
            cluster_identifier: In lower case or a token; ARNs are case-sensitive.
            snapshot_pattern: A snapshot identifier, in which ``*`` stands for any characters.
        """
        self._snapshots.add(rds_arn(self._stack, "cluster-snapshot", snapshot_pattern))
        self._clusters.add(rds_arn(self._stack, "cluster", cluster_identifier))

    def allow_habits(self, *, prunes: bool, parameter: str | None) -> None:
        """Allow finding out what may be pruned and why, and writing one parameter."""
        if prunes:
            self._shares.add(rds_arn(self._stack, "cluster-snapshot", "*"))
            # The action knows no resources.
            self._quotas.add("*")
        if parameter is not None:
            name = parameter.removeprefix("/")
            arn = self._stack.format_arn(service="ssm", resource="parameter", resource_name=name)
            self._parameters.add(arn)


def snapshot_pattern(
    cluster_identifier: str, snapshot_identifier: str | None, prefix: str | None
) -> str:
    """Say which names a snapshot can get.

    A token's length is not known, so neither is where the provider will cut a prefix made of it;
    the pattern is then every name.
    """
    if snapshot_identifier is not None:
        return snapshot_identifier
    start = prefix if prefix is not None else cluster_identifier
    return "*" if cdk.Token.is_unresolved(start) else f"{contract.shorten_prefix(start)}-*"


def rds_arn(stack: cdk.Stack, resource: str, name: str) -> str:
    """Write an ARN of Neptune's, whose service is ``rds``."""
    return stack.format_arn(
        service="rds",
        resource=resource,
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def constant_statements(stack: cdk.Stack, log_group: logs.ILogGroup) -> list[iam.PolicyStatement]:
    """List the rights that do not depend on which snapshots a stack takes.

    Reading reaches every snapshot, because whose a name is must be found out before it is used.
    Changing reaches every snapshot of this stack, whatever its name: after a change of the
    prefix, the new rights must still do for deleting the old snapshot.
    """
    snapshots = rds_arn(stack, "cluster-snapshot", "*")
    return [
        _allow(["rds:DescribeDBClusterSnapshots", "rds:ListTagsForResource"], [snapshots]),
        _allow(
            ["rds:DeleteDBClusterSnapshot", "rds:AddTagsToResource", "rds:RemoveTagsFromResource"],
            [snapshots],
            IS_OURS,
        ),
        # Tagging under the names given, which each snapshot's permissions allow, stops here. Both
        # conditions need the owner tag of another stack to be present, so neither can refuse the
        # provider's own calls, whichever tags RDS supplies.
        _deny("rds:AddTagsToResource", snapshots, IS_ANOTHERS),
        _deny("rds:AddTagsToResource", snapshots, BECOMES_ANOTHERS),
        _allow(
            ["events:PutRule", "events:DeleteRule", "events:RemoveTargets"], [poll_rules(stack)]
        ),
        _allow(["cloudformation:DescribeStacks"], _stack_ids(stack)),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn]),
    ]


def poll_statements(function: lambda_.Function) -> list[iam.PolicyStatement]:
    """List the permissions that name the function itself: the only target of its rules."""
    only_this_function = {
        "ForAllValues:ArnEquals": {"events:TargetArn": function.function_arn},
        "Null": {"events:TargetArn": "false"},
    }
    rules = [poll_rules(cdk.Stack.of(function))]
    return [_allow(["events:PutTargets"], rules, only_this_function)]


def poll_rules(stack: cdk.Stack) -> str:
    """Match the rules of this stack: arn:…:stack/name/<first 8 characters>-…-…-…-… ."""
    uuid = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Aws.STACK_ID))
    first_8 = cdk.Fn.select(0, cdk.Fn.split("-", uuid))
    name = f"{contract.POLL_RULE_PREFIX}{first_8}-*"
    return stack.format_arn(service="events", resource="rule", resource_name=name)


def _stack_ids(stack: cdk.Stack) -> list[str]:
    """Name the stack and those around a nested one: any of them may be the one rolling back."""
    ids = []
    current: cdk.Stack | None = stack
    while current is not None:
        # Not stack_id, which for a nested stack refers to it from outside: a circle here.
        ids.append(cdk.ScopedAws(current).stack_id)
        current = current.nested_stack_parent
    return ids


def _allow(
    actions: list[str], resources: list[str], conditions: Conditions | None = None
) -> iam.PolicyStatement:
    return iam.PolicyStatement(actions=actions, resources=resources, conditions=conditions)


def _deny(action: str, resource: str, conditions: Conditions) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=iam.Effect.DENY, actions=[action], resources=[resource], conditions=conditions
    )


class _Resources:
    """One right on many resources, in statements of limited size, each resource once."""

    def __init__(
        self, role: iam.Role, actions: list[str], conditions: Conditions | None = None
    ) -> None:
        self._role = role
        self._actions = actions
        self._conditions = conditions
        self._statement: iam.PolicyStatement | None = None
        self._seen: set[str] = set()

    def add(self, resource: str) -> None:
        if resource in self._seen:
            return
        if self._statement is None or len(self._seen) % RESOURCES_PER_STATEMENT == 0:
            self._statement = _allow(self._actions, [resource], self._conditions)
            self._role.add_to_policy(self._statement)
        else:
            self._statement.add_resources(resource)
        self._seen.add(resource)
        acknowledgements.wildcards(self._role, [resource])
