"""Stories of social prescribing: a group for some months, queues where groups are full, little that lasts."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.draws import certain, never
from simulation.schemes import FREE
from simulation.service import Users
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "social_prescribing"
PATIENT = never("social_prescribing: gives up") | never("social_prescribing: stops coming")
MONEY = 50_200 / 52  # one link worker


def scheme(*people: dict[str, Any], room: float = 20.0, places: float = 1.0, volunteers: float = 100.0,
           money: float = MONEY) -> TinyTown:
    tiny = a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})
    tiny.town.neighbourhoods.meeting_places[:] = places
    tiny.town.memory[FREE] = volunteers
    return tiny


def lonely(count: int) -> list[dict[str, Any]]:
    return [resident(f"P{i}", age=40 + i % 40, lonely=True) for i in range(count)]


def in_groups(tiny: TinyTown) -> int:
    pl = tiny.town.placements
    return int(np.count_nonzero(pl.until[pl.of(0)] < 10**6))


def test_somebody_lonely_is_seen_then_goes_to_a_group_for_some_months() -> None:
    tiny = scheme(*lonely(1))
    go(tiny, 4, luck=PATIENT)
    assert tiny.story("P0") == [("begins", NAME, "referral")] and tiny["P0"].company == 0
    go(tiny, 12, luck=PATIENT)
    assert ("joins a group", NAME, "") in tiny.story("P0") and tiny["P0"].company > 0.7
    go(tiny, 26, luck=PATIENT)
    assert ("ends", NAME, "planned end") in tiny.story("P0")


def test_little_of_it_lasts() -> None:
    tiny = scheme(*lonely(1))
    go(tiny, 20, luck=PATIENT)
    before = float(tiny["P0"].company)
    tiny.town.residents.lonely[:] = False  # not referred again
    go(tiny, 26, luck=PATIENT)
    assert 0 < tiny["P0"].company < 0.25 * before


def test_full_groups_make_a_queue_that_fills_the_link_workers_lists() -> None:
    """Ten places to meet with three chairs each, for a link worker who could see over two hundred people a year."""
    seen = {}
    for places in (1.0, 100.0):
        tiny = scheme(*lonely(2000), room=0.0, places=places, money=4 * MONEY)
        go(tiny, 156, luck=never("social_prescribing: stops coming"))
        seen[places] = tiny.town.events.happened("begins", range(156)).sum()
        if places == 1.0:
            assert in_groups(tiny) <= 30 and in_groups(tiny) < 0.3 * len(Users(tiny.town, 0))
            assert tiny.town.events.happened("gives up waiting", range(156)).sum() > 100
    assert seen[1.0] < 0.75 * seen[100.0], "people who wait take up the link workers' time"


def test_a_group_needs_somebody_to_welcome_newcomers() -> None:
    tiny = scheme(*lonely(30), volunteers=0.0)
    go(tiny, 40, luck=PATIENT)
    assert len(Users(tiny.town, 0)) == 30 and in_groups(tiny) == 0 and not tiny.town.residents.company.any()


def test_a_neighbourhood_that_loses_its_places_to_meet_has_no_group_to_offer() -> None:
    tiny = scheme(*lonely(10))
    tiny.town.neighbourhoods.meeting_places[:] = 0
    go(tiny, 30, luck=PATIENT)
    assert in_groups(tiny) == 0 and tiny.town.events.happened("no room in a group", range(40)).sum() > 0


def test_who_gives_up_waiting_stops_coming() -> None:
    tiny = scheme(*lonely(1), places=0.0)
    go(tiny, 15, luck=PATIENT)
    go(tiny, 1, luck=certain("social_prescribing: gives up") | never("social_prescribing: stops coming"))
    assert tiny.story("P0")[-2:] == [("gives up waiting", NAME, ""), ("ends", NAME, "stops coming")]


def test_one_link_worker_sees_about_two_hundred_people_a_year() -> None:
    tiny = scheme(*lonely(3000), room=0.0, places=50.0)
    go(tiny, 156, "supporting", "paying")
    a_year = tiny.town.events.happened("begins", range(104, 156)).sum()
    assert 150 < a_year < 300
    assert 150 < tiny.town.money.last(52, "council", NAME) / a_year < 350, "about 220 pounds a person"
