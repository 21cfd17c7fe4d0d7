"""The council decides: a little help is often enough; assessments go by risk, then in turn; the law says who is eligible."""

from __future__ import annotations

from typing import Any

import numpy as np

from simulation import door as the_door
from simulation.budget import is_limited
from simulation.draws import Draws
from simulation.evidence.lists import BAND, FUNDER, HOSPITAL, NEED, REASON, STAGE
from simulation.evidence.units import Ratio, Share, Weeks
from simulation.process import changes
from simulation.schemes import helped_for_now
from simulation.service import UNSUITABLE
from simulation.world.columns import Array
from simulation.world.ledger import Events
from simulation.world.town import Town

ASSESSMENT, SUPPORT = STAGE.index("waiting for assessment"), STAGE.index("waiting for support")
SOME, PERSONAL, HEAVY = (NEED.index(n) for n in ("some help", "one or two personal tasks", "three or more"))
NOBODY = FUNDER.index("nobody")
MONTH = 4
SOCIAL_WORKERS = "social workers over usual"  # read by paying
TREATED, ENDED = HOSPITAL.index("being treated"), REASON.index("support ended")


@changes("residents.stage", "residents.reason", "residents.wants_service", "residents.hours_wanted",
         "residents.long_term", "residents.last_assessed")
def deciding(residents: Any, draws: Draws, events: Events, town: Town, *, ready_planned: Weeks, ready_urgent: Weeks,
             ready_own: Weeks, spare: Ratio, hiring: Weeks, found_eligible: Share, met_by_others: Share,
             recently_worse: Weeks) -> None:
    """Early help for small requests; assessment, eligibility and agreed hours for long-term support."""
    rows = np.flatnonzero(residents.present & (residents.stage == ASSESSMENT))
    long_term = residents.long_term[rows]
    lasting = _first_short_term(rows[long_term], town, recently_worse)
    _little_help(rows[~long_term], town, recently_worse)
    rows = lasting
    own = town.means.pays_own_way(residents.savings[rows])
    urgent = the_door.urgent(rows, town)
    wait = np.where(urgent, ready_urgent, np.where(own, ready_own, ready_planned))
    ready = draws.happens("deciding: ready", 1.0 - np.exp(-1.0 / np.maximum(wait, 1.0 / 100)), rows)
    ready &= urgent | (residents.hospital[rows] != TREATED)
    seen = _seen(rows, own, urgent, ready, town, float(spare), float(hiring))
    _got_better(np.delete(rows, seen), np.delete(ready & ~own, seen), town)
    own, rows = own[seen], rows[seen]
    for cause, mask in (("council", ~own), ("own means", own)):
        events.note("assessed", rows[mask], cause=cause, amount=town.week - residents.asked[rows[mask]])
    residents.last_assessed[rows] = town.week
    ready = np.where(the_door.MEDICAL[residents.reason[rows]], 1.0, the_door.found_to_need_it(rows, town))
    found = draws.happens("deciding: found eligible", np.minimum(found_eligible * town.commissioner.practice * ready, 1.0), rows)
    passing = ~the_door.outlasts(rows, town)
    has_some = residents.funder[rows] > NOBODY
    eligible = has_some | (~passing & (own | (_meets_the_minimum(rows, town, met_by_others) & found)))
    events.note("needs short-term help only", rows[passing & ~has_some])
    events.note("not eligible", rows[~eligible & ~passing])
    the_door.settle(rows[~eligible], town)
    rows = rows[eligible]
    residents.hours_wanted[rows] = the_door.agreed_hours(rows, town)
    residents.stage[rows] = SUPPORT
    residents.wants_service[rows] = -1
    events.note("found eligible", rows)


def _meets_the_minimum(rows: Array, town: Town, met_by_others: Share) -> Array:
    """Who has needs that the law says must be met, and that no family, friend or household already meets (mask)."""
    r = town.residents
    unmet = _unmet_without_bridges(rows, town)
    short = unmet > met_by_others
    some = (r.need[rows] == SOME) & (unmet > town.door.unmet_counts)
    return np.asarray(((r.need[rows] >= PERSONAL) & short) | some | (r.band[rows] > BAND.index("none")))


def _unmet_without_bridges(rows: Array, town: Town) -> Array:
    """Share of the hours needed that would go unmet once help that only bridges some weeks is gone."""
    r, pl = town.residents, town.placements
    unmet = r.unmet[rows]
    for k in [k for k, s in enumerate(town.services) if s.bridges]:
        has = np.flatnonzero((r.supports[rows] & np.uint32(1 << k)) != 0)
        if len(has):
            mine = pl.of(k)
            given = np.zeros(len(r), dtype=np.float32)
            given[pl.person[mine]] = pl.given[mine]
            unmet[has] = np.minimum(unmet[has] + given[rows[has]] / np.maximum(r.hours_needed[rows[has]], 1.0), 1.0)
    return np.asarray(unmet)


