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
from simulation.week import caring, hospital
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


# A queue for assessment ------------------------------------------------------------------------------------------------------
ANSWERS = certain("deciding: ready") | certain("deciding: found eligible")
DISCHARGE, FALL = REASON.index("discharge"), REASON.index("fall")


def short_of_time(*people: dict[str, Any], capacity: float) -> TinyTown:
    """A town after the burn-in with a queue, in which social workers see so many people a week."""
    town = a_town(*people, services=SERVICES, week=10)
    town.town.memory.update({"deciding.needing": 1.0, "deciding.left": float(len(people)), "deciding.pace": capacity})
    town.town.centres["deciding: requests"] = capacity / central().values["deciding.spare"]
    return town


def assessed(town: TinyTown) -> set[str]:
    return {name for name in town.names if any(what == "assessed" for what, _, _ in town.story(name))}


def test_whom_the_lack_of_help_puts_at_most_risk_is_assessed_first_whatever_made_them_ask() -> None:
    """Before, a fall with little need went before somebody who lacks five hours of help a day."""
    planned = mrs_k(need=4, hours_needed=60.0, unmet=0.6)
    fall = {**mrs_k(need=2, hours_needed=8.0, unmet=0.3, reason=FALL, asked=0), "name": "Mrs L"}
    waits = {**mrs_k(need=2, hours_needed=8.0, unmet=0.3, asked=-100), "name": "Mrs M"}
    for capacity, expected in ((1.0, {"Mrs K"}), (2.0, {"Mrs K", "Mrs L"}), (3.0, {"Mrs K", "Mrs L", "Mrs M"})):
        assert assessed(short_of_time(planned, fall, waits, capacity=capacity).week("deciding", luck=ANSWERS)) == expected


def test_people_in_hospital_and_as_many_as_are_in_a_crisis_with_much_need_are_assessed_however_little_time_there_is() -> None:
    in_bed = {**mrs_k(need=2, hours_needed=8.0, hospital=2, reason=DISCHARGE, asked=9), "name": "Mrs L"}
    crisis = {**mrs_k(reason=REASON.index("carer could not go on"), asked=9), "name": "Mrs M"}
    town = short_of_time(mrs_k(), in_bed, crisis, capacity=0.001).week("deciding", luck=ANSWERS)
    assert assessed(town) == {"Mrs L", "Mrs M"}


def test_help_that_hangs_on_a_carer_under_strain_is_at_risk() -> None:
    rested, tired = (a_town(mrs_k(unmet=0.0, hours_family=28.0, carer="Mr K"), resident("Mr K", age=80.0, strain=strain), services=SERVICES).town
                     for strain in (0.0, 0.5))
    assert the_door.hours_at_risk(np.array([0]), rested) == pytest.approx([0.0])
    assert the_door.hours_at_risk(np.array([0]), tired) == pytest.approx([14.0])


def test_whoever_has_got_over_a_stay_in_hospital_waits_no_longer() -> None:
    well = {**mrs_k(need=0, hours_needed=0.0, unmet=0.0, reason=DISCHARGE), "name": "Mrs L"}
    town = short_of_time(mrs_k(), well, capacity=1.0).week("deciding", luck=ANSWERS)
    assert town.story("Mrs L") == [("settled", "", "got better")] and town["Mrs L"].stage == "not asking"


def test_what_was_recent_as_somebody_asked_is_why_they_ask_however_long_they_wait() -> None:
    recent = central().values["door.recent"]
    people = [{**mrs_k(worsened=recent + 10.0, unmet=0.0, asked=asked, stage=stage), "name": str(k)}
              for k, (asked, stage) in enumerate(((-20, 1), (-5, 1), (-20, 0)))]
    _, care_home = the_door.rates(np.arange(3), a_town(*people, services=SERVICES).town)
    assert care_home[0] > 2 * care_home[1] and care_home[1] == care_home[2]


def test_a_request_whose_need_has_grown_is_no_longer_what_a_stay_in_hospital_called_for() -> None:
    people = [{**mrs_k(reason=DISCHARGE, worsened=worsened), "name": str(worsened)} for worsened in (10.0, 30.0)]
    town = a_town(*people, services=SERVICES).town
    assert the_door.asked_in_a_crisis(np.arange(2), town).tolist() == [False, True]


def test_somebody_whose_carer_stops_while_they_wait_wants_what_they_wanted() -> None:
    little = {**mrs_k(long_term=False), "name": "Mrs L"}
    town = a_town(mrs_k(), little, {**mrs_k(stage=0, reason=0), "name": "Mrs M"}, services=SERVICES)
    caring.in_crisis(town.town, np.arange(3))
    assert [town[name].reason for name in ("Mrs K", "Mrs L", "Mrs M")] == ["crisis while waiting", "carer could not go on", "carer could not go on"]
    assert town.story("Mrs K") == [("comes to a crisis while waiting", "", "lost their carer")]
