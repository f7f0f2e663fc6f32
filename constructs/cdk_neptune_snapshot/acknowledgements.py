"""Findings of scanners that are choices, each with its reason where whoever scans finds it."""

import json
from collections.abc import Iterable, Mapping

import aws_cdk as cdk
from constructs import IConstruct

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


def _for_cdk_nag(construct: IConstruct, rule: str, reason: str) -> None:
    """Acknowledge a finding of cdk-nag in a construct; older CDKs have no place for it."""
    if hasattr(cdk, "Validations"):
        found = cdk.Acknowledgment(id=f"AwsSolutions::{rule}", reason=reason)
        cdk.Validations.of(construct).acknowledge(found)


def runtime(function: IConstruct) -> None:
    """Acknowledge that the runtime need not be the newest one."""
    _for_cdk_nag(function, CDK_NAG_RUNTIME, RUNTIME)


def wildcards(construct: IConstruct, arns: Iterable[str]) -> None:
    """Acknowledge each of the resources that a policy names by a pattern."""
    stack = cdk.Stack.of(construct)
    for arn in arns:
        name = _flat(stack.resolve(arn))
        if "*" in name:
            _for_cdk_nag(construct, f"{CDK_NAG_WILDCARD}[Resource::{name}]", WILDCARD)


def for_checkov(construct: IConstruct, reasons: Mapping[str, str]) -> None:
    """Write into the template why checkov's findings about a resource are choices."""
    resource = construct.node.default_child
    if isinstance(resource, cdk.CfnResource):
        skip = [{"id": name, "comment": reason} for name, reason in reasons.items()]
        resource.add_metadata("checkov", {"skip": skip})


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
