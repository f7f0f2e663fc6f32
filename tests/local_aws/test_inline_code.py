"""Inline Python code that imports ``cfnresponse`` gets it, as CloudFormation adds it."""

import json
import time
from itertools import count
from typing import Any

import pytest

from local_aws import LocalAws

_numbers = count(1)
ANSWERING = """
import cfnresponse

def handler(event, context):
    if event["ResourceProperties"].get("Fails") and event["RequestType"] == "Create":
        cfnresponse.send(event, context, cfnresponse.FAILED, {}, "id", reason="it does not fit")
    else:
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {"Answer": "42"}, "id")
"""

LOOKING = """
import importlib.util

def handler(event, context):
    return importlib.util.find_spec("cfnresponse") is not None

STATEMENT = '''
{statement}
'''
"""
"""Code with a statement that is not executed, so that it may fail."""


def _deploy(aws: LocalAws, code: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - resources
    """Create a stack with a function of this code, and give it as it ends."""
    cloudformation = aws.client("cloudformation")
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Role": f"arn:aws:iam::{aws.account_id}:role/any",
            "Code": {"ZipFile": code},
        },
    }
    body = {"Resources": {"Function": function, **more}}
    if more:
        body["Outputs"] = {"Answer": {"Value": {"Fn::GetAtt": ["Resource", "Answer"]}}}
    name = f"inline-{next(_numbers)}"
    cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(body))
    for _ in range(300):
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        if not stack["StackStatus"].endswith("_IN_PROGRESS"):
            return dict(stack)
        time.sleep(0.1)
    raise TimeoutError(name)


def _resource(**properties: str) -> dict[str, Any]:
    token = {"Fn::GetAtt": ["Function", "Arn"]}
    return {"Type": "Custom::Any", "Properties": {"ServiceToken": token, **properties}}


def test_the_response_reaches_the_stack(aws: LocalAws) -> None:
    stack = _deploy(aws, ANSWERING, Resource=_resource())
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert stack["Outputs"][0]["OutputValue"] == "42"


def test_so_does_a_failure_with_its_reason(aws: LocalAws) -> None:
    stack = _deploy(aws, ANSWERING, Resource=_resource(Fails="yes"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName=stack["StackName"])
    reasons = [event.get("ResourceStatusReason", "") for event in events["StackEvents"]]
    assert any("it does not fit" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("statement", "is_there"),
    [
        ("import cfnresponse", True),
        ("import cfnresponse as cfn", False),
        ("from cfnresponse import send", False),
        ("import json", False),
    ],
)
def test_only_the_documented_statement_adds_it(
    aws: LocalAws, statement: str, *, is_there: bool
) -> None:
    stack = _deploy(aws, LOOKING.format(statement=statement))
    resources = aws.client("cloudformation").describe_stack_resources(StackName=stack["StackName"])
    (function,) = resources["StackResources"]
    answer = aws.client("lambda").invoke(FunctionName=function["PhysicalResourceId"])
    assert json.load(answer["Payload"]) is is_there
