"""What AWS does around a snapshot, once each, through the entry of the provider."""

import json
from dataclasses import replace
from typing import Any, Final

import pytest

from simulation.faults import Fault, Kind
from simulation.requests import ANSWER_MAX
from simulation.situations import PAUSE, create, current, update
from simulation.stacks import Stack
from simulation.templates import Declared, Template
from simulation.universe import ANSWER, Universe

LONGER_THAN_AN_INVOCATION: Final = 2000.0
PROMPTLY: Final = 120.0
SNAPSHOT: Final = Declared("Snapshot")
KEEPS_ONE: Final = Declared("Snapshot", retain=True, keep_last=1)


def log(universe: Universe, event: str) -> list[dict[str, Any]]:
    """Return the log lines that carry an event code."""
    lines = [json.loads(line) for line in universe.ledger.log]
    return [line for line in lines if line.get("event") == event]


def test_two_snapshots_hand_over_in_the_same_second(universe: Universe) -> None:
    """Situation 7: both set up their rules, which another update in progress refuses."""
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.faults.armed.append(Fault(Kind.CONFLICT, "PutTargets", seconds=5.0))
    stack = create(universe, SNAPSHOT, Declared("Other", cluster="other"))
    assert stack.status == "CREATE_COMPLETE"


@pytest.mark.parametrize(
    "fault",
    [
        # EventBridge refuses a concurrent change for some seconds.
        *(
            Fault(Kind.CONFLICT, operation, seconds=10.0)
            for operation in ("PutRule", "PutTargets", "RemoveTargets", "DeleteRule")
        ),
        # HTTP 200 with FailedEntryCount 1: the target is not added, or not removed.
        Fault(Kind.PARTIAL, "PutTargets"),
        Fault(Kind.PARTIAL, "RemoveTargets", count=3),
        Fault(Kind.THROTTLED, "PutRule"),
        Fault(Kind.THROTTLED, "RemoveTargets", count=5),
        # For five minutes, of the ninety seconds that are left.
        Fault(Kind.TIMEOUT, "PutTargets"),
        Fault(Kind.RESET_LATE, "PutRule"),
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.operation}",
)
def test_a_change_of_a_rule_fails_for_a_while_or_in_part(universe: Universe, fault: Fault) -> None:
    """Situations 7 and 8."""
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.faults.armed.append(replace(fault))
    assert create(universe, SNAPSHOT).status == "CREATE_COMPLETE"
    assert not universe.events.rules


@pytest.mark.parametrize(("hidden", "lingers"), [(5.0, 0.0), (0.0, 90.0)])
def test_a_rule_is_not_found_at_first_or_fires_once_more(
    universe: Universe, hidden: float, lingers: float
) -> None:
    """Situation 7: rules are eventually consistent; a late poll finds its request answered."""
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.events.hidden, universe.events.lingers = hidden, lingers
    assert create(universe, SNAPSHOT).status == "CREATE_COMPLETE"


def test_a_rule_that_is_not_found_is_deleted(universe: Universe) -> None:
    """Situation 7: the rule is not found for longer than the provider tries to give it a target."""
    universe.ledger.causes.add("set-up")
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.events.hidden = 60.0
    create(universe, SNAPSHOT)
    assert universe.ledger.answers[0].body["Status"] == "FAILED"
    assert not universe.events.rules


def test_a_rule_is_set_up_after_the_delete_of_its_create(universe: Universe) -> None:
    """Situation 7: the Create was killed, and failed as cancelled when it was delivered again."""
    universe.ledger.causes.add("killed")
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    cloudformation = universe.cloudformation
    stack = cloudformation.create("Graph", Template((SNAPSHOT,)))
    universe.engine.run(10.0)
    cloudformation.cancel(stack)
    universe.engine.run(5.0)
    assert stack.status == "ROLLBACK_COMPLETE"
    cloudformation.lag = lambda: 30.0
    universe.faults.armed.append(Fault(Kind.KILL, "PutTargets"))
    universe.engine.run(20.0)
    assert universe.events.rules
    cloudformation.lag = lambda: 0.0


