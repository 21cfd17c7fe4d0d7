"""Need in daily living begins, rises and recedes; dementia begins; health has its passing ups and downs.

Rates are yearly and log-linear in age. A person may make one move a week. What raises or lowers a rate enters as a
ratio whose mean in the base run is one: help that does not come, loneliness, days in a hospital bed, reablement.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from simulation.condition import BANDED, OLDER, lucky, refresh
from simulation.draws import Draws, uniform
from simulation.evidence.lists import BAND, FIFTH, GROUP, NEED, SEX
from simulation.evidence.units import (
    By,
    Factor,
    HoursList,
    Log,
    PerYear,
    Points,
    Ratio,
    Ratios,
    Share,
    Shares,
    Slope,
    Weeks,
    Years,
)
from simulation.process import B1, F4, F8, I1, I4, I8, Key, changes, kernel, rule
from simulation.rules import WEEKS, log_linear, weekly
from simulation.world.columns import Array, Table
from simulation.world.ledger import Events
from simulation.world.town import Town

ROUNDS = 26  # weeks in which everybody's frailty, group and limiting condition come to follow their age
QUARTER = 13  # weeks between looks at bands of support
HIGHEST = len(NEED) - 1
MOVES = (("need rises", 1), ("recovers", 2), ("dementia begins", 3))
DRIVERS = ("unmet", "lonely", "bed days", "reablement")
SLIGHT = 0.01  # days in bed, or a ratio, too small to matter: taken as nought, so that fading ends


class Rates(NamedTuple):
    """All the kernel must know of the evidence: tables by level, effects, and the means they are set against."""

    at: F8  # [4] log yearly rate of coming to the next level, at the centre age
    slope: F8  # [4]
    centre: float
    ratio: F8  # [fifth, sex, need, dementia]
    lands: F8  # [4] cumulative: where onset lands
    recovery_at: float
    recovery_slope: float
    recovery_most: float
    down: F8  # [need, dementia] of all recovery
    down_one: float  # of recovery from level 2, the part to level 1
    dementia_at: float
    dementia_slope: float
    dementia_by_need: F8
    unmet: float
    lonely: float
    per_day: float
    bed_fade: float
    mean_unmet: float
    mean_lonely: float
    mean_bed: float
    mean_reablement: float
    fastest: float
    fastest_well: float  # the same for people under 65 without need


@rule
def rising(age: float, at: float, slope: float, centre: float, ratio: float) -> float:
    """How many times a year a person of this age comes to the next level of need; `ratio` is all that is theirs."""
    return log_linear(age, at, slope, centre) * ratio  # type: ignore[no-any-return]


@rule
def receding(age: float, at: float, slope: float, centre: float, most: float, ratio: float) -> float:
    """How many times a year a person of this age comes down to a lower level of need."""
    return min(log_linear(age, at, slope, centre), most) * ratio  # type: ignore[no-any-return]


@rule
def of_unmet(unmet: float, effect: float) -> float:
    """How much faster need rises when part of the help needed does not come, before it is set against its mean."""
    return np.exp(effect * unmet)  # type: ignore[no-any-return]


@rule
def of_loneliness(lonely: bool, ratio: float) -> float:
    """How much faster need begins and rises in a person who is often lonely, before it is set against its mean."""
    return ratio if lonely else 1.0


@rule
def of_bed_days(days: float, per_day: float, fade: float) -> float:
    """Losses a year from lying in bed: each day costs `per_day` of a level, spread over the weeks in which it fades."""
    return per_day * days * (1.0 - fade) * WEEKS


@rule
def which_move(up: float, down: float, dementia: float, u: float, fastest: float) -> int:
    """The move a person makes this week (0 none, 1 need rises, 2 recovers, 3 dementia), from one uniform number."""
    total = up + down + dementia
    chance = weekly(min(total, fastest))
    if u >= chance:
        return 0
    at = u / chance * total
    if at < up:
        return 1
    return 2 if at < up + down else 3


@kernel
def fade(present: B1, column: F4, kept: float) -> None:
    """What few people have, and lose little by little, until what is left is taken as nought."""
    for i in range(len(present)):
        if column[i] > 0 and present[i]:
            column[i] = np.float64(column[i]) * kept if column[i] > SLIGHT else 0.0


@kernel
def drift(present: B1, acute: F4, worsened: F4, bed_days: F4, recovering: F4, ups: Key, keep: float, shake: float,
          bed_fade: float, reablement_fade: float) -> None:
    """One week of what passes: ups and downs of health return to their mean; days in bed and reablement fade."""
    for i in range(len(present)):  # without a branch, so that a compiler can look at several people at once
        health = keep * np.float64(acute[i]) + shake * (uniform(ups, i) - 0.5)
        acute[i] = health if present[i] else acute[i]
        worsened[i] += present[i]
    fade(present, bed_days, bed_fade)
    fade(present, recovering, reablement_fade)


@kernel
def move(rows: I8, age: F4, sex: I1, fifth: I1, need: I1, dementia: B1, worsened: F4, unmet: F4, lonely: B1,
         bed_days: F4, recovering: F4, luck: Key, kind: Key, r: Rates, moved: I4, what: I1, told: F8) -> int:
    """Moves of need and dementia; returns how many people made one (`moved` rows, `what` 1 to 3).

    Only people whose luck could suffice (`rows`) are looked at. Each of them stands for all those with the same bound, so
    `told` sums each multiplier and its weight over everybody: unmet, lonely, bed days, reablement.
    """
    any_bound, well_bound = weekly(r.fastest), weekly(r.fastest_well)
    n = 0
    for i in rows:
        bound = well_bound if need[i] == 0 and age[i] < OLDER else any_bound
        u = uniform(luck, i)
        now, years, mind = int(need[i]), np.float64(age[i]), int(dementia[i])
        up, down, begins = 0.0, 0.0, 0.0
        if now < HIGHEST:
            base = rising(years, r.at[now], r.slope[now], r.centre, r.ratio[fifth[i], sex[i], now, mind])
            alone = of_loneliness(lonely[i], r.lonely)
            short = of_unmet(np.float64(unmet[i]), r.unmet) if now > 0 else r.mean_unmet
            told[0] += base * short / bound if now > 0 else 0.0
            told[1] += base / bound if now > 0 else 0.0
            told[2] += base * alone / bound
            told[3] += base / bound
            up = base * short / r.mean_unmet * alone / r.mean_lonely
            if years >= OLDER:
                bed = of_bed_days(np.float64(bed_days[i]), r.per_day, r.bed_fade)
                told[4] += up + bed
                told[5] += up
                up = (up + bed) / r.mean_bed
        if now > 0:
            down = receding(years, r.recovery_at, r.recovery_slope, r.centre, r.recovery_most, r.down[now, mind])
            told[6] += down * (1.0 + np.float64(recovering[i]))
            told[7] += down
            down *= (1.0 + np.float64(recovering[i])) / r.mean_reablement
        if mind == 0:
            begins = rising(years, r.dementia_at, r.dementia_slope, r.centre, r.dementia_by_need[now])
        made = which_move(up, down, begins, u, r.fastest)
        if made == 0:
            continue
        if made == 1:
            need[i] = now + 1 if now > 0 else 1 + np.searchsorted(r.lands, uniform(kind, i), side="right")
            worsened[i] = 0.0
        elif made == 2:
            need[i] = now - 1 if now != 2 or uniform(kind, i) < r.down_one else 0
        else:
            dementia[i] = True
        moved[n], what[n] = i, made
        n += 1
    return n


@changes("residents.need", "residents.dementia", "residents.worsened", "residents.acute", "residents.bed_days",
         "residents.recovering", "residents.hours_needed", "residents.group", "residents.frailty", "residents.limiting",
         "residents.band")
def needing(residents: Table, draws: Draws, events: Events, town: Town, *,
            need_rises_at: Annotated[F8, "log", By("older need")],
            need_rises_slope: Annotated[F8, "per year of age", By("older need")], need_centre_age: Years,
            onset_women: Ratio, onset_lands: Annotated[Shares, By("onset lands")],
            recovery_at: Log, recovery_slope: Slope, recovery_most: PerYear,
            recovery_shares: Annotated[Ratios, By("recovery")], dementia_at: Log, dementia_slope: Slope,
            dementia_by_need: Annotated[Ratios, By("need")], dementia_on_onset: Ratio, dementia_on_progress: Ratio,
            dementia_on_recovery: Ratio, fifth_onset: Annotated[Ratios, By("fifth")], fifth_progress_power: Factor,
            hours_by_need: Annotated[HoursList, By("need")], hours_by_band: Annotated[HoursList, By("band")],
            frailty_age: Points, frailty_by_need: Annotated[F8, "points", By("need")],
            frailty_begins: Annotated[F8, "points", By("frailty")],
            bands_learning_disability: Annotated[Shares, By("band")],
            bands_mental_health: Annotated[Shares, By("band")],
            acute_half_life: Weeks, bed_days_half_life: Weeks, reablement_half_life: Weeks, unmet_on_need: Log,
            loneliness_on_need: Ratio, lost_per_bed_day: Share, fastest: PerYear, band_moves: PerYear) -> None:
    """Whose need begins, rises or recedes this week, in whom dementia begins, and what follows from it."""
    r, n = residents, len(residents)
    ratio = ratios(onset_women, dementia_on_onset, dementia_on_progress, fifth_onset, float(fifth_progress_power))
    down, down_one = recoveries(recovery_shares, float(dementia_on_recovery))
    bed_fade, means = half(bed_days_half_life), [town.centre(f"needing: {name}") for name in DRIVERS]
    rates = Rates(need_rises_at, need_rises_slope, float(need_centre_age), ratio,
                  np.cumsum(onset_lands)[:-1] / onset_lands.sum(), float(recovery_at), float(recovery_slope),
                  float(recovery_most), down, down_one, float(dementia_at), float(dementia_slope), dementia_by_need,
                  float(unmet_on_need), float(loneliness_on_need), float(lost_per_bed_day), bed_fade, means[0],
                  means[1], means[2], means[3], float(fastest), 0.0)
    moved = _move(r, draws, events, town, rates._replace(fastest_well=most_when_well(rates)))
    keep = half(acute_half_life)
    drift(r.present, r.acute, r.worsened, r.bed_days, r.recovering, draws.key("needing: ups and downs"), keep,
          shake(keep), bed_fade, half(reablement_half_life))
    if town.week % QUARTER == 0:
        shares = (bands_learning_disability, bands_mental_health)
        moved = np.concatenate([moved, _bands(r, draws, events, float(band_moves), shares)])
    looked_at = np.concatenate([moved, np.arange(town.week % ROUNDS, n, ROUNDS)])
    refresh(r, draws, town.tables, looked_at, hours_by_need, hours_by_band, float(frailty_age), frailty_by_need,
            frailty_begins, float(need_centre_age))


def _move(r: Table, draws: Draws, events: Events, town: Town, rates: Rates) -> I4:
    """Make the moves of the week, note them, tell the town the means of what drives them; returns whose they are."""
    moved, what = np.empty(len(r), dtype=np.int32), np.empty(len(r), dtype=np.int8)
    told = np.zeros(2 * len(DRIVERS))
    luck = draws.key("needing: moves")
    rows = lucky(r, luck, weekly(rates.fastest_well), weekly(rates.fastest))
    count = move(rows, r.age, r.sex, r.fifth, r.need, r.dementia, r.worsened, r.unmet, r.lonely, r.bed_days,
                 r.recovering, luck, draws.key("needing: where to"), rates, moved, what, told)
    for k, name in enumerate(DRIVERS):
        town.tell(f"needing: {name}", told[2 * k], told[2 * k + 1])
    for name, code in MOVES:
        events.note(name, moved[:count][what[:count] == code])
    return moved[:count]


def most_when_well(r: Rates) -> float:
    """The fastest that need or dementia begins in anybody under 65 without need: luck above it ends the search."""
    begins = rising(float(OLDER), r.at[0], r.slope[0], r.centre, float(r.ratio[:, :, 0].max()))
    dementia = rising(float(OLDER), r.dementia_at, r.dementia_slope, r.centre, r.dementia_by_need[0])
    return float(min(begins * max(r.lonely, 1.0) / r.mean_lonely + dementia, r.fastest))


def half(weeks: float) -> float:
    """What is left after one week of something that halves in so many weeks."""
    return float(0.5 ** (1.0 / weeks))


def shake(keep: float) -> float:
    """How much a week's luck (uniform, so bounded) moves acute health, for a lasting standard deviation of one."""
    return float(np.sqrt(12.0 * (1.0 - keep**2)))


