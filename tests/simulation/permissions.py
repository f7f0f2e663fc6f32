"""Permissions that a deployment adds, and that IAM grants only some time later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from simulation.templates import Declared

PARAMETER: Final = ("GetParameter", "PutParameter")
RETENTION: Final = ("DescribeDBClusterSnapshotAttributes", "DescribeAccountAttributes")
CLUSTER: Final = ("CreateDBClusterSnapshot", "DescribeDBClusters")


@dataclass(frozen=True)
class Late:
    """Operations that are denied until a time, all of them or those about one resource."""

    operations: tuple[str, ...]
    until: float
    about: str = ""

    def denies(self, operation: str, parameters: Mapping[str, Any], now: float) -> bool:
        """Whether a call is denied now."""
        concerned = not self.about or self.about in parameters.values()
        return operation in self.operations and concerned and now < self.until


@dataclass
class Permissions:
    """What IAM does not allow yet."""

    late: list[Late] = field(default_factory=list[Late])

    def deny(self, operations: tuple[str, ...], until: float, about: str = "") -> None:
        """Deny operations until a time, as a permission that is being added is not granted yet."""
        self.late.append(Late(operations, until, about))

    def add_for(self, before: Declared | None, after: Declared, until: float) -> None:
        """Deny until a time what a snapshot's declaration needs and the previous one did not."""
        if after.parameter and after.parameter != (before.parameter if before else ""):
            self.deny(PARAMETER, until, after.parameter)
        if after.keep_last and not (before and before.keep_last):
            self.deny(RETENTION, until)
        if before is None or after.cluster != before.cluster:
            self.deny(CLUSTER, until, after.cluster)

    def allow(self, operation: str, parameters: Mapping[str, Any], now: float) -> bool:
        """Whether a call is allowed now."""
        return not any(one.denies(operation, parameters, now) for one in self.late)
