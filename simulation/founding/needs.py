"""Who needs help with daily living, how much, and how frail or well they are, when the story begins.

Need and dementia come from the steady state of the very rates that will move them (see steady.py), at exact age, drawn
evenly within each fifth, sex and year of age. Arrivals are drawn for the age at which they come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np

from simulation.condition import ADULT, OLDER, refresh
from simulation.draws import Draws
from simulation.evidence.lists import FIFTH, GROUP, NEED
from simulation.evidence.units import (
    By,
    Factor,
    HoursList,
    Log,
    PerYear,
    PerYears,
    Points,
    Ratio,
    Ratios,
    Share,
    Shares,
    Slope,
    Weeks,
    Years,
)
from simulation.founding import readiness
from simulation.founding.lots import chosen, evenly
from simulation.founding.steady import OLDEST, balance, excess_by_age
from simulation.places import Place
from simulation.process import F8
from simulation.rules import WEEKS, standard_normal
from simulation.week.dying import EXCESS_AGES
from simulation.week.needing import ratios, recoveries
from simulation.world.columns import Table
from simulation.world.town import Town

LONELY_AGES = (20, 30, 42, 57, 70, 82)  # the middles of the bands of the list "lonely age"
LEARNING, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")


def needs(town: Town, residents: Table, place: Place, draws: Draws, *,
          need_rises_at: Annotated[F8, "log", By("older need")],
          need_rises_slope: Annotated[F8, "per year of age", By("older need")], need_centre_age: Years,
          onset_women: Ratio, onset_lands: Annotated[Shares, By("onset lands")],
          recovery_at: Log, recovery_slope: Slope, recovery_most: PerYear,
          recovery_shares: Annotated[Ratios, By("recovery")], dementia_at: Log, dementia_slope: Slope,
          dementia_by_need: Annotated[Ratios, By("need")], dementia_on_onset: Ratio, dementia_on_progress: Ratio,
          dementia_on_recovery: Ratio, fifth_onset: Annotated[Ratios, By("fifth")], fifth_progress_power: Factor,
          fifth_deaths: Annotated[Ratios, By("fifth")], excess_deaths: Annotated[PerYears, By("need")],
          excess_dementia: PerYear, excess_age: Annotated[Ratios, By("excess age")],
          excess_sex: Annotated[Ratios, By("sex")], deaths_floor: Ratio, learning_disability_deaths: Ratio,
          starting_need: Annotated[Shares, By("starting need")], weeks_since_worse: Weeks, spread_of_hours: Factor,
          limiting_by_age: Annotated[Shares, By("lonely age")], limiting_with_need: Share,
          learning_disability: Annotated[Shares, By("age band")], learning_disability_at_18: Share,
          learning_disability_oldest: Years, mental_health: Annotated[Shares, By("age band")],
          bands_learning_disability: Annotated[Shares, By("band")], bands_mental_health: Annotated[Shares, By("band")],
          hours_by_need: Annotated[HoursList, By("need")], hours_by_band: Annotated[HoursList, By("band")],
          frailty_age: Points, frailty_by_need: Annotated[F8, "points", By("need")],
          frailty_begins: Annotated[F8, "points", By("frailty")]) -> None:
    """Need, dementia, frailty, groups and hours of help for everybody, and the town's own death rates without need.

    Sets `town.tables`: base_mortality [5, 2, 111] a year, prevalence [5, 2, 111, 10] (state 2 * need + dementia),
    limiting [5, 111] (chance of a limiting condition by need and age).
    """
    b = {k: v if isinstance(v, np.ndarray) else float(v) for k, v in locals().items()
         if isinstance(v, (float, np.ndarray))}
    of_working_age = np.count_nonzero(residents.present & (residents.age < OLDER))
    more = readiness.scale(town, readiness.LEARNING, float(learning_disability[0]) * of_working_age)
    known = learning_disability * more
    b["learning_disability"], b["learning_disability_at_18"] = known, float(learning_disability_at_18) * more
    b["ratio"] = ratios(onset_women, dementia_on_onset, dementia_on_progress, fifth_onset, float(fifth_progress_power))
    b["down"], b["down_one"] = recoveries(recovery_shares, float(dementia_on_recovery))
    tables, r, rows = town.tables, residents, np.arange(len(residents))
    factor = excess_by_age(np.arange(OLDEST + 1), np.array(EXCESS_AGES), excess_age)
    tables["prevalence"], tables["base_mortality"] = balance(
        place.life_table, _death_ratio(r, place, fifth_deaths), starting_need, float(known[0]), b, factor)
    tables["limiting"] = _limiting(tables["prevalence"], limiting_by_age, float(limiting_with_need))
    state = _states(r, draws, tables["prevalence"])
    r.need[:], r.dementia[:] = state // 2, state % 2
    luck = evenly(draws, "founding: weeks since need rose", r.need)
    r.worsened[:] = -float(weeks_since_worse) * np.log(1.0 - luck)
    r.acute[:] = standard_normal(draws.uniforms("founding: passing ups and downs", rows))
    sd = float(spread_of_hours)
    r.spread[:] = np.exp(sd * standard_normal(draws.traits("hours people need", rows)) - sd**2 / 2)
    _groups(r, draws, b)
    refresh(r, draws, tables, rows, hours_by_need, hours_by_band, float(frailty_age), frailty_by_need, frailty_begins,
            float(need_centre_age))


def _death_ratio(r: Table, place: Place, by_fifth: F8) -> F8:
    """Deaths by fifth over the life table, so that the founded people as a whole meet the ratio of the place."""
    here = r.present
    expected = place.life_table[r.sex[here], np.minimum(r.age[here].astype(np.int64), OLDEST)]
    by = np.bincount(r.fifth[here], weights=expected, minlength=len(FIFTH))
    return np.asarray(by_fifth * place["deaths_smr"] * by.sum() / (by * by_fifth).sum())


def _states(r: Table, draws: Draws, prevalence: F8) -> F8:
    """One of ten states for each person, at exact age: a straight line between the balances at two birthdays."""
    year = np.minimum(r.age.astype(np.int64), OLDEST - 1)
    cell = (r.fifth.astype(np.int64) * 2 + r.sex) * (OLDEST + 1) + year
    coming = np.where(r.present, 0, 1 + (r.arrives - r.arrives[~r.present].min(initial=0)) // WEEKS)
    luck = evenly(draws, "founding: need", coming * prevalence[..., 0].size + cell)
    of_year = (r.age - year)[:, None]
    whose = prevalence.reshape(-1, prevalence.shape[-1])
    return chosen(whose[cell] * (1.0 - of_year) + whose[cell + 1] * of_year, luck)


def _limiting(prevalence: F8, by_age: F8, with_need: float) -> F8:
    """Chance of a limiting condition by need [5] and age [111], so that all ages together give the published shares."""
    ages = np.arange(OLDEST + 1)
    published = np.interp(ages, LONELY_AGES, by_age)
    needing = 1.0 - prevalence[..., :2].sum(axis=-1).mean(axis=(0, 1))
    well = np.clip((published - with_need * needing) / np.maximum(1.0 - needing, 1.0 / 1000), 0.0, with_need)
    return np.concatenate([well[None], np.full((len(NEED) - 1, OLDEST + 1), with_need)])


def _groups(r: Table, draws: Draws, b: Mapping[str, Any]) -> None:
    """Learning disability and lasting mental ill health, for life, and the band of support that goes with them."""
    older = (r.age >= OLDER).astype(np.int64)
    coming = np.where(r.present, 0, 1 + (r.arrives - r.arrives[~r.present].min(initial=0)) // WEEKS)
    strata = (coming * 2 + (r.age == ADULT)) * (OLDEST + 1) + r.age.astype(np.int64)
    learning = np.where(r.age > b["learning_disability_oldest"], 0.0, b["learning_disability"][older])
    learning = np.where(~r.present & (r.age == ADULT), b["learning_disability_at_18"], learning)
    luck = evenly(draws, "founding: groups", strata)
    r.group[luck < learning] = LEARNING
    r.group[(luck >= learning) & (luck < learning + b["mental_health"][older])] = MENTAL
    for group, bands in ((LEARNING, b["bands_learning_disability"]), (MENTAL, b["bands_mental_health"])):
        who = np.flatnonzero(r.group == group)
        r.band[who] = chosen(bands, evenly(draws, f"founding: bands of {GROUP[group]}", older[who]))
