"""Every order of events: Hypothesis plays the user, CloudFormation, Neptune and the faults."""

from contextlib import AbstractContextManager  # noqa: TC003 - Hypothesis reads annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from simulation import declarations, fault_strategies
from simulation.deploying import QUIET_SECONDS, Deployments
from simulation.faults import Fault
from simulation.invariants import ALWAYS, AT_REST, verify
from simulation.stacks import Style
from simulation.templates import Declared, Template
from simulation.universe import Universe, simulated

KILLS_MAX = 2
"""As often Lambda delivers an event again; whoever is killed more often is never answered."""
HANGS_MAX = 1
DISASTERS_MAX = 2
SETTINGS = settings(
    deadline=None,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


class Lifecycle(Deployments):
    """Stacks with one to three snapshots on one provider, and what befalls them."""

    def __init__(self) -> None:
        super().__init__()
        self._kills = 0
        self._hangs = 0
        self._disasters = 0
        self._simulation: AbstractContextManager[Universe] | None = None

    @initialize(
        seed=st.integers(0, 2**16),
        duration=fault_strategies.DURATIONS,
        first=declarations.DECLARED,
        count=st.integers(1, 3),
        nested=fault_strategies.SELDOM,
        unusual=st.sampled_from(["", "", "", "", "", "imitated", "parent denied"]),
    )
    def begin(  # noqa: PLR0917 - drawn
        self,
        seed: int,
        duration: float,
        first: Declared,
        count: int,
        nested: bool,  # noqa: FBT001 - drawn
        unusual: str,
    ) -> None:
        """With a stack, so that there is something to lose."""
        self._simulation = simulated(seed)
        self.universe = self._simulation.__enter__()
        self.causes = self.universe.ledger.causes
        self.universe.neptune.duration = duration
        cloudformation = self.universe.cloudformation
        cloudformation.lag = fault_strategies.staleness(self.universe.random)
        cloudformation.is_imitated = unusual == "imitated"
        template = Template(self.snapshots(first, count))
        if not nested:
            cloudformation.create("Graph", template)
            return
        child = cloudformation.create_nested("Graph", template)
        if child.parent and unusual == "parent denied":
            cloudformation.denied.add(child.parent.id)

    def teardown(self) -> None:
        if self._simulation is None:
            return
        simulation, self._simulation = self._simulation, None
        try:
            self.universe.faults.armed.clear()
            self.universe.settle()
            verify(self.universe, ALWAYS + AT_REST)
        finally:
            simulation.__exit__(None, None, None)

    @invariant()
    def all_is_well(self) -> None:
        if self._simulation:
            verify(self.universe)

    # What users do.

    @precondition(lambda self: not self.stacks())
    @rule(
        first=declarations.DECLARED,
        count=st.integers(1, 3),
        fails=fault_strategies.SELDOM,
        style=declarations.CREATION_STYLES,
    )
    def create_stack(self, first: Declared, count: int, fails: bool, style: Style) -> None:  # noqa: FBT001 - drawn
        template = Template(self.snapshots(first, count), fails)
        self.delay_permissions(None, template.snapshots[0])
        self.universe.cloudformation.create("Graph", template, style)

    @precondition(lambda self: self.idle())
    @rule(update=declarations.UPDATES)
    def update_stack(self, update: declarations.Update) -> None:
        self.deploy(update)

    @precondition(lambda self: self.idle())
    @rule(update=declarations.UPDATES, before=fault_strategies.SECONDS)
    def update_stack_and_wait(self, update: declarations.Update, before: float) -> None:
        """What is going to happen may happen to it."""
        self.universe.engine.run(before)
        if self.idle():
            self.deploy(update)
            self.universe.settle()

    @precondition(lambda self: self.idle())
    @rule(attempts=declarations.ATTEMPTS, between=fault_strategies.SECONDS)
    def deployments_fail_and_are_tried_again(
        self, attempts: list[declarations.Update], between: float
    ) -> None:
        for update in attempts:
            if self.idle():
                self.deploy(update)
                self.universe.settle()
                self.universe.engine.run(between)

    @precondition(lambda self: self.idle() or self.busy("CREATE_IN_PROGRESS"))
    @rule(really=fault_strategies.SELDOM)
    def delete_stack(self, really: bool) -> None:  # noqa: FBT001 - drawn
        if really and self.idle():
            self.universe.engine.run(QUIET_SECONDS)
        for stack in self.idle() + self.busy("CREATE_IN_PROGRESS"):
            if really and not (stack.parent and stack.parent.is_busy):
                self.universe.cloudformation.delete(stack)

    @precondition(lambda self: self.busy("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"))
    @rule(really=fault_strategies.SELDOM)
    def something_else_in_the_stack_fails(self, really: bool) -> None:  # noqa: FBT001 - drawn
        for stack in self.busy("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"):
            if really:
                self.universe.cloudformation.cancel(stack)

    # What time does; twice, so that more of it passes.

    @rule(seconds=fault_strategies.SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.universe.engine.run(seconds)

    @rule(seconds=fault_strategies.SECONDS)
    def more_time_passes(self, seconds: float) -> None:
        self.universe.engine.run(seconds)

    @rule()
    def everything_comes_to_rest(self) -> None:
        self.universe.settle()

    # What Lambda and EventBridge do.

    @precondition(lambda self: self.universe.function.delivered)
    @rule(which=st.integers(0, 50))
    def an_event_is_delivered_again(self, which: int) -> None:
        """However late, and whatever the stack does by then."""
        function = self.universe.function
        function.invoke_again(function.delivered[-1 - which % len(function.delivered)])
        if not self.busy():
            self.universe.engine.run(30.0)

    @rule(seconds=st.sampled_from([0.0, 5.0, 25.0]))
    def ticks_are_late(self, seconds: float) -> None:
        self.universe.function.delays.tick = seconds

    @precondition(lambda self: self._kills < KILLS_MAX)
    @rule(fault=fault_strategies.KILLS)
    def a_process_is_going_to_be_killed(self, fault: Fault) -> None:
        self._kills += 1
        self.arm(fault)

    # What the network and the services do.

    @rule(fault=fault_strategies.FAULTS)
    def something_is_going_to_fail(self, fault: Fault) -> None:
        self.arm(fault)

    @precondition(lambda self: self._hangs < HANGS_MAX)
    @rule(fault=fault_strategies.HANGS)
    def a_call_is_going_to_hang(self, fault: Fault) -> None:
        self._hangs += 1
        self.arm(fault)

    # What happens at Neptune.

    @rule(duration=fault_strategies.DURATIONS, hidden=st.sampled_from([0.0, 0.0, 1.0, 3.0]))
    def snapshots_take(self, duration: float, hidden: float) -> None:
        self.universe.neptune.duration = duration
        self.universe.neptune.hide_new_snapshots(hidden)

    @rule(
        status=st.sampled_from(["modifying", "backing-up", "unheard-of", "deleting", ""]),
        seconds=st.sampled_from([10.0, 100.0, 900.0]),
    )
    def the_cluster_is(self, status: str, seconds: float) -> None:
        """Or it is gone; for a while."""
        neptune = self.universe.neptune
        if status and "graph" in neptune.clusters:
            neptune.set_status("graph", status, seconds=seconds, then="available")
        elif neptune.clusters.pop("graph", None):
            self.universe.engine.after(seconds, lambda: neptune.add_cluster("graph"))
        self.causes.add("cluster")

    @precondition(lambda self: self._disasters < DISASTERS_MAX and self.own())
    @rule(disaster=fault_strategies.DISASTERS, which=st.integers(0, 5))
    def a_disaster_happens(self, disaster: str, which: int) -> None:
        """To one of our snapshots, or to the room there is for them."""
        self._disasters += 1
        neptune, own = self.universe.neptune, self.own()
        name = own[which % len(own)]
        if disaster == "no room":
            self.causes.add("quota")
            neptune.quota = neptune.used
        elif disaster == "never ends":
            self.causes.add("slow")
            neptune.duration = None
        elif disaster.startswith("deleted"):
            self.causes |= {"by hand", "taken name"}
            self.universe.ledger.struck.add(name)
            del neptune.snapshots[name]
            if disaster == "deleted and made again":
                neptune.add(name, {"owner": "somebody else"})
                self.universe.ledger.foreign[name] = ("available", {"owner": "somebody else"})
        else:
            self.causes.add("broken")
            self.universe.ledger.struck.add(name)
            neptune.snapshots[name].forced_status = disaster
