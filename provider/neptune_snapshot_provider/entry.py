"""What Lambda loads and calls: there is an answer even if the provider cannot be loaded.

AWS updates the boto3 of its runtimes by itself, so that an import may fail long after the
deployment. Lambda would drop the request, and CloudFormation wait an hour for nothing.
"""

import gc
import json
import logging
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any, Final

_log: Final = logging.getLogger(__name__)
_REASON_MAX: Final = 200
_ANSWER_TIMEOUT: Final = 15.0


def handler(event: Any, context: Any) -> None:  # noqa: ANN401 - Lambda's
    """Let the provider answer, or say why it cannot."""
    try:
        provider = _provider()
    except Exception as problem:
        _log.exception("The snapshot provider cannot be loaded")
        if "CrHelperPoll" in event:
            raise  # the next tick tries again, and removes the poll once it can
        _answer(event, f"{type(problem).__name__}: {problem}")
    else:
        provider.handler(event, context)


def _provider() -> ModuleType:
    return import_module("neptune_snapshot_provider.handler")


def _answer(event: dict[str, Any], problem: str) -> None:
    """Answer without anything but the standard library; what was never made counts as deleted."""
    from urllib.request import Request, urlopen  # noqa: PLC0415 - seldom needed

    physical_id = event.get("PhysicalResourceId") or f"never-made:{event['RequestId']}"
    is_gone = event["RequestType"] == "Delete" and physical_id.startswith("never-made:")
    answer = {
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        "PhysicalResourceId": physical_id,
        "Status": "SUCCESS" if is_gone else "FAILED",
        "Reason": f"The snapshot provider cannot be loaded: {problem[:_REASON_MAX]}. This request "
        "did nothing at Neptune. Update cdk-neptune-snapshot, then deploy again.",
    }
    headers = {"Content-Type": ""}
    body = json.dumps(answer).encode()
    request = Request(event["ResponseURL"], body, headers, method="PUT")  # noqa: S310 - CloudFormation's
    urlopen(request, timeout=_ANSWER_TIMEOUT).close()  # noqa: S310 - likewise


def _start() -> None:
    """Load what every request needs, while Lambda lends the whole processor.

    What fails here fails again in the invocation, which can answer. None of it is ever garbage, so
    the collector is spared looking.
    """
    gc.disable()
    with suppress(Exception):
        _provider().warm_up()
    gc.freeze()
    gc.enable()


_start()
