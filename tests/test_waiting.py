"""Waiting: what becomes of people while support, or a home of their own, is not there yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulation import door as the_door
from simulation.draws import certain, never
from simulation.evidence.lists import REASON
from simulation.evidence.register import Beliefs, central
from simulation.plan import Plan
from simulation.week import hospital
from tests.towns import TinyTown, a_town, resident

CRISIS = {**certain("asking: a crisis while waiting"), **never("asking: long term"), **never("asking: a little help")}
SERVICES = ["home_care", "community_support", "residential", "supported_living", "shared_lives"]


def mrs_k(**columns: Any) -> dict[str, Any]:
    """Mrs K, who asked some weeks ago for support that she still waits for; half of the help she needs does not come."""
    usual = {"age": 82.0, "need": 3, "alone": True, "hours_needed": 28.0, "unmet": 0.5, "stage": 1, "reason": REASON.index("planned"),
             "long_term": True, "asked": -20}
    return resident("Mrs K", **{**usual, **columns})


def believing(**values: float) -> Beliefs:
    beliefs = central()
    return replace(beliefs, values={**beliefs.values, **{name.replace("__", "."): value for name, value in values.items()}})


# A crisis while waiting ------------------------------------------------------------------------------------------------
def test_whoever_waits_without_help_can_come_to_a_crisis_and_then_waits_no_longer() -> None:
    town = a_town(mrs_k(), services=SERVICES).week("asking", luck=CRISIS)
    assert town["Mrs K"].reason == "crisis while waiting"
    assert town.story("Mrs K") == [("comes to a crisis while waiting", "", "waited too long")]
    assert the_door.urgent(np.array([0]), town.town)[0]


@pytest.mark.parametrize("columns", [{"unmet": 0.0}, {"stage": 0, "reason": 0}, {"setting": 5}, {"long_term": False},
                                     {"reason": REASON.index("discharge")}])
def test_nobody_else_comes_to_a_crisis_by_waiting(columns: dict[str, Any]) -> None:
    town = a_town(mrs_k(**columns), services=SERVICES)
    before = town["Mrs K"].reason
    assert town.week("asking", luck=CRISIS)["Mrs K"].reason == before and not town.story("Mrs K")


def test_nobody_comes_to_a_crisis_where_nobody_is_believed_to() -> None:
    town = a_town(mrs_k(), services=SERVICES, beliefs=believing(asking__crisis_while_waiting=0.0))
    assert town.week("asking", luck=CRISIS)["Mrs K"].reason == "planned"


def test_the_more_hours_do_not_come_the_sooner() -> None:
    """Four hours a day missing, or two: in a year about twice as many come to a crisis, until few are left."""
    def in_ten_weeks(unmet: float) -> int:
        town = a_town(*[{**mrs_k(unmet=unmet), "name": f"Mrs {i}"} for i in range(3000)], services=SERVICES)
        town.run(10, "asking")
        return int(np.count_nonzero(town.town.residents.reason == the_door.CRISIS))
    few, many = in_ten_weeks(0.5), in_ten_weeks(1.0)
    rate = central().values["asking.crisis_while_waiting"]
    assert few == pytest.approx(3000 * (1 - np.exp(-rate * 2 * 10 / 52)), rel=0.2)
    assert 1.6 < many / few < 2.2


def test_a_fall_brings_forward_somebody_who_waits() -> None:
    luck = {**certain("falling: falls"), **never("falling: serious"), **certain("falling: asks")}
    town = a_town(mrs_k(), services=SERVICES).week("falling", luck=luck)
    assert town["Mrs K"].reason == "crisis while waiting" and town["Mrs K"].asked == -20


def test_who_asked_before_the_crisis_wants_what_they_wanted() -> None:
    """Most people whom a crisis brings to ask stay at home; that is no reason to think so of those who had asked before."""
    reasons = ("planned", "crisis while waiting", "carer could not go on", "discharge")
    town = a_town(*[{**mrs_k(reason=REASON.index(why)), "name": why} for why in reasons], services=SERVICES)
    assert the_door.asked_in_a_crisis(np.arange(4), town.town).tolist() == [False, False, True, True]
    assert the_door.urgent(np.arange(4), town.town).tolist() == [False, True, True, True]


def test_where_help_does_not_come_a_care_home_is_asked_for_rather_than_help_at_home() -> None:
    town = a_town(mrs_k(unmet=0.0), {**mrs_k(unmet=1.0), "name": "Mrs L"}, services=SERVICES).town
    home, care_home = the_door.rates(np.arange(2), town)
    assert home[0] == home[1]
    assert care_home[1] / care_home[0] == pytest.approx(town.door.care_home_unmet)


# A home of one's own -----------------------------------------------------------------------------------------------------
def tom(**columns: Any) -> dict[str, Any]:
    """Tom lives in a care home, has a learning disability, and has asked for a home of his own."""
    usual = {"age": 40.0, "group": "learning disability", "band": "daily", "hours_needed": 14.0, "lives_in": "residential", "stage": 2,
             "reason": REASON.index("planned"), "long_term": True, "asked": 0, "hours_wanted": 14.0}
    return resident("Tom", **{**usual, **columns})


def moved_after(town: TinyTown, most: int = 120) -> int:
    """Weeks until Tom lives somewhere else; -1 if never."""
    for week in range(most):
        if town["Tom"].setting != "residential":
            return week
        town.week("choosing")
    return -1


def test_finding_a_home_takes_half_a_year_to_a_year_and_a_half_though_there_is_room() -> None:
    weeks = np.array([moved_after(a_town(tom(), services=SERVICES, room={name: 50.0 for name in SERVICES}, seed=seed)) for seed in range(30)])
    assert weeks.min() >= 26 and weeks.max() <= 80
    assert 40 < np.median(weeks) < 64


def test_without_room_for_what_tom_wants_he_stays_and_does_not_settle_for_less_after_some_weeks() -> None:
    room = {"community_support": 500.0, "residential": 40.0}
    town = a_town(tom(), services=SERVICES, room=room)
    for _ in range(40):
        town.week("choosing", luck=never("choosing: supported_living") | certain("door: finds a home"))
    assert town["Tom"].setting == "residential" and town["Tom"].stage == "waiting for support"


def test_somebody_steered_to_a_home_of_their_own_stays_where_they_are_supported_until_it_is_found() -> None:
    ann = resident("Ann", age=40.0, group="learning disability", band="daily", hours_needed=14.0, has="community_support", hours=9.0, stage=2,
                   reason=REASON.index("planned"), long_term=True, asked=0, hours_wanted=14.0, diverted=True)
    town = a_town(ann, services=SERVICES, room={name: 50.0 for name in SERVICES}, plan=Plan())
    town.run(20, "choosing")
    placements = town.town.placements
    assert town["Ann"].setting == "own home"
    assert [town.town.services[k].name for k in placements.service[placements.active]] == ["community_support"]


def test_on_the_first_day_as_many_look_for_a_home_as_come_to_want_one_in_the_time_it_takes() -> None:
    people = [{**tom(stage=0, reason=0, long_term=False), "name": f"Tom {i}"} for i in range(4000)]
    town = a_town(*people, services=SERVICES, week=-104).town
    the_door.look_for_a_home(np.arange(4000), town)
    looks = np.flatnonzero(town.residents.stage > 0)
    d = town.door
    expected = d.working_age_moves_on.weekly * (d.finds_a_home_least + d.finds_a_home_most) / 2
    assert len(looks) / 4000 == pytest.approx(expected, rel=0.15)
    assert (the_door.weeks_to_find_a_home(looks, town) > town.week - town.residents.asked[looks]).all()


# What goes with a home ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("service", ["shared_lives", "residential", "supported_living"])
def test_company_stays_behind_with_the_household_or_the_home_however_it_ended(service: str) -> None:
    town = a_town(tom(lives_in=service, stage=0, reason=0), services=SERVICES, room={name: 50.0 for name in SERVICES})
    town.week("supporting")
    assert town["Tom"].company > 0.5
    town.town.end(np.flatnonzero(town.town.placements.active), "changed support")
    assert town["Tom"].company == pytest.approx(0.0, abs=0.01)


# Leaving hospital -----------------------------------------------------------------------------------------------------------
def test_the_more_home_care_there_is_the_sooner_some_can_leave_hospital_and_not_at_all_where_it_is_not_believed() -> None:
    town = a_town(mrs_k(), services=SERVICES, room={"home_care": 100.0}).town
    town.centres["hospital: home care for each who needs help"] = 100.0
    assert hospital._pace(town, 0.25, 0.9) == pytest.approx(1.0)
    town.providers.room[:] *= 1.25
    assert hospital._pace(town, 0.25, 0.9) == pytest.approx(0.75 + 0.25 * 1.25**-0.9)
    assert hospital._pace(town, 0.25, 0.0) == pytest.approx(1.0)
