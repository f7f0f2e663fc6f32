"""Evidence as a good run gathers it, for checks to judge; tests spoil one thing at a time."""

from datetime import UTC, datetime
from typing import Any

from aws_smoke import scenarios
from aws_smoke.evidence import Asked, Evidence, LogLine, Look, StackEvent, StatusRead
from aws_smoke.recording import Step
from aws_smoke.statuses import STACK_TYPE
from neptune_snapshot_provider.logs import LogEvent

T = 1_800_000_000.0
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/x/0a1b2c3d-1111-2222-3333-444455556666"
FORWARD = "UPDATE_IN_PROGRESS"
RULE = "neptune-snapshot-0a1b2c3d-12345678-abcdefgh"


def told(
    lane: str, at: float, kind: str, resource: str, physical_id: str = "", **others: object
) -> LogLine:
    """What CloudFormation asked of a probe."""
    signed_at = datetime.fromtimestamp(T + at - 1, UTC)
    fields: dict[str, Any] = {
        "RequestType": kind,
        "RequestId": f"{lane}-{at}",
        "StackId": STACK,
        "LogicalResourceId": resource,
        "ResourceProperties": {"Version": "v1", "Number": "7"},
        "Now": T + at,
        "StackStatus": "CREATE_IN_PROGRESS",
        "StackBeganAt": T + at - 3,
        "SignedAt": f"{signed_at:%Y%m%dT%H%M%SZ}",
        "SignedFor": "7200",
        **({"PhysicalResourceId": physical_id} if physical_id else {}),
        **others,
    }
    return LogLine(lane, T + at, fields, is_provider=False)


def versions(new: str, old: str = "") -> dict[str, Any]:
    """The properties of a request with these versions."""
    found = {"ResourceProperties": {"Version": new, "Number": "7"}}
    if old:
        found["OldResourceProperties"] = {"Version": old, "Number": "7"}
    return found


def said(lane: str, at: float, event: LogEvent, **fields: str) -> LogLine:
    """A line of the provider."""
    return LogLine(lane, T + at, {"message": f"{event} happened", "event": event.value, **fields})


def step(lane: str, name: str, began: float, ended: float, **others: Any) -> Step:  # noqa: ANN401
    """A step that went well."""
    values = {"succeeded": True, "status": "UPDATE_COMPLETE", **others}
    return Step(lane=lane, name=name, began=T + began, ended=T + ended, **values)


def good() -> Evidence:
    """Everything as it is assumed."""
    return Evidence(
        has_instances=False,
        steps=_steps(),
        events=_events(),
        log=[
            *(*_keep(), *_undo(), *_first(), *_denied(), *_unrolled_and_again(), *_poll()),
            *_attempts(),
        ],
        looks=[
            Look("a", "creating", 0, T),
            Look("a", "available", 100, T),
            Look("a", "deleting", 100, T),
        ],
        status_reads=[
            StatusRead("undo", T + 125, "UPDATE_IN_PROGRESS", T + 100),
            StatusRead("undo", T + 305, "UPDATE_ROLLBACK_COMPLETE", T + 100),
        ],
        cluster_statuses={"available"},
        rules={RULE: 4000},
        rules_left=[],
        asked=_asked(),
        fields={"DBClusterSnapshotIdentifier", "Status"},
    )


def _steps() -> list[Step]:
    refused = "DBClusterSnapshotAlreadyExistsFault: snapshot x exists"
    old, new = {"a": {"team": "graph"}}, {"a": {"team": "data"}}
    failure, destroyed = scenarios.FAILURE, scenarios.DESTROYED
    return [
        step("keep", scenarios.TAGS_ONLY, 200, 250, before=old, after=new),
        step("keep", destroyed, 300, 350, before=new, after=new),
        step("undo", failure, 100, 200, succeeded=False),
        step("undo", destroyed, 300, 350, before=old),
        step("name", "deployment 1", 0, 60, output=refused),
        step("denied", "deployment 1", 0, 60),
        step("unrolled", failure, 0, 60, status="UPDATE_FAILED"),
        step("again", failure, 0, 60, status="UPDATE_FAILED"),
        step("again", scenarios.REPETITION, 60, 90),
    ]


