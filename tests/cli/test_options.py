"""How values of options are read."""

import pytest
import typer

from neptune_snapshot_cli import options

ARN = "arn:aws:rds:eu-west-1:123456789012:cluster-snapshot:before-v2"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("before-v2", "before-v2"),
        ("Before-V2", "before-v2"),
        (ARN, "before-v2"),
        ("rds:my-graph-2026-11-24-03-10", "rds:my-graph-2026-11-24-03-10"),
    ],
)
def test_a_snapshot_is_given_by_name_or_arn(value: str, name: str) -> None:
    assert options.snapshot_identifier(value, "eu-west-1") == name


def test_an_arn_of_another_region_is_refused_and_the_remedy_is_named() -> None:
    with pytest.raises(typer.BadParameter, match="add --region eu-west-1"):
        options.snapshot_identifier(ARN, "us-east-1")


@pytest.mark.parametrize("value", ["1st", "a--b", "arn:aws:s3:::bucket", ""])
def test_what_is_no_snapshot_is_refused_with_option_value_and_rule(value: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"--snapshot '{value}' is no .*: must"):
        options.snapshot_identifier(value, "eu-west-1")


def test_what_is_no_cluster_is_refused() -> None:
    assert options.cluster_identifier("") == ""
    assert options.cluster_identifier("My-Graph") == "my-graph"
    with pytest.raises(typer.BadParameter, match=r"--cluster 'my_graph' is no .*: must contain"):
        options.cluster_identifier("my_graph")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(None, None), ("90", 90), ("90s", 90), ("45m", 2700), ("2h", 7200), ("1d", 86400)],
)
def test_a_duration_has_a_unit_or_is_seconds(value: str | None, seconds: float | None) -> None:
    assert options.seconds(value) == seconds


@pytest.mark.parametrize("value", ["", "0", "-1", "1w", "1.5h", "soon"])
def test_what_is_no_duration_is_refused(value: str) -> None:
    with pytest.raises(typer.BadParameter, match=f"--timeout '{value}' is no duration"):
        options.seconds(value)