@pytest.mark.parametrize("kind", [Kind.KILL, Kind.KILL_LATE])
def test_a_rule_is_set_up_after_the_delete_of_its_create_and_the_stack_is_updated_again(
    universe: Universe, kind: Kind
) -> None:
    """Situation 7: the rule stayed, as the next operation might have created the resource."""
    universe.ledger.causes.add("killed")
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    cloudformation, other = universe.cloudformation, Declared("Other", cluster="other")
    stack = create(universe, other)
    universe.engine.run(PAUSE)
    cloudformation.update(stack, Template((other, SNAPSHOT)))
    universe.engine.run(10.0)
    cloudformation.cancel(stack)
    universe.engine.run(7.0)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    cloudformation.lag = lambda: 30.0
    universe.faults.armed.append(Fault(kind, "PutTargets"))
    universe.engine.run(20.0)
    assert universe.events.rules
    cloudformation.lag = lambda: 0.0
    cloudformation.update(stack, Template((other.but(trigger="v5"),)))
    universe.settle()
    assert stack.status == "UPDATE_COMPLETE"
    assert not universe.events.rules


def test_a_late_poll_leaves_the_rule_of_the_next_operations_create(universe: Universe) -> None:
    """Situation 7: a removed rule fired once more, and the next Create got no response."""
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.events.lingers = 90.0
    cloudformation, other = universe.cloudformation, Declared("Other", cluster="other")
    stack = create(universe, other)
    universe.engine.run(PAUSE)
    cloudformation.update(stack, Template((other, SNAPSHOT)))
    universe.engine.run(120.0)
    cloudformation.cancel(stack)
    universe.engine.run(7.0)
    assert stack.status == "UPDATE_ROLLBACK_COMPLETE"
    cloudformation.update(stack, Template((other, SNAPSHOT)))
    universe.settle()
    assert stack.status == "UPDATE_COMPLETE"


def test_a_late_poll_of_another_engine_leaves_the_rule_of_the_next_create(
    universe: Universe,
) -> None:
    """Situation 6: no status says there that a later operation waits with the same rule."""
    universe.cloudformation.is_imitated = True
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.events.lingers, universe.function.delays.tick = 90.0, 25.0
    other = Declared("Other", cluster="other")
    stack = create(universe, other)
    cloudformation = universe.cloudformation
    cloudformation.update(stack, Template((other, SNAPSHOT), migration_fails=True))
    universe.engine.run(4000.0, until=lambda: stack.status == "UPDATE_ROLLBACK_COMPLETE")
    cloudformation.update(stack, Template((other, SNAPSHOT)))
    universe.settle()
    assert stack.status == "UPDATE_COMPLETE"


def test_a_late_delivery_may_not_read_the_status_for_a_moment(universe: Universe) -> None:
    """Situation 5: a delivery whose request had failed took the stack for an unknown one."""
    universe.ledger.causes |= {"cluster", "denied"}
    universe.neptune.set_status("graph", "modifying", seconds=100.0, then="available")
    cloudformation = universe.cloudformation
    stack = cloudformation.create("Graph", Template((SNAPSHOT,)))
    universe.engine.run(1.0)
    cloudformation.cancel(stack)
    universe.engine.run(200.0)
    assert stack.status == "ROLLBACK_COMPLETE"
    universe.faults.armed.append(Fault(Kind.DENIED, "DescribeStacks", count=7))
    universe.function.invoke_again(universe.function.delivered[0])
    universe.settle()
    assert "CreateDBClusterSnapshot" not in universe.ledger.calls


@pytest.mark.parametrize(
    "kind",
    [
        Kind.SERVER_ERROR,
        Kind.SERVER_ERROR_LATE,
        Kind.RESET,
        Kind.RESET_LATE,
        Kind.TIMEOUT,
        Kind.TIMEOUT_LATE,
    ],
    ids=lambda kind: kind.value,
)
def test_the_response_is_sent_until_it_is_accepted(universe: Universe, kind: Kind) -> None:
    """Situation 9: the first PUT of the response gets a 5xx or loses its connection."""
    universe.faults.armed.append(Fault(kind, ANSWER))
    stack = create(universe, SNAPSHOT)
    first, *_, last = universe.ledger.attempts
    assert (first.status, last.status) != (200, 200)
    assert last.status == 200
    assert stack.status == "CREATE_COMPLETE"


def test_a_response_is_sent_again_by_the_same_invocation(universe: Universe) -> None:
    """Situation 9: CloudFormation waits for seconds, not until Lambda delivers the event again."""
    universe.faults.armed.append(Fault(Kind.SERVER_ERROR, ANSWER, count=3))
    create(universe, SNAPSHOT)
    attempts = universe.ledger.attempts
    assert [one.status for one in attempts] == [503, 503, 503, 200]
    assert attempts[-1].at - attempts[0].at < 30.0


