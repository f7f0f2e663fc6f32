"""Inline Python code that imports ``cfnresponse`` gets it, as CloudFormation adds it."""

import json
from typing import Any

import pytest

from local_aws import LocalAws
from support.probe import Probe

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


def _function(aws: LocalAws, code: str) -> dict[str, Any]:
    role = f"arn:aws:iam::{aws.account_id}:role/any"
    about = {"Runtime": "python3.13", "Handler": "index.handler", "Role": role}
    return {"Type": "AWS::Lambda::Function", "Properties": {**about, "Code": {"ZipFile": code}}}


def _deploy(probe: Probe, **properties: str) -> str:
    """Create a stack with a resource that the inline code answers; gives its status."""
    token = {"Fn::GetAtt": ["Function", "Arn"]}
    return probe.deploy(
        Function=_function(probe.aws, ANSWERING),
        Resource={"Type": "Custom::Any", "Properties": {"ServiceToken": token, **properties}},
        Answer={
            "Type": "AWS::SSM::Parameter",
            "Properties": {
                "Name": "/answer",
                "Type": "String",
                "Value": {"Fn::GetAtt": ["Resource", "Answer"]},
            },
        },
    )


def test_the_response_reaches_the_stack(aws: LocalAws) -> None:
    assert _deploy(Probe(aws, "inline-succeeds")) == "CREATE_COMPLETE"
    parameter = aws.client("ssm").get_parameter(Name="/answer")["Parameter"]
    assert parameter["Value"] == "42"


def test_so_does_a_failure_with_its_reason(aws: LocalAws) -> None:
    probe = Probe(aws, "inline-fails")
    assert _deploy(probe, Fails="yes") == "ROLLBACK_COMPLETE"
    events = aws.client("cloudformation").describe_stack_events(StackName=probe.name)
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
    probe = Probe(aws)
    probe.deploy(Function=_function(aws, LOOKING.format(statement=statement)))
    resources = aws.client("cloudformation").describe_stack_resources(StackName=probe.name)
    (function,) = resources["StackResources"]
    answer = aws.client("lambda").invoke(FunctionName=function["PhysicalResourceId"])
    assert json.load(answer["Payload"]) is is_there
