"""Stories of Living Well: three months of company, need found, too few volunteers, an effect that fades; and the evaluator's trap."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.evidence.register import central
from simulation.model import CareSystem, from_state
from simulation.places import load
from simulation.plan import Plan
from simulation.schemes import FREE
from simulation.service import Users
from simulation.world.town import Town
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "living_well"
FINDS, ILL = certain("living_well: need comes to light"), certain("living_well: illness comes to light")
QUIET = (never("living_well: need comes to light") | never("living_well: illness comes to light")
         | never("living_well: stops coming"))


def scheme(*people: dict[str, Any], room: float = 5.0, money: float = 200.0, volunteers: float = 100.0) -> TinyTown:
    tiny = a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})
    tiny.town.memory[FREE] = volunteers
    return tiny


def at_risk(name: str = "Mrs K", **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 82, "need": 1, "alone": True, "hours_needed": 4.0, "discharged": -3, **columns})


def test_she_is_named_by_her_practice_and_has_company_for_three_months() -> None:
    tiny = go(scheme(at_risk()), 1, luck=QUIET)
    assert tiny.story("Mrs K") == [("begins", NAME, "risk list")]
    mrs_k = tiny["Mrs K"]
    assert mrs_k.company > 0.5 and mrs_k.control > 0 and mrs_k.funder == "nobody" and mrs_k.stage == "not asking"
    go(tiny, 13, luck=QUIET)
    assert ("ends", NAME, "planned end") in tiny.story("Mrs K")


def test_what_it_brought_fades_when_it_ends() -> None:
    tiny = scheme(at_risk(), money=0.0)
    tiny.town.commissioner.funding[NAME] = 200.0
    go(tiny, 12, luck=QUIET)
    with_it = float(tiny["Mrs K"].company)
    tiny.town.residents.discharged[:] = -1000
    tiny.town.residents.need[:] = 0  # not on the list again
    go(tiny, 26, luck=QUIET)
    assert 0 < tiny["Mrs K"].company < 0.5 * with_it and tiny["Mrs K"].control == 0


def test_looking_for_people_finds_need_and_illness_first() -> None:
    tiny = go(scheme(at_risk(), at_risk("Mr B", need=0)), 2, "supporting", luck=QUIET | FINDS | ILL)
    assert ("asks", "", "planned") in tiny.story("Mrs K") and ("asks", "", "planned") not in tiny.story("Mr B")
    assert tiny["Mrs K"].sent and tiny["Mr B"].sent
    tiny.town.tables["fell"][:] = False
    go(tiny, 1, "hospital", luck=never("hospital: comes to A&E") | never("hospital: is admitted"))
    assert ("A&E", "", "") in tiny.story("Mr B") and not tiny["Mr B"].sent


def test_the_unwell_and_those_lately_in_hospital_are_named_first() -> None:
    people = [at_risk(f"P{i}", discharged=-3 if i < 50 else -500, acute=2.0 if i % 2 else -1.0, frailty=2) for i in range(200)]
    tiny = go(scheme(*people, room=40.0, money=2000.0), 1, luck=QUIET)
    named = Users(tiny.town, 0).rows
    expected = 40 * float(tiny.town.services[0].from_hospital)
    assert len(named) == 40 and (named < 50).sum() == pytest.approx(expected, abs=5), "far more after a stay than the quarter who had one"
    assert expected - 5 > 10
    assert tiny.town.residents.acute[named].mean() > 1.0, "chosen at a bad time"


def test_without_volunteers_there_is_a_conversation_and_no_company() -> None:
    tiny = scheme(at_risk(), volunteers=0.0)
    go(tiny, 4, luck=QUIET)
    assert len(Users(tiny.town, 0)) == 1 and tiny["Mrs K"].company == 0 and tiny["Mrs K"].control > 0


def test_money_is_there_months_before_most_people_are() -> None:
    tiny = scheme(*[at_risk(f"P{i}") for i in range(400)], room=0.0, money=5000.0)
    go(tiny, 26, "supporting", "paying", luck=QUIET)
    assert len(Users(tiny.town, 0)) < 0.5 * tiny.town.providers.built[0]
    assert tiny.town.money.by_week("council", NAME, purpose="start_up").sum() > 0.3 * tiny.paid("council", NAME)


def test_who_moves_to_a_home_is_not_followed_there() -> None:
    tiny = scheme(at_risk())
    begin(tiny, NAME, ["Mrs K"], hours=0.0, until=20)
    tiny["Mrs K"].setting = "residential"
    go(tiny, 1, luck=QUIET)
    assert tiny.story("Mrs K")[-1] == ("ends", NAME, "moves on")


# The evaluator's trap ----------------------------------------------------------------------------------------------------
YEAR = 52


def stays(town: Town, people: np.ndarray, start: np.ndarray, end: np.ndarray) -> int:
    """Emergency stays of these people, each between two weeks of their own."""
    told = town.events.table()
    told = told[told["kind"] == town.events.kinds.index("emergency stay")]
    since, until = np.full(len(town.residents), 10**6), np.full(len(town.residents), -10**6)
    since[people], until[people] = start, end
    week = told["week"].astype(np.int64)
    return int(((week >= since[told["person"]]) & (week < until[told["person"]])).sum())


@pytest.mark.slow
def test_before_and_after_shows_a_great_fall_where_the_truth_is_a_little_more() -> None:
    """No effect on hospitals is believed anywhere: the fall is people chosen at a bad time who get better by themselves."""
    pounds = dict.fromkeys(range(4), 2_000_000.0)
    system = CareSystem(load("doncaster"), central(), Plan(years=4), seed=1, one_in=20, events="counts").burn_in()
    state = system.state()
    without, with_it = (from_state(state, plan, events="all").run(208).town
                        for plan in (Plan(years=4), Plan(years=4, invest={NAME: pounds})))
    told, r = with_it.events.table(), with_it.residents
    told = told[(told["kind"] == with_it.events.kinds.index("begins")) & (told["service"] == with_it.events.services.index(NAME))]
    people, first = np.unique(told["person"], return_index=True)
    week = told["week"][first].astype(np.int64)
    ok = (week >= YEAR) & (week < 208 - YEAR) & (r.arrives[people] < week - YEAR) & (r.left[people] > week + YEAR)
    people, week = people[ok], week[ok]
    before, after = stays(with_it, people, week - YEAR, week), stays(with_it, people, week, week + YEAR)
    untouched = stays(without, people, week, week + YEAR)
    assert len(people) > 150
    assert -0.5 < after / before - 1 < -0.15, "a fall of 34% was reported from Cornwall"
    assert 0.98 <= after / untouched < 1.25, "the same people with the same luck, without it"
