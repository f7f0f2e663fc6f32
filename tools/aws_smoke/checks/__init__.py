"""Checks of the assumptions: each looks at the evidence and says what it shows."""

from aws_smoke.checks import cloudformation, functions, iam, neptune, rollback, snapshots
from aws_smoke.checks.finding import CHECKS, Check, Conclusion, Finding, judge

__all__ = [
    "CHECKS",
    "Check",
    "Conclusion",
    "Finding",
    "cloudformation",
    "functions",
    "iam",
    "judge",
    "neptune",
    "rollback",
    "snapshots",
]
