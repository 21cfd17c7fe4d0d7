"""Who lives here when the story begins, where, how old; and who will come, week by week, whatever is decided.

Founders are the published people of the place as they stand: the middle of 2023 is taken for the start of the burn-in
(April 2024 for a plan that begins in April 2026), without ageing them three quarters of a year, so that the number of
adults is the published one. One in k takes every k-th person of each sex and year of age before anything else is
founded, so that couples and families form within the sample and no household is broken.
Only net moves are told: nobody leaves from an age at which more come than go.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from simulation.draws import Draws
from simulation.evidence.units import By, Ratios, Share, Years
from simulation.founding.lots import band, chosen, evenly, whole
from simulation.places import Place
from simulation.process import F8
from simulation.rules import WEEKS
from simulation.world.columns import Array, Table
from simulation.world.residents import Neighbourhood, Resident
from simulation.world.town import Town

ADULT = 18
MOVER_AGES = (18, 30, 45, 65, 75)  # where the bands of the five figures of net moves begin
NET_MOVES = ("net_migration_18_29", "net_migration_30_44", "net_migration_45_64", "net_migration_65_74",
             "net_migration_75_plus")
Parts = dict[str, Array]


def people(town: Town, place: Place, draws: Draws, *,
           tilt_from_age: Years, older_by_fifth: Annotated[Ratios, By("fifth")], wish_for_home: Share) -> None:
    """Everybody who lives here now and everybody who will come before the end: one row each, for life.

    Sets `town.residents` (founders by neighbourhood and age, then arrivals by week) and `town.neighbourhoods`.
    """
    weights = _where(place, float(tilt_from_age), older_by_fifth)
    founders = _founders(town, place)
    arrivals = _arrivals(town, place)
    for name, parts in (("founders", founders), ("arrivals", arrivals)):
        _settle(draws, name, parts, weights, float(tilt_from_age), len(place.neighbourhoods))
    order = np.lexsort((founders["age"], founders["neighbourhood"]))
    founders = {k: v[order] for k, v in founders.items()}
    here, coming = len(order), len(arrivals["age"])

    r = town.residents = Table(Resident, here + coming, model=town.model)
    for name in ("age", "sex", "neighbourhood", "fifth"):
        getattr(r, name)[:here], getattr(r, name)[here:] = founders[name], arrivals[name]
    r.present[:here] = True
    r.arrives[here:] = arrivals["week"]
    _wishes(r, draws, float(wish_for_home))
    _neighbourhoods(town, place)


def _founders(town: Town, place: Place) -> Parts:
    """Adults by sex and exact age; the fraction of the year is spread evenly over the people of one year of age."""
    expected = place.people[:, ADULT:] / town.one_in
    counts = whole(expected, float(town.draws.uniforms("founding: one in k", np.array([0]))[0]))
    sexes, ages = np.indices(counts.shape)
    sex, year = np.repeat(sexes.ravel(), counts.ravel()), np.repeat(ages.ravel() + ADULT, counts.ravel())
    months = evenly(town.draws, "founding: birthdays", sex * len(place.people[0]) + year)
    return {"sex": sex, "age": year + months, "stratum": sex * len(place.people[0]) + year}


def net_moves(place: Place) -> F8:
    """People a year who come (+) or go (-), net, by sex and single year of age; the published sums by band of age."""
    ages = np.arange(place.people.shape[1])
    men = place["net_migration_men_share"]
    out = np.zeros_like(place.people)
    for k, name in enumerate(NET_MOVES):
        here = np.where((ages >= ADULT) & (band(ages, MOVER_AGES) == k), place.people, 0.0)
        out += place[name] * np.array([[men], [1.0 - men]]) * here / np.maximum(here.sum(axis=1, keepdims=True), 1.0)
    return out


def _arrivals(town: Town, place: Place) -> Parts:
    """Who comes of age and who moves in, in the order of coming; the same people however long the story is told."""
    horizon = town.burn_in + town.weeks
    years = -(-horizon // WEEKS)
    movers = np.maximum(net_moves(place), 0.0)
    luck = town.draws.uniforms("founding: how many come", np.arange(2 * years))
    parts: list[Array] = []
    for y in range(years):
        eighteen = whole(place.people[:, max(ADULT - 1 - y, 0)] / town.one_in, luck[2 * y])
        counts = whole(movers / town.one_in, luck[2 * y + 1])
        sexes, cells = np.indices(counts.shape)
        grown = np.repeat([0, 1], eighteen)
        sex = np.concatenate([grown, np.repeat(sexes.ravel(), counts.ravel())])
        age = np.concatenate([np.full(len(grown), ADULT), np.repeat(cells.ravel(), counts.ravel())])
        parts.append(np.stack([sex, age, np.full(len(sex), y), np.arange(len(sex)) < len(grown)]))
    sex, age, year, grown = np.concatenate(parts, axis=1) if parts else np.zeros((4, 0), dtype=np.int64)
    when = evenly(town.draws, "founding: week of coming", 2 * year + grown)
    months = town.draws.uniforms("founding: birthdays of arrivals", np.arange(len(age)))
    week = year * WEEKS + np.floor(when * WEEKS).astype(np.int64)
    order = np.argsort(week, kind="stable")
    order = order[week[order] < horizon]
    return {"sex": sex[order], "age": (age + np.where(grown == 1, 0.0, months))[order],
            "week": week[order] - town.burn_in, "stratum": 2 * year[order] + grown[order]}


def _where(place: Place, tilt_from: float, older_by_fifth: F8) -> tuple[F8, F8]:
    """Shares of the people below and above the tilt's age by neighbourhood and fifth; together the published shares."""
    there = place.neighbourhoods.people[:, None] * place.neighbourhoods.fifth
    older = there * older_by_fifth
    older /= older.sum()
    ages = np.arange(place.people.shape[1])
    n_older = place.people[:, ages >= tilt_from].sum()
    n_younger = place.people.sum() - n_older
    younger = np.maximum(there * (n_older + n_younger) - older * n_older, 0.0)
    return younger / younger.sum(), older


def _settle(draws: Draws, who: str, parts: Parts, weights: tuple[F8, F8], tilt_from: float, places: int) -> None:
    luck = evenly(draws, f"founding: where {who} live", parts["stratum"])
    cell = np.where(parts["age"] < tilt_from, chosen(weights[0].ravel(), luck), chosen(weights[1].ravel(), luck))
    fifths = weights[0].size // places
    parts["neighbourhood"], parts["fifth"] = cell // fifths, cell % fifths


def _wishes(r: Table, draws: Draws, wish_for_home: float) -> None:
    """What stays with a person for life: a leaning towards loneliness, and what they would wish for themselves."""
    rows = np.arange(len(r))
    tiny = 1.0 / 2**40
    u = np.clip(draws.traits("outlook", rows), tiny, 1.0 - tiny)
    r.outlook[:] = np.log(u / (1.0 - u))
    r.wants_home[:] = draws.traits("wish to stay at home", rows) ** (1.0 / wish_for_home - 1.0)
    r.wants_company[:] = draws.traits("wish for company", rows)
    r.wants_control[:] = draws.traits("wish for control", rows)


def _neighbourhoods(town: Town, place: Place) -> None:
    r, n = town.residents, len(place.neighbourhoods)
    town.neighbourhoods = Table(Neighbourhood, n, model=town.model)
    where = r.neighbourhood[r.present]
    count = np.bincount(where, minlength=n)
    town.neighbourhoods.people[:] = count
    town.neighbourhoods.fifth[:] = np.bincount(where, weights=r.fifth[r.present], minlength=n) / np.maximum(count, 1)
