"""What ``boto3.client`` returns in the simulation: faults, and time that passes."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from fake_neptune import Client
from simulation.faults import Kind

_ATTEMPTS: Final = 5
"""What the function's environment says (AWS_MAX_ATTEMPTS)."""
_TIMEOUT: Final = 60.0
"""botocore's default for connecting and for reading."""


class Calls(Protocol):
    """Carries a call out, or lets it fail."""

    def call(
        self,
        operation: str,
        effect: Callable[[], dict[str, Any]],
        lost: Callable[[Kind], float],
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        """``lost`` tells the seconds after which botocore gives up on a silent endpoint."""
        ...


def client(service: str, backend: object, calls: Calls, config: Any) -> Client:  # noqa: ANN401 - botocore's
    """Make a client whose calls take time and may fail."""

    def seconds_lost(kind: Kind) -> float:
        which = "connect_timeout" if kind is Kind.TIMEOUT else "read_timeout"
        timeout = float(getattr(config, which, _TIMEOUT))
        retries = getattr(config, "retries", None) or {}
        return timeout * int(retries.get("total_max_attempts", _ATTEMPTS))

    return Client(
        service,
        backend,
        lambda operation, effect, parameters: calls.call(
            operation, effect, seconds_lost, parameters
        ),
    )
