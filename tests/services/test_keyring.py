"""KeyRing: neighbours with tenancies and a volunteer help each other; tenancies lack, volunteers leave, money ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "keyring"
STAYS = never(f"{NAME}: leaves the network") | never(f"{NAME}: volunteer leaves")
WOULD = certain(f"{NAME}: would join")
ONE = 950.0  # pounds a week for one network


def member(name: str, **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 40, "group": 2, "band": 2, "hours_needed": 14.0, "alone": True, **columns})


def a_network(*people: dict[str, Any], places: float = 12, money: float = ONE) -> TinyTown:
    return a_town(*people, services=[NAME], room={NAME: places}, money={NAME: money})


def test_members_help_each_other_and_keep_part_of_their_paid_hours() -> None:
    tiny = a_network(member("Ann"))
    begin(tiny, NAME, ["Ann"], hours=10)
    go(tiny, 1, "supporting", "paying", luck=STAYS)
    ann = tiny["Ann"]
    assert ann.hours_other > 1.5 and ann.hours_paid == pytest.approx(6) and ann.company > 1 and ann.control > 0
    assert tiny.town.money.by_week("council", NAME, purpose="support").sum() < 10 * tiny.town.prices["home_care_hour"]


def test_whoever_lived_with_family_moves_to_a_tenancy_of_their_own() -> None:
    tiny = a_network(member("Ann", setting="with family", alone=False))
    begin(tiny, NAME, ["Ann"])
    go(tiny, 1, luck=STAYS)
    assert tiny["Ann"].setting == "own home" and tiny["Ann"].alone


def test_it_suits_people_with_visits_or_daily_support_where_there_is_a_tenancy() -> None:
    people = [member("visits", band=1), member("mental", group=3), member("much", band=3), member("older", group=1)]
    tiny = a_network(*people)
    tiny.town.draws.fixed = WOULD
    assert np.isfinite(tiny.town.services[0].suits(np.arange(4), tiny.town)).tolist() == [True, True, False, False]
    tiny.town.providers.used[:] = 12
    assert not np.isfinite(tiny.town.services[0].suits(np.arange(4), tiny.town)).any()


def test_a_network_fills_as_tenancies_are_found_over_years() -> None:
    tiny = a_town(*[member(f"P{i}") for i in range(40)], services=[NAME], money={NAME: ONE})
    room = [float(go(tiny, 4, "supporting", "paying", luck=STAYS | WOULD).town.providers.room[0]) for _ in range(40)]
    first = 4 * next(i for i, r in enumerate(room) if r > 0)
    assert 26 <= first <= 78 and room[13] < 6 and room[-1] == 12
    users = tiny.town.placements.of(0)
    assert 5 <= len(users) <= 12 and not tiny.town.placements.price[users].any(), "introduced: nobody paid for them before"


def test_where_too_few_live_near_one_another_there_is_no_network() -> None:
    tiny = a_town(*[member(f"P{i}") for i in range(8)], services=[NAME], money={NAME: ONE})
    go(tiny, 60, "supporting", "paying", luck=WOULD)
    assert not tiny.town.providers.built.any() and tiny.paid("council", NAME) == 0


def test_one_neighbourhood_has_one_network_whatever_the_money() -> None:
    tiny = a_town(*[member(f"P{i}") for i in range(40)], services=[NAME], money={NAME: 10 * ONE})
    go(tiny, 104, luck=WOULD)
    assert np.count_nonzero(tiny.town.providers.built) == 1


def test_when_the_volunteer_leaves_nobody_joins_help_falls_off_and_members_leave() -> None:
    tiny = a_network(*[member(f"P{i}") for i in range(12)])
    begin(tiny, NAME, tiny.names[:8])
    go(tiny, 1, luck=STAYS)
    helped = tiny["P0"].hours_other
    go(tiny, 1, luck=certain(f"{NAME}: volunteer leaves") | never(f"{NAME}: leaves the network"))
    tiny.town.residents.company[:] = 0
    go(tiny, 4, luck=STAYS | WOULD)
    assert tiny["P0"].hours_other < helped and tiny["P0"].company == 0
    assert tiny.town.providers.room[0] == 8 and len(tiny.town.placements.of(0)) == 8
    go(tiny, 30, luck=STAYS | WOULD)
    assert tiny["P0"].hours_other == pytest.approx(helped) and tiny.town.providers.room[0] == 12


def test_members_who_were_paid_for_ask_again_when_a_network_ends() -> None:
    tiny = a_network(member("Ann"), member("Bob", band=1))
    begin(tiny, NAME, ["Ann"])
    begin(tiny, NAME, ["Bob"], funder=0, price=0.0)
    tiny.town.commissioner.funding.clear()
    go(tiny, 60, "supporting", "paying", luck=STAYS)
    assert tiny.story("Ann")[-2:] == [("ends", NAME, "network ends"), ("asks", "", "support ended")]
    assert tiny["Ann"].setting == "own home" and not tiny.town.providers.room.any()
