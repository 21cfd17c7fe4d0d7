"""Wellbeing Teams: teams open months after the money; a coach leaves and a team shrinks; low prices close them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "wellbeing_teams"
STAYS, LASTS = never(f"{NAME}: coach leaves"), never(f"{NAME}: team closes")
NO_END = never(f"{NAME}: ends")
NEAR = certain(f"{NAME}: lives where they could work")


def person(name: str, **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 80, "need": 2, "hours_needed": 12.0, **columns})


def a_team(*people: dict[str, Any], money: float = 0.0) -> TinyTown:
    return a_town(*people, services=[NAME], room={NAME: 250}, money={NAME: money})


def test_a_team_brings_the_same_faces_company_and_some_say_at_a_price_near_an_agencys() -> None:
    tiny = a_team(person("Mrs K"))
    begin(tiny, NAME, ["Mrs K"], hours=10)
    go(tiny, 1, "supporting", "paying", luck=STAYS | LASTS | NO_END)
    mrs_k, hour = tiny["Mrs K"], tiny.town.prices["home_care_hour"]
    assert mrs_k.hours_paid == pytest.approx(10) and mrs_k.continuity > 0.5
    assert mrs_k.company > 0.5 and mrs_k.control > 0
    assert 0.95 < tiny.paid("council", NAME) / (10 * hour) < 1.2, "low overhead, dearer front-line work"


def test_two_teams_a_year_open_months_after_the_money() -> None:
    people = [person(f"P{i}") for i in range(300)]
    tiny = a_town(*people, services=[NAME], money={NAME: 140_000 / 52})
    room, luck = [], STAYS | LASTS | NO_END | NEAR
    for _ in range(52):
        free = float(tiny.town.providers.room[0] - tiny.town.providers.used[0])
        waiting = [n for n, has in zip(tiny.names, tiny.town.supported_by(0), strict=True) if not has][:int(free / 10)]
        if waiting:
            begin(tiny, NAME, waiting)
        go(tiny, 4, "supporting", "paying", luck=luck)
        room.append(float(tiny.town.providers.room[0]))
    first = next(w for w, r in enumerate(room) if r > 0)
    assert 39 <= 4 * first <= 91, "half a year to pay for the first, then recruiting and registering"
    assert 600 < room[-1] < 1700, "some eight teams in four years, the last of them not grown yet"
    assert tiny.town.money.by_week("council", NAME, purpose="start_up").sum() > 300_000


def test_it_is_offered_only_where_a_team_has_hours_enough_free() -> None:
    tiny = a_team(person("little", hours_wanted=8.0), person("much", hours_wanted=40.0))
    tiny.town.draws.fixed = NEAR
    tiny.town.providers.used[:] = 220
    assert np.isfinite(tiny.town.services[0].suits(np.arange(2), tiny.town)).tolist() == [True, False]
    tiny.town.providers.used[:] = 250
    assert not np.isfinite(tiny.town.services[0].suits(np.arange(2), tiny.town)).any()


def test_a_team_that_loses_its_coach_shrinks_until_another_is_found() -> None:
    tiny = a_team(*[person(f"P{i}") for i in range(25)])
    begin(tiny, NAME, tiny.names, hours=10)
    go(tiny, 1, luck=certain(f"{NAME}: coach leaves") | LASTS | NO_END)
    go(tiny, 18, luck=STAYS | LASTS | NO_END)
    shrunk = float(tiny.town.providers.room[0])
    assert shrunk < 200 and tiny["P0"].hours_paid == pytest.approx(10 * shrunk / 250), "everybody has less"
    go(tiny, 100, luck=STAYS | LASTS | NO_END)
    assert tiny.town.providers.room[0] > 240


def test_when_a_team_closes_and_no_other_has_room_people_ask_again() -> None:
    tiny = a_team(person("Mrs K"))
    begin(tiny, NAME, ["Mrs K"])
    go(tiny, 1, luck=STAYS | certain(f"{NAME}: team closes") | NO_END)
    assert tiny.story("Mrs K")[-2:] == [("ends", NAME, "team closes"), ("asks", "", "support ended")]
    assert not tiny.town.providers.room[0] and not tiny.town.providers.built[0]


def test_a_price_below_cost_closes_teams_sooner() -> None:
    def left(fee_drift: float) -> int:
        tiny = a_town(services=[NAME], room={NAME: 250})
        for number in range(2, 61):
            tiny.town.memory.update({f"{NAME}: how grown is team {number}": 1.0, f"{NAME}: week of the coach of team {number}": 0.0})
        tiny.town.memory.update({f"{NAME}: how grown is team 1": 1.0, f"{NAME}: week of the coach of team 1": 0.0})
        tiny.town.commissioner.fee_drift = fee_drift
        return round(float(go(tiny, 156).town.providers.built[0]) / 250)
    fair, squeezed = left(1.0), left(0.9)
    assert 24 <= fair <= 51, "about six in ten are there after three years"
    assert squeezed < fair - 10


def test_good_jobs_are_what_keeps_care_workers() -> None:
    tiny = a_town(services=["home_care", NAME], room={NAME: 250, "home_care": 1000})
    go(tiny, 1)
    agency, team = tiny.town.providers.quality
    assert agency < team <= 1
