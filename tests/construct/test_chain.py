"""A time limit over an hour becomes a chain of resources."""

import aws_cdk as cdk
import pytest

from cdk_neptune_snapshot import chain
from construct.templates import TWO_HOURS, new_stack, resources, stack_with, take, topic
from construct.templates import links as links_in
from neptune_snapshot_provider import contract


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
    found = resources(stack_with(timeout=cdk.Duration.seconds(3300)))
    (snapshot,) = links_in(found)
    assert "OnTimeout" not in found[snapshot]["Properties"]


def test_links_wait_one_after_another_and_only_the_last_fails() -> None:
    found = resources(stack_with(timeout=TWO_HOURS))
    first, second, third = links_in(found)
    properties = [found[link]["Properties"] for link in (first, second, third)]
    assert [one["TimeoutSeconds"] for one in properties] == [3300, 3300, 600]
    # CloudFormation waits longer than the provider.
    assert [one["ServiceTimeout"] for one in properties] == ["3600", "3600", "900"]
    assert [one.get("OnTimeout") for one in properties] == ["CONTINUE", "CONTINUE", None]
    for wait in properties[1:]:
        assert wait["DBClusterSnapshotIdentifier"] == {"Ref": first}
    assert found[second]["DependsOn"] == [first]
    assert second in found[third]["DependsOn"]


def test_attributes_are_read_from_the_last_and_before_waits_for_it() -> None:
    stack = new_stack()
    snapshot = take(stack, timeout=TWO_HOURS)
    cdk.CfnOutput(stack, "Arn", value=snapshot.snapshot_arn)
    snapshot.before(topic(stack))
    template = cdk.assertions.Template.from_stack(stack).to_json()
    last = links_in(template["Resources"])[-1]
    assert template["Resources"][last]["Type"] == contract.WAIT_RESOURCE_TYPE
    assert template["Outputs"]["Arn"]["Value"]["Fn::GetAtt"] == [last, "DBClusterSnapshotArn"]
    assert last in template["Resources"]["Topic"]["DependsOn"]
