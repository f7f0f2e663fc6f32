"""Every check confirms what is so, refutes what is not, and says when it has seen nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aws_smoke.checks import CHECKS, Verdict, judge
from aws_smoke.checks.finding import overall
from aws_smoke.evidence import Asked, Evidence, LogLine, Look, StackEvent
from smoke.evidences import RULE, T, created, good, said, step, tagged, told

Spoil = Callable[[Evidence], object]


def _ask(question: str, code: str) -> Spoil:
    return lambda evidence: evidence.asked.update({question: Asked(code)})


def _line(line: LogLine) -> Spoil:
    return lambda evidence: evidence.log.append(line)


def _lane(lane: str, *lines: LogLine) -> Spoil:
    """Let a lane's functions have logged something else."""

    def spoil(evidence: Evidence) -> None:
        evidence.log[:] = [*(one for one in evidence.log if one.lane != lane), *lines]

    return spoil


def _looks(*looks: Look) -> Spoil:
    return lambda evidence: setattr(evidence, "looks", list(looks))


def _step(name: str, **others: object) -> Spoil:
    def spoil(evidence: Evidence) -> None:
        evidence.steps[:] = [
            replace(one, **others) if one.step == name else one  # type: ignore[arg-type]
            for one in evidence.steps
        ]

    return spoil


def _fields(key: str, value: object) -> Spoil:
    """Let every request have carried another value."""

    def spoil(evidence: Evidence) -> None:
        for one in evidence.log:
            if key in one.fields:
                one.fields[key] = value

    return spoil


