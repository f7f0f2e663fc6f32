"""A custom resource that writes down what CloudFormation asks of it, and fails if told to."""

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

MARK: Final = "probe"
"""Key of the JSON lines it logs."""
FAILURE: Final = "SmokeProbeFailed"
"""The code that its reason begins with when it fails."""
RUNTIME: Final = lambda_.Runtime.PYTHON_3_13

_CODE: Final = """
import json, time, urllib.request
from urllib.parse import parse_qs, urlsplit
import boto3

TOLD = ("RequestType", "RequestId", "StackId", "LogicalResourceId", "PhysicalResourceId",
        "ResourceProperties", "OldResourceProperties")

def handler(event, context):
    if "ResponseURL" not in event:
        note({"Attempt": event["attempt"], "Now": time.time()})
        raise RuntimeError("failing, as it was asked to")
    kind, wanted = event["RequestType"], event["ResourceProperties"]
    stacks = boto3.client("cloudformation").describe_stacks(StackName=event["StackId"])["Stacks"]
    times = [stacks[0].get(key) for key in ("LastUpdatedTime", "DeletionTime")]
    signature = parse_qs(urlsplit(event["ResponseURL"]).query)
    note({
        **{key: event[key] for key in TOLD if key in event},
        "Now": time.time(),
        "StackStatus": stacks[0]["StackStatus"],
        "StackBeganAt": max((one.timestamp() for one in times if one), default=None),
        "SignedAt": signature.get("X-Amz-Date", [""])[0],
        "SignedFor": signature.get("X-Amz-Expires", [""])[0],
        "UrlLength": len(event["ResponseURL"]),
        "EventLength": len(json.dumps(event)),
    })
    failing = kind != "Delete" and wanted["Fail"] == "true"
    if kind == "Delete" or failing and kind == "Update":
        name = event["PhysicalResourceId"]
    else:
        name = ("failed-" if failing else "made-") + wanted["Version"]
    answer(event, failing, name)

def note(what):
    print(json.dumps({"MARK": what}))

def answer(event, failing, name):
    body = {
        "Status": "FAILED" if failing else "SUCCESS",
        "Reason": "FAILURE: the migration fails, as its properties ask",
        "PhysicalResourceId": name,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    # An emulator may hand out http addresses of its TLS port.
    url = event["ResponseURL"].replace("http://", "https://", 1)
    request = urllib.request.Request(url, json.dumps(body).encode(), method="PUT")
    request.add_header("content-type", "")
    urllib.request.urlopen(request).read()
""".replace("MARK", MARK).replace("FAILURE", FAILURE)


class Probe(Construct):
    """The function; its resources are made with ``resource``."""

    def __init__(self, scope: Construct, id: str) -> None:  # noqa: A002 - the CDK's own name for it
        """Define function and log group."""
        super().__init__(scope, id)
        self.log_group = logs.LogGroup(self, "LogGroup", retention=logs.RetentionDays.ONE_WEEK)
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            handler="index.handler",
            code=lambda_.Code.from_inline(_CODE),
            timeout=cdk.Duration.seconds(60),
            log_group=self.log_group,
        )
        self.function.add_to_role_policy(
            iam.PolicyStatement(
                actions=["cloudformation:DescribeStacks"], resources=[cdk.Aws.STACK_ID]
            )
        )

    def resource(self, id: str, version: str, *, fails: bool = False) -> cdk.CustomResource:  # noqa: A002
        """Make a resource whose physical id follows the version; a number is among its properties.

        Args:
            id: The construct's.
            version: Another one replaces the resource.
            fails: Whether to answer FAILED to a Create or an Update.
        """
        return cdk.CustomResource(
            self,
            id,
            resource_type=f"Custom::{id}",
            service_token=self.function.function_arn,
            properties={"Version": version, "Fail": str(fails).lower(), "Number": 7},
        )
