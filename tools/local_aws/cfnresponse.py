"""Sends the response of a custom resource, as the module of this name on AWS does."""

import json
import sys
import urllib.request
from collections.abc import Mapping
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(  # noqa: PLR0913, PLR0917 - AWS's signature
    event: Mapping[str, Any],
    context: Any,  # noqa: ANN401 - Lambda's context has no type here
    responseStatus: str,  # noqa: N803
    responseData: Mapping[str, Any],  # noqa: N803
    physicalResourceId: str | None = None,  # noqa: N803
    noEcho: bool = False,  # noqa: FBT001, FBT002, N803
    reason: str | None = None,
) -> None:
    """Send the response; a failure to send is printed, never raised."""
    stream = context.log_stream_name
    response = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {stream}",
        "PhysicalResourceId": physicalResourceId or stream,
        "NoEcho": noEcho,
        "Data": responseData,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - the address comes with the request
        event["ResponseURL"], json.dumps(response).encode(), {"content-type": ""}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            sys.stdout.write(f"Status code: {answer.status}\n")
    except OSError as problem:
        sys.stdout.write(f"send(..) failed executing http.request(..): {problem}\n")
