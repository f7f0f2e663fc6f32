"""What Lambda loads and calls: there is a response even if the provider cannot be loaded.

AWS updates the boto3 of its runtimes by itself, so that an import may fail long after the
deployment. Lambda would drop the request, and CloudFormation would wait an hour for nothing.
"""

import logging
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any, Final

_log: Final = logging.getLogger(__name__)
_REASON_MAX: Final = 200


def handler(event: Any, context: Any) -> None:  # noqa: ANN401 - Lambda's
    """Let the provider respond, or say why it cannot."""
    try:
        provider = _provider()
    except Exception as problem:
        _log.exception("The snapshot provider cannot be loaded")
        if "CrHelperPoll" in event:
            raise  # the rule invokes again, and is removed once that is possible
        if not _respond(event, f"{type(problem).__name__}: {problem}"):
            raise  # Lambda delivers the event again
    else:
        provider.handler(event, context)


def _provider() -> ModuleType:
    return import_module("neptune_snapshot_provider.handler")


def _respond(event: dict[str, Any], problem: str) -> bool:
    """Respond with the standard library alone; what never was made counts as deleted."""
    from neptune_snapshot_provider import responses  # noqa: PLC0415 - seldom needed

    physical_id = event.get("PhysicalResourceId") or f"never-made:{event['RequestId']}"
    is_gone = event["RequestType"] == "Delete" and physical_id.startswith("never-made:")
    body = {
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        "PhysicalResourceId": physical_id,
        "Status": "SUCCESS" if is_gone else "FAILED",
        "Reason": f"The snapshot provider cannot be loaded: {problem[:_REASON_MAX]}. This request "
        "changed nothing at Neptune. Update cdk-neptune-snapshot, then redeploy.",
    }
    return responses.send(event["ResponseURL"], body)


def _start() -> None:
    """Load the provider before the first invocation, while Lambda lends a whole processor.

    An import that fails here fails again in the invocation, which can respond.
    """
    with suppress(Exception):
        _provider().warm_up()


_start()
