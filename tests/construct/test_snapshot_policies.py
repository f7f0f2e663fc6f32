"""Pruning, publishing, reusing and skipping: what is sent, who is allowed what, what is refused."""

from collections.abc import Mapping
from typing import Any, cast

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, WhenClusterMissing
from construct.templates import Json, new_stack, of_type, resources, statements, wire
from neptune_snapshot_provider import contract

SNAPSHOTS = "arn:aws-us-gov:rds:us-gov-west-1:123456789012:cluster-snapshot:*"
PARAMETER = "arn:aws-us-gov:ssm:us-gov-west-1:123456789012:parameter"
PRUNING = {"rds:DescribeDBClusterSnapshotAttributes", "rds:DescribeAccountAttributes"}
PUBLISHING = {"ssm:GetParameter", "ssm:PutParameter"}

NOT_ASKED_FOR: dict[str, Any] = {
    "keep_last": None,
    "last_good_parameter": None,
    "reuse_younger_than": None,
    "when_cluster_missing": WhenClusterMissing.FAIL,
}
HABITS: dict[str, Any] = {
    "keep_last": 5,
    "last_good_parameter": "/graph/last-good",
    "reuse_younger_than": cdk.Duration.hours(6),
    "when_cluster_missing": WhenClusterMissing.SKIP,
}
ON_THE_WIRE = {
    "KeepLast": 5,
    "LastGoodParameter": "/graph/last-good",
    "ReuseYoungerThanSeconds": 21_600,
    "WhenClusterMissing": "SKIP",
}
BAD_HABITS = [
    ({"keep_last": 0}, "keep_last 0: must be a whole number from 1 to 1000"),
    ({"keep_last": 1001}, "keep_last 1001: must be"),
    ({"keep_last": True}, "keep_last True: must be a whole number"),
    ({"keep_last": 2.5}, "keep_last 2.5: must be a whole number"),
    ({"keep_last": "5"}, "keep_last '5': must be a whole number"),
    ({"last_good_parameter": ""}, "last_good_parameter '': must be letters, digits"),
    ({"last_good_parameter": "a/b"}, "last_good_parameter 'a/b': must be"),
    ({"last_good_parameter": "/a//b"}, "last_good_parameter '/a//b': must be"),
    ({"last_good_parameter": "/a/"}, "last_good_parameter '/a/': must be"),
    ({"last_good_parameter": "/aws/graph"}, "'/aws/graph': must not start with aws or ssm"),
    ({"last_good_parameter": "ssm-graph"}, "'ssm-graph': must not start with aws or ssm"),
    ({"last_good_parameter": "/" + "g" * 900}, "must have at most 900 characters, has 901"),
    ({"last_good_parameter": 7}, "last_good_parameter 7: must be a string"),
    ({"last_good_parameter": cdk.Aws.STACK_NAME}, "must be a literal name"),
    ({"reuse_younger_than": 3600}, "reuse_younger_than 3600: must be an aws_cdk.Duration"),
    ({"reuse_younger_than": cdk.Duration.seconds(0)}, "must be 1 to 31622400 seconds"),
    ({"reuse_younger_than": cdk.Duration.days(367)}, "must be 1 to 31622400 seconds"),
    ({"reuse_younger_than": cdk.Duration.millis(1500)}, "must be a whole number of seconds"),
    ({"when_cluster_missing": "SKIP"}, "'SKIP': must be a WhenClusterMissing"),
    ({"when_cluster_missing": None}, "None: must be a WhenClusterMissing"),
]


def stack_with(**properties: Any) -> cdk.Stack:  # noqa: ANN401 - properties of every type
    stack = new_stack()
    DatabaseClusterSnapshot(stack, "Snapshot", **{"cluster": "graph", **properties})
    return stack


def actions(stack: cdk.Stack) -> set[str]:
    return {action for statement in statements(stack) for action in statement["Action"]}


def only(found: Mapping[str, Json], kind: str) -> Json:
    (resource,) = of_type(found, kind)
    return dict(resource["Properties"])


