"""Every check confirms what is so, refutes what is not, and says when it has seen nothing."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aws_smoke.asking import NATIVE_TYPE
from aws_smoke.checks import CHECKS, Conclusion, judge
from aws_smoke.checks.finding import overall
from aws_smoke.evidence import Asked, Evidence, LogLine, Look, StackEvent, StatusRead
from aws_smoke.scenarios import NAME_TAKEN, TAGS_ONLY
from aws_smoke.statuses import STACK_TYPE, compare
from neptune_snapshot_provider.contract import RESOURCE_TYPE
from neptune_snapshot_provider.logs import LogEvent
from smoke.evidences import RULE, T, created, described, good, said, shared, step, tagged, told

Spoil = Callable[[Evidence], object]


def _ask(question: str, code: str) -> Spoil:
    return lambda evidence: evidence.asked.update({question: Asked(code)})


def _copy(line: LogLine) -> LogLine:
    return replace(line, fields=dict(line.fields))


def _line(line: LogLine) -> Spoil:
    return lambda evidence: evidence.log.append(_copy(line))


def _lane(lane: str, *lines: LogLine) -> Spoil:
    """Let a lane's functions have logged something else."""

    def spoil(evidence: Evidence) -> None:
        others = [one for one in evidence.log if one.lane != lane]
        evidence.log[:] = [*others, *map(_copy, lines)]

    return spoil


def _looks(*looks: Look) -> Spoil:
    return lambda evidence: setattr(evidence, "looks", list(looks))


