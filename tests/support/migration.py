"""A migration that runs after the snapshot, and can be told to fail."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

HARMED = "1.0.0.0-harmed"
"""The engine version of a cluster that a failing migration has left damaged."""

_CODE = """
import json, urllib.request

def handler(event, context):
    failing = event["RequestType"] != "Delete" and event["ResourceProperties"]["Fail"] == "true"
    if failing and (harmed := event["ResourceProperties"]["Harm"]):
        import boto3
        boto3.client("neptune").modify_db_cluster(
            DBClusterIdentifier=harmed, EngineVersion="%HARMED%", ApplyImmediately=True
        )
    answer = {
        "Status": "FAILED" if failing else "SUCCESS",
        "Reason": "the migration failed",
        "PhysicalResourceId": "migration",
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    # The emulator hands out http addresses of its TLS port.
    url = event["ResponseURL"].replace("http://", "https://", 1)
    request = urllib.request.Request(url, json.dumps(answer).encode(), method="PUT")
    request.add_header("content-type", "")
    urllib.request.urlopen(request).read()
""".replace("%HARMED%", HARMED)


class Migration(Construct):
    """A custom resource that changes with ``version`` and fails if told to.

    ``harm`` is the cluster that a failing one leaves damaged. The emulator's clusters have no
    contents; their engine version stands for it, which snapshots and restored clusters have too.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,  # noqa: A002 - the CDK's own name for it
        *,
        version: str,
        fail: bool,
        harm: str = "",
    ) -> None:
        super().__init__(scope, id)
        function = lambda_.Function(
            self,
            "Function",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline(_CODE),
        )
        cdk.CustomResource(
            self,
            "Resource",
            service_token=function.function_arn,
            properties={"Version": version, "Fail": str(fail).lower(), "Harm": harm},
        )
