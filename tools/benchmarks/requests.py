"""Requests as CloudFormation sends them, which benchmarks send to functions themselves."""

import json
import uuid
from typing import Any, Final

from local_aws import LocalAws

_TEMPLATE: Final[dict[str, Any]] = {
    "Resources": {
        "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "43200"},
        },
    }
}


def pending_stack(aws: LocalAws) -> str:
    """Have a stack wait for a signal that never comes; gives its ARN.

    Our provider changes nothing for a request whose stack waits for nothing.
    """
    client = aws.client("cloudformation")
    created = client.create_stack(StackName="Pending", TemplateBody=json.dumps(_TEMPLATE))
    return created["StackId"]


def create(aws: LocalAws, stack_id: str, service_token: str, cluster: str) -> dict[str, Any]:
    """Ask a function for one snapshot of a cluster; the provider reads the status of the stack."""
    request_id = str(uuid.uuid4())
    return {
        "RequestType": "Create",
        "RequestId": request_id,
        "ResponseURL": f"{aws.endpoint_url}/_ministack/cfn-response/{request_id}",
        "StackId": stack_id,
        "ResourceType": "Custom::NeptuneClusterSnapshot",
        "LogicalResourceId": "Snapshot0Resource1A2B3C4D",
        "ResourceProperties": {
            "ServiceToken": service_token,
            "DBClusterIdentifier": cluster,
            "TimeoutSeconds": "3300",
        },
    }
