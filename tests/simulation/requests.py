"""One request of CloudFormation: sent, then answered, given up or out of time."""

import json
from dataclasses import dataclass
from typing import Any, Final

URL_TAIL: Final = "&X-Amz-Credential=c&X-Amz-Signature=sEcReT"
ANSWER_MAX: Final = 4096
"""Bytes of an answer that CloudFormation accepts."""


@dataclass(eq=False)
class Request:
    """``cancelled`` means that CloudFormation continued without its response.

    ``reverts`` marks an Update that only puts back what was there, ``is_rollback`` one that does so
    in the rollback of its stack, and ``is_accepted`` a response that CloudFormation took as what
    the resource is from then on. ``read_status`` is what the request last read of its stacks.
    """

    event: dict[str, Any]
    sent_at: float
    reverts: bool = False
    is_rollback: bool = False
    is_accepted: bool = False
    answer: dict[str, Any] | None = None
    answered_at: float | None = None
    cancelled: bool = False
    read_status: str = ""
    read_at: float = 0.0
    timed_out: bool = False

    @property
    def id(self) -> str:
        """Its RequestId."""
        return str(self.event["RequestId"])

    @property
    def type(self) -> str:
        """Create, Update or Delete."""
        return str(self.event["RequestType"])

    @property
    def logical_id(self) -> str:
        """Which resource."""
        return str(self.event["LogicalResourceId"])

    @property
    def succeeded(self) -> bool:
        """Answered SUCCESS."""
        return self.answer is not None and self.answer.get("Status") == "SUCCESS"

    @property
    def settled(self) -> bool:
        """Nothing more is waited for."""
        return self.answer is not None or self.timed_out or self.cancelled

    @property
    def data(self) -> dict[str, str]:
        """The attributes in the response."""
        return dict((self.answer or {}).get("Data") or {})

    @property
    def physical_id(self) -> str:
        """What CloudFormation knows the resource by after it."""
        if self.answer is not None:
            return str(self.answer.get("PhysicalResourceId", ""))
        known = self.event.get("PhysicalResourceId")
        return str(known) if known else f"Graph-{self.logical_id}-1ABCDEFGHIJK"


def problems(request: Request, body: bytes) -> list[str]:
    """What CloudFormation, or a careful reader, finds wrong with an answer."""
    found: list[str] = []
    answer: dict[str, Any] = json.loads(body)
    if len(body) > ANSWER_MAX:
        found.append(f"{len(body)} bytes")
    found.extend(
        f"{key} is {answer.get(key)!r}"
        for key in ("StackId", "RequestId", "LogicalResourceId")
        if answer.get(key) != request.event[key]
    )
    physical_id = answer.get("PhysicalResourceId")
    if not isinstance(physical_id, str) or not 0 < len(physical_id) <= 1024:
        found.append(f"PhysicalResourceId is {physical_id!r}")
    if answer.get("Status") not in ("SUCCESS", "FAILED"):
        found.append(f"Status is {answer.get('Status')!r}")
    if answer.get("Status") == "FAILED" and not answer.get("Reason"):
        found.append("FAILED without a reason")
    return found
