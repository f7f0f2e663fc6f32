"""Evidence as a good run gathers it, for checks to judge; tests spoil one thing at a time."""

from datetime import UTC, datetime
from typing import Any

from aws_smoke.evidence import Asked, Done, Evidence, LogLine, Look, RuleSeen, StackEvent

T = 1_800_000_000.0
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/x/0a1b2c3d-1111-2222-3333-444455556666"
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


def said(lane: str, at: float, message: str) -> LogLine:
    """A line of the provider."""
    return LogLine(lane, T + at, {"message": message})


def step(lane: str, name: str, began: float, ended: float, **others: Any) -> Done:  # noqa: ANN401
    """A step that went well."""
    values = {"succeeded": True, "output": "", "status": "UPDATE_COMPLETE", **others}
    return Done(
        lane=lane, step=name, before={}, after={}, began=T + began, ended=T + ended, **values
    )


def good() -> Evidence:
    """Everything as it is assumed."""
    return Evidence(
        has_instances=False,
        steps=_steps(),
        events=_events(),
        log=[*_keep(), *_undo(), *_first(), *_poll(), *_attempts()],
        looks=[
            Look(T + 1, "a", "creating", 0, T),
            Look(T + 60, "a", "available", 100, T),
            Look(T + 90, "a", "deleting", 100, T),
        ],
        cluster_statuses={"available"},
        rules=[RuleSeen(T, RULE, 4000, [_statement()])],
        rules_left=[],
        asked=_asked(),
        fields={"DBClusterSnapshotIdentifier", "Status"},
    )


def _steps() -> list[Done]:
    refused = "DBClusterSnapshotAlreadyExistsFault: snapshot x exists"
    denied = "AccessDenied: CreateDBClusterSnapshot: not authorized: rds:CreateDBClusterSnapshot"
    rolled_back = "failing migration rolls back and keeps the snapshot"
    return [
        step("keep", "changed tags are changed in place", 200, 250),
        step("keep", "deleted stack keeps its snapshots", 300, 350),
        step("undo", rolled_back, 100, 200, succeeded=False),
        step("undo", "deleted stack with DESTROY deletes its own only", 300, 350),
        step("name", "taken name is refused and untouched", 0, 60, output=refused),
        step("denied", "denied right is named", 0, 60, output=denied),
    ]


def _events() -> list[StackEvent]:
    provider, custom = "NeptuneSnapshotProviderRole", "Custom::NeptuneClusterSnapshot"
    replaced = "Custom::Replaced"
    return [
        StackEvent("keep", T, "Snapshot1", custom, "CREATE_IN_PROGRESS"),
        StackEvent("keep", T + 60, "Snapshot1", custom, "CREATE_COMPLETE"),
        StackEvent("keep", T + 1, "ProbeReplaced1", replaced, "CREATE_IN_PROGRESS"),
        StackEvent("keep", T + 3, "ProbeReplaced1", replaced, "CREATE_COMPLETE"),
        StackEvent("undo", T + 310, "Snapshot1", custom, "DELETE_COMPLETE"),
        StackEvent("undo", T + 320, provider, "AWS::IAM::Role", "DELETE_COMPLETE"),
    ]


def _keep() -> list[LogLine]:
    cleanup = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    return [
        said("keep", 5, "Started snapshot a of cluster c"),
        told("keep", 10, "Create", "ProbeReplaced1"),
        told("keep", 110, "Update", "ProbeReplaced1", "made-v1"),
        told("keep", 190, "Delete", "ProbeReplaced1", "made-v1", StackStatus=cleanup),
    ]


def _undo() -> list[LogLine]:
    back, cleanup = "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    old, new = {"Version": "v1", "Number": "7"}, {"Version": "v2", "Number": "7"}
    return [
        told("undo", 110, "Update", "ProbeReplaced1", "made-v1"),
        told("undo", 115, "Update", "ProbeMigration1", "made-v1", ResourceProperties=new),
        told(
            "undo",
            120,
            "Update",
            "ProbeMigration1",
            "made-v1",
            StackStatus=back,
            ResourceProperties=old,
            OldResourceProperties=new,
        ),
        told("undo", 130, "Update", "ProbeReplaced1", "made-v2", StackStatus=back),
        told("undo", 140, "Delete", "ProbeReplaced1", "made-v2", StackStatus=cleanup),
    ]


def _first() -> list[LogLine]:
    status = "ROLLBACK_IN_PROGRESS"
    return [
        told("first", 10, "Create", "ProbeMigration1"),
        told("first", 20, "Delete", "ProbeMigration1", "failed-v1", StackStatus=status),
    ]


def _poll() -> list[LogLine]:
    return [
        said("poll", 3, "This takes longer than one invocation: looking again every minute"),
        said("poll", 63, "Snapshot b is creating, 0 %"),
        said("poll", 64, "Snapshot b is creating, 40 %"),
        said("poll", 124, "Done: snapshot b is available"),
    ]


def _attempts() -> list[LogLine]:
    return [
        LogLine("retries", T + at, {"Attempt": "failing", "Now": T + at}, is_provider=False)
        for at in (0, 62, 190)
    ]


def _statement() -> dict[str, Any]:
    arn = f"arn:aws:events:eu-west-1:123456789012:rule/{RULE}"
    return {"Sid": RULE, "Condition": {"ArnLike": {"AWS:SourceArn": arn}}}


def created(name: str = "n-taken", at: float = 0.4) -> Asked:
    """The answer to a creation; ``at`` is when Neptune says it was, after the call began."""
    record = {
        "DBClusterSnapshotIdentifier": name,
        "DBClusterSnapshotArn": f"arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:{name}",
        "SnapshotCreateTime": datetime.fromtimestamp(T + at, UTC),
    }
    return Asked("", {"DBClusterSnapshot": record}, T, T + 0.8, T)


def tagged(*keys: str) -> Asked:
    """A list of tags."""
    return Asked("", {"TagList": [{"Key": key, "Value": "x"} for key in keys]})


def _asked() -> dict[str, Asked]:
    codes = {
        "create-again": "DBClusterSnapshotAlreadyExistsFault",
        "create-beside": "",
        "delete-while-creating": "InvalidDBClusterSnapshotStateFault",
        "describe-in-capitals": "",
        "cluster-in-capitals": "",
        "no-snapshot": "DBClusterSnapshotNotFoundFault",
        "no-snapshot-tags": "DBClusterSnapshotNotFoundFault",
        "no-cluster": "DBClusterNotFoundFault",
        "deleted": "DBClusterSnapshotNotFoundFault",
        "no-targets": "ResourceNotFoundException",
        "no-rule": "",
        "no-policy": "ResourceNotFoundException",
        "no-permission": "ResourceNotFoundException",
        "no-parameter": "ParameterNotFound",
    }
    shared = {"DBClusterSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": []}]}
    return {
        **{question: Asked(code) for question, code in codes.items()},
        "create": created(),
        "tags-at-once": tagged("neptune-smoke:run"),
        "tags-after-retag": tagged("neptune-smoke:run", "smoke-retag"),
        "quotas": Asked("", {"AccountQuotas": [{"AccountQuotaName": "ManualClusterSnapshots"}]}),
        "attributes": Asked("", {"DBClusterSnapshotAttributesResult": shared}),
    }
