"""What somebody would try who has taken over the function, or got hold of its role."""

from collections.abc import Mapping

from neptune_snapshot_provider.contract import OwnerTag
from security.authorisations import (
    INTERFACE,
    Context,
    cluster,
    function,
    parameter,
    request_tags,
    resource_tags,
    rule,
    snapshot,
)
from security.iam import ACCOUNT, PRINCIPAL, Request, arn
from security.stacks import CLUSTER, FUNCTION, LOG_GROUP, STACK_ID

OTHER_ACCOUNT = "999999999999"
OTHER_REGION = "eu-west-1"
OTHER_STACK_ID = arn("cloudformation", "stack/Other/0badc0de-da77-11e4-872e-1234567db123")

NAME = f"{CLUSTER}-0a1b2c3d4e"
OWN: dict[str, str] = {OwnerTag.STACK: STACK_ID, OwnerTag.RESOURCE: "Snapshot"}
THEIRS: dict[str, str] = {OwnerTag.STACK: OTHER_STACK_ID, OwnerTag.RESOURCE: "Snapshot"}
FOREIGN = {"team": "payments"}

OURS_TO_BE = request_tags(OWN)
IS_OURS = resource_tags(OWN)
IS_THEIRS = resource_tags(THEIRS)
IS_FOREIGN = resource_tags(FOREIGN)

CREATE = "rds:CreateDBClusterSnapshot"
DELETE = "rds:DeleteDBClusterSnapshot"
TAG = "rds:AddTagsToResource"
UNTAG = "rds:RemoveTagsFromResource"
OWN_RULE = rule(f"neptune-snapshot-{STACK_ID.rpartition('/')[2][:8]}-0a1b2c3d-AbCdEfGh")
OTHER_RULE = rule("neptune-snapshot-0badc0de-0a1b2c3d-AbCdEfGh")
THIS_FUNCTION = function(FUNCTION)
OTHER_FUNCTION = function("Payments")


OWN_CODE: Context = {"lambda:SourceFunctionArn": THIS_FUNCTION}
"""Context of every call that the function's own code makes."""


def targets(*arns: str) -> Context:
    """Context of PutTargets."""
    return {"events:TargetArn": list(arns)}


def removing(*keys: str) -> Context:
    """Context of RemoveTagsFromResource."""
    return {"aws:TagKeys": list(keys)}