@pytest.mark.parametrize("duration", [2.0, LONGER_THAN_AN_INVOCATION])
def test_the_response_url_is_unavailable_for_minutes(universe: Universe, duration: float) -> None:
    """Situation 9: what one invocation cannot send, the next one sends."""
    universe.neptune.duration = duration
    universe.faults.armed.append(Fault(Kind.SERVER_ERROR, ANSWER, seconds=400.0))
    stack = create(universe, SNAPSHOT)
    assert stack.status == "CREATE_COMPLETE"


def test_sixty_snapshots_wait_at_the_same_time(universe: Universe) -> None:
    """Situation 9: no policy or rule has to hold something of each of the polls."""
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    stack = create(universe, *(Declared(f"Snapshot{number}") for number in range(60)))
    assert stack.status == "CREATE_COMPLETE"


def _twelve_clusters(universe: Universe) -> Stack:
    names = [f"graph-{number}" for number in range(12)]
    for name in names:
        universe.neptune.add_cluster(name)
    universe.function.concurrency = 10
    universe.neptune.duration = 2700.0
    snapshots = (Declared(f"S{name[6:]}", cluster=name) for name in names)
    return create(universe, *snapshots)


def test_twelve_clusters_share_ten_slots(universe: Universe) -> None:
    """Situation 10: invocations that wait for a slot still begin in time."""
    stack = _twelve_clusters(universe)
    assert stack.status == "CREATE_COMPLETE"


def test_twelve_clusters_without_progress_succeed_or_name_concurrency(universe: Universe) -> None:
    """Situation 10: without progress the provider cannot know how much time remains."""
    universe.ledger.causes.add("slow")
    universe.neptune.report_progress(moves=False)
    stack = _twelve_clusters(universe)
    failed = [one.body for one in universe.ledger.answers if one.body["Status"] == "FAILED"]
    assert stack.status == "CREATE_COMPLETE" or log(universe, "invocation.late")
    assert all("concurrency" in one["Reason"] for one in failed)


def test_an_invocation_that_begins_late_names_concurrency(universe: Universe) -> None:
    """Situation 10: the reason of a deadline that passed in Lambda's queue names the cause."""
    universe.ledger.causes.add("slow")
    universe.function.delays.delivery = 1000.0
    universe.neptune.duration = 2500.0
    create(universe, SNAPSHOT)
    assert "concurrency" in universe.ledger.answers[0].body["Reason"]
    assert log(universe, "invocation.late")


def test_an_invocation_that_begins_late_leaves_its_slot_soon(universe: Universe) -> None:
    """Situation 10: other invocations wait for the slot."""
    universe.function.delays.delivery = 100.0
    universe.neptune.duration = LONGER_THAN_AN_INVOCATION
    universe.neptune.report_progress(moves=False)
    stack = universe.cloudformation.create("Graph", Template((SNAPSHOT,)))
    universe.engine.run(200.0)
    assert universe.events.rules
    universe.settle()
    assert stack.status == "CREATE_COMPLETE"


def test_a_copy_with_all_tags_is_not_deleted(universe: Universe) -> None:
    """Situation 11: a copy made by hand with ``--copy-tags`` carries the owner tags."""
    stack = create(universe, KEEPS_ONE)
    universe.copy_by_hand(current(stack), "copy-by-hand")
    update(universe, stack, KEEPS_ONE.but(trigger="2"))
    update(universe, stack, KEEPS_ONE.but(trigger="3"))
    assert universe.neptune.status_of("copy-by-hand") == "available"


def test_a_snapshot_of_the_restored_cluster_is_not_deleted(universe: Universe) -> None:
    """Situation 11: tags travel through a restore to a manual snapshot of the new cluster."""
    stack = create(universe, KEEPS_ONE)
    universe.add_of_restored_cluster(current(stack), "taken-by-hand")
    update(universe, stack, KEEPS_ONE.but(trigger="2"))
    update(universe, stack, KEEPS_ONE.but(trigger="3"))
    assert universe.neptune.status_of("taken-by-hand") == "available"


def test_a_copy_is_not_reused(universe: Universe) -> None:
    """Situation 11: a copy carries the tags of the snapshot that was taken for a trigger."""
    first = SNAPSHOT.but(trigger="1", reuse=3600)
    stack = create(universe, first)
    universe.copy_by_hand(current(stack), "copy-by-hand")
    update(universe, stack, first.but(trigger="2"))
    update(universe, stack, first)
    assert current(stack) != "copy-by-hand"


