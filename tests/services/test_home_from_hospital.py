"""Stories of home from hospital: somebody settled in, too few volunteers, needs found, freed places filled."""

from __future__ import annotations

from typing import Any

from simulation.draws import certain, never
from simulation.schemes import FREE
from simulation.service import Users
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "home_from_hospital"
READY = 2
WAITS = certain("home_from_hospital: waits for somebody to settle in")
QUIET = never("home_from_hospital: need comes to light") | never("home_from_hospital: wants no more visits")


def patient(name: str = "Mrs K", **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 82, "need": 1, "alone": True, "hours_needed": 4.0, **columns})


def scheme(*people: dict[str, Any], room: float = 5.0, money: float = 300.0, volunteers: float = 100.0) -> TinyTown:
    tiny = a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})
    tiny.town.memory[FREE] = volunteers
    return tiny


def test_somebody_waiting_for_nobody_but_this_leaves_within_days_and_is_visited_for_weeks() -> None:
    tiny = scheme(patient(hospital=READY, days_left=12.0))
    go(tiny, 1, luck=WAITS | QUIET)
    assert tiny.story("Mrs K") == [("begins", NAME, "leaving hospital")] and tiny["Mrs K"].days_left <= 1
    go(tiny, 1, "hospital")
    assert tiny["Mrs K"].hospital == "no" and tiny["Mrs K"].delayed_days < 3
    go(tiny, 1, luck=QUIET)
    assert 2 < tiny["Mrs K"].hours_other <= 4 and tiny["Mrs K"].company > 0 and tiny["Mrs K"].hours_paid == 0
    go(tiny, 4, luck=QUIET)
    assert tiny.story("Mrs K")[-1] == ("ends", NAME, "planned end")
    go(tiny, 1, luck=QUIET)
    assert tiny["Mrs K"].hours_other == 0, "what it brought ends with it"


def test_who_waits_for_more_than_company_waits_on() -> None:
    people = [patient("waits for tests", hospital=READY, days_left=12.0), patient("much need", need=3, hospital=READY, days_left=12.0),
              patient("has asked", stage=1, reason=2, long_term=True, hospital=READY, days_left=12.0)]
    tiny = scheme(*people)
    go(tiny, 1, luck=never("home_from_hospital: waits for somebody to settle in"))
    go(tiny, 1, luck=WAITS)
    assert [tiny[p["name"]].days_left for p in people[1:]] == [12.0, 12.0]
    assert not tiny.story("much need") and not tiny.story("has asked")


def test_people_who_came_home_last_week_are_visited_as_far_as_there_is_room() -> None:
    tiny = scheme(*[patient(f"P{i}", discharged=-1) for i in range(12)])
    go(tiny, 1)
    helped = len(Users(tiny.town, 0))
    assert helped == tiny.town.providers.room[0] < 12
    go(tiny, 1, luck=QUIET)
    assert len(Users(tiny.town, 0)) == helped, "who came home longer ago is not looked for"


def test_without_volunteers_most_visits_are_not_made() -> None:
    many, none = (go(scheme(money=2000.0, volunteers=v), 100) for v in (100.0, 0.0))
    full, paid = float(many.town.providers.room[0]), float(none.town.providers.room[0])
    assert full > 30 and 0.3 < paid / full < 0.5
    few = go(scheme(money=2000.0, volunteers=15.0), 100)
    assert paid < few.town.providers.room[0] < full, "and other services ask the same people"


def test_who_comes_to_the_house_finds_what_is_lacking() -> None:
    tiny = scheme(patient())
    begin(tiny, NAME, ["Mrs K"], until=50)
    go(tiny, 1, luck=certain("home_from_hospital: need comes to light") | never("home_from_hospital: wants no more visits"))
    assert ("asks", "", "planned") in tiny.story("Mrs K")


def test_freed_hospital_places_are_filled_again() -> None:
    """The bed is used for planned care the same week: nothing stands empty and nothing is saved in cash."""
    def week(money: float) -> tuple[float, float, float]:
        tiny = scheme(*[patient(f"P{i}", hospital=READY, days_left=30.0) for i in range(20)], money=money, room=20.0 * (money > 0))
        tiny.town.hospital.beds = 30.0
        go(tiny, 1, luck=WAITS)
        tiny.town.week = 100
        tiny.town.draws.begin(100)
        go(tiny, 2, "hospital")
        return (tiny.town.memory["hospital: planned care beds"], tiny.town.hospital.occupied,
                float(tiny.town.residents.delayed_days.sum()))
    helped, alone = week(20_000.0), week(0.0)
    assert helped[2] < alone[2] and helped[0] > alone[0] and helped[1] == alone[1]


def test_people_who_are_visited_come_back_to_hospital_in_the_same_weeks() -> None:
    """Nothing but hours, company and earlier days reaches the hospital: with needs met already, nothing changes there."""
    def stays(visited: bool) -> list[int]:
        tiny = scheme(*[patient(f"P{i}", frailty=3) for i in range(300)], room=300.0 * visited, money=20_000.0 * visited)
        if visited:
            begin(tiny, NAME, tiny.names, until=500)
        go(tiny, 26, "supporting", "hospital", luck=QUIET)
        return [int(n) for n in tiny.town.events.happened("emergency stay", range(26))]
    assert stays(True) == stays(False) and sum(stays(True)) > 20


def test_when_the_money_ends_so_does_it() -> None:
    tiny = scheme(patient())
    begin(tiny, NAME, ["Mrs K"], until=500)
    go(tiny, 2, "supporting", "paying", luck=QUIET)
    tiny.town.commissioner.funding.clear()
    go(tiny, 150, luck=QUIET)
    assert tiny.story("Mrs K")[-1] == ("ends", NAME, "scheme ends") and tiny.town.memory["volunteer hours asked: " + NAME] == 0
