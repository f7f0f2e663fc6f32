"""A time limit over an hour becomes a chain of resources."""

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import DatabaseClusterSnapshot, chain
from construct.templates import new_stack, of_type, resources
from neptune_snapshot_provider import contract


def of_hours(hours: float) -> tuple[cdk.Stack, DatabaseClusterSnapshot]:
    stack = new_stack()
    timeout = cdk.Duration.seconds(hours * 3600)
    return stack, DatabaseClusterSnapshot(stack, "Snapshot", cluster="graph", timeout=timeout)


@pytest.mark.parametrize(
    ("seconds", "links"),
    [
        (1, [1]),
        (3300, [3300]),
        (3301, [3300, 1]),
        (6600, [3300, 3300]),
        (21_600, [3300] * 6 + [1800]),
        (43_200, [3300] * 13 + [300]),
    ],
)
def test_a_limit_is_divided_into_what_one_resource_can_wait(seconds: int, links: list[int]) -> None:
    assert chain.split(seconds) == links
    assert sum(chain.split(seconds)) == seconds


def test_a_limit_that_one_resource_can_wait_has_no_chain() -> None:
    stack, _ = of_hours(3300 / 3600)
    found = resources(stack)
    assert not of_type(found, contract.WAIT_RESOURCE_TYPE)
    (snapshot,) = of_type(found, contract.RESOURCE_TYPE)
    assert "OnTimeout" not in snapshot["Properties"]


def test_each_link_waits_its_part_and_only_the_last_fails() -> None:
    stack, _ = of_hours(2)
    found = resources(stack)
    (snapshot,) = of_type(found, contract.RESOURCE_TYPE)
    links = [snapshot, *of_type(found, contract.WAIT_RESOURCE_TYPE)]
    properties = [link["Properties"] for link in links]
    assert [one["TimeoutSeconds"] for one in properties] == [3300, 3300, 600]
    assert [one["ServiceTimeout"] for one in properties] == ["3600", "3600", "900"]
    assert [one.get("OnTimeout") for one in properties] == ["CONTINUE", "CONTINUE", None]


def test_links_wait_for_the_snapshot_of_the_first_one_after_another() -> None:
    stack, _ = of_hours(2)
    found = resources(stack)
    (first,) = [name for name, one in found.items() if one["Type"] == contract.RESOURCE_TYPE]
    waits = {name: r for name, r in found.items() if r["Type"] == contract.WAIT_RESOURCE_TYPE}
    for wait in waits.values():
        assert wait["Properties"]["DBClusterSnapshotIdentifier"] == {"Ref": first}
    second, third = waits
    assert found[second]["DependsOn"] == [first]
    assert second in found[third]["DependsOn"]


def test_attributes_are_read_from_the_last_and_before_waits_for_it() -> None:
    stack, snapshot = of_hours(2)
    cdk.CfnOutput(stack, "Arn", value=snapshot.snapshot_arn)
    after = cdk.CfnResource(stack, "After", type="AWS::SNS::Topic")
    snapshot.before(after)
    template = cdk.assertions.Template.from_stack(stack).to_json()
    *_, last = (
        name
        for name, one in template["Resources"].items()
        if one["Type"] == contract.WAIT_RESOURCE_TYPE
    )
    assert template["Outputs"]["Arn"]["Value"]["Fn::GetAtt"] == [last, "DBClusterSnapshotArn"]
    assert last in template["Resources"]["After"]["DependsOn"]
