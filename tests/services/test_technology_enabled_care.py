"""Stories of technology-enabled care: a call answered, a carer reassured, more call-outs, and two trials' null kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import door
from simulation.draws import certain, never
from simulation.service import Users
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "technology_enabled_care"
WANTS = certain("technology_enabled_care: wants it")
KEEPS = never("technology_enabled_care: has it taken out") | never("technology_enabled_care: need comes to light")
QUIET = KEEPS | never("technology_enabled_care: calls")


def older(name: str = "Mrs K", **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 82, "need": 2, "alone": True, "hours_needed": 12.0, **columns})


def centre(*people: dict[str, Any], room: float = 5.0, money: float = 300.0) -> TinyTown:
    return a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})


def test_an_alarm_is_fitted_and_a_bad_fall_is_answered() -> None:
    tiny = go(centre(older()), 1, luck=WANTS | QUIET)
    assert tiny.story("Mrs K") == [("begins", NAME, "installed")]
    go(tiny, 1, luck=QUIET)
    assert tiny["Mrs K"].control > 0 and tiny["Mrs K"].hours_paid == 0
    tiny.town.tables["fell"][0] = True
    go(tiny, 1, luck=QUIET)
    assert tiny.story("Mrs K")[-1] == ("alarm answered", NAME, "")


def test_a_carer_is_a_little_reassured() -> None:
    tiny = centre(older("him", alone=False, partner="her", carer="her"), older("her", need=0, partner="him", cares_for="him"))
    begin(tiny, NAME, ["him"])
    go(tiny, 1, luck=QUIET)
    assert tiny["her"].break_hours == pytest.approx(1) and tiny["him"].break_hours == 0


def test_who_has_fallen_is_asked_first_and_room_is_short() -> None:
    tiny = centre(*[older(f"P{i}", falls=1.0 if i % 4 == 0 else 0.0) for i in range(40)], room=10.0, money=220.0)
    go(tiny, 1, luck=WANTS | QUIET)
    rows = Users(tiny.town, 0).rows
    assert len(rows) == tiny.town.providers.room[0] < 12 and (rows % 4 == 0).sum() == min(len(rows), 10)


def test_installers_take_months() -> None:
    tiny = centre(money=2000.0, room=0.0)
    room = [float(go(tiny, 1).town.providers.room[0]) for _ in range(100)]
    assert room[4] < 0.35 * room[-1] and room[-1] > 80


def test_more_alarms_more_call_outs_on_top_of_the_budget() -> None:
    def paid(count: int) -> tuple[float, int]:
        tiny = centre(*[older(f"P{i}") for i in range(count)], room=float(count), money=20_000.0)
        begin(tiny, NAME, tiny.names)
        go(tiny, 26, "supporting", "paying", luck=KEEPS)
        answered = int(tiny.town.events.happened("alarm answered", range(26)).sum())
        return float(tiny.town.money.by_week("council", NAME, purpose="overhead").sum()), answered
    (few, some), (much, many) = paid(20), paid(100)
    assert much == pytest.approx(45 * many) and few == pytest.approx(45 * some) and many > 3 * some > 30


def test_some_who_are_called_on_turn_out_to_need_support() -> None:
    tiny = centre(older())
    begin(tiny, NAME, ["Mrs K"])
    found = certain("technology_enabled_care: calls") | certain("technology_enabled_care: need comes to light")
    go(tiny, 1, luck=found | never("technology_enabled_care: has it taken out"))
    assert ("asks", "", "planned") in tiny.story("Mrs K")


def test_the_trials_found_no_effect_on_hospital_or_care_homes_and_none_is_here() -> None:
    """Two towns with the same luck, one with an alarm in every house: the same falls, stays and reasons for a care home."""
    def half_a_year(alarms: bool) -> tuple[list[int], list[int], np.ndarray]:
        people = [older(f"P{i}", need=1 + i % 3, frailty=3, dementia=i % 4 == 0, unmet=0.3) for i in range(300)]
        tiny = centre(*people, room=300.0 * alarms, money=20_000.0 * alarms)
        if alarms:
            begin(tiny, NAME, tiny.names)
        go(tiny, 26, "needing", "falling", "loneliness", "supporting", "hospital", luck=KEEPS | never("falling: asks"))
        events, rows = tiny.town.events, np.arange(300)
        assert not alarms or len(Users(tiny.town, 0)) == 300
        return ([int(n) for n in events.happened("falls", range(26))], [int(n) for n in events.happened("emergency stay", range(26))],
                np.stack(door.rates(rows, tiny.town)))
    with_them, without = half_a_year(True), half_a_year(False)
    assert with_them[:2] == without[:2] and sum(without[1]) > 20
    np.testing.assert_array_equal(with_them[2], without[2])


def test_without_money_it_is_taken_out_and_nobody_answers() -> None:
    tiny = centre(older())
    begin(tiny, NAME, ["Mrs K"])
    tiny.town.commissioner.funding.clear()
    go(tiny, 150, "supporting", "paying", luck=KEEPS)
    assert tiny.story("Mrs K")[-1] == ("ends", NAME, "scheme ends") and "technology_enabled_care: call-outs" not in tiny.town.memory
