"""A scheme takes time to grow into its money, and is paid for while it does: the arithmetic that schemes share.

A scheme is a service that is funded (coordinators, recruiters, a team) and not only bought by the hour or the place.
Its provider rows hold `built` (people, places or hours its money carries when full grown), `ramp` (how far it has
grown, 0 to 1), `room` (what it can give this week) and `budget` (pounds a week it costs now).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulation.evidence.lists import REASON, SETTING, STAGE
from simulation.service import Service
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

AT_HOME = (SETTING.index("own home"), SETTING.index("with family"))
TINY = 1e-6  # what float32 columns lose
WITHHELD = "withheld in a trial: "  # a table of who must not be given a service while it is tried out, by its name
PREVENTION = "prevention_and_community"  # the line that is cut first when money is short


def rows_of(service: Service, town: Town) -> Array:
    """The providers that give this service now, as rows of `town.providers`."""
    p = town.providers
    return np.flatnonzero((p.service == town.service(service.name)) & p.open)


def money_for(service: Service, town: Town) -> float:
    """Pounds a week that the plan and present policy give to this scheme now; 0 where nothing is said."""
    return float(town.commissioner.funding.get(service.name) or 0.0)


def steady_money(service: Service, town: Town, weeks: float) -> float:
    """Pounds a week as posts and contracts follow the money, which takes about so many weeks up or down.

    A scheme that is there when first looked at has its money already.
    """
    key, now = f"{service.name}.money", money_for(service, town)
    if key not in town.memory:
        town.memory[key] = now if town.providers.built[rows_of(service, town)].any() else 0.0
    held = float(nearer(town.memory[key], now, weeks))
    town.memory[key] = 0.0 if now <= 0 and held < 1 else held
    return town.memory[key]


def nearer(now: Array | float, goal: Array | float, weeks: float) -> Array:
    """One week's way from `now` to `goal`, for something that takes about so many weeks."""
    gone = np.exp(-1.0 / weeks) if weeks > 0 else 0.0
    return np.asarray(goal + (np.asarray(now, dtype=np.float64) - goal) * gone)


def whole(amounts: Array) -> Array:
    """Whole places from fractions, the remainder carried to the next provider: no rounding to nought, no draw."""
    upto = np.floor(np.cumsum(np.asarray(amounts, dtype=np.float64)) + TINY)
    return np.diff(upto, prepend=0.0)


def whole_this_week(rate: Array, week: int) -> Array:
    """Whole people from so many a week, the remainder carried to the next week."""
    return np.asarray(np.floor(rate * (week + 1) + TINY) - np.floor(rate * week + TINY))


def learn_staffing(town: Town) -> None:
    """Learn in the burn-in how fully staffed each kind of provider usually is, so that only a change from it counts."""
    p = town.providers
    for service in town.services:
        if town.burning_in and "care_workers" in service.pools:
            rows = rows_of(service, town)
            town.tell(f"{service.name}: staffing", float(p.used[rows] @ p.staffing[rows]), float(p.used[rows].sum()))


def carried(service: Service, town: Town, rows: Array) -> Array:
    """Share of what these providers promised that their care workers can give, against their usual staffing."""
    usual = town.centre(f"{service.name}: staffing") or 1.0  # a small sample may have had no worker at all to learn from
    return np.asarray(np.minimum(town.providers.staffing[rows] / usual, 1.0))


def staffed(town: Town, rows: Array) -> float:
    """Share of their work that the care workers of these providers can carry, who stand in for one another."""
    p = town.providers
    usual = float(p.wanted_staff[rows].sum()) * (1.0 - town.memory.get("working.usual vacancy", 0.0))
    return min(float(p.staff[rows].sum()) / usual, 1.0) if usual > 0 else 1.0


def grow(town: Town, rows: Array, goal: Array, weeks: float) -> Array:
    """Let these providers grow towards what their money carries, and shrink at once with it: the size reached."""
    p = town.providers
    grown = p.ramp[rows].astype(np.float64) * p.built[rows]
    grown = np.where(goal > grown, nearer(grown, goal, weeks), goal)
    p.built[rows] = goal
    p.ramp[rows] = np.divide(grown, goal, out=np.zeros(len(rows)), where=goal > 0)
    return grown


