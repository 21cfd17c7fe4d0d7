"""Stories of befriending: a friend each week, a list that grows, a befriender who leaves and is missed, tired volunteers."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation.draws import certain, never
from simulation.schemes import FREE
from simulation.service import Users
from simulation.services.befriending import VISITED
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "befriending"
STAYS = never("befriending: befriender leaves") | never("befriending: stops") | never("befriending: gives up")
LEAVES = certain("befriending: befriender leaves") | never("befriending: stops") | never("befriending: gives up")


def scheme(*people: dict[str, Any], room: float = 50.0, money: float = 700.0, volunteers: float = 100.0) -> TinyTown:
    tiny = a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})
    tiny.town.memory[FREE] = volunteers
    return tiny


def lonely(count: int = 1) -> list[dict[str, Any]]:
    return [resident(f"P{i}", age=78, lonely=True, alone=True) for i in range(count)]


def visited(tiny: TinyTown) -> int:
    pl = tiny.town.placements
    return int(np.count_nonzero(pl.until[pl.of(0)] == VISITED))


def test_somebody_lonely_waits_some_weeks_and_then_has_a_friend() -> None:
    tiny = scheme(*lonely())
    go(tiny, 4, luck=STAYS)
    assert tiny.story("P0") == [("begins", NAME, "referral")] and tiny["P0"].company == 0
    go(tiny, 9, luck=STAYS)
    assert ("meets a befriender", NAME, "") in tiny.story("P0")
    first = float(tiny["P0"].company)
    go(tiny, 104, luck=STAYS)
    assert first > 1.5 and 0 < tiny["P0"].company < first, "less after the first year"


def test_a_befriender_who_leaves_is_missed() -> None:
    """Lonelier than before there ever was one, for a time; back on the list; a new friend comes if there is a volunteer."""
    tiny, never_had = scheme(*lonely()), scheme(*lonely(), volunteers=0.0)
    for t, luck in ((tiny, STAYS), (never_had, STAYS)):
        go(t, 30, "supporting", luck=luck)
    tiny.town.residents.loneliness[:] = never_had.town.residents.loneliness[:]
    tiny.town.memory[FREE] = 0.0
    go(tiny, 1, luck=LEAVES)
    assert tiny.story("P0")[-1] == ("befriender leaves", NAME, "") and tiny["P0"].company < 0.1
    assert tiny["P0"].loneliness > never_had["P0"].loneliness + 0.2
    for t in (tiny, never_had):
        go(t, 40, "supporting", "loneliness", luck=STAYS)
    assert 0 < tiny["P0"].loneliness - never_had["P0"].loneliness < 0.15, "it passes"
    tiny.town.memory[FREE] = 100.0
    go(tiny, 8, luck=STAYS)
    assert visited(tiny) == 1


def test_money_without_volunteers_buys_a_waiting_list() -> None:
    tiny = scheme(*lonely(400), room=0.0, money=4 * 700.0, volunteers=30.0)
    go(tiny, 156, "supporting", "paying")
    assert visited(tiny) <= 20 and len(Users(tiny.town, 0)) > 3 * visited(tiny)
    assert tiny.town.events.happened("gives up waiting", range(156)).sum() > 50
    assert tiny.paid("council", NAME) > 300_000


def test_what_others_ask_of_volunteers_is_not_there_here() -> None:
    pairs = {}
    for others in (0.0, 300.0):
        tiny = scheme(*lonely(100))
        tiny.town.memory["volunteer hours asked: somebody else"] = others
        go(tiny, 30, luck=STAYS)
        pairs[others] = visited(tiny)
    assert pairs[300.0] < 0.5 * pairs[0.0]


def test_tired_volunteers_leave_sooner() -> None:
    left = {}
    for strain in (0.0, 1.0):
        tiny = scheme(*lonely(60))
        tiny.town.volunteers.append(10, active=True, resident=0, hours=2.0, strain=strain)
        go(tiny, 60, luck=never("befriending: stops") | never("befriending: gives up"))
        left[strain] = tiny.town.events.happened("befriender leaves", range(60)).sum()
    assert left[1.0] > 2 * left[0.0] > 0


def test_the_list_closes() -> None:
    tiny = scheme(*lonely(1000), volunteers=0.0)
    go(tiny, 30, luck=STAYS)
    assert len(Users(tiny.town, 0)) <= 80 and visited(tiny) == 0
