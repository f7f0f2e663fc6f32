"""What one would otherwise use, as a competent person would write it with each one's defaults.

Every peer puts any number of snapshots into a stack, one per cluster.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

import aws_cdk as cdk

from benchmarks.peers import no_op, ours, plain_crhelper, provider_framework, waiter_loop

Define: TypeAlias = Callable[[cdk.Stack, Sequence[str]], object]

OURS: Final = "ours"
PROVIDER_FRAMEWORK: Final = "CDK Provider framework"
PLAIN_CRHELPER: Final = "plain crhelper"
WAITER_LOOP: Final = "waiter, every 30 s"
NO_OP: Final = "no-op custom resource"

PEERS: Final[Mapping[str, Define]] = {
    OURS: ours.define,
    PROVIDER_FRAMEWORK: provider_framework.define,
    PLAIN_CRHELPER: plain_crhelper.define,
    WAITER_LOOP: waiter_loop.define,
}
"""Those that take snapshots."""

ALL: Final[Mapping[str, Define]] = {**PEERS, NO_OP: no_op.define}