_STATUS = "UPDATE_IN_PROGRESS"
SPOILT: dict[str, Spoil] = {
    "identifiers_are_lower_case_and_compared_so": lambda e: e.asked.update(create=created("N-A")),
    "arns_are_built_as_expected": lambda e: (
        e.asked["create"]
        .answer["DBClusterSnapshot"]
        .update(DBClusterSnapshotArn="arn:aws:neptune:eu-west-1:1:snapshot:n-taken")
    ),
    "a_taken_name_is_refused": _ask("create-again", ""),
    "a_second_snapshot_is_taken_or_refused_as_busy": _ask("create-beside", "Else"),
    "what_is_not_there_is_named_so": _ask("no-cluster", "NotFound"),
    "a_new_snapshot_is_seen_at_once": _line(said("keep", 6, "Snapshot a is not visible")),
    "a_snapshot_goes_from_creating_to_available": _looks(Look(T, "a", "storage-full", 0, T)),
    "progress_is_a_number_and_ends_at_100": _looks(Look(T, "a", "creating", None, T)),
    "the_creation_time_is_there_and_stays": _looks(
        Look(T, "a", "creating", 0, T), Look(T + 9, "a", "available", 100, T + 5)
    ),
    "the_creation_time_lies_within_the_call": lambda e: e.asked.update(create=created(at=-20)),
    "tags_are_there_from_the_start": lambda e: e.asked.update({"tags-at-once": tagged()}),
    "what_is_not_available_is_not_deleted": _ask("delete-while-creating", ""),
    "a_deleted_snapshot_is_not_found": _ask("deleted", ""),
    "tags_are_changed_at_once": lambda e: e.asked.update({"tags-after-retag": tagged()}),
    "a_cluster_without_instances_has_snapshots": _looks(Look(T, "a", "failed", 0, T)),
    "the_quota_has_its_name": lambda e: e.asked.update(
        quotas=Asked("", {"AccountQuotas": [{"AccountQuotaName": "Else"}]})
    ),
    "the_tags_of_no_snapshot_are_not_found": _ask("no-snapshot-tags", "DBSnapshotNotFound"),
    "sharing_is_an_attribute_with_accounts": lambda e: e.asked.update(
        attributes=Asked(
            "",
            {
                "DBClusterSnapshotAttributesResult": {
                    "DBClusterSnapshotAttributes": [{"AttributeValues": ["own"]}]
                }
            },
        )
    ),
    "records_have_the_fields_known": lambda e: e.fields.add("Novelty"),
    "a_failed_create_is_deleted_by_the_id_it_answered": _lane(
        "first", told("first", 20, "Delete", "ProbeMigration1", "first-XYZ")
    ),
    "a_replaced_resource_is_rolled_back_in_a_known_order": _lane(
        "undo",
        told("undo", 110, "Update", "ProbeReplaced1", "made-v1"),
        told("undo", 140, "Delete", "ProbeReplaced1", "made-v1"),
    ),
    "a_rollback_is_seen_by_the_status_of_the_stack": _fields("StackStatus", _STATUS),
    "another_id_is_a_replacement_that_is_cleaned_up": _fields("StackStatus", _STATUS),
    "properties_arrive_as_text": _fields("ResourceProperties", {"Number": 7}),
    "what_did_not_change_is_not_updated": _line(told("keep", 210, "Update", "ProbeReplaced1", "x")),
    "the_address_says_when_the_request_was_sent": _fields("SignedAt", ""),
    "an_operation_begins_before_its_requests_are_sent": _fields("StackBeganAt", T + 1000),
    "the_status_of_the_stack_is_up_to_date": _fields("StackStatus", "CREATE_COMPLETE"),
    "retained_resources_are_not_deleted": _line(said("keep", 310, "Done: deleted")),
    "what_the_provider_needs_outlives_the_snapshot": lambda e: e.events.append(
        StackEvent("undo", T + 305, "NeptuneSnapshotProviderPolicy", "x", "DELETE_COMPLETE")
    ),
    "independent_resources_are_created_in_parallel": lambda e: setattr(
        e,
        "events",
        [
            replace(one, time=one.time + 100) if one.type == "Custom::Replaced" else one
            for one in e.events
        ],
    ),
    "every_request_has_an_id_of_its_own": _fields("RequestId", "always"),
    "a_rollback_swaps_old_and_new": _fields("OldResourceProperties", {"Version": "v1"}),
    "a_stack_id_ends_in_a_uuid": _fields("StackId", "arn:aws:cloudformation:x:1:stack/name/17"),
    "the_command_line_says_why": _step("taken name is refused and untouched", output="failed"),
    "a_failed_invocation_is_tried_twice_more": _lane("retries"),
    "the_runtime_has_what_the_provider_imports": _line(said("poll", 1, "ImportError: boto3")),
    "what_is_not_there_is_not_found_by_lambda": _ask("no-permission", "AccessDenied"),
    "a_permission_names_its_rule": lambda e: e.rules[0].statements.clear(),
    "a_rule_fires_every_minute": _line(said("poll", 400, "Snapshot b is creating")),
    "what_a_poll_carries_fits": lambda e: e.rules.append(replace(e.rules[0], input_length=9000)),
    "what_is_not_there_is_not_found_by_eventbridge": _ask("no-rule", "Else"),
    "nothing_of_a_poll_remains": lambda e: setattr(e, "rules_left", [RULE]),
    "a_missing_parameter_is_named_so": _ask("no-parameter", "NotFound"),
    "a_new_role_spreads_within_the_grace": _lane(
        "first",
        said("first", 0, "CreateDBClusterSnapshot is denied: waiting for the new role to spread"),
        said("first", 130, "AccessDenied: CreateDBClusterSnapshot"),
    ),
    "a_denied_action_is_named": _step("denied right is named", output="AccessDenied: no"),
    "creating_with_tags_is_allowed": _line(said("keep", 9, "AccessDenied: AddTagsToResource: no")),
    "own_snapshots_may_be_changed_and_deleted": _step(
        "changed tags are changed in place", problem="no snapshot has the changed tag"
    ),
    "describing_is_allowed_as_scoped": _line(
        said("keep", 9, "AccessDenied: DescribeDBClusters: no")
    ),
    "permissions_are_added_and_removed_under_a_condition": _line(
        said("poll", 99, f"{RULE} could not be removed: AccessDenied")
    ),
    "targets_are_put_under_a_condition": _line(
        said("poll", 9, "waiting for b could not be set up: AccessDenied")
    ),
    "a_stack_may_describe_itself": _line(said("keep", 9, "AccessDenied: DescribeStacks: no")),
}
NOT_REFUTABLE = {"a_request_is_delivered_once_or_again", "a_failed_invocation_is_tried_twice_more"}


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"a_request_is_delivered_once_or_again"}))
def test_what_is_so_is_confirmed(name: str) -> None:
    finding = CHECKS[name].judge(good())
    assert finding.verdict is Verdict.CONFIRMED, finding.evidence
    assert finding.evidence


