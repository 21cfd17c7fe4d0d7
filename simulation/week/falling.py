"""Frail people fall; a few are hurt enough to go to hospital, and some then cannot manage without help.

Falls are of people of 65 and over at home or in care homes. A fall that needs a hospital is marked for the week in
`town.tables["fell"]`, where the hospital counts it among its stays instead of adding it to them.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np

from simulation import door as the_door
from simulation.draws import Draws, uniform
from simulation.evidence.lists import NEED, REASON, SETTING, STAGE
from simulation.evidence.units import By, Log, PerYear, Ratio, Ratios, Share, Slope, Years
from simulation.process import B1, F4, F8, I1, I4, I8, Key, changes, kernel, rule
from simulation.rules import WEEKS, log_linear, weekly
from simulation.world.columns import Array, Table
from simulation.world.ledger import Events
from simulation.world.town import Town

OLDER = 65
HELP = NEED.index("one or two personal tasks")
A_HOME = SETTING.index("residential")
SLIGHT = 0.01  # of a fall: taken as nought, so that fading ends


class Falls(NamedTuple):
    """All the kernel must know: falls a year of people of 65 and over, and who falls more often than they."""

    a_year: float
    slope: float
    centre: float
    by_need: F8
    by_frailty: F8
    alone: float
    unmet: float
    mean: float  # of all the ratios together, in the base run
    mean_unmet: float
    fading: float
    most: float


@rule
def proneness(age: float, slope: float, centre: float, by_need: float, by_frailty: float, alone: float) -> float:
    """How much more often than others a person falls, by age, need, frailty and living alone."""
    return log_linear(age, 0.0, slope, centre) * by_need * by_frailty * alone  # type: ignore[no-any-return]


@rule
def without_help(unmet: float, effect: float) -> float:
    """How much more often a person falls when help needed does not come, before it is set against its mean."""
    return np.exp(effect * unmet)  # type: ignore[no-any-return]


@kernel
def might_fall(present: B1, age: F4, hospital: I1, falls: F4, luck: Key, most: float, fading: float, might: B1) -> None:
    """Who is 65 or over, not in hospital, and might fall by their luck, which comes first; falls of the year fade."""
    bound = weekly(most)
    for i in range(len(present)):  # without a branch, so that a compiler can look at several people at once
        falls[i] = np.float64(falls[i]) * fading if falls[i] > SLIGHT else 0.0
        might[i] = present[i] & (age[i] >= OLDER) & (hospital[i] == 0) & (uniform(luck, i) < bound)


@kernel
def fall(rows: I8, age: F4, need: I1, frailty: I1, alone: B1, unmet: F4, falls: F4, luck: Key, f: Falls, fallen: I4,
         told: F8) -> int:
    """Who falls this week of those who might (`rows`): rows in `fallen`; returns how many. `told` sums the ratios."""
    n = 0
    for i in rows:
        prone = proneness(np.float64(age[i]), f.slope, f.centre, f.by_need[need[i]], f.by_frailty[frailty[i]],
                          f.alone if alone[i] else 1.0)
        short = without_help(np.float64(unmet[i]), f.unmet)
        told[0] += prone
        told[1] += 1.0
        told[2] += prone * short
        rate = f.a_year * prone / f.mean * short / f.mean_unmet
        if uniform(luck, i) < weekly(min(rate, f.most)):
            falls[i] += 1.0
            fallen[n] = i
            n += 1
    return n


@changes("residents.falls", "residents.stage", "residents.reason", "residents.asked", "residents.long_term",
         "residents.wants_service", "residents.hours_wanted", "residents.diverted")
def falling(residents: Table, draws: Draws, events: Events, town: Town, *,
            falls_a_year: PerYear, falls_slope: Slope, falls_centre_age: Years,
            falls_by_need: Annotated[Ratios, By("need")], falls_by_frailty: Annotated[Ratios, By("frailty")],
            alone_on_falls: Ratio, unmet_on_falls: Log, serious: Share, asks_after_fall: Share,
            most_falls: PerYear) -> None:
    """Who falls this week, who is hurt badly, and who asks for help because of it."""
    r = residents
    f = Falls(float(falls_a_year), float(falls_slope), float(falls_centre_age), falls_by_need, falls_by_frailty,
              float(alone_on_falls), float(unmet_on_falls), town.centre("falling: who falls"),
              town.centre("falling: unmet"), float(np.exp(-1.0 / WEEKS)), float(most_falls))
    fallen, told = np.empty(len(r), dtype=np.int32), np.zeros(3)
    luck, might = draws.key("falling: falls"), np.empty(len(r), dtype=np.bool_)
    might_fall(r.present, r.age, r.hospital, r.falls, luck, f.most, f.fading, might)
    n = fall(np.flatnonzero(might), r.age, r.need, r.frailty, r.alone, r.unmet, r.falls, luck, f, fallen, told)
    town.tell("falling: who falls", told[0], told[1])
    town.tell("falling: unmet", told[2], told[0])
    rows = fallen[:n].copy()
    hurt = rows[draws.happens("falling: serious", float(serious), rows)]
    fell = np.zeros(len(r), dtype=bool)
    fell[hurt] = True
    town.tables["fell"] = fell
    town.memory["falling: serious"] = float(len(hurt))
    events.note("falls", rows)
    events.note("falls badly", hurt)
    _ask(r, draws, events, town, rows, float(asks_after_fall))


def _ask(r: Table, draws: Draws, events: Events, town: Town, rows: Array, share: float) -> None:
    """Some who need help with personal care and do not get all of it ask for it, or cannot wait for it any longer.

    The badly hurt are in hospital.
    """
    able = (r.need[rows] >= HELP) & (r.unmet[rows] > 0) & (r.stage[rows] == 0) & (r.setting[rows] < A_HOME)
    able &= ~town.tables["fell"][rows]
    told = draws.happens("falling: asks", share, rows)
    waited = (r.need[rows] >= HELP) & (r.unmet[rows] > 0) & ~town.tables["fell"][rows] & the_door.waits_its_turn(rows, town)
    the_door.comes_to_a_crisis(rows[waited & told], town)
    asks = rows[able & told]
    r.stage[asks] = STAGE.index("waiting for assessment")
    r.reason[asks] = REASON.index("fall")
    r.asked[asks] = town.week
    r.long_term[asks] = True
    r.wants_service[asks] = -1
    r.hours_wanted[asks] = 0
    r.diverted[asks] = False
    events.note("asks", asks, cause="fall")
