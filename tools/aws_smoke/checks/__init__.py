"""Checks of the assumptions: each looks at the evidence and says what it shows."""

from aws_smoke.checks import (  # noqa: F401 - each registers its checks
    cloudformation,
    functions,
    iam,
    neptune,
    refusals,
    rollback,
    snapshots,
)
from aws_smoke.checks.finding import CHECKS, Conclusion, judge

__all__ = ["CHECKS", "Conclusion", "judge"]