def test_nothing_is_sent_that_was_not_asked_for() -> None:
    assert not ON_THE_WIRE.keys() & wire(stack_with(**NOT_ASKED_FOR)).keys()
    assert wire(stack_with(**NOT_ASKED_FOR)) == wire(stack_with())


def test_everything_asked_for_is_sent() -> None:
    sent = wire(stack_with(**HABITS))
    assert {key: sent[key] for key in ON_THE_WIRE} == ON_THE_WIRE


@pytest.mark.parametrize(("name", "key"), list(zip(HABITS, ON_THE_WIRE, strict=True)))
def test_each_is_sent_alone(name: str, key: str) -> None:
    sent = wire(stack_with(**{name: HABITS[name]}))
    assert {one: sent[one] for one in ON_THE_WIRE if one in sent} == {key: ON_THE_WIRE[key]}


@pytest.mark.parametrize(("properties", "message"), BAD_HABITS)
def test_bad_input_is_refused_with_property_value_and_rule(
    properties: dict[str, Any], message: str
) -> None:
    (name,) = properties
    with pytest.raises(ValueError, match=f"^Invalid {name} ") as caught:
        stack_with(**properties)
    assert message in str(caught.value)


def test_a_number_known_only_when_deployed_is_sent_as_it_is() -> None:
    stack = new_stack()
    count = cdk.CfnParameter(stack, "Count", type="Number", default=5)
    int_token = cast("int", count.value_as_number)
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", keep_last=int_token)
    assert wire(stack)["KeepLast"] == {"Ref": "Count"}


def test_an_age_known_only_when_deployed_is_sent_as_it_is() -> None:
    stack = new_stack()
    age = cdk.CfnParameter(stack, "Age", type="Number", default=3600)
    younger = cdk.Duration.seconds(age.value_as_number)
    DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", reuse_younger_than=younger)
    assert wire(stack)["ReuseYoungerThanSeconds"] == {"Ref": "Age"}


@pytest.mark.parametrize(
    ("properties", "more"),
    [
        ({"keep_last": 5}, PRUNING),
        ({"last_good_parameter": "/graph/last-good"}, PUBLISHING),
        ({"reuse_younger_than": cdk.Duration.hours(1)}, set[str]()),
        ({"when_cluster_missing": WhenClusterMissing.SKIP}, set[str]()),
    ],
    ids=["keep_last", "last_good_parameter", "reuse_younger_than", "when_cluster_missing"],
)
def test_permissions_grow_only_for_those_who_use_a_feature(
    properties: dict[str, Any], more: set[str]
) -> None:
    without = actions(stack_with())
    assert not without & (PRUNING | PUBLISHING)
    assert actions(stack_with(**properties)) == without | more


def test_pruning_looks_at_shares_and_quotas_and_deletes_only_what_is_own() -> None:
    allowed = statements(stack_with(keep_last=5))
    (shares,) = [
        one for one in allowed if "rds:DescribeDBClusterSnapshotAttributes" in one["Action"]
    ]
    assert shares["Resource"] == [SNAPSHOTS]
    deletions = [one for one in allowed if "rds:DeleteDBClusterSnapshot" in one["Action"]]
    assert all("aws:ResourceTag/neptune-snapshot:stack" in str(one) for one in deletions)


@pytest.mark.parametrize(
    ("name", "resource"),
    [("/graph/last-good", "/graph/last-good"), ("last-good", "/last-good")],
)
def test_publishing_reaches_one_parameter(name: str, resource: str) -> None:
    allowed = statements(stack_with(last_good_parameter=name))
    (parameters,) = [one for one in allowed if "ssm:PutParameter" in one["Action"]]
    assert parameters["Resource"] == [f"{PARAMETER}{resource}"]