SNAPSHOTS: Mapping[str, Request] = {
    "delete a snapshot that nobody tagged": Request(DELETE, snapshot(NAME)),
    "delete a snapshot somebody made by hand": Request(DELETE, snapshot(NAME), IS_FOREIGN),
    "delete another stack's snapshot": Request(DELETE, snapshot(NAME), IS_THEIRS),
    "delete an automated snapshot": Request(DELETE, snapshot(f"rds:{CLUSTER}-2026-11-23-03-04")),
    "delete a snapshot in another region": Request(
        DELETE, arn("rds", f"cluster-snapshot:{NAME}", region=OTHER_REGION), IS_OURS
    ),
    "delete a snapshot in another account": Request(
        DELETE, arn("rds", f"cluster-snapshot:{NAME}", account=OTHER_ACCOUNT), IS_OURS
    ),
    "tag another stack's snapshot": Request(
        TAG, snapshot(NAME), {**IS_THEIRS, **request_tags({"team": "graph"})}
    ),
    "make another stack's snapshot own": Request(TAG, snapshot(NAME), {**IS_THEIRS, **OURS_TO_BE}),
    "give a foreign snapshot to another stack": Request(
        TAG, snapshot(NAME), {**IS_FOREIGN, **request_tags(THEIRS)}
    ),
    "give an own snapshot to another stack": Request(
        TAG, snapshot(NAME), {**IS_OURS, **request_tags(THEIRS)}
    ),
    "tag a new snapshot as another stack's": Request(TAG, snapshot(NAME), request_tags(THEIRS)),
    "remove tags of a foreign snapshot": Request(
        UNTAG, snapshot(NAME), {**IS_FOREIGN, **removing("team")}
    ),
    "remove the owner's tag of another stack's snapshot": Request(
        UNTAG, snapshot(NAME), {**IS_THEIRS, **removing(OwnerTag.STACK)}
    ),
    "tag the cluster": Request(TAG, cluster(CLUSTER), OURS_TO_BE),
    "tag an instance": Request(TAG, arn("rds", "db:my-graph-1"), OURS_TO_BE),
    "share an own snapshot with another account": Request(
        "rds:ModifyDBClusterSnapshotAttribute", snapshot(NAME), IS_OURS
    ),
    "copy an own snapshot": Request("rds:CopyDBClusterSnapshot", snapshot(NAME), IS_OURS),
    "export an own snapshot to a bucket": Request("rds:StartExportTask", snapshot(NAME), IS_OURS),
    "snapshot another cluster": Request(CREATE, cluster("payments"), OURS_TO_BE),
    "snapshot a cluster in another region": Request(
        CREATE, arn("rds", f"cluster:{CLUSTER}", region=OTHER_REGION), OURS_TO_BE
    ),
    "name a snapshot in another region": Request(
        CREATE, arn("rds", f"cluster-snapshot:{NAME}", region=OTHER_REGION), OURS_TO_BE
    ),
}
NAMES: Mapping[str, Request] = {
    "create a snapshot outside the names given": Request(
        CREATE, snapshot("payments-1"), OURS_TO_BE
    ),
    "tag a snapshot outside the names given": Request(
        TAG, snapshot("payments-1"), {**IS_FOREIGN, **request_tags({"team": "graph"})}
    ),
    "tag as own outside the names given": Request(TAG, snapshot("payments-1"), OURS_TO_BE),
    "tag an automated snapshot as own": Request(
        TAG, snapshot(f"rds:{CLUSTER}-2026-11-23-03-04"), OURS_TO_BE
    ),
}
"""Denied where the names are known when the stack is synthesised."""
CLUSTERS: Mapping[str, Request] = {
    "delete the cluster": Request("rds:DeleteDBCluster", cluster(CLUSTER)),
    "modify the cluster": Request("rds:ModifyDBCluster", cluster(CLUSTER)),
    "restore a cluster": Request("rds:RestoreDBClusterFromSnapshot", snapshot(NAME), IS_OURS),
    "look at another cluster": Request("rds:DescribeDBClusters", cluster("payments")),
    "delete an instance": Request("rds:DeleteDBInstance", arn("rds", "db:my-graph-1")),
}
POLLS: Mapping[str, Request] = {
    "make another rule": Request("events:PutRule", rule("payments-nightly")),
    "change another stack's rule": Request("events:PutRule", OTHER_RULE),
    "delete another rule": Request("events:DeleteRule", rule("payments-nightly")),
    "delete another stack's rule": Request("events:DeleteRule", OTHER_RULE),
    "read another stack's rule": Request("events:DescribeRule", OTHER_RULE),
    "take another rule's targets away": Request("events:RemoveTargets", rule("payments-nightly")),
    "have an own rule call another function": Request(
        "events:PutTargets", OWN_RULE, targets(OTHER_FUNCTION)
    ),
    "have an own rule call another function too": Request(
        "events:PutTargets", OWN_RULE, targets(THIS_FUNCTION, OTHER_FUNCTION)
    ),
    "have another rule call this function": Request(
        "events:PutTargets", rule("payments-nightly"), targets(THIS_FUNCTION)
    ),
    "read the targets of a rule": Request("events:ListTargetsByRule", OWN_RULE),
    "open the function to EventBridge": Request(
        "lambda:AddPermission", THIS_FUNCTION, {"lambda:Principal": "events.amazonaws.com"}
    ),
    "open the function to everybody": Request(
        "lambda:AddPermission", THIS_FUNCTION, {"lambda:Principal": "*"}
    ),
    "close the function to EventBridge": Request(
        "lambda:RemovePermission", THIS_FUNCTION, {"lambda:Principal": "events.amazonaws.com"}
    ),
    "read who may invoke the function": Request("lambda:GetPolicy", THIS_FUNCTION),
}
ELSEWHERE: Mapping[str, Request] = {
    "delete a network interface": Request("ec2:DeleteNetworkInterface", INTERFACE, OWN_CODE),
    "make a network interface": Request(
        "ec2:CreateNetworkInterface", arn("ec2", "subnet/subnet-1"), OWN_CODE
    ),
    "invoke itself": Request("lambda:InvokeFunction", THIS_FUNCTION),
    "invoke another function": Request("lambda:InvokeFunction", OTHER_FUNCTION),
    "change its own code": Request("lambda:UpdateFunctionCode", THIS_FUNCTION),
    "describe another stack": Request("cloudformation:DescribeStacks", OTHER_STACK_ID),
    "change its own stack": Request("cloudformation:UpdateStack", STACK_ID),
    "write to another log group": Request(
        "logs:PutLogEvents", arn("logs", "log-group:Payments:log-stream:x")
    ),
    "delete its own log group": Request(
        "logs:DeleteLogGroup", arn("logs", f"log-group:{LOG_GROUP}")
    ),
    "read another parameter": Request("ssm:GetParameter", parameter("/payments/password")),
    "write another parameter": Request("ssm:PutParameter", parameter("/payments/password")),
    "pass a role": Request("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/Admin"),
    "widen its own role": Request(
        "iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{PRINCIPAL.split('/')[1]}"
    ),
    "take on another role": Request("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/Admin"),
    "decrypt": Request("kms:Decrypt", arn("kms", "key/0a1b2c3d")),
}

EVERYWHERE: Mapping[str, Request] = {**SNAPSHOTS, **CLUSTERS, **POLLS, **ELSEWHERE}

POSSIBLE: Mapping[str, Request] = {
    "snapshot the cluster without the owner's tag": Request(CREATE, cluster(CLUSTER)),
    "name a snapshot as own without the owner's tag": Request(CREATE, snapshot(NAME)),
    "tag a snapshot that nobody owns, under the names given": Request(
        TAG, snapshot(NAME), {**IS_FOREIGN, **request_tags({"team": "graph"})}
    ),
    "make a snapshot own that nobody owns, under the names given": Request(
        TAG, snapshot(NAME), {**IS_FOREIGN, **OURS_TO_BE}
    ),
    "delete an own snapshot": Request(DELETE, snapshot(NAME), IS_OURS),
    "remove the owner's tag of an own snapshot": Request(
        UNTAG, snapshot(NAME), {**IS_OURS, **removing(OwnerTag.STACK)}
    ),
    "read the tags of any snapshot": Request(
        "rds:ListTagsForResource", snapshot("payments-1"), IS_FOREIGN
    ),
    "remove its own polls": Request("events:DeleteRule", OWN_RULE),
    "make another rule that calls the function": Request("events:PutRule", OWN_RULE),
}
"""What cannot be denied, as the provider needs it; the reasons stand in docs/security.md."""
