"""Stories of going home again from a care home, of one's own will: an older person, a younger one, and nobody pushed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.world.town import COUNCIL, SELF
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

WANTS, CONTENT = certain("reviewing: wants to move on"), never("reviewing: wants to move on")
SEEN = certain("deciding: ready") | certain("deciding: found eligible") | never("residential: decides to close")
LASTS = never("supported_living: moves on") | never("supported_living: tenancy breaks down") | SEEN | CONTENT
WEEK = ("reviewing", "deciding", "choosing", "supporting", "paying")


def mrs_k(**columns: Any) -> dict[str, Any]:
    """Recovered in the home she moved to when she was very unwell: she needs only some help now."""
    return resident("Mrs K", **{"age": 82, "need": 1, "alone": True, "hours_needed": 4.0, "unmet": 0.3, "lives_in": "residential", **columns})


def place(*people: dict[str, Any], home_care: float = 50.0, helpers: int = 8, agency: bool = True) -> TinyTown:
    """A home and an agency; and some people with need at home, so that there are social workers to spare."""
    others = [resident(f"N{i}", age=70, need=2, hours_needed=10.0, hours_family=10.0) for i in range(helpers)]
    return a_town(*people, *others, services=["residential", "supported_living", *(["home_care"] if agency else [])],
                  room={"home_care": home_care, "residential": 20.0})


def moves_in(tiny: TinyTown, name: str, setting: str, weeks: int) -> int:
    """The week in which somebody's setting becomes this; -1 where it does not within so many weeks."""
    for week in range(weeks):
        go(tiny, 1, *WEEK, luck=LASTS)
        if tiny[name].setting == setting:
            return week
    return -1


def test_mrs_k_wants_to_go_home_asks_and_goes_when_there_is_somebody_to_come() -> None:
    tiny = place(mrs_k())
    paid = tiny.town.placements.price[0]
    go(tiny, 1, *WEEK, luck=WANTS | SEEN)
    assert 0 <= moves_in(tiny, "Mrs K", "own home", 8) < 8
    told = tiny.story("Mrs K")
    assert told[0] == ("asks", "", "wants to move on") and told[-1] == ("begins", "home_care", "planned")
    assert ("ends", "residential", "changed support") in told
    go(tiny, 3, *WEEK, luck=LASTS)
    assert tiny["Mrs K"].hours_paid > 2 and tiny["Mrs K"].funder == "council"
    now = float(tiny.town.placements.price[tiny.town.placements.of(tiny.town.service("home_care"))].sum())
    assert 0 < now < 0.2 * paid, "and her place costs nothing from that week on"
    assert not len(tiny.town.placements.of(tiny.town.service("residential")))


def test_where_nobody_could_come_she_stays_where_she_is_and_waits() -> None:
    tiny = place(mrs_k(), home_care=0.0)
    tiny.town.providers.staffing[tiny.town.service("home_care")] = 0.0
    go(tiny, 1, *WEEK, luck=WANTS | SEEN)
    assert moves_in(tiny, "Mrs K", "own home", 40) == -1
    assert tiny["Mrs K"].setting == "residential" and tiny["Mrs K"].stage == "waiting for support"
    assert tiny.town.placements.active[0], "nobody loses the one before the other is there"


def test_nobody_is_moved_who_does_not_ask_and_few_ask() -> None:
    tiny = place(*[dict(mrs_k(), name=f"P{i}", need=i % 4) for i in range(80)])
    go(tiny, 20, *WEEK, luck=LASTS)
    assert (tiny.town.residents.setting[:80] == 4).all()
    heavy = [resident(f"H{i}", age=82, need=3 + i % 2, hours_needed=30.0, lives_in="residential") for i in range(40)]
    tiny = place(*heavy)
    go(tiny, 5, *WEEK, luck=WANTS | SEEN)
    assert (tiny.town.residents.stage[:40] == 0).all(), "only people with little need come to want it"
    tiny = place(*[dict(mrs_k(), name=f"P{i}") for i in range(400)])
    go(tiny, 52, "reviewing")
    asked = tiny.town.events.happened("asks", range(52), cause="wants to move on").sum()
    assert 2 <= asked <= 30, "about three in a hundred a year, an assumption"


def test_at_home_she_is_charged_as_people_at_home_are_and_her_own_money_goes_on_paying_if_she_has_any() -> None:
    tiny = place(mrs_k(savings=80_000.0))
    pl, r = tiny.town.placements, tiny.town.residents
    pl.funder[0] = r.funder[0] = SELF
    go(tiny, 1, *WEEK, luck=WANTS | SEEN)
    assert moves_in(tiny, "Mrs K", "own home", 8) >= 0 and tiny["Mrs K"].funder == "self"
    tiny = place(mrs_k(income=400.0))
    tiny.town.placements.contribution[0] = 300.0
    go(tiny, 1, *WEEK, luck=WANTS | SEEN)
    assert moves_in(tiny, "Mrs K", "own home", 8) >= 0
    go(tiny, 5, *WEEK, luck=LASTS)
    mine = tiny.town.placements.of(tiny.town.service("home_care"))
    assert tiny["Mrs K"].funder == "council" and (tiny.town.placements.contribution[mine] <= tiny.town.placements.price[mine]).all()


def test_a_couple_live_together_again() -> None:
    him = resident("Mr K", age=84, partner="Mrs K", alone=True)
    tiny = place(mrs_k(partner="Mr K"), him)
    go(tiny, 1, *WEEK, luck=WANTS | SEEN)
    assert moves_in(tiny, "Mrs K", "own home", 8) >= 0
    for _ in range(60):
        go(tiny, 1, "coming")
    assert not tiny["Mr K"].alone and not tiny["Mrs K"].alone


def test_ann_waits_for_a_tenancy_for_a_year_or_so_and_moves() -> None:
    """Working age: where nothing is free a flat must be found and staffed. She lives on in the home until it is."""
    ann = resident("Ann", age=34, group=2, band=3, need=2, hours_needed=35.0, lives_in="residential")
    tenants = [resident(f"T{i}", age=40, group=2, band=3, need=2, hours_needed=35.0, lives_in="supported_living") for i in range(10)]
    tiny = place(ann, *tenants, agency=False)
    row = tiny.town.service("supported_living")
    tiny.town.providers.built[row] = tiny.town.providers.room[row] = 10.3
    tiny.town.providers.used[row] = 10.0
    go(tiny, 1, *WEEK, luck=LASTS | WANTS)
    assert tiny["Ann"].stage == "waiting for support"
    for person in range(1, 11):
        assert tiny.town.residents.setting[person] == 3, "nobody else moves"
    months = moves_in(tiny, "Ann", "supported living", 130) / (52 / 12)
    assert 6 <= months <= 18
    assert tiny["Ann"].funder == "council" and int(tiny.town.placements.active[tiny.town.placements.person == 0].sum()) == 1
    r = tiny.town.residents
    go(tiny, 1, *WEEK, luck=LASTS)
    assert r.hours_paid[0] == pytest.approx(35) and np.flatnonzero(tiny.town.placements.funder == COUNCIL).size >= 11