def _seen(rows: Array, own: Array, urgent: Array, ready: Array, town: Town, spare: float, hiring: float) -> Array:
    """Who is assessed this week: the ready, people in hospital first, then by hours of help at risk, then the longest wait, as time goes.

    People who pay their own way arrange their care themselves. As many are seen, at the least, as are in hospital or in a crisis
    with much need: the law lets urgent needs be met before an assessment. Capacity is what requests per
    person with need took in the burn-in, and a little to spare, times what the council's forecast and the plan make of it.
    While the budget follows demand, social workers are hired as requests grow beyond that, late, and paid for (`paying`).
    """
    memory, mine = town.memory, np.flatnonzero(~own)
    if town.week % MONTH == 0 or "deciding.needing" not in memory:
        r = town.residents
        memory["deciding.needing"] = float(np.count_nonzero(r.present & (r.need >= PERSONAL)))
    new = max(len(mine) - memory.get("deciding.left", 0.0), 0.0)
    town.tell("deciding: requests", new, memory["deciding.needing"])
    capacity = town.centre("deciding: requests") * memory["deciding.needing"] * spare
    capacity *= _hired(new, capacity / spare, town, hiring)
    capacity *= town.commissioner.assessment_share * (1.0 + town.plan.lever("assessments"))
    capacity += min(memory.get("deciding.carried", 0.0), 1.0)
    waiting = mine[ready[mine]]
    r, people = town.residents, rows[waiting]
    in_bed = r.hospital[people] > 0
    order = waiting[np.lexsort((people, r.asked[people], -the_door.hours_at_risk(people, town), ~in_bed))]
    now = int(np.count_nonzero(in_bed | (urgent[waiting] & (r.need[people] >= HEAVY))))
    done = len(order) if town.burning_in else min(len(order), max(now, int(capacity)))
    memory["deciding.carried"] = max(capacity - done, 0.0)
    memory["deciding.left"] = float(len(mine) - done)
    seen = own & ready
    seen[order[:done]] = True
    return np.flatnonzero(seen)


def _got_better(rows: Array, ready: Array, town: Town) -> None:
    """Whoever asked after a stay in hospital or a fall, and has got over it before anybody came, needs no assessment any more."""
    r = town.residents
    well = ready & the_door.MEDICAL[r.reason[rows]] & (r.need[rows] == 0) & (r.band[rows] == 0) & (r.hospital[rows] == 0)
    town.memory["deciding.left"] -= float(np.count_nonzero(well))
    the_door.settle(rows[well], town)


def _hired(new: float, usual: float, town: Town, hiring: float) -> float:
    """Social workers over those that usual requests take: they follow requests while the budget follows demand."""
    memory = town.memory
    pace = memory.get("deciding.pace", usual)
    memory["deciding.pace"] = pace = pace + (new - pace) / max(hiring, 1.0)
    if town.burning_in or is_limited(town) or usual <= 0:
        memory[SOCIAL_WORKERS] = 1.0
    else:
        memory[SOCIAL_WORKERS] = max(pace / usual, 1.0)
    return memory[SOCIAL_WORKERS]


def _little_help(rows: Array, town: Town, recently_worse: Weeks) -> None:
    """A small request is met at once by advice or equipment, or goes on to short-term help where that has room."""
    helped_by = _short_term_help(rows, town, recently_worse, "a little help")
    on = helped_by >= 0
    town.residents.stage[rows[on]] = SUPPORT
    town.residents.wants_service[rows[on]] = helped_by[on]
    the_door.settle(rows[~on], town)


def _first_short_term(rows: Array, town: Town, recently_worse: Weeks) -> Array:
    """In a crisis help to get going again comes before anything lasting, where there is room; returns the others."""
    r = town.residents
    able = the_door.urgent(rows, town) & (r.funder[rows] == NOBODY) & (r.reason[rows] != ENDED)
    helped_by = np.full(len(rows), -1)
    helped_by[able] = _short_term_help(rows[able], town, recently_worse, "a crisis")
    on = rows[helped_by >= 0]
    r.stage[on], r.wants_service[on], r.long_term[on] = SUPPORT, helped_by[helped_by >= 0], False
    return np.asarray(rows[helped_by < 0])


def _short_term_help(rows: Array, town: Town, recently_worse: Weeks, why: str) -> Array:
    """Which short-term service of the council (index) each of these people begins with, -1 none: whom it suits most, as room goes."""
    r = town.residents
    helped_by = np.full(len(rows), -1)
    worse = (r.worsened[rows] < recently_worse) | the_door.MEDICAL[r.reason[rows]]
    able = (r.need[rows] >= SOME) & worse & (r.hospital[rows] != TREATED) & ~helped_for_now(town, rows)
    for k, service in enumerate(town.services):
        if service.long_term or not service.statutory:
            continue
        promised = np.count_nonzero(r.wants_service == k)
        room = int(the_door.free_room(k, town)[1].sum()) - promised
        worth = np.where(able & (helped_by < 0), service.suits(rows, town), UNSUITABLE)
        worth = worth + town.draws.gumbel(f"deciding: {service.name} for {why}", rows)
        order = np.argsort(-worth, kind="stable")
        helped_by[order[:min(max(room, 0), int(np.isfinite(worth).sum()))]] = k
    return helped_by
