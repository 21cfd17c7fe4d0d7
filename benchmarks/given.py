"""What the week's rules are told: the evidence and what the burn-in has learnt, gathered once for objects and columns.

The shipped processes gather the same for their kernels. Whether both gather alike is not a matter of trust: the tests
let objects, columns and kernels live the same weeks and compare every person.
"""

from __future__ import annotations

import inspect
import math
from typing import Any, NamedTuple

import numpy as np

from simulation.evidence.register import Beliefs
from simulation.process import F8
from simulation.rules import WEEKS, weekly
from simulation.week import dying, falling, hospital, loneliness, needing
from simulation.world.town import Town

PROCESSES = ("ageing", "dying", "needing", "falling", "loneliness", "hospital")  # the subset, in the order of the week
EVERY = {"loneliness": loneliness.MONTH}
MANY, LOG_MANY = 16.0, math.log(16.0)  # first sieve of objects and columns: luck beyond so many times the usual chance of A&E


def believed(process: Any, beliefs: Beliefs) -> dict[str, Any]:
    """What a process of the week believes, by the names in its signature."""
    told = inspect.signature(process, eval_str=True).parameters.values()
    page = process.__module__.rsplit(".", 1)[-1]
    return beliefs.given(page, {p.name: p.annotation for p in told if p.kind is p.KEYWORD_ONLY})


class Condition(NamedTuple):
    """What follows from need and age."""

    hours_by_need: F8
    hours_by_band: F8
    frailty_age: float
    frailty_by_need: F8
    frailty_begins: F8
    centre: float
    limiting: F8  # [need, age] chance of a limiting condition
    band_chance: float
    band_shares: tuple[F8, F8]
    keep: float
    shake: float
    bed_fade: float
    reablement_fade: float


class Hospital(NamedTuple):
    """What is believed about coming to hospital, staying and leaving."""

    ae: F8  # by age band, a week, before the season
    stays: F8
    ae_level: F8  # by need and frailty
    stay_level: F8
    home: float
    logs: F8
    believed: dict[str, Any]
    winter: float


class Given(NamedTuple):
    """Everything the subset of the week is told."""

    rates: needing.Rates
    condition: Condition
    deaths: dying.Deaths
    falls: falling.Falls
    falling: dict[str, Any]
    pulls: loneliness.Pulls
    hospital: Hospital


def given(town: Town, beliefs: Beliefs) -> Given:
    """What the rules are told from the end of the burn-in on, when nothing more is learnt."""
    need, fall = believed(needing.needing, beliefs), believed(falling.falling, beliefs)
    return Given(_rates(town, need), _condition(town, need), _deaths(town, believed(dying.dying, beliefs)),
                 _falls(town, fall), fall, _pulls(town, believed(loneliness.loneliness, beliefs)),
                 _hospital(town, believed(hospital.hospital, beliefs)))


def _rates(town: Town, b: dict[str, Any]) -> needing.Rates:
    ratio = needing.ratios(b["onset_women"], b["dementia_on_onset"], b["dementia_on_progress"], b["fifth_onset"],
                           float(b["fifth_progress_power"]))
    down, down_one = needing.recoveries(b["recovery_shares"], float(b["dementia_on_recovery"]))
    means = [town.centre(f"needing: {name}") for name in needing.DRIVERS]
    lands = np.cumsum(b["onset_lands"])[:-1] / b["onset_lands"].sum()
    r = needing.Rates(b["need_rises_at"], b["need_rises_slope"], float(b["need_centre_age"]), ratio, lands,
                      float(b["recovery_at"]), float(b["recovery_slope"]), float(b["recovery_most"]), down, down_one,
                      float(b["dementia_at"]), float(b["dementia_slope"]), b["dementia_by_need"],
                      float(b["unmet_on_need"]), float(b["loneliness_on_need"]), float(b["lost_per_bed_day"]),
                      needing.half(b["bed_days_half_life"]), *means, float(b["fastest"]), 0.0)
    return r._replace(fastest_well=needing.most_when_well(r))