def ratios(women: float, dementia_onset: float, dementia_progress: float, by_fifth: F8, power: float) -> F8:
    """What multiplies a man's rate of coming to the next level, [fifth, sex, need, dementia]."""
    out = np.ones((len(FIFTH), len(SEX), HIGHEST, 2))
    out[:, :, 0] *= by_fifth[:, None, None]
    out[:, :, 1:] *= (by_fifth**power)[:, None, None, None]
    out[:, 1, 0] *= women
    out[:, :, 0, 1] *= dementia_onset
    out[:, :, 1:, 1] *= dementia_progress
    return out


def recoveries(shares: F8, dementia: float) -> tuple[F8, float]:
    """Recovery from each level over that from level 1, [need, dementia]; and level 2's part that stops at level 1."""
    one_none, two_one, two_none, three_two, four_three = shares
    down = np.array([0.0, one_none, two_one + two_none, three_two, four_three])
    return np.stack([down, down * dementia], axis=1), float(two_one / (two_one + two_none))


def _bands(r: Table, draws: Draws, events: Events, moves: float, shares: tuple[F8, F8]) -> Array:
    """Once a quarter a few people need more or less support than before; the shares of bands stay what they are.

    A step up or down is proposed at random and taken with the ratio of the two bands' shares, at most always.
    """
    changed = []
    for group, share in zip(BANDED, shares, strict=True):
        rows = np.flatnonzero(r.present & (r.group == group))
        luck = draws.uniforms(f"needing: bands of {GROUP[group]}", rows)
        chance = 1.0 - np.exp(-moves * QUARTER / WEEKS)
        band = r.band[rows].astype(np.int64)
        to = np.clip(np.where(luck < chance / 2, band + 1, band - 1), 0, len(BAND) - 1)
        within = np.where(luck < chance / 2, luck, luck - chance / 2) / (chance / 2)
        takes = (luck < chance) & (to != band) & (within < share[to] / np.maximum(share[band], 1.0 / 1000))
        r.band[rows[takes]] = to[takes]
        for name, up in (("need rises", 1), ("recovers", -1)):
            events.note(name, rows[takes & (to - band == up)], cause="band of support")
        changed.append(rows[takes])
    return np.concatenate(changed)
