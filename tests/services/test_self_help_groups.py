"""Stories of self-help groups: company and easier caring; groups add up slowly, stop when somebody tires, and need organisers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import never
from simulation.schemes import FREE
from simulation.service import Users
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "self_help_groups"
GOES_ON = never("self_help_groups: organiser tires") | never("self_help_groups: stops coming")
WORKER = 56_000 / 52  # pounds a week: a development worker and grants for twenty groups


def scheme(*people: dict[str, Any], room: float = 9.0, money: float = WORKER, volunteers: float = 500.0) -> TinyTown:
    tiny = a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})
    tiny.town.memory[FREE] = volunteers
    return tiny


def members(count: int = 9) -> list[dict[str, Any]]:
    return [resident(f"P{i}", age=40 + i % 40, limiting=True) for i in range(count)]


def groups(tiny: TinyTown) -> float:
    return tiny.town.memory.get(f"{NAME}: groups 0", 0.0)


def test_people_in_the_same_place_in_life_have_company_and_a_say() -> None:
    tiny = scheme(*members(3), resident("Well", age=40))
    go(tiny, 5, luck=GOES_ON)
    assert tiny.story("P0") == [("begins", NAME, "joins")] and not tiny.story("Well")
    assert tiny["P0"].company > 0.7 and tiny["P0"].control > 0 and tiny["Well"].company == 0


def test_a_carer_bears_caring_more_easily() -> None:
    strain = {}
    for money in (0.0, WORKER):
        tiny = scheme(resident("Mrs K", age=80, need=3, partner="Mr K", carer="Mr K", hours_needed=40.0, dementia=True),
                      resident("Mr K", age=80, partner="Mrs K", cares_for="Mrs K"), room=9.0 if money else 0.0, money=money)
        go(tiny, 100, "caring", "supporting", luck=GOES_ON | never("caring: cannot go on"))
        strain[money] = float(tiny["Mr K"].strain)
    assert 0 < strain[WORKER] < strain[0.0] - 0.01


def test_groups_add_up_over_years() -> None:
    tiny = scheme(*members(600), room=0.0)
    seen = [groups(go(tiny, 1, "supporting", "paying")) for _ in range(312)]
    assert seen[51] <= 5 and 5 <= seen[103] <= 12 and seen[-1] >= 10 and max(seen) <= 20
    service = tiny.town.services[0]
    assert 100 < service.lead_time() < 260
    assert tiny.town.money.by_week("council", NAME, purpose="start_up").sum() > 0.2 * tiny.paid("council", NAME)


def test_when_an_organiser_tires_the_group_stops_for_all_its_members() -> None:
    tiny = scheme(*members(18), room=18.0)
    go(tiny, 5, luck=GOES_ON)
    assert groups(tiny) == 2 and len(Users(tiny.town, 0)) == 18
    town = tiny.town
    town.memory[FREE] = 0.0  # no new group
    while groups(tiny) == 2:  # until one of the two stops
        go(tiny, 1, luck=never("self_help_groups: stops coming"))
    stopped = [name for name in tiny.names if ("ends", NAME, "group stops") in tiny.story(name)]
    assert len(stopped) == 9 and len(Users(town, 0)) == 9
    company = town.residents.company
    lost = [tiny.names.index(n) for n in stopped]
    assert company[lost].max() < 0.6 * company[Users(town, 0).rows].min()
    assert not (town.residents.stage > 0).any(), "nobody asks the council for a group"


def test_without_organisers_no_group_starts() -> None:
    tiny = scheme(*members(50), room=0.0, volunteers=0.0)
    go(tiny, 156)
    assert groups(tiny) == 0 and not len(Users(tiny.town, 0))


def test_tired_volunteers_make_short_lived_groups() -> None:
    left = {}
    for strain in (0.0, 1.0):
        tiny = scheme(*members(10), room=180.0)
        tiny.town.volunteers.append(10, active=True, resident=0, hours=2.0, strain=strain)
        tiny.town.memory[FREE] = 0.0
        left[strain] = groups(go(tiny, 52))
    assert left[1.0] < left[0.0] < 20


def test_without_the_worker_most_groups_stop_within_a_year() -> None:
    tiny = scheme(*members(180), room=180.0)
    go(tiny, 4)
    before = groups(tiny)
    tiny.town.commissioner.funding.clear()
    go(tiny, 90)
    assert before >= 18 and groups(tiny) < 0.4 * before


def test_members_cost_about_three_hundred_pounds_a_year_each_once_all_groups_are_there() -> None:
    service = scheme().town.services[0]
    assert float(service.costs_a_person({})) == pytest.approx((44_000 / 20 + 600) / 9)
    assert np.isfinite(service.lead_time())