def _step(lane: str, name: str, **others: object) -> Spoil:
    def spoil(evidence: Evidence) -> None:
        evidence.steps[:] = [
            replace(one, **others) if (one.lane, one.name) == (lane, name) else one  # type: ignore[arg-type]
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


def _history(status: str) -> Spoil:
    """Let every stack have had another status, and all reads with it."""

    def spoil(evidence: Evidence) -> None:
        evidence.events[:] = [
            replace(one, status=status) if one.type == STACK_TYPE else one
            for one in evidence.events
        ]
        _fields("StackStatus", status)(evidence)

    return spoil


def _refused(lane: str, event: LogEvent, operation: str) -> Spoil:
    """Let the provider have been refused a call for good."""
    return _line(said(lane, 9, event, code="AccessDenied", operation=operation))


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
    "a_new_snapshot_is_seen_at_once": _ask("describe-at-once", "DBClusterSnapshotNotFoundFault"),
    "a_snapshot_goes_from_creating_to_available": _looks(Look("a", "storage-full", 0, T)),
    "progress_is_a_number_and_ends_at_100": _looks(Look("a", "creating", None, T)),
    "the_creation_time_is_there_and_stays": _looks(
        Look("a", "creating", 0, T), Look("a", "available", 100, T + 5)
    ),
    "the_creation_time_lies_within_the_call": lambda e: e.asked.update(create=created(at=-20)),
    "tags_are_there_from_the_start": lambda e: e.asked.update({"tags-at-once": tagged()}),
    "what_is_not_available_is_not_deleted": _ask("delete-while-creating", ""),
    "a_deleted_snapshot_is_not_found": _ask("deleted", ""),
    "tags_are_changed_at_once": lambda e: e.asked.update({"tags-after-retag": tagged()}),
    "a_cluster_without_instances_has_snapshots": _looks(Look("a", "failed", 0, T)),
    "the_quota_has_its_name": lambda e: e.asked.update(
        quotas=Asked("", {"AccountQuotas": [{"AccountQuotaName": "Else"}]})
    ),
    "the_tags_of_no_snapshot_are_not_found": _ask("no-snapshot-tags", "DBSnapshotNotFound"),
    "sharing_is_an_attribute_with_accounts": lambda e: e.asked.update(attributes=shared("own")),
    "records_have_the_fields_known": lambda e: e.fields.add("Novelty"),
    "a_failed_create_is_deleted_by_the_id_it_answered": _lane(
        "first", told("first", 20, "Delete", "ProbeMigration1", "first-XYZ")
    ),
    "a_replaced_resource_is_rolled_back_in_a_known_order": _lane(
        "undo",
        told("undo", 110, "Update", "ProbeReplaced1", "made-v1"),
        told("undo", 140, "Delete", "ProbeReplaced1", "made-v1"),
    ),
    "a_rollback_begins_before_its_requests_are_sent": _history("UPDATE_IN_PROGRESS"),
    "another_id_is_a_replacement_that_is_cleaned_up": _history("UPDATE_IN_PROGRESS"),
    "a_status_is_at_most_75_seconds_old": lambda e: e.status_reads.append(
        StatusRead("undo", T + 200, "UPDATE_IN_PROGRESS")
    ),
    "a_replacement_is_refused_while_rollback_is_disabled": lambda e: e.events.append(
        StackEvent("unrolled", T + 15, "ProbeMigration1", "Custom::Migration", "UPDATE_FAILED")
    ),
    "without_rollback_a_resource_is_reverted_in_update_in_progress": _history(
        "UPDATE_ROLLBACK_IN_PROGRESS"
    ),
    "status_and_time_of_a_record_are_equally_old": lambda e: e.status_reads.append(
        StatusRead("undo", T + 305, "UPDATE_ROLLBACK_COMPLETE", T + 299)
    ),
    "a_copy_names_its_source_and_an_original_none": lambda e: e.asked.update(
        {"describe-copy": described("n-copy")}
    ),
    "a_stack_that_is_not_there_is_a_validation_error": _ask("no-stack", "StackNotFound"),
    "properties_arrive_as_text": _fields("ResourceProperties", {"Number": 7}),
    "what_did_not_change_is_not_updated": _line(told("keep", 210, "Update", "ProbeReplaced1", "x")),
    "the_address_says_when_the_request_was_sent": _fields("SignedAt", ""),
    "an_operation_begins_before_its_requests_are_sent": _fields("StackBeganAt", T + 1000),
    "a_stack_that_waits_for_a_response_is_in_progress": _history("UPDATE_COMPLETE"),
    "retained_resources_are_not_deleted": lambda e: e.events.append(
        StackEvent("keep", T + 320, "Snapshot1", RESOURCE_TYPE, "DELETE_COMPLETE")
    ),
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
    "the_command_line_says_why": _step(NAME_TAKEN, "deployment 1", output="failed"),
    "a_failed_invocation_is_tried_twice_more": _lane(
        "retries", LogLine("retries", T, {"Attempt": "failing", "Now": T}, is_provider=False)
    ),
    "the_runtime_has_what_the_provider_imports": lambda e: e.events.append(
        StackEvent("keep", T, "S", RESOURCE_TYPE, "CREATE_FAILED", reason="ImportError: boto3")
    ),
    "a_rule_fires_every_minute": _line(said("poll", 400, LogEvent.REQUEST_SUCCEEDED)),
    "what_a_poll_carries_fits": lambda e: e.rules.update({RULE: 9000}),
    "what_is_not_there_is_not_found_by_eventbridge": _ask("no-rule", "Else"),
    "nothing_of_a_poll_remains": lambda e: setattr(e, "rules_left", [RULE]),
    "a_missing_parameter_is_named_so": _ask("no-parameter", "NotFound"),
    "a_new_role_spreads_within_the_grace": _lane(
        "keep",
        said("keep", 0, LogEvent.PERMISSION_WAITING),
        said("keep", 130, LogEvent.SNAPSHOT_STARTED),
    ),
    "a_missing_permission_has_a_known_code": _lane(
        "denied", said("denied", 0, LogEvent.REQUEST_FAILED, code="ApiFault")
    ),
    "creation_is_allowed_as_the_library_asks_for_it": _ask("create-as-the-library", "AccessDenied"),
    "creating_with_tags_needs_the_permission_to_tag": _ask("create-untagged-only", ""),
    "creating_with_tags_is_allowed": _refused("keep", LogEvent.REQUEST_FAILED, "AddTagsToResource"),
    "own_snapshots_may_be_changed_and_deleted": _step("keep", TAGS_ONLY, after={}, before={}),
    "describing_is_allowed_as_scoped": _refused(
        "keep", LogEvent.REQUEST_FAILED, "DescribeDBClusters"
    ),
    "describing_by_id_is_authorized_on_its_arn": _ask("describe-by-arn", "AccessDenied"),
    "targets_are_put_under_a_condition": _refused("poll", LogEvent.RULE_FAILED, "PutTargets"),
    "a_stack_may_describe_itself": _line(said("keep", 2, LogEvent.STACK_UNKNOWN)),
    "the_native_type_accepts_a_neptune_cluster": lambda e: e.events.append(
        StackEvent("native", T + 30, "Native", NATIVE_TYPE, "CREATE_FAILED", reason="no")
    ),
    "a_snapshot_has_the_creation_time_of_its_cluster": lambda e: (
        e.asked["cluster-in-capitals"].answer["DBClusters"][0].update(ClusterCreateTime=None)
    ),
}
NOT_REFUTABLE = {
    "old_properties_may_be_the_attempted_ones",
    "a_request_is_delivered_once_or_again",
    "creation_is_authorized_under_one_reading",
}
REWORDINGS: dict[str, Callable[[str], str]] = {
    "another wording": lambda message: message[::-1],
    "no message": lambda _: "",
    "words of another event": lambda _: "Started: ImportError, AccessDenied, could not be removed",
}


