from benchmarks.setup_time import prerequisites
from support.packages import ROOT


def test_it_measures_what_make_does_before_the_commands_of_a_target() -> None:
    assert prerequisites(ROOT, "demo") == [".venv/.demo", "node_modules/.demo"]
    assert prerequisites(ROOT, "test") == ["setup"]
