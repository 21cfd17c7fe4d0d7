"""Stories of an asset-based deal: groups grow and stop with the money; cuts called strengths; families absorb; who gets grants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import door, schemes
from simulation.evidence.register import Beliefs, central
from simulation.week import meeting
from simulation.world.columns import Table
from simulation.world.residents import Neighbourhood
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "asset_based_deal"
ADULTS = 10_000
WHOLE, TRAINING_ONLY = 16.0 * ADULTS / 52, 1.0 * ADULTS / 52  # pounds a week


def with_beliefs(**values: float) -> Beliefs:
    beliefs = central()
    return Beliefs(beliefs.register, {**beliefs.values, **{f"{NAME}.{k}": v for k, v in values.items()}})


def deal(*people: dict[str, Any], money: float = WHOLE, **beliefs: float) -> TinyTown:
    tiny = a_town(*people, services=[NAME], money={NAME: money}, beliefs=with_beliefs(**beliefs))
    tiny.town.tables[meeting.USUAL_PLACES] = np.ones(1)
    tiny.town.tables[meeting.USUAL_STRENGTH] = np.zeros(1)
    return tiny


def places(tiny: TinyTown) -> float:
    return float(tiny.town.neighbourhoods.meeting_places[0])


def test_groups_grow_over_a_year_and_ties_form_more_easily() -> None:
    tiny = deal()
    go(tiny, 26, "supporting", "paying")
    half_a_year = places(tiny)
    go(tiny, 130, "supporting", "paying")
    here = tiny.town.neighbourhoods
    assert 1 < half_a_year < places(tiny) - 0.2, "groups take time"
    assert here.strength[0] > 0.05
    easy = meeting.ease(here, tiny.town, community=0.15, meeting_place=0.1)
    assert easy[0] > 1.03
    assert tiny.town.money.by_week("council", NAME, purpose="start_up").sum() > 0.1 * tiny.paid("council", NAME)


def test_groups_stop_when_the_money_does_and_what_it_added_fades() -> None:
    tiny = deal()
    go(tiny, 200, "supporting", "meeting")
    strong = float(tiny.town.neighbourhoods.strength[0])
    tiny.town.commissioner.funding.clear()
    go(tiny, 300, "supporting", "meeting")
    assert places(tiny) == pytest.approx(1.0, abs=0.01) and tiny.town.neighbourhoods.strength[0] < 0.2 * strong


def mrs_k() -> list[dict[str, Any]]:
    return [resident("Mrs K", age=82, need=3, partner="Mr K", carer="Mr K", hours_needed=40.0, hours_family=10.0),
            resident("Mr K", age=80, partner="Mrs K", cares_for="Mrs K")]


def agreed(tiny: TinyTown) -> float:
    return float(door.agreed_hours(np.array([0]), tiny.town)[0])


def test_packages_shrink_over_years_and_families_do_more() -> None:
    tiny = deal(*mrs_k(), smaller=0.9)
    before, hours = agreed(tiny), {}
    go(tiny, 52)
    after_a_year = agreed(tiny)
    go(tiny, 500)
    assert before > after_a_year > agreed(tiny) and agreed(tiny) == pytest.approx(0.9 * before, rel=0.02)
    assert after_a_year > 0.96 * before, "years, not months"
    for given in (before, agreed(tiny)):
        tiny["Mrs K"].hours_paid = given
        go(tiny, 1, "caring")
        hours[given] = float(tiny["Mrs K"].hours_family)
    assert hours[agreed(tiny)] > hours[before]


def test_with_little_money_it_is_a_cut_by_another_name() -> None:
    tiny = deal(*mrs_k(), money=TRAINING_ONLY, smaller=0.9)
    before = agreed(tiny)
    go(tiny, 400)
    assert agreed(tiny) < 0.95 * before
    assert places(tiny) == 1 and tiny.town.neighbourhoods.strength[0] == 0, "money to practice only, none to groups"


def test_practice_goes_back_when_training_stops() -> None:
    tiny = deal(*mrs_k(), smaller=0.9)
    before = agreed(tiny)
    go(tiny, 300)
    tiny.town.commissioner.funding.clear()
    go(tiny, 26)
    assert agreed(tiny) < 0.95 * before, "not at once"
    go(tiny, 900)
    assert agreed(tiny) == pytest.approx(before)


def grants(favours: float) -> np.ndarray:
    """Pounds a week for each adult of a weak and a strong neighbourhood."""
    tiny = deal(favours=favours)
    tiny.town.neighbourhoods = Table(Neighbourhood, 2)
    tiny.town.neighbourhoods.people[:] = ADULTS / 2
    tiny.town.neighbourhoods.strength[:] = [-1.0, 1.0]
    tiny.town.providers.append(1, service=0, number=2, neighbourhood=1, open=True)
    go(tiny, 52)
    return np.asarray(tiny.town.providers.budget / tiny.town.neighbourhoods.people)


def test_grants_go_where_people_are_organised_unless_they_are_steered() -> None:
    usual, even, steered = grants(0.4), grants(0.0), grants(-0.3)
    assert usual[1] > 2 * usual[0] and even[0] == pytest.approx(even[1]) and steered[0] > steered[1]


def test_a_fund_cannot_give_more_than_there_are_groups_to_take_it() -> None:
    tiny = deal(money=10 * WHOLE)
    go(tiny, 300, "supporting", "paying")
    service = tiny.town.services[0]
    whole = float(service.costs_a_person(tiny.town.prices)) * ADULTS / 52
    assert tiny.paid("council", NAME) < 300 * whole * 1.01
    assert schemes.rows_of(service, tiny.town).size == 1