def test_in_a_chain_the_last_link_prunes_and_publishes_for_the_first() -> None:
    """The first also knows how many to keep, to make room in a full quota."""
    found = resources(stack_with(**HABITS, timeout=cdk.Duration.hours(2)))
    (owner,) = [name for name, one in found.items() if one["Type"] == contract.RESOURCE_TYPE]
    first = found[owner]["Properties"]
    middle, last = (one["Properties"] for one in of_type(found, contract.WAIT_RESOURCE_TYPE))
    afterwards = {
        "LastGoodParameter",
        "SnapshotLogicalResourceId",
        "ReplacedSnapshotIdentifier",
    }
    assert not afterwards & (first.keys() | middle.keys())
    assert "KeepLast" not in middle
    assert first["KeepLast"] == last["KeepLast"] == 5
    assert last["LastGoodParameter"] == "/graph/last-good"
    assert last["SnapshotLogicalResourceId"] == owner
    assert last["DBClusterIdentifier"] == "graph"


@pytest.mark.parametrize("policy", ["keep_last", "last_good_parameter"])
def test_the_last_link_learns_from_the_first_which_snapshot_is_replaced(policy: str) -> None:
    """The first has a property for it: an existing first resource is updated too, and answers."""
    found = resources(stack_with(**{policy: HABITS[policy]}, timeout=cdk.Duration.hours(2)))
    (owner,) = [name for name, one in found.items() if one["Type"] == contract.RESOURCE_TYPE]
    middle, last = (one["Properties"] for one in of_type(found, contract.WAIT_RESOURCE_TYPE))
    assert last["ReplacedSnapshotIdentifier"] == {"Fn::GetAtt": [owner, "ReplacedSnapshot"]}
    assert found[owner]["Properties"]["ReportsReplacedSnapshot"] == "true"
    new = {"ReplacedSnapshotIdentifier", "ReportsReplacedSnapshot"}
    assert not new & middle.keys()
    assert len(new & found[owner]["Properties"].keys()) == len(new & last.keys()) == 1


def test_a_single_resource_knows_itself_which_snapshot_it_replaces() -> None:
    sent = wire(stack_with(**HABITS))
    assert not {"ReplacedSnapshotIdentifier", "ReportsReplacedSnapshot"} & sent.keys()


def test_in_a_chain_the_first_link_decides_whether_a_snapshot_is_taken() -> None:
    found = resources(stack_with(**HABITS, timeout=cdk.Duration.hours(2)))
    deciding = {"ReuseYoungerThanSeconds", "WhenClusterMissing"}
    assert deciding <= only(found, contract.RESOURCE_TYPE).keys()
    for wait in of_type(found, contract.WAIT_RESOURCE_TYPE):
        assert not deciding & wait["Properties"].keys()


def test_without_policies_a_chain_names_no_owner() -> None:
    found = resources(stack_with(timeout=cdk.Duration.hours(2)))
    for wait in of_type(found, contract.WAIT_RESOURCE_TYPE):
        assert wait["Properties"].keys() <= {
            "ServiceToken",
            "ServiceTimeout",
            "DBClusterSnapshotIdentifier",
            "TimeoutSeconds",
            "OnTimeout",
        }


@pytest.mark.parametrize("hours", [1 / 2, 2], ids=["one resource", "a chain"])
def test_what_was_done_is_read_from_where_it_is_done(hours: float) -> None:
    """The first resource decides about the snapshot, the last sees it available."""
    stack = new_stack()
    timeout = cdk.Duration.seconds(hours * 3600)
    snapshot = DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", timeout=timeout)
    read = {
        "Outcome": snapshot.outcome,
        "RestoreCommand": snapshot.restore_command,
        "PrunedSnapshots": snapshot.pruned_snapshots,
        "SparedSnapshots": snapshot.spared_snapshots,
    }
    for name, value in read.items():
        cdk.CfnOutput(stack, name, value=value)
    template = cdk.assertions.Template.from_stack(stack).to_json()
    links = [name for name, one in template["Resources"].items() if "Custom::" in one["Type"]]
    for name in read:
        link = links[0] if name == "Outcome" else links[-1]
        assert template["Outputs"][name]["Value"] == {"Fn::GetAtt": [link, name]}