@pytest.mark.parametrize("name", sorted(set(CHECKS) - {"a_request_is_delivered_once_or_again"}))
def test_what_is_so_is_confirmed(name: str) -> None:
    finding = CHECKS[name].judge(good())
    assert finding.verdict is Conclusion.CONFIRMED, finding.evidence
    assert finding.evidence


@pytest.mark.parametrize("name", sorted(set(CHECKS) - NOT_REFUTABLE))
def test_what_is_not_so_is_refuted(name: str) -> None:
    evidence = good()
    SPOILT[name](evidence)
    finding = CHECKS[name].judge(evidence)
    assert finding.verdict is Conclusion.REFUTED, finding.evidence


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_nothing_seen_is_neither(name: str) -> None:
    assert CHECKS[name].judge(Evidence()).verdict is Conclusion.NOT_SEEN


def test_a_duplicate_is_provided_for_and_counted() -> None:
    evidence = good()
    evidence.log.append(next(one for one in evidence.log if not one.is_provider))
    finding = CHECKS["a_request_is_delivered_once_or_again"].judge(evidence)
    assert finding.verdict is Conclusion.CONFIRMED
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
    assert finding.verdict is Conclusion.CONFIRMED
    assert finding.evidence == f"Update({first}) then Delete(made-v2)"


def _reword(evidence: Evidence, reword: Callable[[str], str]) -> None:
    for one in evidence.log:
        if one.is_provider:
            one.fields["message"] = reword(one.text("message"))


def _verdicts(evidence: Evidence) -> dict[str, Conclusion]:
    return {name: check.judge(evidence).verdict for name, check in CHECKS.items()}


@pytest.mark.parametrize("wording", sorted(REWORDINGS))
def test_rewording_a_message_changes_no_verdict(wording: str) -> None:
    for spoil in ((lambda _: None), *SPOILT.values()):
        evidence, reworded = good(), good()
        spoil(evidence)
        spoil(reworded)
        _reword(reworded, REWORDINGS[wording])
        assert _verdicts(reworded) == _verdicts(evidence)


def test_without_codes_nothing_of_the_log_is_confirmed() -> None:
    """A code that the provider no longer writes makes a check blind, and never content."""
    evidence = good()
    for one in evidence.log:
        one.fields.pop("event", None)
    names = {
        "a_new_role_spreads_within_the_grace",
        "a_missing_permission_has_a_known_code",
        "creating_with_tags_is_allowed",
        "describing_is_allowed_as_scoped",
        "the_runtime_has_what_the_provider_imports",
        "a_rule_fires_every_minute",
    }
    found = _verdicts(evidence)
    assert {found[name] for name in names} == {Conclusion.NOT_SEEN}
    # What does not rest on the log is judged as before.
    kept = {name: verdict for name, verdict in found.items() if name not in names}
    assert kept == {name: _verdicts(good())[name] for name in kept}


def test_a_denied_call_whose_operation_is_not_named_shows_nothing() -> None:
    evidence = good()
    _refused("keep", LogEvent.REQUEST_FAILED, "")(evidence)
    for name in ("creating_with_tags_is_allowed", "describing_is_allowed_as_scoped"):
        assert CHECKS[name].judge(evidence).verdict is Conclusion.NOT_SEEN


