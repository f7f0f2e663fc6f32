"""How long the policies of a template are once CloudFormation has filled them in; pure."""

import json
from typing import Any, Final, TypedDict

INLINE_MAX: Final = 10_240
"""Characters of all inline policies of a role together, white space aside (IAM)."""
MANAGED_MAX: Final = 6_144
"""Characters of a managed policy, likewise."""
ATTACHED_MAX: Final = 10
"""Managed policies of a role, unless the quota is raised."""

_PSEUDO: Final = {
    "AWS::Partition": "aws",
    "AWS::AccountId": "111122223333",
    "AWS::Region": "ap-southeast-2",
    "AWS::StackId": "arn:aws:cloudformation:ap-southeast-2:111122223333:stack/Production/"
    "0a1b2c3d-1111-2222-3333-444455556666",
}
_ARN: Final = "arn:aws:lambda:ap-southeast-2:111122223333:function:" + "x" * 64
"""As long as the ARN of a function gets."""


class Sizes(TypedDict):
    """Characters; ``inline`` together, ``managed`` each."""

    inline: int
    managed: list[int]


def sizes(template: dict[str, Any]) -> Sizes:
    """Measure the policies of a template with one role."""
    inline, managed = 0, []
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::IAM::Policy":
            inline += _length(resource)
        elif resource["Type"] == "AWS::IAM::ManagedPolicy":
            managed.append(_length(resource))
    return Sizes(inline=inline, managed=managed)


def fullest(measured: Sizes) -> float:
    """Say how full the fullest of IAM's limits is, as a share of it."""
    shares = [measured["inline"] / INLINE_MAX, len(measured["managed"]) / ATTACHED_MAX]
    return max([*shares, *(each / MANAGED_MAX for each in measured["managed"])])


def resolve(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Fill in the functions of CloudFormation that policies use."""
    if isinstance(value, list):
        return [resolve(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name == "Ref":
            return _PSEUDO.get(argument, "x" * 64)
        if name == "Fn::GetAtt":
            return _ARN
        if name == "Fn::Join":
            return str(argument[0]).join(resolve(argument[1]))
        if name == "Fn::Split":
            return resolve(argument[1]).split(argument[0])
        if name == "Fn::Select":
            return resolve(argument[1])[int(argument[0])]
    return {key: resolve(each) for key, each in value.items()}


def _length(policy: dict[str, Any]) -> int:
    document = resolve(policy["Properties"]["PolicyDocument"])
    return len(json.dumps(document, separators=(",", ":")))
