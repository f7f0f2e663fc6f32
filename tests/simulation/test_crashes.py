"""Every scenario, disturbed at every call: whoever comes next carries on from the truth."""

import pytest

from simulation.disturbing import Disturbance, failures, points
from simulation.scenarios import SCENARIOS, Scenario


@pytest.mark.parametrize("disturbance", Disturbance, ids=lambda one: one.value)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_every_call_can_be_disturbed(scenario: Scenario, disturbance: Disturbance) -> None:
    found = failures(scenario, disturbance)
    assert not found, "\n".join(found)


def test_there_is_much_to_disturb() -> None:
    assert sum(len(points(scenario)) for scenario in SCENARIOS) * len(Disturbance) > 1000
