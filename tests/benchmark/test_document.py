import pytest

from benchmarks import document, figures, markdown
from benchmarks.cold_start import by_package


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


def test_import_times_are_added_up_by_package() -> None:
    printed = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:      2000 |       2000 |   boto3.session\n"
        "import time:      1000 |       3000 | boto3\n"
        "import time:       500 |        500 | json\n"
    )
    assert by_package(printed) == [("boto3", 3.0), ("json", 0.5)]


def test_the_document_is_made_of_what_there_is() -> None:
    footprint = {
        "targets": [markdown.at_most("Lambda functions", 1, 1)],
        "rows": [
            {
                "peer": "ours",
                "lambdas": 1,
                "state_machines": 0,
                "roles": 1,
                "resources": 6,
                "further": 1,
            }
        ],
    }
    results = {"footprint": footprint, "took": {"footprint": 90.0, "lag": 30.0}}
    text = document.render(results, {"footprint": ["plot.svg"]})
    assert "Measuring took 2 minutes: Footprint 1.5, Lag 0.5." in text
    assert "| Lambda functions | ≤ 1 | 1 | yes |" in text
    assert "| ours | 1 | 0 | 1 | 6 | +1 |" in text
    assert "(benchmarks/plot.svg)" in text
    assert "## Growth" not in text