def _events() -> list[StackEvent]:
    provider, custom = "NeptuneSnapshotProviderRole", "Custom::NeptuneClusterSnapshot"
    replaced, native = "Custom::Replaced", "AWS::RDS::ClusterSnapshot"
    return [
        *_history(
            "keep",
            {
                0: "CREATE_IN_PROGRESS",
                70: "CREATE_COMPLETE",
                100: "UPDATE_IN_PROGRESS",
                180: "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
                195: "UPDATE_COMPLETE",
                300: "DELETE_IN_PROGRESS",
            },
        ),
        *_history(
            "undo",
            {
                100: "UPDATE_IN_PROGRESS",
                118: "UPDATE_ROLLBACK_IN_PROGRESS",
                135: "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
                145: "UPDATE_ROLLBACK_COMPLETE",
                299: "DELETE_IN_PROGRESS",
            },
        ),
        *_history("unrolled", {5: "UPDATE_IN_PROGRESS", 40: "UPDATE_FAILED"}),
        *_history("first", {0: "CREATE_IN_PROGRESS", 15: "ROLLBACK_IN_PROGRESS"}),
        StackEvent("keep", T, "Snapshot1", custom, "CREATE_IN_PROGRESS"),
        StackEvent("keep", T + 60, "Snapshot1", custom, "CREATE_COMPLETE"),
        StackEvent("keep", T + 1, "ProbeReplaced1", replaced, "CREATE_IN_PROGRESS"),
        StackEvent("keep", T + 3, "ProbeReplaced1", replaced, "CREATE_COMPLETE"),
        StackEvent("keep", T + 210, "Snapshot1", custom, "UPDATE_COMPLETE"),
        StackEvent("keep", T + 310, "Snapshot1", custom, "DELETE_SKIPPED"),
        StackEvent("undo", T + 310, "Snapshot1", custom, "DELETE_COMPLETE"),
        StackEvent("undo", T + 320, provider, "AWS::IAM::Role", "DELETE_COMPLETE"),
        StackEvent("unrolled", T + 20, "ProbeReplaced1", replaced, "UPDATE_FAILED"),
        StackEvent("native", T + 20, "Native", native, "CREATE_COMPLETE"),
    ]


def _history(lane: str, statuses: dict[int, str]) -> list[StackEvent]:
    return [StackEvent(lane, T + at, lane, STACK_TYPE, one) for at, one in statuses.items()]


def _keep() -> list[LogLine]:
    cleanup, delete = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "DELETE_IN_PROGRESS"
    return [
        said("keep", 5, LogEvent.SNAPSHOT_STARTED),
        said("keep", 55, LogEvent.REQUEST_SUCCEEDED),
        told("keep", 10, "Create", "ProbeReplaced1"),
        told("keep", 110, "Update", "ProbeReplaced1", "made-v1", StackStatus=FORWARD),
        told("keep", 190, "Delete", "ProbeReplaced1", "made-v1", StackStatus=cleanup),
        told("keep", 320, "Delete", "ProbeReplaced1", "made-v2", StackStatus=delete),
    ]


def _undo() -> list[LogLine]:
    back, cleanup = "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    replaced, migration = "ProbeReplaced1", "ProbeMigration1"
    return [
        told("undo", 110, "Update", replaced, "made-v1", StackStatus=FORWARD),
        told("undo", 115, "Update", migration, "made-v1", StackStatus=FORWARD, **versions("v2")),
        told("undo", 120, "Update", migration, "made-v1", StackStatus=back, **versions("v1", "v2")),
        told("undo", 130, "Update", replaced, "made-v2", StackStatus=back),
        told("undo", 140, "Delete", replaced, "made-v2", StackStatus=cleanup),
    ]


def _first() -> list[LogLine]:
    status = "ROLLBACK_IN_PROGRESS"
    return [
        told("first", 10, "Create", "ProbeMigration1"),
        told("first", 20, "Delete", "ProbeMigration1", "made-v1", StackStatus=status),
    ]