def follow_demand(service: Service, town: Town, rows: Array, weeks: float, spare: float,
                  funded: float = 0.0) -> None:
    """Let room follow those who have the service or wait for it, at the pace at which such support can be found.

    `spare` is the share of room kept above use; `funded` is room that money was set aside for, beyond demand.
    """
    p, r = town.providers, town.residents
    waiting = np.flatnonzero(r.wants_service == town.service(service.name))
    waiting = waiting[r.present[waiting] & (r.stage[waiting] > 0)]
    wanted = float(service.uses(waiting, r.hours_wanted[waiting], town).sum()) if len(waiting) else 0.0
    size = p.built[rows].astype(np.float64)
    part = size / size.sum() if size.sum() > 0 else np.full(len(rows), 1.0 / max(len(rows), 1))
    goal = (p.used[rows] + part * wanted) * (1.0 + spare) + part * funded
    p.built[rows] = nearer(size, goal, weeks)
    p.room[rows] = p.built[rows] * carried(service, town, rows)


def has_not(service: Service, town: Town, people: Array) -> Array:
    """Those of these people who have no support from this service now, and from whom no trial withholds it."""
    none = (town.residents.supports[people] & np.uint32(1 << town.service(service.name))) == 0
    withheld = town.tables.get(WITHHELD + service.name)
    return np.asarray(people[none if withheld is None else none & ~withheld[people]])


def helped_for_now(town: Town, people: Array, beside: Service | None = None) -> Array:
    """Who has short-term help towards standing on their own feet (mask), from whichever service beside this one."""
    bits = sum(1 << k for k, s in enumerate(town.services) if s is not beside and not s.long_term and (s.statutory or s.bridges))
    return np.asarray((town.residents.supports[people] & np.uint32(bits)) != 0)


def take_on(service: Service, town: Town, rows: Array, people: Array, *, hours: Array | float = 0.0,
            **terms: Any) -> Array:
    """These people begin, in this order, as far as these providers have room (`Town.begin` has the terms): who did."""
    p, hours = town.providers, np.broadcast_to(np.asarray(hours, dtype=np.float64), len(people))
    free = np.cumsum(np.maximum(p.room[rows].astype(np.float64) - p.used[rows], 0.0))
    takes = np.asarray(service.uses(people, hours, town), dtype=np.float64)
    upto = np.cumsum(takes)
    n = int(np.count_nonzero(upto <= free[-1] + TINY)) if len(free) else 0
    if not n:
        return people[:0]
    at = rows[np.minimum(np.searchsorted(free, upto[:n] - TINY), len(rows) - 1)]
    town.begin(town.service(service.name), people[:n], at, hours=hours[:n], **terms)
    np.add.at(p.used, at, takes[:n])
    return people[:n]


# Places to meet, and groups ----------------------------------------------------------------------------------------
USUAL_PLACES = "meeting: meeting places at founding"


def places_over_usual(town: Town) -> Array:
    """Places to meet in each neighbourhood over those it had at founding; 0 where it never had any."""
    places = town.neighbourhoods.meeting_places.astype(np.float64)
    usual = town.tables.get(USUAL_PLACES, places)
    return np.asarray(np.divide(places, usual, out=np.zeros(len(places)), where=usual > 0))


def begin_units(service: Service, town: Town, where: Array, built: Array | float) -> Array:
    """New teams, networks or buildings of a scheme, a row of providers each, in these neighbourhoods (rows)."""
    p, k = town.providers, town.service(service.name)
    number = int(p.number[p.service == k].max(initial=0)) + 1 + np.arange(len(where))
    return p.append(len(where), service=k, number=number, neighbourhood=where, open=True, opened=town.week,
                    built=built)


# One pool of care workers -----------------------------------------------------------------------------------------
ALONE = "care hours of people who left agencies to work for themselves: "


def work_for_themselves(service: Service, town: Town, hours: float) -> None:
    """So many hours a week of this service come from people who would else be care workers of an agency.

    The labour market takes them out of their jobs, and out of the pool for as long as it lasts (`week/working.py`).
    """
    town.memory[ALONE + service.name] = hours


