"""Findings of scanners that are choices, each with its reason where the scanner reads it.

cdk-nag 3 reads acknowledgements of the construct tree, cdk-nag 2 metadata of the resources. Both
are written whether cdk-nag is installed or not.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from weakref import WeakKeyDictionary

import aws_cdk as cdk
import jsii
from aws_cdk import aws_iam as iam
from constructs import IConstruct

CDK_NAG_2 = "cdk_nag"
CDK_NAG_2_RULES = "rules_to_suppress"
CDK_NAG_RUNTIME = "AwsSolutions-L1"
RUNTIME = (
    "The runtime is one that the provider is tested on; choose another with "
    "SnapshotProvider.get_or_create(stack, runtime=...)."
)
CDK_NAG_WILDCARD = "AwsSolutions-IAM5"
WILDCARD = (
    "Names of snapshots and polls end in what is not known before deployment. Snapshots are "
    "changed only with the owner tag of this stack, polls are named after this stack, and the "
    "quota of the account is no resource."
)
CHECKOV_FUNCTION = {
    "CKV_AWS_115": "A reserve would be taken from the account; one deployment runs it at a time.",
    "CKV_AWS_116": "A request that fails for good fails the deployment, which everybody sees.",
    "CKV_AWS_117": "It talks to AWS APIs only; in a VPC each would need an endpoint.",
    "CKV_AWS_173": "The environment holds the SDK's retry settings and no secret.",
}
CHECKOV_LOG_GROUP = {
    "CKV_AWS_158": "Encrypted by CloudWatch Logs; it holds no secret. Set a KMS key if one must.",
}


@jsii.implements(cdk.IAspect)
class _PolicySuppressions:
    """Suppresses cdk-nag 2's findings in the policies of a construct, also in those made later.

    The CDK divides large policies while it synthesizes, so the policies are not known before.
    """

    def __init__(self) -> None:
        self.resources: list[str] = []

    def visit(self, node: IConstruct) -> None:
        """Check one construct; called by the CDK."""
        if isinstance(node, iam.CfnPolicy | iam.CfnManagedPolicy):
            _suppress(node, CDK_NAG_WILDCARD, WILDCARD, self.resources)


_policies: WeakKeyDictionary[IConstruct, _PolicySuppressions] = WeakKeyDictionary()


def runtime(function: IConstruct) -> None:
    """Acknowledge that the runtime need not be the newest one."""
    _acknowledge(function, CDK_NAG_RUNTIME, RUNTIME)
    resource = function.node.default_child
    if isinstance(resource, cdk.CfnResource):
        _suppress(resource, CDK_NAG_RUNTIME, RUNTIME)


def wildcards(construct: IConstruct, arns: Iterable[str]) -> None:
    """Acknowledge each of the resources that a policy names by a pattern."""
    stack = cdk.Stack.of(construct)
    for arn in arns:
        name = _flat(stack.resolve(arn))
        if "*" in name:
            finding = f"Resource::{name}"
            _acknowledge(construct, f"{CDK_NAG_WILDCARD}[{finding}]", WILDCARD)
            _suppressions(construct).resources.append(finding)


def for_checkov(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Write into the template why checkov's findings about a resource are choices."""
    resource = construct.node.default_child
    if isinstance(resource, cdk.CfnResource):
        skip = [{"id": name, "comment": reason} for name, reason in reasons.items()]
        resource.add_metadata("checkov", {"skip": skip})


def _acknowledge(construct: IConstruct, finding: str, reason: str) -> None:
    """Acknowledge a finding for cdk-nag 3; older CDKs have no place for it."""
    if hasattr(cdk, "Validations"):
        found = cdk.Acknowledgment(id=f"AwsSolutions::{finding}", reason=reason)
        cdk.Validations.of(construct).acknowledge(found)


def _suppress(
    resource: cdk.CfnResource, rule: str, reason: str, findings: Sequence[str] = ()
) -> None:
    """Suppress findings of cdk-nag 2, beside those that the app itself suppresses."""
    existing = resource.get_metadata(CDK_NAG_2) or {}
    added = {"id": rule, "reason": reason, **({"applies_to": [*findings]} if findings else {})}
    rules = [*existing.get(CDK_NAG_2_RULES, []), added]
    resource.add_metadata(CDK_NAG_2, {**existing, CDK_NAG_2_RULES: rules})


def _suppressions(construct: IConstruct) -> _PolicySuppressions:
    """Find the suppressions of a construct, or apply new ones before any scanner runs."""
    if construct not in _policies:
        _policies[construct] = _PolicySuppressions()
        aspects = cdk.Aspects.of(construct)
        aspects.add(_policies[construct], priority=cdk.AspectPriority.MUTATING)
    return _policies[construct]


def _flat(value: object) -> str:
    """Write a resolved ARN as cdk-nag does."""
    match value:
        case str():
            return value
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [resource, attribute]}:
            return f"<{resource}.{attribute}>"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(_flat(part) for part in parts)
    return json.dumps(value, separators=(",", ":"))
