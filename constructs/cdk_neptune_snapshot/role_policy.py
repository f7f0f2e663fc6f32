"""Where the permissions of a provider go: to its own role, or to one that it was given."""

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct, IConstruct

from cdk_neptune_snapshot import acknowledgements, permissions


class RolePolicy:
    """Adds statements to a role, and acknowledges the wildcards in them.

    A role of the same stack gets them as its own policy, which the CDK splits at IAM's limits. Any
    other role gets a policy of the provider's stack, whose pseudo parameters name that stack. A
    role that must not be changed (``mutable=False``) gets none.
    """

    def __init__(self, provider: Construct, role: iam.IRole) -> None:
        self._provider = provider
        self._role = role
        self._own = _of_same_stack(role, provider)
        self._policy = None if self._own else iam.Policy(provider, "Policy")
        self._of_function: iam.ManagedPolicy | iam.Policy | None = None
        if self._policy is not None:
            role.attach_inline_policy(self._policy)

    def add(self, statement: iam.PolicyStatement) -> None:
        """Add one statement."""
        if self._policy is not None:
            self._policy.add_statements(statement)
        else:
            self._role.add_to_principal_policy(statement)
        self.acknowledge(statement.resources)

    def acknowledge(self, resources: list[str]) -> None:
        """Acknowledge the resources that a statement names by a pattern."""
        scopes: list[IConstruct] = [self._provider]
        if self._own and self._provider not in self._role.node.scopes:
            scopes.append(self._role)
        for scope in scopes:
            acknowledgements.wildcards(scope, resources)

    def add_for(self, function: lambda_.Function, *statements: iam.PolicyStatement) -> None:
        """Add statements that name the function, which itself waits for all others."""
        if self._policy is not None:
            function.node.add_dependency(self._policy)
        self._of_function = self._of_function or self._make_policy_of_function()
        self._of_function.add_statements(*statements)

    def _make_policy_of_function(self) -> iam.ManagedPolicy | iam.Policy:
        # A managed one, as the CDK fills the inline policies of a role up to IAM's limit itself.
        if self._own:
            return iam.ManagedPolicy(self._provider, "PollPolicy", roles=[self._role])
        policy = iam.Policy(self._provider, "PollPolicy")
        self._role.attach_inline_policy(policy)
        return policy


@jsii.implements(cdk.IAspect)
class NetworkPermissions:
    """Adds the permissions that a function in a VPC needs, also where an Aspect moves it there."""

    def __init__(self, policy: RolePolicy, function: lambda_.Function) -> None:
        self._policy = policy
        self._function = function
        self._added = False

    def visit(self, node: IConstruct) -> None:
        """Check the function; called by the CDK."""
        if isinstance(node, lambda_.CfnFunction) and node.vpc_config is not None:
            self.add()

    def add(self) -> None:
        """Add the permissions once."""
        if not self._added:
            self._policy.add(permissions.network_statement())
            self._policy.add_for(self._function, permissions.network_refusal(self._function))
            self._added = True


def _of_same_stack(role: iam.IRole, provider: Construct) -> bool:
    return isinstance(role, iam.Role) and cdk.Stack.of(role) is cdk.Stack.of(provider)