def _condition(town: Town, b: dict[str, Any]) -> Condition:
    keep = needing.half(b["acute_half_life"])
    return Condition(b["hours_by_need"], b["hours_by_band"], float(b["frailty_age"]), b["frailty_by_need"],
                     b["frailty_begins"], float(b["need_centre_age"]), town.tables["limiting"],
                     float(1.0 - np.exp(-float(b["band_moves"]) * needing.QUARTER / WEEKS)),
                     (b["bands_learning_disability"], b["bands_mental_health"]), keep, needing.shake(keep),
                     needing.half(b["bed_days_half_life"]), needing.half(b["reablement_half_life"]))


def _deaths(town: Town, b: dict[str, Any]) -> dying.Deaths:
    base, mean, entry = town.tables["base_mortality"], town.centre("dying: recent"), float(b["entry_excess"])
    met = [town.centres.get(f"dying: met the test, level {level}", 0.0) for level in range(1, dying.LEVELS)]
    offset = np.array([0.0, *(entry * share / max(1.0 - share, 1.0 / 100) for share in met)])
    age_factor = np.interp(np.arange(base.shape[2]), dying.EXCESS_AGES, b["excess_age"])
    return dying.Deaths(base, b["excess_deaths"], float(b["excess_dementia"]), age_factor, b["excess_sex"],
                        float(b["recent_excess"]) / mean, float(b["later_excess"]) / mean, float(b["recent_weeks"]),
                        entry, offset, float(b["learning_disability_deaths"]), float(b["most_deaths"]))


def _falls(town: Town, b: dict[str, Any]) -> falling.Falls:
    return falling.Falls(float(b["falls_a_year"]), float(b["falls_slope"]), float(b["falls_centre_age"]),
                         b["falls_by_need"], b["falls_by_frailty"], float(b["alone_on_falls"]),
                         float(b["unmet_on_falls"]), town.centre("falling: who falls"), town.centre("falling: unmet"),
                         float(np.exp(-1.0 / WEEKS)), float(b["most_falls"]))


def _pulls(town: Town, b: dict[str, Any]) -> loneliness.Pulls:
    settles = b["lonely_settles"]
    moves = 1.0 - math.exp(-loneliness.MONTH / settles) if settles > 0 else 1.0
    return loneliness.Pulls(loneliness.levels(town), loneliness.usual_contacts(town), loneliness.bands(),
                            float(b["lonely_limiting"]), float(b["lonely_alone"]), float(b["lonely_contact"]),
                            float(b["lonely_bereaved"]), moves, town.week)


def _hospital(town: Town, b: dict[str, Any]) -> Hospital:
    both = np.outer(b["by_need"] ** (1.0 - b["frailty_weight"]), b["by_frailty"] ** b["frailty_weight"]).ravel()
    m, bands = town.memory, range(hospital.BANDS)
    fell = np.array([m.get(f"hospital: falls {k}", 0.0) / max(m.get(f"hospital: exposed {k}", 0.0), 1.0) for k in bands])
    counted = np.minimum(np.vstack([fell / b["ae"], fell * b["fall_overnight"] / b["stays"]]), 0.5)
    ae = np.array([b["ae"][k] / town.centre(f"hospital: A&E {k}") for k in bands]) * (1.0 - counted[0])
    stays = np.array([b["stays"][k] / town.centre(f"hospital: stays {k}") for k in bands]) * (1.0 - counted[1])
    logs = np.array([b["acute_ae"], b["acute_stay"], b["unmet_ae"], b["unmet_stay"], math.log(b["lonely_ae"]),
                     math.log(b["came_home_lately"])])
    home = float(b["in_care_home"]) * m.get("care home emergency ratio", 1.0)
    return Hospital(ae, stays, both ** b["ae_power"], both, home, logs, b, float(town.hospital.winter))


def season(h: Hospital, week: int) -> float:
    """How much busier than usual the hospital is at this time of the year."""
    return float((1.0 + h.believed["winter"] * math.cos(2 * math.pi * (week - h.believed["winter_peak"]) / WEEKS)) * h.winter)


class Bounds(NamedTuple):
    """Luck beyond which nothing can happen; `well` is of people under 65 without need."""

    dying: float
    dying_well: float
    moves: float
    moves_well: float
    falls: float


def bounds(g: Given) -> Bounds:
    """The bounds the engine looks at first, for objects and columns to do the same."""
    return Bounds(*(float(weekly(rate)) for rate in (g.deaths.most, dying.most_when_well(g.deaths), g.rates.fastest,
                                                     g.rates.fastest_well, g.falls.most)))
