"""Why doing nothing gets dearer: price, people and complexity add up in each world, whatever moved, and hand cases come out."""

from __future__ import annotations

from functools import lru_cache
from itertools import permutations

import numpy as np
import pytest

from scenarios import answers_pressures as made
from scenarios.answers_base import baseline
from scenarios.papers import medium_term
from scenarios.results import Results
from tests.test_report import made_up

PENNY = 0.005


@lru_cache
def results() -> Results:
    return made_up(count=4, beside=False)


def by_hand(first: dict[str, float], last: dict[str, float]) -> dict[str, float]:
    """Every order in which the three could have moved, one after the other; the mean of what each adds when its turn comes."""
    share = dict.fromkeys(first, 0.0)
    for order in list(permutations(first)):
        now, was = dict(first), float(np.prod(list(first.values())))
        for name in order:
            now[name] = last[name]
            share[name] += (float(np.prod(list(now.values()))) - was) / 6
            was = float(np.prod(list(now.values())))
    return share


def moves(price: float = 1.0, people: float = 1.0, each: float = 1.0) -> tuple[float, ...]:
    """Shares in the last of two years of what began as 1,000 people at 50 pounds for 10 each, when the three grow so."""
    p, n, q = np.array([[50.0, 50.0 * price]]), np.array([[1000.0, 1000.0 * people]]), np.array([[10.0, 10.0 * each]])
    return tuple(float(share[0, 1]) for share in made.shared(p * n * q, p, n))


@pytest.mark.parametrize(("grown", "whole_of"), [({"price": 1.1}, 0), ({"people": 0.9}, 1), ({"each": 1.2}, 2)])
def test_where_one_alone_moves_all_of_it_is_that_one(grown: dict[str, float], whole_of: int) -> None:
    share = moves(**grown)
    assert share[whole_of] == pytest.approx(500_000 * (next(iter(grown.values())) - 1))
    assert [s for k, s in enumerate(share) if k != whole_of] == pytest.approx([0.0, 0.0], abs=PENNY)


@pytest.mark.parametrize("grown", [{"price": 1.3, "people": 1.1, "each": 0.8}, {"price": 0.7, "people": 2.0, "each": 1.0}])
def test_where_all_move_each_has_its_mean_over_all_orders(grown: dict[str, float]) -> None:
    names = ("price", "people", "each")
    hand = by_hand({"price": 50.0, "people": 1000.0, "each": 10.0}, {n: x * grown[n] for n, x in zip(names, (50.0, 1000.0, 10.0))})
    assert moves(**grown) == pytest.approx(tuple(hand[n] for n in names))


def test_where_there_was_nobody_all_of_it_is_what_each_has() -> None:
    price, people = np.array([[50.0, 60.0, 60.0]]), np.array([[0.0, 10.0, 0.0]])
    share = made.shared(np.array([[100.0, 900.0, 300.0]]), price, people)
    assert [s.tolist() for s in share] == [[[0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0]], [[0.0, 800.0, 200.0]]]


@pytest.mark.parametrize("cash", [False, True])
def test_the_three_add_up_to_the_whole_to_the_penny_in_each_world_and_year(cash: bool) -> None:
    r = results()
    factors = medium_term.cash_factors(r) if cash else np.ones(r.scenario.years)
    found = made.pressures(r, factors if cash else None)
    assert found is not None
    net = baseline(r, "council_net") * factors
    assert np.abs(found.price + found.people + found.complexity - (net - net[:, :1])).max() < PENNY
    assert (found.whole == net - net[:, :1]).all() and not found.price[:, 0].any()
    assert min(np.abs(x[:, 1:]).min() for x in found[:3]) > PENNY, "each of them is told"


def test_prices_in_general_belong_to_price() -> None:
    r = results()
    real, doubled = made.pressures(r), made.pressures(r, np.linspace(1.0, 2.0, r.scenario.years))
    assert real is not None and doubled is not None
    net = baseline(r, "council_net")
    more = doubled.price[:, -1] - real.price[:, -1]
    assert more == pytest.approx(net[:, -1], rel=0.1), "all that a doubling of prices adds, but for what the others moved"


def test_every_line_goes_by_the_age_it_is_for_and_by_its_own_price() -> None:
    by = {(part.age, part.price) for part in made._parts(results())}
    assert by == {(age, price) for age, price in (("65+", made.FEE), ("65+", made.HOUR), ("18-64", made.FEE), ("all", made.COST), ("65+", ""), ("18-64", ""))}


def test_where_people_were_not_recorded_nothing_is_parted() -> None:
    r = made_up(count=1, beside=False)
    for one in r.replications:
        kept = [k for k, (_, measure, _, _) in enumerate(one.index) if measure != made.PEOPLE]
        one.index, one.values = [one.index[k] for k in kept], one.values[:, kept]
    assert made.pressures(Results(r.scenario, r.runs, r.replications, 1, "drawn")) is None
