"""Answers that no sequence needs often enough to be sure of."""

from simulation.faults import Fault, Kind
from simulation.invariants import ALWAYS, AT_REST, verify
from simulation.templates import Declared, Template
from simulation.universe import simulated


def test_a_create_that_never_was_valid_answers_an_id_that_no_snapshot_has() -> None:
    with simulated() as universe:
        universe.ledger.causes.add("bad property")
        template = Template((Declared("Snapshot", cluster="9--bad"),))
        stack = universe.cloudformation.create("Graph", template)
        universe.settle()
        assert stack.status == "ROLLBACK_COMPLETE"
        failed = universe.ledger.answers[0].body
        request_id = universe.ledger.answers[0].request.id
        assert failed["PhysicalResourceId"] == f"never-made:{request_id}"
        verify(universe, ALWAYS + AT_REST)


def test_a_delete_removes_the_rule_of_the_create_it_cancels_at_once() -> None:
    """Without a Delete the next tick does, if then there still is a function."""
    with simulated() as universe:
        universe.neptune.duration = 2000.0
        stack = universe.cloudformation.create("Graph", Template((Declared("Snapshot"),)))
        universe.engine.run(820.0)
        assert universe.events.rules
        universe.cloudformation.cancel(stack)
        universe.engine.run(5.0)
        assert not universe.events.rules
        universe.settle()
        verify(universe, ALWAYS + AT_REST)


def test_an_invocation_that_runs_out_of_time_answers_with_its_own_id() -> None:
    """Crhelper answers half a second before the end, whatever the handler is doing."""
    with simulated() as universe:
        universe.ledger.causes |= {"set-up", "killed"}
        universe.neptune.duration = 2000.0
        universe.faults.armed += [Fault(Kind.TIMEOUT, "PutTargets", count=9)]
        universe.cloudformation.create("Graph", Template((Declared("Snapshot"),)))
        universe.settle()
        first = universe.ledger.answers[0].body
        assert first["Status"] == "FAILED"
        assert first["PhysicalResourceId"].startswith("graph-")
        verify(universe, ALWAYS)