def working_for_themselves(town: Town) -> float:
    """Hours a week of care workers who have set up alone, for all services together."""
    return sum(hours for name, hours in town.memory.items() if name.startswith(ALONE))


# One pool of volunteers -------------------------------------------------------------------------------------------
ASKED, THEIRS, FREE = "volunteer hours asked: ", "volunteer coordinators: ", "volunteer hours free"


def ask_volunteers(service: Service, town: Town, hours: float, coordinators: float = 0.0) -> float:
    """Ask the place's volunteers for so many hours a week; returns the share of them they can give, 0 to 1.

    All services ask the same people: what one is given, another lacks. `coordinators` are whole-time people of this
    service who look after volunteers.
    """
    town.memory[ASKED + service.name] = hours
    town.memory[THEIRS + service.name] = coordinators
    asked = asked_of_volunteers(town)
    return min(town.memory.get(FREE, 0.0) / asked, 1.0) if asked > 0 else 0.0


def asked_of_volunteers(town: Town) -> float:
    """Hours a week that all services together ask of volunteers."""
    return sum(hours for name, hours in town.memory.items() if name.startswith(ASKED))


def volunteer_coordinators(town: Town) -> float:
    """Whole-time coordinators whom services pay to look after volunteers."""
    return sum(people for name, people in town.memory.items() if name.startswith(THEIRS))


def volunteers_leave(town: Town, usual: float, burnout: float) -> float:
    """How often a volunteer leaves, times a year, as strained as volunteers are now (see `week.volunteering`)."""
    v = town.volunteers
    strain = float(v.strain[v.active].mean()) if v.active.any() else 0.0
    return usual * (1.0 + burnout * strain)


def volunteers_free(town: Town, hours: float) -> None:
    """Hours a week that volunteers have beyond what the groups they are in ask of them."""
    town.memory[FREE] = hours


def lump(payee: str, line: str, purpose: str, pounds: float) -> Iterator[Payment]:
    """One sum the council pays that belongs to nobody in particular; nothing where it is nothing."""
    pence = round(pounds * 100)
    if pence > 0:
        yield Payment("council", payee, line, purpose, np.empty(0, dtype=np.int32), np.array([pence], dtype=np.int64))


def loses_company(town: Town, people: Array, brought: float) -> None:
    """Company that came with a household or a home stays behind in it, for people who live elsewhere now."""
    town.residents.company[people] = np.maximum(town.residents.company[people] - brought, 0.0)


def told_apart(service: Service, line: str, pounds: float, not_grown: float, empty: float) -> Iterator[Payment]:
    """A scheme's week of money, told apart: not yet of use, paid for and unfilled, at work. Shares 0 to 1."""
    not_grown, empty = min(max(not_grown, 0.0), 1.0), min(max(empty, 0.0), 1.0)
    start_up, standing_empty = pounds * not_grown, pounds * (1.0 - not_grown) * empty
    yield from lump(service.name, line, "start_up", start_up)
    yield from lump(service.name, line, "standing_empty", standing_empty)
    yield from lump(service.name, line, "coordination", pounds - start_up - standing_empty)


def scheme_costs(service: Service, town: Town, line: str) -> Iterator[Payment]:
    """What a scheme costs this week, from its provider rows: budget, how far grown, how far filled."""
    rows = rows_of(service, town)
    p = town.providers
    budget = p.budget[rows].astype(np.float64)
    total = float(budget.sum())
    if total <= 0:
        return
    grown = float(budget @ p.ramp[rows]) / total
    room = float(p.room[rows].sum())
    filled = min(float(p.used[rows].sum()) / room, 1.0) if room > 0 else 1.0
    yield from told_apart(service, line, total, 1.0 - grown, 1.0 - filled)


def asks(town: Town, rows: Array, reason: str) -> None:
    """These people ask for long-term support now, unless they ask already."""
    r = town.residents
    rows = rows[(r.stage[rows] == 0) & r.present[rows]]
    if not len(rows):
        return
    r.stage[rows] = STAGE.index("waiting for assessment")
    r.reason[rows] = REASON.index(reason)
    r.asked[rows] = town.week
    r.long_term[rows] = True
    town.events.note("asks", rows, cause=reason)
