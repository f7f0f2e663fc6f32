import pytest

from benchmarks import deploy, document, figures, markdown


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (7, "7"),
        (12345, "12,345"),
        (0.0213, "0.021"),
        (0.456, "0.46"),
        (12.34, "12.3"),
        (123.4, "123"),
    ],
)
def test_figures_have_about_three_digits(value: float, written: str) -> None:
    assert markdown.number(value) == written


def test_a_target_says_whether_it_is_met() -> None:
    missed = markdown.at_most("lag", 0.7, 0.6, " s")
    assert markdown.targets_table([missed]).endswith("| lag | ≤ 0.60 s | 0.70 s | **no** |")


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert figures.percentile([3, 1, 2, 4], 0.95) == 4
    assert figures.percentile([3, 1, 2, 4], 0.5) == 3


def test_costs_that_grow_evenly_have_the_slope_one() -> None:
    assert figures.slope_share([1, 10, 100], [5, 50, 500]) == pytest.approx(1)


def test_the_document_is_made_of_what_there_is() -> None:
    row = {"lambdas": 1, "state_machines": 0, "roles": 1, "resources": 6, "further": 1}
    results = {"footprint": [{"peer": "ours", **row}]}
    text = document.render(results, {"footprint": ["plot.svg"]})
    assert "| Lambda functions for one snapshot | ≤ 1 | 1 | yes |" in text
    assert "| ours | 1 | 0 | 1 | 6 | +1 |" in text
    assert "(benchmarks/plot.svg)" in text
    assert "## Growth" not in text


def test_no_faster_deployment_is_claimed_without_a_margin() -> None:
    def row(seconds: float, stack: float) -> deploy.Row:
        return deploy.Row(peer="any", seconds=seconds, ratio=1.0, stack=stack)

    for stack, met in ((0.5, True), (0.99, False)):
        rows = [row(5, stack), row(5, 0.1), row(5, 1)]
        *_, against = deploy.targets(deploy.Result(runs=1, rows=rows))
        assert against["met"] is met
