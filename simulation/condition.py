"""What follows from a person's need and age: hours of help, client group, frailty, a limiting condition.

Used when people are founded and whenever their need or age has moved.
"""

from __future__ import annotations

import numpy as np

from simulation.draws import Draws, uniform
from simulation.evidence.lists import GROUP, NEED
from simulation.process import B1, F4, F8, I1, I4, I8, Key, kernel, rule
from simulation.rules import normal
from simulation.world.columns import Array, Table

ADULT, OLDER = 18, 65  # coming of age; the age from which councils count people as older
NO_GROUP, FRAIL, DISABLED = GROUP.index("none"), GROUP.index("older frailty"), GROUP.index("physical disability")
BANDED = (GROUP.index("learning disability"), GROUP.index("mental health"))
HELP = NEED.index("one or two personal tasks")


@rule
def hours_of(need_hours: float, band_hours: float, spread: float, banded: bool) -> float:
    """Hours of help a week a person needs: by level of need, or by band of support where that is more."""
    return (max(need_hours, band_hours) if banded else need_hours) * spread


@rule
def group_of(group: int, need: int, age: float) -> int:
    """Learning disability and lasting mental ill health stay; other groups follow from need, and from being 65."""
    if group == BANDED[0] or group == BANDED[1]:
        return group
    if need < HELP:
        return NO_GROUP
    return FRAIL if age >= OLDER else DISABLED


@rule
def frailty_measure(age: float, slope: float, centre: float, by_need: float, leaning: float) -> float:
    """How frail a person is, in standard deviations of people of one age and need."""
    return slope * (age - centre) + by_need + leaning


@kernel
def _sieve(present: B1, age: F4, need: I1, luck: Key, well: float, most: float, out: B1) -> None:
    """Without a branch, so that a compiler can look at several people at once."""
    for i in range(len(present)):
        bound = well if (need[i] == 0) & (age[i] < OLDER) else most
        out[i] = present[i] & (uniform(luck, i) < bound)


def might(r: Table, luck: Key, well: float, most: float) -> Array:
    """Whose luck could suffice for what happens to nobody with a chance above `most` a week: mask.

    `well` is the most for people under 65 without need, who are nearly everybody. Looked at before anything dearer.
    """
    out = np.empty(len(r), dtype=np.bool_)
    _sieve(r.present, r.age, r.need, luck, well, most, out)
    return out


def lucky(r: Table, luck: Key, well: float, most: float) -> I8:
    """Rows of the people whose luck could suffice, as in `might`."""
    return np.flatnonzero(might(r, luck, well, most))


@kernel
def follow(rows: I4, age: F4, need: I1, group: I1, band: I1, spread: F4, hours_needed: F4, frailty: I1, limiting: B1,
           leaning: Key, condition: Key, hours_by_need: F8, hours_by_band: F8, frailty_age: float, frailty_by_need: F8,
           frailty_begins: F8, centre: float, chance: F8) -> None:
    """What follows from need and age for the people of these rows."""
    for i in rows:
        years, level = np.float64(age[i]), int(need[i])
        banded = group[i] == BANDED[0] or group[i] == BANDED[1]
        hours_needed[i] = hours_of(hours_by_need[level], hours_by_band[band[i]], np.float64(spread[i]), banded)
        group[i] = group_of(int(group[i]), level, years)
        measure = frailty_measure(years, frailty_age, centre, frailty_by_need[level], normal(uniform(leaning, i)))
        frailty[i] = np.searchsorted(frailty_begins, measure, side="right") - 1
        if chance.shape[1] > 0:
            limiting[i] = uniform(condition, i) < chance[level, min(int(years), chance.shape[1] - 1)]


def refresh(r: Table, draws: Draws, tables: dict[str, Array], rows: Array, hours_by_need: F8, hours_by_band: F8,
            frailty_age: float, frailty_by_need: F8, frailty_begins: F8, centre: float) -> None:
    """What follows from need and age for these people: hours needed, group, frailty, a limiting condition.

    Frailty and limiting conditions follow a leaning that stays with a person for life, so that both keep their shares
    at each age while a person grows frailer with years and with need. Without a table "limiting", as in a town of a few
    people made by hand, conditions are left as they are.
    """
    chance = tables.get("limiting", np.zeros((0, 0)))
    follow(rows.astype(np.int32), r.age, r.need, r.group, r.band, r.spread, r.hours_needed, r.frailty, r.limiting,
           draws.trait("frailty"), draws.trait("limiting condition"), hours_by_need, hours_by_band, frailty_age,
           frailty_by_need, frailty_begins, centre, chance)
