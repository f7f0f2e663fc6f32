"""What CloudFormation does with custom resources and the emulator does not.

A failed Create is followed by a Delete with the ID of the FAILED response, or with an invented one
where there was no response. The service token of a resource may not change. While rollback is
disabled, a failed update is put back at once, and a new physical ID may be refused. The address of
the response says when the request was sent, and is as long as AWS's.
"""

import json
import secrets
import string
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from local_aws.asgi import Answer, Handler, Request
from local_aws.emulator import Provisioned, Stack, module, replace, timestamp
from local_aws.scene import Scene
from local_aws.stack_engine import FAILED_CREATION, ROLLBACK_DISABLED, StackEngine

RESPONSES = "/_ministack/cfn-response/"
_RESPONSE_LIMIT = 4096
_ID_LIMIT = 1024
_ADDRESS_SECONDS = 7200
_TOKEN_BYTES = 1050
_ECHOED = ("StackId", "RequestId", "LogicalResourceId")
_CUSTOM_RESOURCE = "AWS::CloudFormation::CustomResource"
_FORWARD = "UPDATE_IN_PROGRESS"
_SUFFIX = string.ascii_uppercase + string.digits
_FAILURES = (RuntimeError, TimeoutError)
"""What the emulator raises for a FAILED response and for none in time."""


class ResponseLayer:
    """Refuses the responses that CloudFormation refuses, and remembers the IDs of FAILED ones."""

    def __init__(self, inner: Handler) -> None:
        """Wrap the handler that takes responses."""
        self._inner = inner
        self._failed: dict[tuple[str, str], str] = {}

    async def __call__(self, request: Request) -> Answer:
        """Handle a request."""
        if not request.path.startswith(RESPONSES):
            return await self._inner(request)
        problem = response_problem(request.body)
        if problem:
            refusal = {"Status": "FAILED", "Reason": problem}
            return await self._inner(request.with_body(json.dumps(refusal).encode()))
        response = json.loads(request.body)
        if response["Status"] == "FAILED":
            about = (response["StackId"], response["LogicalResourceId"])
            self._failed[about] = response["PhysicalResourceId"]
        return await self._inner(request)

    def take_failed_id(self, stack: Stack, logical_id: str) -> str:
        """The ID in the FAILED response for a resource; one that nobody knows without it."""
        invented = "".join(secrets.choice(_SUFFIX) for _ in range(12))
        unknown = f"{stack['StackName']}-{logical_id}-{invented}"
        return self._failed.pop((stack["StackId"], logical_id), unknown)


def response_problem(body: bytes) -> str:
    """Why CloudFormation refuses a response; empty if it does not."""
    if len(body) > _RESPONSE_LIMIT:
        return "Response object is too long."
    try:
        response = json.loads(body)
        physical_id = response.get("PhysicalResourceId")
    except (ValueError, AttributeError):
        return "Response is not valid JSON"
    for name in ("Status", *_ECHOED):
        if not response.get(name):
            return f"Vendor response doesn't contain {name} key in object"
    if not isinstance(physical_id, str) or not 0 < len(physical_id) <= _ID_LIMIT:
        return "Invalid PhysicalResourceId"
    return ""


class CustomResources:
    """Custom resources as the engine provisions them; ``install`` puts them in place."""

    def __init__(
        self, engine: StackEngine, responses: ResponseLayer, scene: Callable[[], Scene]
    ) -> None:
        """Know the engine, the responses, and what a test has chosen."""
        self._stacks = engine.stacks
        self._responses = responses
        self._scene = scene

    def install(self) -> None:
        """Replace the emulator's functions."""
        provisioners = module("cloudformation.provisioners")
        replace(
            provisioners, _custom_resource_create=self._create, _custom_resource_update=self._update
        )
        replace(provisioners._RESOURCE_HANDLERS[_CUSTOM_RESOURCE], create=self._create)  # noqa: SLF001
        requests = module("cloudformation.custom_resource")
        replace(requests, _response_url=lambda address, token: signed(address(token)))

    def _create(
        self,
        create: Callable[..., Provisioned],
        logical_id: str,
        properties: dict[str, Any],
        stack_name: str,
        resource_type: str = _CUSTOM_RESOURCE,
    ) -> Provisioned:
        """Create a resource, or leave for the rollback what failed to create."""
        try:
            return create(logical_id, properties, stack_name, resource_type)
        except _FAILURES:
            stack = self._stacks[stack_name]
            physical_id = self._responses.take_failed_id(stack, logical_id)
            leave_failed_creation(stack, logical_id, resource_type, physical_id, properties)
            raise

    def _update(
        self,
        update: Callable[..., Provisioned],
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack_name: str,
        **about: str,
    ) -> Provisioned:
        """Update a resource, or put it back at once when rollback is disabled."""
        stack = self._stacks[stack_name]
        goes_forward = stack["StackStatus"] == _FORWARD
        if old.get("ServiceToken") != new.get("ServiceToken"):
            if goes_forward:
                raise ValueError("Modifying service token is not allowed.")
            return physical_id, {}  # a refused change is taken back
        puts_back = goes_forward and stack[ROLLBACK_DISABLED]
        try:
            updated = update(physical_id, old, new, stack_name, **about)
            if puts_back and updated[0] != physical_id and self._scene().refuses_replacement:
                raise RuntimeError(
                    "Replacement type updates not supported on stack with disable-rollback."
                )
        except _FAILURES:
            if puts_back:
                with suppress(*_FAILURES):
                    update(physical_id, new, old, stack_name, **about)
            raise
        return updated


def signed(address: str) -> str:
    """The address of a response with the query of a presigned S3 address, as long as AWS's."""
    now = datetime.now(UTC)
    scope = f"{now:%Y%m%d}/us-east-1/s3/aws4_request"
    query = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Date": f"{now:%Y%m%dT%H%M%SZ}",
        "X-Amz-SignedHeaders": "host",
        "X-Amz-Expires": _ADDRESS_SECONDS,
        "X-Amz-Credential": f"ASIAEXAMPLE/{scope}",
        "X-Amz-Security-Token": secrets.token_urlsafe(_TOKEN_BYTES),
        "X-Amz-Signature": secrets.token_hex(32),
    }
    return f"{address}?{urlencode(query)}"


def leave_failed_creation(
    stack: Stack, logical_id: str, resource_type: str, physical_id: str, properties: dict[str, Any]
) -> None:
    """Leave a resource that failed to create for the rollback, or for the next operation."""
    stack[FAILED_CREATION] = {
        "PhysicalResourceId": physical_id,
        "ResourceType": resource_type,
        "ResourceStatus": "CREATE_FAILED",
        "LogicalResourceId": logical_id,
        "Properties": properties,
        "Attributes": {},
        "Timestamp": timestamp(),
    }
