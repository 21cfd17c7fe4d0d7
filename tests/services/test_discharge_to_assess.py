"""Stories of discharge to assess: home on the day, seen there, no workers, blocked exits, beds, families, freed places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.service import Users
from simulation.world.town import COUNCIL
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "discharge_to_assess"
READY, DISCHARGE = 2, 2
TO_A_BED, HOME = certain("discharge_to_assess: to a bed"), never("discharge_to_assess: to a bed")


def patient(name: str = "Mr A", **columns: Any) -> dict[str, Any]:
    """Somebody who has asked in hospital for support to leave with."""
    return resident(name, **{"age": 84, "need": 2, "alone": True, "hours_needed": 14.0, "hospital": READY, "stage": 1,
                             "reason": DISCHARGE, "long_term": True, "asked": -2, **columns})


def team(*people: dict[str, Any], room: float = 5.0, money: float = 1800.0, **more: Any) -> TinyTown:
    services = [NAME, *more.pop("beside", [])]
    return a_town(*people, services=services, room={NAME: room, **more.pop("rooms", {})}, money={NAME: money}, **more)


def test_somebody_goes_home_within_days_with_help_and_the_request_made_in_hospital_is_dropped() -> None:
    tiny = go(team(patient()), 1, luck=HOME)
    assert tiny.story("Mr A") == [("begins", NAME, "home")] and tiny["Mr A"].stage == "not asking"
    go(tiny, 1, "hospital")
    assert tiny["Mr A"].hospital == "no"
    go(tiny, 1, "supporting", "paying")
    assert tiny["Mr A"].hours_paid == pytest.approx(12) and tiny.paid("council", NAME) > 300
    assert tiny.paid("people", "council") == 0, "free for these weeks"


def test_what_somebody_needs_is_seen_at_home_and_who_has_recovered_asks_for_nothing() -> None:
    tiny = go(team(patient("better"), patient("still short"), room=5.0), 1, luck=HOME)
    tiny.town.residents.hospital[:] = 0
    tiny["better"].need = 1
    go(tiny, 2)
    assert tiny["still short"].stage == "not asking", "not in the first days"
    go(tiny, 4)
    assert [tiny[n].stage for n in tiny.names] == ["not asking", "waiting for assessment"]
    assert tiny.story("better")[-1] == ("ends", NAME, "goals met") and ("asks", "", "discharge") in tiny.story("still short")


def test_an_assessment_looks_past_the_bridge() -> None:
    """With the package all needs are met; without it they are not, and that is what counts. Others' help does count."""
    tiny = team(patient("on her own", hospital=0, stage=0), patient("with family", hospital=0, stage=0, hours_family=14.0), beside=["home_care"])
    begin(tiny, NAME, hours=14.0, who=tiny.names)
    go(tiny, 1)
    r = tiny.town.residents
    r.stage[:], r.reason[:], r.long_term[:], r.unmet[:] = 1, DISCHARGE, True, 0.0
    tiny.town.placements.given[:] = [14.0, 0.0]
    go(tiny, 30, "deciding", luck=certain("deciding: found eligible") | certain("deciding: ready") | certain("door: need lasts"))
    assert [tiny[n].stage for n in tiny.names] == ["waiting for support", "not asking"]


def test_hours_come_from_the_care_workers_there_are() -> None:
    tiny = team(patient(hospital=0))
    begin(tiny, NAME, ["Mr A"], hours=12.0)
    tiny.town.providers.staffing[:] = 0.5
    go(tiny, 1)
    assert tiny["Mr A"].hours_paid == pytest.approx(6)
    tiny = team(*[patient(f"P{i}") for i in range(20)], room=10.0, money=3300.0)
    tiny.town.providers.staffing[:] = 0.3
    go(tiny, 1, luck=HOME)
    assert len(Users(tiny.town, 0)) <= 4, "the others wait in hospital"


