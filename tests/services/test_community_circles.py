"""Stories of Community Circles: company, rest for a carer, a way home; nobody to ask, no facilitator, an aim that is met."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.draws import certain, never
from simulation.schemes import FREE
from simulation.service import Users
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "community_circles"
WANTS = certain("community_circles: would want one")
LASTS = never("community_circles: aim is met") | never("community_circles: facilitator leaves")
HOME = certain("community_circles: wants to go home")
FRIENDS = [1, 2, 3, -1, -1, -1]


def scheme(*people: dict[str, Any], room: float = 30.0, volunteers: float = 100.0, services: tuple[str, ...] = (NAME,),
           **rooms: float) -> TinyTown:
    tiny = a_town(*people, services=list(services), room={NAME: room, **rooms}, money={NAME: 1300.0})
    tiny.town.memory[FREE] = volunteers
    return tiny


def somebody(name: str = "Mrs K", **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 81, "need": 1, "hours_needed": 4.0, "friends": FRIENDS, **columns})


def others(count: int = 4) -> list[dict[str, Any]]:
    return [resident(f"P{i}", age=50) for i in range(count)]


def test_a_circle_brings_company_a_say_and_rest_for_whoever_cares() -> None:
    tiny = scheme(somebody(carer="P0"), *others())
    tiny["P0"].cares_for = 0
    go(tiny, 5, luck=WANTS | LASTS)
    assert tiny.story("Mrs K") == [("begins", NAME, "introduction")]
    assert tiny["Mrs K"].company > 0.9 and tiny["Mrs K"].control > 0
    assert tiny["P0"].break_hours > 0 and tiny["P0"].company > 0.9 and tiny["P1"].company == 0


def test_whoever_has_nobody_to_ask_has_no_circle() -> None:
    tiny = scheme(somebody(friends=[-1] * 6, lonely=True), *others())
    go(tiny, 9, luck=WANTS | LASTS)
    assert {(what, cause) for what, _, cause in tiny.story("Mrs K")} == {("no circle", "nobody to ask")}
    assert tiny["Mrs K"].company == 0


def test_without_facilitators_nobody_has_a_circle_and_money_is_spent() -> None:
    tiny = scheme(somebody(), *others(), volunteers=0.0)
    go(tiny, 9, "supporting", "paying", luck=WANTS | LASTS)
    assert ("no circle", NAME, "no facilitator") in tiny.story("Mrs K") and not len(Users(tiny.town, 0))
    assert tiny.paid("council", NAME) > 5000


def test_a_facilitator_leaves_and_the_circle_goes_on_only_if_another_takes_it_on() -> None:
    leaves = certain("community_circles: facilitator leaves") | never("community_circles: aim is met")
    for another, goes_on in ((certain("community_circles: another takes it on"), True),
                             (never("community_circles: another takes it on"), False)):
        tiny = scheme(somebody(need=2), *others(), volunteers=10.0)
        begin(tiny, NAME, ["Mrs K"], hours=0.0, funder=0)
        go(tiny, 1, luck=leaves | another)
        assert (len(Users(tiny.town, 0)) == 1) is goes_on
    assert tiny.story("Mrs K")[-1] == ("ends", NAME, "facilitator leaves"), "nobody asks the council for it"


def test_strained_volunteers_leave_sooner() -> None:
    def left(strain: float) -> int:
        tiny = scheme(*[somebody(f"Q{i}") for i in range(300)], volunteers=0.0)
        tiny.town.volunteers.append(10, active=True, resident=0, hours=2.0, strain=strain)
        begin(tiny, NAME, [f"Q{i}" for i in range(300)], hours=0.0, funder=0)
        go(tiny, 26, luck=never("community_circles: aim is met"))
        return 300 - len(Users(tiny.town, 0))
    assert left(1.0) > 2 * left(0.0) > 0


def test_the_circle_is_done_when_its_aim_is_met() -> None:
    tiny = scheme(somebody(), *others())
    begin(tiny, NAME, ["Mrs K"], hours=0.0, funder=0)
    go(tiny, 1, luck=certain("community_circles: aim is met"))
    assert tiny.story("Mrs K")[-1] == ("ends", NAME, "goals met") and tiny["Mrs K"].stage == "not asking"


def test_somebody_goes_home_from_a_residential_home_if_support_is_there() -> None:
    tiny = scheme(somebody(need=2, wants_home=1.0, hours_needed=12.0), *others(),
                  services=(NAME, "home_care", "residential"), home_care=100.0, residential=5.0)
    begin(tiny, "residential", ["Mrs K"])
    begin(tiny, NAME, ["Mrs K"], hours=0.0, funder=0)
    luck = WANTS | LASTS | HOME | certain("deciding: ready") | certain("deciding: found eligible")
    tiny.week("supporting", luck=luck)
    assert ("asks", "", "planned") in tiny.story("Mrs K") and tiny["Mrs K"].setting == "residential"
    for _ in range(3):
        tiny.week("deciding", "choosing", luck=luck)
    assert tiny["Mrs K"].setting == "own home" and ("begins", "home_care", "planned") in tiny.story("Mrs K")


def test_who_needs_nursing_or_much_help_is_not_asked_home() -> None:
    tiny = scheme(somebody(setting=5, need=4, wants_home=1.0), somebody("Mr B", setting=4, need=3, wants_home=1.0), *others())
    begin(tiny, NAME, ["Mrs K", "Mr B"], hours=0.0, funder=0)
    go(tiny, 4, luck=LASTS | HOME)
    assert not tiny.town.events.happened("asks", range(10)).any()


def test_the_first_matches_are_dear() -> None:
    people = [somebody(f"Q{i}", friends=FRIENDS if i % 2 else [-1] * 6) for i in range(600)]
    tiny = scheme(*people, room=0.0)
    tiny.town.commissioner.funding[NAME] = 100_000 * 1.29 / 52
    go(tiny, 104, "supporting", "paying")
    matched = int(np.sum(tiny.town.events.happened("begins", range(104))))
    assert 15 < matched < 80, "40 of 112 in Doncaster's first two years"
    assert 3000 < tiny.paid("council", NAME) / matched < 15_000, "about 5,000 pounds then"