def _denied() -> list[LogLine]:
    refused = {"code": "AccessDenied", "status": "AccessDenied"}
    return [
        *(said("denied", at, LogEvent.PERMISSION_WAITING, **refused) for at in (0, 60, 119)),
        said("denied", 121, LogEvent.REQUEST_FAILED, **refused),
    ]


def _unrolled_and_again() -> list[LogLine]:
    there, back, again = versions("v2", "v1"), versions("v1", "v2"), versions("v3", "v2")
    update = ("Update", "ProbeReplaced1", "made-v1")
    return [
        told("unrolled", 10, *update, StackStatus=FORWARD, **there),
        told("unrolled", 30, *update, StackStatus=FORWARD, **back),
        told("again", 70, "Update", "ProbeMigration1", "migration", **again),
    ]


def _poll() -> list[LogLine]:
    return [
        said("poll", 3, LogEvent.REQUEST_CONTINUED),
        said("poll", 63, LogEvent.OPERATION_UNCLEAR),
        said("poll", 64, LogEvent.OPERATION_UNCLEAR),
        said("poll", 124, LogEvent.REQUEST_SUCCEEDED),
    ]


def _attempts() -> list[LogLine]:
    return [
        LogLine("retries", T + at, {"Attempt": "failing", "Now": T + at}, is_provider=False)
        for at in (0, 62, 190)
    ]


def created(name: str = "n-taken", at: float = 0.4) -> Asked:
    """The answer to a creation; ``at`` is when Neptune says it was, after the call began."""
    record = {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": f"arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:{name}",
        "SnapshotCreateTime": datetime.fromtimestamp(T + at, UTC),
        "ClusterCreateTime": datetime.fromtimestamp(T - 60, UTC),
    }
    return Asked("", {"DBClusterSnapshot": record}, T, T + 0.8, T)


def described(name: str, **fields: str) -> Asked:
    """The answer to a description of one snapshot."""
    record = {"DBClusterSnapshotArn": f"arn:{name}", **fields}
    return Asked("", {"DBClusterSnapshots": [record]})


def tagged(*keys: str) -> Asked:
    """A list of tags."""
    return Asked("", {"TagList": [{"Key": key, "Value": "x"} for key in keys]})


def shared(*accounts: str) -> Asked:
    """The accounts that a snapshot is shared with."""
    restore = {"AttributeName": "restore", "AttributeValues": [*accounts]}
    result = {"DBClusterSnapshotAttributes": [restore]}
    return Asked("", {"DBClusterSnapshotAttributesResult": result})


def _asked() -> dict[str, Asked]:
    codes = {
        "create-again": "DBClusterSnapshotAlreadyExistsFault",
        "create-beside": "",
        "delete-while-creating": "InvalidDBClusterSnapshotStateFault",
        "describe-in-capitals": "",
        "no-snapshot": "DBClusterSnapshotNotFoundFault",
        "no-snapshot-tags": "DBClusterSnapshotNotFoundFault",
        "no-cluster": "DBClusterNotFoundFault",
        "deleted": "DBClusterSnapshotNotFoundFault",
        "no-targets": "ResourceNotFoundException",
        "no-rule": "",
        "no-stack": "ValidationError",
        "native-type": "",
        "describe-at-once": "",
        "create-denied": "AccessDenied",
        "create-tags-supplied": "",
        "create-tags-absent": "AccessDenied",
        "create-as-the-library": "",
        "create-untagged-only": "AccessDenied",
        "describe-by-arn": "",
        "describe-another": "AccessDenied",
        "no-parameter": "ParameterNotFound",
    }
    return {
        **{question: Asked(code) for question, code in codes.items()},
        "create": created(),
        "describe-original": described("n-taken"),
        "describe-copy": described("n-copy", SourceDBClusterSnapshotArn="arn:n-taken"),
        "cluster-in-capitals": Asked(
            "", {"DBClusters": [{"ClusterCreateTime": datetime.fromtimestamp(T - 60, UTC)}]}
        ),
        "tags-at-once": tagged("neptune-smoke:run"),
        "tags-after-retag": tagged("neptune-smoke:run", "smoke-retag"),
        "quotas": Asked("", {"AccountQuotas": [{"AccountQuotaName": "ManualClusterSnapshots"}]}),
        "attributes": shared(),
    }
