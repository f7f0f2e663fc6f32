"""The code of a custom resource that stands for a migration: it fails, and does harm, if told to.

The properties are texts: ``Version`` makes an update, ``Id`` is the physical ID to return, ``Fail``
and ``Observe`` are ``true`` or not, ``Harm`` is the cluster that a failing migration damages.
"""

import json
import time
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit

Event = dict[str, Any]

MARK = "probe"
"""The key of what it logs as JSON."""
RUNTIME = "python3.13"
"""The runtime it needs."""
FAILURE = "MigrationFailed"
"""The code that its reason begins with when it fails."""
HARMED = "1.0.0.0-harmed"
"""The engine version of a damaged cluster. The emulator's clusters have no contents; their engine
version stands for them, as snapshots and restored clusters have it too."""
_TOLD = (
    "RequestType",
    "RequestId",
    "StackId",
    "LogicalResourceId",
    "PhysicalResourceId",
    "ResourceProperties",
    "OldResourceProperties",
)


def handler(event: Event, _context: object) -> None:
    """Answer CloudFormation; without a request of CloudFormation, log it and raise."""
    if "ResponseURL" not in event:
        _note({"Attempt": event["attempt"], "Now": time.time()})
        raise RuntimeError("failing, as it was asked to")
    kind, wanted = event["RequestType"], event["ResourceProperties"]
    if wanted.get("Observe") == "true":
        _observe(event)
    fails = kind != "Delete" and wanted.get("Fail") == "true"
    if fails and wanted.get("Harm"):
        _client("neptune").modify_db_cluster(
            DBClusterIdentifier=wanted["Harm"], EngineVersion=HARMED, ApplyImmediately=True
        )
    # A failed update has not replaced the resource.
    stays = kind == "Delete" or (fails and kind == "Update")
    _answer(event, event["PhysicalResourceId"] if stays else wanted["Id"], fails=fails)


def _observe(event: Event) -> None:
    """Write down the request, the status of the stack, and when the response URL was signed."""
    stacks = _client("cloudformation").describe_stacks(StackName=event["StackId"])["Stacks"]
    times = [stacks[0].get(key) for key in ("LastUpdatedTime", "DeletionTime")]
    signature = parse_qs(urlsplit(event["ResponseURL"]).query)
    _note(
        {
            **{key: event[key] for key in _TOLD if key in event},
            "Now": time.time(),
            "StackStatus": stacks[0]["StackStatus"],
            "StackBeganAt": max((one.timestamp() for one in times if one), default=None),
            "SignedAt": signature.get("X-Amz-Date", [""])[0],
            "SignedFor": signature.get("X-Amz-Expires", [""])[0],
        }
    )


def _answer(event: Event, physical_id: str, *, fails: bool) -> None:
    body = {
        "Status": "FAILED" if fails else "SUCCESS",
        "Reason": f"{FAILURE}: the migration fails, as its properties ask",
        "PhysicalResourceId": physical_id,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own
        event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT"
    )
    urllib.request.urlopen(request).close()  # noqa: S310 - likewise


def _note(what: Event) -> None:
    print(json.dumps({MARK: what}))  # noqa: T201 - to the function's log


def _client(service: str) -> Any:  # noqa: ANN401 - the runtime has no types
    import boto3  # noqa: PLC0415 - slow to import, and most migrations need no AWS

    return boto3.client(service)  # type: ignore[call-overload]