@pytest.mark.parametrize("name", sorted(set(CHECKS) - NOT_REFUTABLE))
def test_what_is_not_so_is_refuted(name: str) -> None:
    evidence = good()
    SPOILT[name](evidence)
    finding = CHECKS[name].judge(evidence)
    assert finding.verdict is Verdict.REFUTED, finding.evidence


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_nothing_seen_is_neither(name: str) -> None:
    assert CHECKS[name].judge(Evidence()).verdict is Verdict.NOT_SEEN


def test_a_failed_invocation_that_is_not_tried_again_refutes() -> None:
    evidence = good()
    attempts = [one for one in evidence.log if one.lane == "retries"]
    _lane("retries", *attempts[:1])(evidence)
    finding = CHECKS["a_failed_invocation_is_tried_twice_more"].judge(evidence)
    assert finding.verdict is Verdict.REFUTED
    assert "1 attempts" in finding.evidence


def test_a_duplicate_is_provided_for_and_counted() -> None:
    evidence = good()
    evidence.log.append(next(one for one in evidence.log if not one.is_provider))
    finding = CHECKS["a_request_is_delivered_once_or_again"].judge(evidence)
    assert finding.verdict is Verdict.CONFIRMED
    assert finding.evidence.startswith("1 of ")


@pytest.mark.parametrize("first", ["made-v1", "made-v2"])
def test_a_rollback_that_updates_by_either_id_is_known(first: str) -> None:
    evidence = good()
    _lane(
        "undo",
        told("undo", 110, "Update", "ProbeReplaced1", "made-v1"),
        told("undo", 130, "Update", "ProbeReplaced1", first),
        told("undo", 140, "Delete", "ProbeReplaced1", "made-v2"),
    )(evidence)
    finding = CHECKS["a_replaced_resource_is_rolled_back_in_a_known_order"].judge(evidence)
    assert finding.verdict is Verdict.CONFIRMED
    assert finding.evidence == f"Update({first}) then Delete(made-v2)"


def test_what_is_denied_on_purpose_refutes_nothing() -> None:
    evidence = good()
    denied = [
        said("denied", at, "CreateDBClusterSnapshot is denied: waiting for the new role to spread")
        for at in (0, 60, 119)
    ]
    evidence.log += [*denied, said("denied", 121, "AccessDenied: CreateDBClusterSnapshot: no")]
    for name in ("creating_with_tags_is_allowed", "a_new_role_spreads_within_the_grace"):
        assert CHECKS[name].judge(evidence).verdict is Verdict.CONFIRMED


def test_one_refutation_outweighs_every_confirmation() -> None:
    evidence = good()
    SPOILT["the_address_says_when_the_request_was_sent"](evidence)
    found = judge(evidence)
    assert overall([finding for _, finding in found["CFN11"]]) is Verdict.REFUTED
    assert overall([finding for _, finding in found["N1"]]) is Verdict.CONFIRMED


def test_a_step_that_says_nothing_is_no_evidence() -> None:
    evidence = Evidence(steps=[step("keep", "something else", 0, 1)])
    assert {one.judge(evidence).verdict for one in CHECKS.values()} == {Verdict.NOT_SEEN}
