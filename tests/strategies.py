"""What hypothesis may vary: small places that differ from the one we know, and plans of every kind a council can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from simulation.places import Place, load
from simulation.plan import LEVERS, SHIFTABLE, Budget, Plan, Shift, Shock, Transition
from simulation.services import found

SERVICES = sorted(found())
MODELS = sorted(n for n in SERVICES if n not in ("residential", "nursing"))
MOVERS = ("net_migration_18_29", "net_migration_30_44", "net_migration_45_64", "net_migration_65_74", "net_migration_75_plus")
SPENT_ON = (("start_up",), ("standing_empty",), ("start_up", "standing_empty"))


@lru_cache(maxsize=1)
def known_place() -> Place:
    """The place that comes with the project."""
    return load("doncaster")


def changed(place: Place, figures: Mapping[str, float], *, age_by: float = 1.0, die_by: float = 1.0, people_by: float = 1.0) -> Place:
    """A place with some figures multiplied, with more or fewer people the older they are, who die sooner or later."""
    older = np.clip((np.arange(place.people.shape[1]) - 18) / 50, 0, 1)
    told = {name: replace(f, value=f.value * figures.get(name, 1.0)) for name, f in place.figures.items()}
    told["deaths_smr"] = replace(told["deaths_smr"], value=told["deaths_smr"].value * die_by)
    return replace(place, people=place.people * people_by * age_by ** older, figures=told, hash=f"{place.hash}{age_by}{die_by}{people_by}{figures}")


@st.composite
def places(draw: st.DrawFn) -> Place:
    """An older or younger place, with more or less support and money, that people come to or leave."""
    names = ("care_home_beds", "house_price", "direct_payment_share", "reablement_episodes", "care_home_occupancy")
    figures = {name: draw(st.floats(0.6, 1.1)) for name in names}
    figures |= {name: draw(st.sampled_from([1.0, -3.0, 6.0])) for name in MOVERS}
    return changed(known_place(), figures, age_by=draw(st.floats(0.7, 1.4)), die_by=draw(st.floats(0.8, 1.25)))


@st.composite
def shares(draw: st.DrawFn, names: list[str], most: int = 4) -> dict[str, float]:
    """Some of these names, with shares that add up to one."""
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=most, unique=True))
    weights = [draw(st.integers(1, 9)) for _ in chosen]
    return {name: weight / sum(weights) for name, weight in zip(chosen, weights, strict=True)}


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Shift, ...]:
    """None, one or both lines of care homes moved in part, at once or over some months, to any models."""
    lines = draw(st.lists(st.sampled_from(SHIFTABLE), max_size=2, unique=True))
    return tuple(Shift(line, draw(st.floats(0.01, 0.6)), start := draw(st.integers(0, 12)),
                       start + draw(st.sampled_from([0, 13, 52])), draw(shares(MODELS))) for line in lines)


def budgets() -> st.SearchStrategy[Budget]:
    """The three rules that results are always shown under, and harder ones."""
    return st.sampled_from([Budget(), Budget("real_growth", 0.015), Budget("real_growth", 0.0), Budget("real_growth", -0.1)])


def levers() -> st.SearchStrategy[dict[str, float]]:
    """Any levers of practice, price and volunteering, within what a scenario file may say."""
    people = {"volunteer_drive": st.floats(0, 3_000), "volunteer_coordinators": st.floats(0, 30),
              "home_care_money_to_pay": st.floats(0, 1)}
    share = st.floats(-0.5, 0.5)
    return st.fixed_dictionaries({}, optional={name: people.get(name, share) for name in sorted(LEVERS)})


def shocks() -> st.SearchStrategy[tuple[Shock, ...]]:
    """Providers that close, a hard winter, a pay rise, a cut: up to three, in any of the first weeks."""
    week = st.integers(0, 20)
    one = st.one_of(
        st.builds(Shock, st.just("provider_closes"), week, st.integers(1, 50).map(float), st.sampled_from(SERVICES)),
        st.builds(Shock, st.just("flu_winter"), week, st.floats(1.0, 3.0)),
        st.builds(Shock, st.just("pay_rise"), week, st.floats(0.0, 0.3)),
        st.builds(Shock, st.just("cut"), week, st.floats(0.0, 0.4)))
    return st.lists(one, max_size=3).map(tuple)


def by_year(most: float) -> st.SearchStrategy[dict[int, float]]:
    """Pounds in the first and second year, for a whole place."""
    return st.dictionaries(st.integers(0, 1), st.floats(0, most), max_size=2)


def plans() -> st.SearchStrategy[Plan]:
    """Any plan a council could make: every part of it may be there or not."""
    money: dict[str, Any] = {name: by_year(20e6) for name in SERVICES}
    return st.builds(Plan, name=st.just("any"), years=st.just(2), budget=budgets(), shifts=shifts(),
                     transition=st.builds(Transition, by_year(30e6), st.just("national_grant"), st.sampled_from(SPENT_ON)),
                     invest=st.fixed_dictionaries({}, optional=money), levers=levers(), shocks=shocks())


def plans_that_change_nothing() -> st.SearchStrategy[Plan]:
    """Plans with every part named and nothing in it: no pounds, levers at nought, shifts of nothing."""
    nought: dict[str, Any] = {name: st.sampled_from([{}, {0: 0.0}]) for name in SERVICES}
    still = st.builds(lambda line, to: Shift(line, 0.0, 0, 52, to), st.sampled_from(SHIFTABLE), shares(MODELS))
    return st.builds(Plan, name=st.text(max_size=5), title=st.text(max_size=5), years=st.just(2),
                     shifts=st.lists(still, max_size=2).map(tuple),
                     transition=st.builds(Transition, st.sampled_from([{}, {0: 0.0, 1: 0.0}]), st.just("national_grant")),
                     invest=st.fixed_dictionaries({}, optional=nought),
                     levers=st.fixed_dictionaries({}, optional={name: st.just(0.0) for name in sorted(LEVERS)}))
