"""People ask the council for help: for a little, or for long-term support at home or in a care home."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np

from simulation import door as the_door
from simulation.condition import OLDER, might
from simulation.draws import Draws, uniform, uniforms_for
from simulation.evidence.lists import GROUP, REASON, STAGE
from simulation.evidence.units import By, Log, PerYear, PerYears, Ratio
from simulation.process import B1, F8, I1, I4, I8, changes, kernel
from simulation.rules import WEEKS
from simulation.world.columns import Array
from simulation.world.ledger import Events
from simulation.world.town import CARE_HOME, Town

PLANNED, OUTGROWN = REASON.index("planned"), REASON.index("outgrown")
WAITING = STAGE.index("waiting for assessment")
DISABILITY, MENTAL = GROUP.index("learning disability"), GROUP.index("mental health")
NOBODY = 0
DAYS = 7


@changes("residents.stage", "residents.reason", "residents.asked", "residents.long_term", "residents.wants_service",
         "residents.hours_wanted", "residents.diverted")
def asking(residents: Any, draws: Draws, events: Events, town: Town, *,
           little_help_older: Annotated[PerYears, By("need")], little_help_working_age: Annotated[PerYears, By("need")],
           scale_requests: Ratio, ups_and_downs: Log, unmet: Log, most_at_once: Ratio, crisis_while_waiting: PerYear) -> None:
    """Who asks this week. Long-term requests follow `simulation.door`; the rest want advice, equipment, a little help.

    Everybody's luck is drawn; only those whose luck could suffice at the highest rate of their level of need are
    looked at in full, which changes nobody's chance. Passing ill health and unmet need raise every rate, centred on
    their mean in the base run.
    """
    _come_to_a_crisis(residents, draws, town, float(crisis_while_waiting))
    oldest = float(residents.age.max(initial=town.door.age_centre))
    most_long = _weekly(town.door.most_a_year(oldest, town.memory) * most_at_once)
    little = scale_requests * np.vstack([little_help_working_age, little_help_older])
    most_little = _weekly(little * most_at_once)
    long_key, little_key = draws.key("asking: long term"), draws.key("asking: a little help")
    banded = (residents.group == DISABILITY) | (residents.group == MENTAL)
    long = _sifted(residents, banded, most_long, long_key, town.door.older_from)
    some = _sifted(residents, np.zeros_like(banded), most_little, little_key, town.door.older_from)
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


def _come_to_a_crisis(residents: Any, draws: Draws, town: Town, times: float) -> None:
    """Some who wait their turn cannot go on waiting: the more hours of help do not come, the sooner."""
    rows = np.flatnonzero(residents.present & (residents.stage > 0))
    rows = rows[the_door.waits_its_turn(rows, town)]
    missing = residents.hours_needed[rows].astype(np.float64) * residents.unmet[rows] / DAYS
    the_door.comes_to_a_crisis(rows[draws.happens("asking: a crisis while waiting", _weekly(times * missing), rows)], town)


@kernel
def _who_might(rows: I8, setting: I1, stage: I1, hospital: I1, need: I1, older: B1, sure: B1, most: F8, luck: np.uint64,
               care_home: int) -> I4:
    """Of these people, those who can ask now and whose luck could suffice at the highest rate of their need, or who are `sure`."""
    out, n = np.empty(len(rows), dtype=np.int32), 0
    for i in rows:
        if stage[i] != 0 or setting[i] >= care_home or hospital[i] != 0:
            continue
        if sure[i] or uniform(luck, i) < most[int(older[i]), int(need[i])]:
            out[n] = i
            n += 1
    return out[:n]


def _sifted(r: Any, sure: Array, most: F8, luck: np.uint64, older_from: float) -> Array:
    """Rows of people who can ask now and are looked at in full: those who are `sure` to be, and by their luck."""
    well = most[:, 0].max() if older_from < OLDER else most[0, 0]
    rows = np.flatnonzero(might(r, luck, float(well), float(most.max())) | (sure & r.present))
    return _who_might(rows, r.setting, r.stage, r.hospital, r.need, r.age >= older_from, sure, most, luck, CARE_HOME[0])


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
    older = the_door.is_older(rows, town)
    for name, ratio, of in (("lonely", the_door.lonely_ratio(rows, town), True), ("unmet", the_door.unmet_ratio(rows, town), older)):
        weight = np.where(of, looked_at * care_home / ratio, 0.0)
        town.tell(f"door: {name}", float((weight * ratio).sum()), float(weight.sum()))


def _begin(rows: Array, long_term: bool, reason: int, residents: Any, events: Events, town: Town) -> None:
    residents.stage[rows] = WAITING
    residents.long_term[rows] = long_term
    residents.reason[rows] = reason
    residents.asked[rows] = town.week
    residents.wants_service[rows] = -1
    residents.hours_wanted[rows] = 0
    residents.diverted[rows] = False
    events.note("asks" if long_term else "asks for a little help", rows, cause=REASON[reason])


