"""The stacks of a sequence, and how they are deployed."""

from dataclasses import replace

from simulation import declarations, fault_strategies
from simulation.faults import Fault
from simulation.stacks import Stack
from simulation.surroundings import Surroundings
from simulation.templates import Declared, Template

QUIET_SECONDS = 3.0
"""CloudFormation needs longer from one operation's last request to the next operation."""
_SHORT = 3000
_GONE = ("DELETE_COMPLETE", "DELETE_FAILED", "ROLLBACK_COMPLETE")


class Deployments(Surroundings):
    """What the rules of a sequence need."""

    causes: set[str]

    def stacks(self) -> list[Stack]:
        """Those that still exist and have snapshots, or had."""
        stacks = list(self.universe.cloudformation.stacks.values())
        around = [one.parent for one in stacks]
        exist = [one for one in stacks if one.is_busy or one.status not in _GONE]
        return [one for one in exist if one not in around]

    def idle(self) -> list[Stack]:
        """Those that can be updated."""
        broken = "UPDATE_ROLLBACK_FAILED"
        return [
            one
            for one in self.stacks()
            if not (one.is_busy or (one.parent and one.parent.is_busy)) and one.status != broken
        ]

    def busy(self, *statuses: str) -> list[Stack]:
        """Those in the middle of something, or of one of these."""
        return [
            one for one in self.stacks() if one.is_busy and (not statuses or one.status in statuses)
        ]

    def own(self) -> list[str]:
        """Snapshots that the provider made."""
        snapshots = self.universe.neptune.snapshots.values()
        return [one.name for one in snapshots if one.made_by]

    def deploy(self, update: declarations.Update) -> None:
        self.universe.engine.run(QUIET_SECONDS)
        (stack,) = self.idle()
        nested = stack.parent is not None and update.through_parent
        keeps_failed = stack.status == "CREATE_FAILED" or (update.style.keeps_failed and not nested)
        stack.style = replace(update.style, keeps_failed=keeps_failed)
        first = update.of(stack.template.snapshots[0])
        template = Template(self.snapshots(first, update.count, stack.template), update.fails)
        self.delay_permissions(stack.template.snapshots[0], template.snapshots[0])
        if nested:
            cloudformation = self.universe.cloudformation
            cloudformation.update_through_parent(stack, template, fails=update.parent_fails)
        else:
            self.universe.cloudformation.update(stack, template)

    def snapshots(
        self, first: Declared, count: int, before: Template | None = None
    ) -> tuple[Declared, ...]:
        """The first as drawn, and plain ones beside it."""
        rest = [Declared(f"Snapshot{number}") for number in range(1, count)]
        kept = {one.id: one for one in before.snapshots} if before else {}
        if first.trigger == declarations.NOW:
            first = first.but(trigger=declarations.time_trigger(self.universe.engine.now))
        self._note_causes(first)
        return (first, *(kept.get(one.id, one) for one in rest))

    def _note_causes(self, declared: Declared) -> None:
        if declared.timeout < _SHORT:
            self.causes.add("slow")
        if declared.name:
            self.causes.add("taken name")
        if declared.cluster != "graph":
            self.causes |= {"cluster", "bad property"}

    def arm(self, fault: Fault) -> None:
        self.universe.faults.armed.append(fault)
        self.causes |= fault_strategies.causes(fault)
