"""A Neptune, a CloudFormation and a clock in memory, for tests that need no network."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fake_neptune import Client, Cluster, FakeNeptune, Snapshot, SnapshotBehaviour, SnapshotEnd
from neptune_snapshot_provider.aws.client import BotoAws
from neptune_snapshot_provider.continuation import Continuation, fold, unfold
from neptune_snapshot_provider.core import ownership
from neptune_snapshot_provider.core.models import MISSING, Missing, Stack
from neptune_snapshot_provider.core.refusals import Refusal
from neptune_snapshot_provider.core.request import parse_request
from neptune_snapshot_provider.core.schedule import TICK_INTERVAL, Budget
from neptune_snapshot_provider.core.steps import Continue, Respond
from neptune_snapshot_provider.reconciler import Reconciler
from support import events
from support.parameters import ParameterStore

NOW = 1_000_000.0
CLUSTER_AGE = 500_000.0
_NAMES: Final = {
    "AddTagsToResource": "add_tags",
    "CreateDBClusterSnapshot": "create",
    "DeleteDBClusterSnapshot": "delete",
    "DescribeAccountAttributes": "quota",
    "DescribeDBClusterSnapshotAttributes": "is_shared",
    "DescribeDBClusters": "cluster",
    "GetParameter": "parameter",
    "ListTagsForResource": "tags",
    "PutParameter": "put_parameter",
    "RemoveTagsFromResource": "remove_tags",
}
"""The methods of `Aws` by the operation that each of them calls."""


class VirtualClock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = NOW) -> None:
        self.time = now
        self.pauses: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.time += seconds


class World(BotoAws):
    """`Aws` by the provider's client on Neptune in memory, and CloudFormation.

    Every call is written to ``calls``, by the name of the method. ``before`` is called with this
    name first: it may raise, or change the world. ``stacks`` are the statuses of the stack and its
    ancestors; none if CloudFormation does not know the stack.
    """

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.neptune = FakeNeptune(self.clock.now, Snapshot)
        self.neptune.tags_of_missing = "DBSnapshotNotFound"
        self.neptune.page_size = 3
        self.duration = 0.0
        self.stacks: tuple[str, ...] = ("CREATE_IN_PROGRESS",)
        self.ancestors_known = True
        self.began_at: float | None = None
        self.calls: list[str] = []
        store = ParameterStore()
        self.parameters = store.values
        self.before: Callable[[str], None] | None = None
        backends = {"neptune": self.neptune, "rds": self.neptune, "ssm": store}
        for name, backend in backends.items():
            vars(self)[f"_{name}"] = Client(name, backend, self._carry)

    @property
    def duration(self) -> float | None:
        """How long snapshots take that are not available yet, in seconds; ``None`` for ever."""
        is_endless = self.neptune.behaviour.outcome is SnapshotEnd.NEVER
        return None if is_endless else self.neptune.behaviour.seconds

    @duration.setter
    def duration(self, seconds: float | None) -> None:
        taken = [one for one in self.snapshots.values() if one.status == "creating"]
        self.neptune.behaviour = (
            SnapshotBehaviour(seconds=float("inf"), outcome=SnapshotEnd.NEVER)
            if seconds is None
            else SnapshotBehaviour(seconds=seconds)
        )
        for one in taken:
            one.behaviour = self.neptune.behaviour

    @property
    def snapshots(self) -> dict[str, Snapshot]:
        return self.neptune.snapshots

    @property
    def clusters(self) -> dict[str, Cluster]:
        return self.neptune.clusters

    @property
    def allowed(self) -> int:
        """The quota of manual snapshots."""
        return self.neptune.quota

    @allowed.setter
    def allowed(self, quota: int) -> None:
        self.neptune.quota = quota

    def begin(self, *statuses: str) -> None:
        """Begin another operation of the stack, a minute later; its first request follows."""
        self.began_at = self.clock.now() + 60
        self.clock.time += 65
        self.stacks = statuses

    def at_call(self, call: str, change: Callable[[], object], *, after: float = 0.0) -> None:
        """Let something happen before each call of a name, or of any, in so many seconds."""
        begins_at = self.clock.now() + after

        def before(name: str) -> None:
            if call in ("", name) and self.clock.now() >= begins_at:
                change()

        self.before = before

    def turn(self, *statuses: str, call: str = "stack", after: float = 0.0) -> None:
        """Let the stack have other statuses from a call of that name on."""

        def turning() -> None:
            self.stacks = statuses

        self.at_call(call, turning, after=after)

    def refuse(
        self,
        call: str,
        refusal: Refusal | KeyboardInterrupt,
        *,
        times: int = 10_000,
        after: float = 0.0,
        seconds: float = 1e9,
    ) -> None:
        """Refuse the next calls of a name, or of any, in ``after`` seconds, for ``seconds``."""
        left, until = [times], self.clock.now() + after + seconds

        def refusing() -> None:
            if left[0] > 0 and self.clock.now() < until:
                left[0] -= 1
                raise refusal

        self.at_call(call, refusing, after=after)

    def reconcile(
        self,
        event: dict[str, Any],
        *,
        lambda_seconds: float = 900.0,
        known: Continuation | None = None,
    ) -> Respond | Continue:
        """Let one invocation work on an event."""
        request, now = parse_request(event), self.clock.now()
        if known:
            budget = Budget.tick(now, known.started_at, request.timeout, known.delay)
        else:
            budget = Budget.first(now, request.timeout, lambda_seconds, request.sent_at)
        started = known is not None and known.started
        return Reconciler(request, self, self.clock, budget, started=started).run()

    def respond(self, event: dict[str, Any]) -> Respond:
        """Let invocations work on an event, by a rule if it takes long, until one responds."""
        started_at = parse_request(event).sent_at or self.clock.now()
        known: Continuation | None = None
        while True:
            began_at = self.clock.now()
            outcome = self.reconcile(event, known=known)
            if isinstance(outcome, Respond):
                return outcome
            known = Continuation(
                started_at=started_at, started=outcome.started, delay=known.delay if known else 0.0
            )
            event, known = unfold(fold(event, parse_request(event), known))
            self.clock.time = max(self.clock.now(), began_at + TICK_INTERVAL)

    def add_cluster(
        self,
        identifier: str = events.CLUSTER,
        *,
        engine: str = "neptune",
        status: str = "available",
        age: float = CLUSTER_AGE,
    ) -> None:
        self.clusters[identifier] = Cluster(identifier, NOW - age, engine, status, {})

    def add_snapshot(
        self,
        identifier: str,
        tags: Mapping[str, str] | None = None,
        *,
        cluster: str = events.CLUSTER,
        status: str = "available",
        source: str = "",
        age: float = 0.0,
    ) -> Snapshot:
        self.neptune.add(
            identifier,
            tags or {},
            cluster=cluster,
            source=source,
            created_at=self.clock.now() - age,
            fields={"AllocatedStorage": 12},
        )
        self.set_status(identifier, status)
        return self.snapshots[identifier]

    def add_own(self, request_id: str, *, age: float = 0.0, **properties: object) -> str:
        """Add a snapshot that the resource took, with the name and the tags of that request."""
        request = parse_request(events.create(request_id, **properties))
        assert request.properties
        name = ownership.snapshot_identifier(request, request.properties)
        tags = {**request.properties.tags, **ownership.owner_tags(request, request.properties)}
        self.add_snapshot(name, tags, cluster=request.properties.cluster, age=age)
        return name

    def change(self, identifier: str, **fields: object) -> None:
        """Change a snapshot's record."""
        self.snapshots[identifier].fields |= fields

    def set_status(self, identifier: str, status: str) -> None:
        """Put a snapshot in a state; one that is ``creating`` goes on from there."""
        is_creating = status == "creating"
        one = self.snapshots[identifier]
        one.forced_status = "" if is_creating else status
        one.behaviour = self.neptune.behaviour if is_creating else one.behaviour

    def tags_of(self, identifier: str) -> dict[str, str]:
        return self.snapshots[identifier].tags

    def stack(self, stack_id: str) -> Stack | Missing:  # noqa: ARG002 - there is one
        self._called("stack")
        if not self.stacks:
            return MISSING
        status, *ancestors = self.stacks
        return Stack(
            status=status,
            ancestors=tuple(ancestors),
            ancestors_known=self.ancestors_known,
            began_at=self.began_at,
        )

    def _carry(
        self, operation: str, effect: Callable[[], dict[str, Any]], parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        is_one = "DBClusterSnapshotIdentifier" in parameters
        self._called(_NAMES.get(operation, "snapshot" if is_one else "snapshots_of"))
        return effect()

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.before:
            self.before(name)