@pytest.mark.parametrize(
    ("supplied", "absent", "verdict"),
    [
        ("", "AccessDenied", Conclusion.CONFIRMED),
        ("AccessDenied", "", Conclusion.CONFIRMED),
        ("", "", Conclusion.NOT_SEEN),
        ("AccessDenied", "AccessDenied", Conclusion.NOT_SEEN),
        ("InvalidDBClusterStateFault", "AccessDenied", Conclusion.NOT_SEEN),
    ],
)
def test_creation_is_tried_under_both_readings_of_the_tags(
    supplied: str, absent: str, verdict: Conclusion
) -> None:
    evidence = good()
    _ask("create-tags-supplied", supplied)(evidence)
    _ask("create-tags-absent", absent)(evidence)
    finding = CHECKS["creation_is_authorized_under_one_reading"].judge(evidence)
    assert finding.verdict is verdict
    assert ("does not supply" in finding.evidence) == (supplied == "AccessDenied" and not absent)


@pytest.mark.parametrize("code", ["", "AssumeRole:AccessDenied"])
def test_where_no_policy_is_in_effect_a_trial_shows_nothing(code: str) -> None:
    evidence = good()
    for control in ("create-denied", "describe-another"):
        _ask(control, code)(evidence)
    for name in (
        "creation_is_authorized_under_one_reading",
        "creation_is_allowed_as_the_library_asks_for_it",
        "creating_with_tags_needs_the_permission_to_tag",
        "describing_by_id_is_authorized_on_its_arn",
    ):
        assert CHECKS[name].judge(evidence).verdict is Conclusion.NOT_SEEN


def test_a_failed_update_that_is_repeated_from_the_version_before_it_refutes_nothing() -> None:
    evidence = good()
    (repeated,) = evidence.requests("again", "")
    repeated["OldResourceProperties"] = {"Version": "v1"}
    finding = CHECKS["old_properties_may_be_the_attempted_ones"].judge(evidence)
    assert finding.verdict is Conclusion.NOT_SEEN
    assert finding.evidence.endswith("the old version was v1")


def test_an_unknown_native_type_shows_nothing() -> None:
    evidence = good()
    _ask("native-type", "TypeNotFoundException")(evidence)
    finding = CHECKS["the_native_type_accepts_a_neptune_cluster"].judge(evidence)
    assert finding.verdict is Conclusion.NOT_SEEN
    assert "TypeNotFoundException" in finding.evidence


def test_a_stale_read_is_measured_by_the_events_of_the_stack() -> None:
    evidence = good()
    finding = CHECKS["a_status_is_at_most_75_seconds_old"].judge(evidence)
    assert finding.evidence.endswith(" reads, 2 of them stale, by 7.0 s at most")


@pytest.mark.parametrize(
    ("time", "read", "expected"),
    [
        (5, "B", ("B", 0.0)),
        (15, "A", ("B", 10.0)),  # A ended at 5
        (25, "B", ("C", 5.0)),  # B ended at 20
        (19, "C", ("C", 0.0)),  # the clocks differ
        (15, "C", None),
        (15, "X", None),
        (-1, "A", None),
    ],
)
def test_a_status_is_compared_with_the_one_that_the_stack_had(
    time: float, read: str, expected: tuple[str, float] | None
) -> None:
    found = compare([(0, "A"), (5, "B"), (20, "C")], time, read)
    assert (found and (found.current, found.lag)) == expected


def test_one_refutation_outweighs_every_confirmation() -> None:
    evidence = good()
    SPOILT["the_address_says_when_the_request_was_sent"](evidence)
    found = judge(evidence)
    assert overall(found["CFN11"]) is Conclusion.REFUTED
    assert overall(found["N1"]) is Conclusion.CONFIRMED


def test_a_step_that_says_nothing_is_no_evidence() -> None:
    evidence = Evidence(steps=[step("keep", "something else", 0, 1)])
    assert {one.judge(evidence).verdict for one in CHECKS.values()} == {Conclusion.NOT_SEEN}
