"""Requests as CloudFormation sends them; pure."""

import uuid
from typing import Any


def create(
    answer_base: str, stack_id: str, service_token: str, cluster: str, request_id: str | None = None
) -> dict[str, Any]:
    """Ask for one snapshot of a cluster.

    Args:
        answer_base: URL of local AWS.
        stack_id: A stack that exists: the provider reads its status.
        service_token: ARN of the function.
        cluster: Identifier of the cluster.
        request_id: Names the request, and in the answer's path; random if not given.
    """
    request_id = request_id or str(uuid.uuid4())
    return {
        "RequestType": "Create",
        "RequestId": request_id,
        "ResponseURL": f"{answer_base}/_ministack/cfn-response/{request_id}",
        "StackId": stack_id,
        "ResourceType": "Custom::NeptuneClusterSnapshot",
        "LogicalResourceId": "Snapshot0Resource1A2B3C4D",
        "ResourceProperties": {
            "ServiceToken": service_token,
            "DBClusterIdentifier": cluster,
            "TimeoutSeconds": "3300",
        },
    }