def test_a_copy_that_is_named_like_a_snapshot_is_not_reused(universe: Universe) -> None:
    """Situation 11: the name of the copy ends like the name of its source."""
    first = SNAPSHOT.but(trigger="1", reuse=3600)
    stack = create(universe, first)
    copy = f"copy-of-{current(stack)}"
    universe.copy_by_hand(current(stack), copy)
    update(universe, stack, first.but(trigger="2"))
    update(universe, stack, first)
    assert current(stack) != copy


def test_a_snapshot_of_the_previous_cluster_is_not_reused(universe: Universe) -> None:
    """Situation 11: a cluster that is created again under the same name is another cluster."""
    first = SNAPSHOT.but(trigger="1", reuse=3600, retain=True)
    stack = create(universe, first)
    update(universe, stack, first.but(trigger="2"))
    universe.neptune.add_cluster("graph")
    update(universe, stack, first)
    assert universe.ledger.answers[-1].body["Data"]["Outcome"] == "created"


@pytest.mark.parametrize("seconds", [40.0, 90.0])
def test_the_permission_for_the_parameter_propagates_late(
    universe: Universe, seconds: float
) -> None:
    """Situation 14: ``last_good_parameter`` is added to a snapshot that exists."""
    publishes = SNAPSHOT.but(parameter="/graph/last-good")
    stack = create(universe, SNAPSHOT)
    until = universe.engine.now + PAUSE + seconds
    universe.permissions.add_for(SNAPSHOT, publishes, until)
    update(universe, stack, publishes)
    written = universe.parameters.values.get("/graph/last-good", "")
    assert written.endswith(current(stack))


def test_the_permission_for_a_new_cluster_propagates_late(universe: Universe) -> None:
    """A cluster that is added to a stack cannot be snapshotted at once."""
    other = SNAPSHOT.but(cluster="other")
    stack = create(universe, SNAPSHOT)
    universe.permissions.add_for(SNAPSHOT, other, universe.engine.now + PAUSE + 90.0)
    update(universe, stack, other)
    assert stack.status == "UPDATE_COMPLETE"


def test_a_response_always_fits(universe: Universe) -> None:
    """Situation 15: ten deleted names, ten retained names and a long restore command."""
    cluster = "a-cluster-whose-identifier-is-of-the-length-that-neptune-allows"
    first = Declared("Snapshot" + "OfNestedScopes" * 16, cluster=cluster, retain=True)
    roles = [{"RoleArn": "arn:aws:iam::123456789012:role/neptune-loader"}]
    groups = [{"VpcSecurityGroupId": f"sg-0123456789abcde{number:02}"} for number in range(11)]
    universe.neptune.add_cluster(
        cluster,
        VpcSecurityGroups=groups,
        DBSubnetGroup="subnets-" * 28,
        DBClusterParameterGroup="parameters-" * 9,
        AssociatedRoles=roles,
        KmsKeyId="",
    )
    stack = create(universe, first)
    for number in range(21):
        update(universe, stack, first.but(trigger=f"generation-number-{number}"))
    taken = [deed.name for deed in universe.ledger.deeds if deed.operation == "create"]
    for name in taken[:10]:
        universe.neptune.snapshots[name].tags["neptune-snapshot:keep"] = ""
    update(universe, stack, first.but(trigger="the-last-generation", keep_last=1))
    assert stack.status == "UPDATE_COMPLETE"
    assert len(json.dumps(universe.ledger.answers[-1].body)) <= ANSWER_MAX
    assert universe.neptune.status_of(stack.ids[first.logical_id]) == "available"


@pytest.mark.parametrize(
    "status",
    [
        "stopped",
        "cloning-failed",
        "migration-failed",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-parameters",
    ],
)
def test_a_cluster_that_stays_unusable_fails_the_request_at_once(
    universe: Universe, status: str
) -> None:
    """Situation 17: waiting does not change the state."""
    universe.ledger.causes.add("cluster")
    universe.neptune.set_status("graph", status)
    create(universe, SNAPSHOT)
    (failed, *_) = universe.ledger.answers
    assert status in failed.body["Reason"]
    assert universe.ledger.attempts[0].at - failed.request.sent_at < PROMPTLY