def test_blocked_exits_silt_it_up() -> None:
    """Nobody takes over after six weeks: people stay on, and the next in hospital find no room."""
    stay, come = [patient(f"stays {i}") for i in range(3)], [patient(f"comes {i}") for i in range(3)]
    tiny = team(*stay, *come, room=3.0, money=1100.0)
    tiny.town.residents.hospital[3:], tiny.town.residents.stage[3:] = 0, 0
    go(tiny, 1, luck=HOME)
    tiny.town.residents.hospital[:3] = 0
    go(tiny, 12)
    r = tiny.town.residents
    r.hospital[3:], r.stage[3:], r.reason[3:], r.long_term[3:] = READY, 1, DISCHARGE, True
    go(tiny, 1, luck=HOME)
    assert set(Users(tiny.town, 0).rows) == {0, 1, 2}, "after thirteen weeks they are still there"
    r.funder[:3], r.stage[:3] = COUNCIL, 0
    go(tiny, 1)
    assert tiny.story("stays 0")[-1] == ("ends", NAME, "handed over")
    go(tiny, 1, luck=HOME)
    assert set(Users(tiny.town, 0).rows) == {3, 4, 5}


def in_care_homes(luck: dict[str, Any]) -> int:
    """Of forty people with much need who lived alone, how many live in a care home half a year later."""
    people = [patient(f"P{i}", need=3, hours_needed=28.0, hours_family=0.0, unmet=0.5, worsened=2.0) for i in range(40)]
    tiny = team(*people, room=100.0, money=40_000.0, beside=["home_care", "residential"], rooms={"home_care": 900.0, "residential": 60.0})
    tiny.town.residents.savings[:] = 5000.0
    go(tiny, 1, luck=luck)
    tiny.town.residents.hospital[:] = 0
    go(tiny, 26, "deciding", "choosing", "supporting")
    return int((tiny.town.residents.setting == 4).sum())


def test_an_interim_bed_turns_into_a_home_for_good_more_often_than_going_home_does() -> None:
    home, bed = in_care_homes(HOME), in_care_homes(TO_A_BED)
    assert bed > home + 5 and bed < 40, "a result of how people ask from there, not a number fed in"


def test_days_in_an_interim_bed_cost_strength_and_more_money() -> None:
    tiny = team(patient("Mr A", need=3, hours_needed=28.0), patient("Mr B", hospital=0, stage=0), room=8.0)
    go(tiny, 1, luck=TO_A_BED)
    tiny["Mr A"].hospital = 0
    go(tiny, 2)
    assert tiny["Mr A"].hours_paid == pytest.approx(28) and tiny["Mr A"].bed_days > 2 > tiny["Mr B"].bed_days == 0
    assert ("asks", "", "planned") in tiny.story("Mr A")
    assert tiny.town.placements.price[0] > 1.5 * tiny.town.services[0].price(np.array([0]), np.array([12.0]), tiny.town)[0]


def test_families_carry_what_the_package_does_not() -> None:
    """In hospital nobody cares for him; at home, with twelve hours of help for thirty of need, she does."""
    he = patient("Mr A", need=3, hours_needed=30.0, alone=False, partner="Mrs A", carer="Mrs A", discharged=-50)
    tiny = team(he, resident("Mrs A", age=80, partner="Mr A", cares_for="Mr A"))
    go(tiny, 1, "caring")
    assert tiny["Mrs A"].care_hours == 0
    go(tiny, 1, "supporting", "hospital", luck=HOME)
    go(tiny, 3, "caring", "supporting", luck=never("caring: cannot go on"))
    assert tiny["Mrs A"].care_hours > 15


def test_freed_hospital_places_are_filled_again() -> None:
    tiny = team(patient())
    tiny.town.hospital.beds = 5.0
    tiny.town.week = 10
    go(tiny, 1, "supporting", "hospital", luck=HOME)
    occupied = tiny.town.hospital.occupied
    go(tiny, 1, "supporting", "hospital")
    assert tiny["Mr A"].hospital == "no" and tiny.town.hospital.occupied == pytest.approx(occupied)


def test_when_the_money_ends_people_ask_at_once() -> None:
    tiny = team(patient(hospital=0, stage=0))
    begin(tiny, NAME, ["Mr A"])
    tiny.town.placements.since[:] = tiny.town.week + 300
    tiny.town.commissioner.funding.clear()
    go(tiny, 200)
    assert tiny.story("Mr A")[-2:] == [("ends", NAME, "the team closes"), ("asks", "", "support ended")]
