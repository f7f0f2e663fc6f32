"""The provider's permissions: constant ones, and those that each snapshot adds."""

from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from neptune_snapshot_provider import contract, name_rules

Conditions: TypeAlias = Mapping[str, Mapping[str, str]]


class Policy(Protocol):
    """What statements are added to."""

    def add(self, statement: iam.PolicyStatement) -> None:
        """Add one statement."""

    def acknowledge(self, resources: list[str]) -> None:
        """Acknowledge resources added to a statement later."""


RESOURCES_PER_STATEMENT = 12
"""Small enough for the CDK to distribute statements over policies of IAM's limited size."""

EVERY_NAME = "*"

NETWORK_ACTIONS: Final = [
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
]

IS_OURS = {"StringEquals": {f"aws:ResourceTag/{contract.OwnerTag.STACK}": cdk.Aws.STACK_ID}}
IS_ANOTHERS = {
    "StringNotEquals": IS_OURS["StringEquals"],
    "Null": {f"aws:ResourceTag/{contract.OwnerTag.STACK}": "false"},
}
BECOMES_ANOTHERS = {
    "StringNotEquals": {f"aws:RequestTag/{contract.OwnerTag.STACK}": cdk.Aws.STACK_ID},
    "Null": {f"aws:RequestTag/{contract.OwnerTag.STACK}": "false"},
}


class SnapshotPermissions:
    """Adds what the snapshots of a stack need to the role of their provider."""

    def __init__(self, stack: cdk.Stack, policy: Policy) -> None:
        self._stack = stack
        # No condition on tags: whether RDS supplies them when it authorizes a creation is not
        # known. The refusals among the constant permissions hold under either reading.
        self._snapshots = _Resources(
            policy, ["rds:CreateDBClusterSnapshot", "rds:AddTagsToResource"]
        )
        # DescribeDBClusterSnapshots is authorized on the cluster when it is asked by cluster.
        self._clusters = _Resources(
            policy,
            [
                "rds:CreateDBClusterSnapshot",
                "rds:DescribeDBClusters",
                "rds:DescribeDBClusterSnapshots",
            ],
        )
        self._shares = _Resources(policy, ["rds:DescribeDBClusterSnapshotAttributes"])
        self._quotas = _Resources(policy, ["rds:DescribeAccountAttributes"])
        self._parameters = _Resources(policy, ["ssm:GetParameter", "ssm:PutParameter"])

    def allow(self, cluster_identifier: str, snapshot_pattern: str) -> None:
        """Allow taking snapshots of a cluster under names of a pattern.

        Args:
            cluster_identifier: In lower case or a token; ARNs are case-sensitive.
            snapshot_pattern: A snapshot identifier, in which ``*`` stands for any characters.
        """
        self._snapshots.add(rds_arn(self._stack, "cluster-snapshot", snapshot_pattern))
        self._clusters.add(rds_arn(self._stack, "cluster", cluster_identifier))

    def allow_policies(self, *, deletes: bool, parameter: str | None) -> None:
        """Allow retention to read shares and quotas, and publishing to write one parameter."""
        if deletes:
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
    return EVERY_NAME if cdk.Token.is_unresolved(start) else f"{name_rules.shorten_prefix(start)}-*"


def rds_arn(stack: cdk.Stack, resource: str, name: str) -> str:
    """Write an ARN of Neptune's, whose service is ``rds``."""
    return stack.format_arn(
        service="rds",
        resource=resource,
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def constant_statements(stack: cdk.Stack, log_group: logs.ILogGroup) -> list[iam.PolicyStatement]:
    """List the permissions that do not depend on which snapshots a stack takes.

    Reading reaches every snapshot, because the provider checks the owner of a name before using it.
    Changing reaches every snapshot of this stack, whatever its name: after a change of the
    prefix, the new permissions must still do for deleting the old snapshot.
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
        _deny(["rds:AddTagsToResource"], snapshots, IS_ANOTHERS),
        _deny(["rds:AddTagsToResource"], snapshots, BECOMES_ANOTHERS),
        _allow(
            [
                "events:PutRule",
                "events:DescribeRule",
                "events:DeleteRule",
                "events:RemoveTargets",
            ],
            [poll_rules(stack)],
        ),
        _allow(["cloudformation:DescribeStacks"], _stack_ids(stack)),
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group.log_group_arn]),
    ]


def network_statement() -> iam.PolicyStatement:
    """Allow Lambda to attach the function to a VPC; the network interfaces are not known before.

    The same as in AWS's policy ``AWSLambdaVPCAccessExecutionRole``, without its log permissions.
    """
    return _allow(NETWORK_ACTIONS, ["*"])


def network_refusal(function: lambda_.Function) -> iam.PolicyStatement:
    """Refuse the function's own code what Lambda needs, as AWS recommends."""
    own_code = {"ArnEquals": {"lambda:SourceFunctionArn": function.function_arn}}
    return _deny(NETWORK_ACTIONS, "*", own_code)


def warn_of_every_name(snapshot: Construct, pattern: str) -> None:
    """Warn at synthesis where the role may create and tag snapshots under every name."""
    if pattern == EVERY_NAME:
        cdk.Annotations.of(snapshot).add_warning_v2(
            "cdk-neptune-snapshot:everySnapshotName",
            "The cluster's identifier is known only at deployment, so the provider's role may "
            "create and tag snapshots under every name (cluster-snapshot:*). Give "
            "identifier_prefix or snapshot_identifier as plain text to restrict the names.",
        )


def poll_statement(function: lambda_.Function) -> iam.PolicyStatement:
    """Allow setting the target of a rule: only the function itself."""
    only_this_function = {
        "ForAllValues:ArnEquals": {"events:TargetArn": function.function_arn},
        "Null": {"events:TargetArn": "false"},
    }
    rules = [poll_rules(cdk.Stack.of(function))]
    return _allow(["events:PutTargets"], rules, only_this_function)


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


def _deny(actions: list[str], resource: str, conditions: Conditions) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        effect=iam.Effect.DENY, actions=actions, resources=[resource], conditions=conditions
    )


class _Resources:
    """One permission on many resources, in statements of limited size, each resource once."""

    def __init__(self, policy: Policy, actions: list[str]) -> None:
        self._policy = policy
        self._actions = actions
        self._statement: iam.PolicyStatement | None = None
        self._seen: set[str] = set()

    def add(self, resource: str) -> None:
        if resource in self._seen:
            return
        if self._statement is None or len(self._seen) % RESOURCES_PER_STATEMENT == 0:
            self._statement = _allow(self._actions, [resource])
            self._policy.add(self._statement)
        else:
            self._statement.add_resources(resource)
            self._policy.acknowledge([resource])
        self._seen.add(resource)