@pytest.mark.parametrize("status", ["stopped", "stopping"])
def test_a_stopped_cluster_fails_with_the_command_that_starts_it(
    universe: Universe, status: str
) -> None:
    """Situation 17: a longer timeout does not help."""
    universe.ledger.causes.add("cluster")
    universe.neptune.set_status("graph", status, seconds=300.0, then="stopped")
    create(universe, SNAPSHOT)
    (failed, *_) = universe.ledger.answers
    assert "aws neptune start-db-cluster" in failed.body["Reason"]
    assert universe.ledger.attempts[0].at - failed.request.sent_at < 600.0


def test_a_cluster_that_starts_is_waited_for(universe: Universe) -> None:
    """Situation 17: ``starting`` ends by itself."""
    universe.neptune.set_status("graph", "starting", seconds=600.0, then="available")
    stack = create(universe, SNAPSHOT)
    assert stack.status == "CREATE_COMPLETE"


def test_the_tags_of_a_snapshot_that_vanishes_are_an_invalid_parameter(universe: Universe) -> None:
    """ListTagsForResource may refuse an ARN that it does not find with InvalidParameterValue."""
    universe.neptune.tags_of_missing = "InvalidParameterValue"
    stack = create(universe, SNAPSHOT)
    name = current(stack)

    def vanish_before_the_tags_are_read(_: int) -> None:
        if universe.ledger.calls[-1] == "DescribeDBClusterSnapshots":
            universe.ledger.struck.add(name)
            universe.neptune.snapshots.pop(name, None)

    universe.before_call = vanish_before_the_tags_are_read
    universe.engine.run(60.0)
    universe.cloudformation.delete(stack)
    universe.settle()
    assert stack.status == "DELETE_COMPLETE"


def test_an_email_address_is_a_tag_value(universe: Universe) -> None:
    """Situation 18: the service accepts ``@`` in a tag."""
    stack = create(universe, SNAPSHOT.but(tags={"owner": "team@example.com"}))
    assert stack.status == "CREATE_COMPLETE"
    tags = universe.neptune.snapshots[current(stack)].tags
    assert tags["owner"] == "team@example.com"


def _restore_command(universe: Universe) -> str:
    (answer,) = universe.ledger.answers
    return str(answer.body["Data"]["RestoreCommand"])


def test_a_dual_stack_cluster_is_restored_as_dual_stack(universe: Universe) -> None:
    """Situation 19: the restore command names the network type."""
    universe.neptune.add_cluster("graph", NetworkType="DUAL")
    create(universe, SNAPSHOT)
    assert "--network-type DUAL" in _restore_command(universe)


def test_a_setting_that_fits_no_tag_drops_no_other(universe: Universe) -> None:
    """Situation 19: what could not be stored is reported, and the rest is stored."""
    groups = [{"VpcSecurityGroupId": f"sg-0123456789abcde{number:02}"} for number in range(20)]
    universe.neptune.add_cluster("graph", VpcSecurityGroups=groups)
    create(universe, SNAPSHOT)
    command = _restore_command(universe)
    assert "--db-cluster-parameter-group-name graph-parameters" in command
    assert "--role-arn arn:aws:iam::123456789012:role/graph-loader" in command
    stored = all(group["VpcSecurityGroupId"] in command for group in groups)
    assert stored or "Not in the tags: security-groups" in command


def test_a_setting_that_is_longer_than_a_tag_is_reported(universe: Universe) -> None:
    """Situation 19: a subnet group's name may have as many characters as the value of a tag."""
    universe.neptune.add_cluster("graph", DBSubnetGroup="s" * 255)
    create(universe, SNAPSHOT)
    command = _restore_command(universe)
    assert "--db-cluster-parameter-group-name graph-parameters" in command
    assert "Not in the tags: subnet-group" in command


def test_five_ordinary_roles_are_not_dropped_silently(universe: Universe) -> None:
    """Situation 19: each role is in the restore command, or is reported as missing."""
    names = ["loader", "export", "machine-learning", "streams", "backup"]
    roles = [
        {"RoleArn": f"arn:aws:iam::123456789012:role/neptune-production-{name}"} for name in names
    ]
    universe.neptune.add_cluster("graph", AssociatedRoles=roles)
    create(universe, SNAPSHOT)
    command = _restore_command(universe)
    dropped = [one["RoleArn"] for one in roles if one["RoleArn"] not in command]
    assert not dropped or "Not in the tags: roles" in command
