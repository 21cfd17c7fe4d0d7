"""People ask the council for help: for a little, or for long-term support at home or in a care home."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from simulation import door as the_door
from simulation.draws import Draws, uniform, uniforms_for
from simulation.evidence.lists import GROUP, REASON, STAGE
from simulation.evidence.units import By, Log, PerYears, Ratio
from simulation.process import B1, F8, I1, I4, changes, kernel
from simulation.rules import WEEKS
from simulation.world.columns import Array
from simulation.world.ledger import Events
from simulation.world.town import CARE_HOME, Town

PLANNED, OUTGROWN = REASON.index("planned"), REASON.index("outgrown")
WAITING = STAGE.index("waiting for assessment")
DISABILITY, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")
NOBODY = 0


@changes("residents.stage", "residents.reason", "residents.asked", "residents.long_term", "residents.wants_service",
         "residents.hours_wanted", "residents.diverted")
def asking(residents: Any, draws: Draws, events: Events, town: Town, *,
           little_help_older: Annotated[PerYears, By("need")], little_help_working_age: Annotated[PerYears, By("need")],
           scale_requests: Ratio, ups_and_downs: Log, unmet: Log, most_at_once: Ratio) -> None:
    """Who asks this week. Long-term requests follow `simulation.door`; the rest want advice, equipment, a little help.

    Everybody's luck is drawn; only those whose luck could suffice at the highest rate of their level of need are
    looked at in full, which changes nobody's chance. Passing ill health and unmet need raise every rate, centred on
    their mean in the base run.
    """
    oldest = float(residents.age.max(initial=town.door.age_centre))
    most_long = _weekly(town.door.most_a_year(oldest, town.memory) * most_at_once)
    little = scale_requests * np.vstack([little_help_working_age, little_help_older])
    most_little = _weekly(little * most_at_once)
    long_key, little_key = draws.key("asking: long term"), draws.key("asking: a little help")
    long, some = _who_might(residents.present, residents.setting, residents.stage, residents.hospital, residents.need,
                            residents.group, residents.age >= town.door.older_from, most_long, most_little, long_key,
                            little_key, CARE_HOME[0], DISABILITY, MENTAL)
    home, care_home = the_door.rates(long, town)
    moved = _pushed(long, town, ups_and_downs, unmet)
    _tell(long, home + care_home, care_home, moved, most_long, town)
    times = np.minimum(moved / town.centre("asking: moved"), most_at_once)
    asks = long[uniforms_for(long_key, long) < _weekly((home + care_home) * times)]
    again = residents.funder[asks] != NOBODY
    _begin(asks[~again], True, PLANNED, residents, events, town)
    _begin(asks[again], True, OUTGROWN, residents, events, town)
    some = some[(residents.stage[some] == 0) & (residents.funder[some] == NOBODY)]
    times = np.minimum(_pushed(some, town, ups_and_downs, unmet) / town.centre("asking: moved"), most_at_once)
    older = (residents.age[some] >= town.door.older_from).astype(np.int64)
    chance = _weekly(little[older, residents.need[some]] * times)
    _begin(some[uniforms_for(little_key, some) < chance], False, PLANNED, residents, events, town)


@kernel
def _who_might(present: B1, setting: I1, stage: I1, hospital: I1, need: I1, group: I1, older: B1, most_long: F8,
               most_little: F8, long_key: np.uint64, little_key: np.uint64, care_home: int, disability: int,
               mental: int) -> tuple[I4, I4]:
    """Rows whose luck could suffice for long-term support, and for a little help, at the highest rate of their need."""
    long, some = np.empty(len(present), dtype=np.int32), np.empty(len(present), dtype=np.int32)
    a = b = 0
    for i in range(len(present)):
        if not present[i] or stage[i] != 0 or setting[i] >= care_home or hospital[i] != 0:
            continue
        n = (int(older[i]), int(need[i]))
        if group[i] == disability or group[i] == mental or uniform(long_key, i) < most_long[n]:
            long[a] = i
            a += 1
        if uniform(little_key, i) < most_little[n]:
            some[b] = i
            b += 1
    return long[:a], some[:b]


def _weekly(rate: Array) -> Array:
    """Chances in one week from yearly rates."""
    return np.asarray(1.0 - np.exp(-rate / WEEKS))


def _pushed(rows: Array, town: Town, ups_and_downs: Log, unmet: Log) -> Array:
    """How much more often people ask while they are worse than usual, and while needs go unmet; before centring."""
    r = town.residents
    worse = ups_and_downs * r.acute[rows].astype(np.float64) - ups_and_downs * ups_and_downs / 2
    return np.asarray(np.exp(worse + unmet * r.unmet[rows]))


def _tell(rows: Array, rate: Array, care_home: Array, moved: Array, most: Array, town: Town) -> None:
    """Learn the means of what pushes people to ask, weighted by rates and by the chance of being looked at."""
    if not town.burning_in or not len(rows):
        return
    r = town.residents
    banded = (r.group[rows] == DISABILITY) | (r.group[rows] == MENTAL)
    chance = most[(r.age[rows] >= town.door.older_from).astype(np.int64), r.need[rows]]
    looked_at = np.where(banded, 0.0, 1.0 / np.maximum(chance, np.finfo(np.float32).tiny))
    town.tell("asking: moved", float((looked_at * rate * moved).sum()), float((looked_at * rate).sum()))
    weight = looked_at * care_home / the_door.lonely_ratio(rows, town)
    town.tell("door: lonely", float((weight * the_door.lonely_ratio(rows, town)).sum()), float(weight.sum()))


def _begin(rows: Array, long_term: bool, reason: int, residents: Any, events: Events, town: Town) -> None:
    residents.stage[rows] = WAITING
    residents.long_term[rows] = long_term
    residents.reason[rows] = reason
    residents.asked[rows] = town.week
    residents.wants_service[rows] = -1
    residents.hours_wanted[rows] = 0
    residents.diverted[rows] = False
    events.note("asks" if long_term else "asks for a little help", rows, cause=REASON[reason])


