"""Volunteers join, carry a load, and leave, sooner when too much is asked or nobody has time for them.

One pool of people who give time to others beyond family and friends. Somebody new takes a coordinator's time for
months; where volunteers are more than their coordinators can carry, or more hours are asked than are given, strain
builds in all of them, more leave, and fewer come, because most who come are asked by somebody who is glad to be there.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from simulation.draws import Draws, uniform
from simulation.evidence.units import Hours, People, PerYear, Points, Ratio, Share, Weeks
from simulation.process import B1, I1, Key, changes, kernel, rule
from simulation.rules import WEEKS
from simulation.schemes import asked_of_volunteers, volunteer_coordinators, volunteers_free
from simulation.world.columns import Array
from simulation.world.ledger import Events
from simulation.world.town import Town

MONTH = 4  # weeks from one look to the next
MOST_NEED = 1  # with more need than some help one no longer volunteers in a caring role
COORDINATORS, AT_FOUNDING = "volunteer coordinators", "volunteering: at founding"
JOINS, BURDEN = "volunteering: joins", "volunteering: burden"
GLAD = "volunteering: glad to be there"


@rule
def strain_goal(load: float, stretch: float, of_load: float, of_stretch: float) -> float:
    """The strain a volunteer comes to, 0 to 1: none while hours and coordination suffice."""
    return min(max(load - 1.0, 0.0) * of_load + max(stretch - 1.0, 0.0) * of_stretch, 1.0)


@rule
def leaves_a_year(usual: float, strain: float, burnout: float) -> float:
    """How often a volunteer leaves, times a year."""
    return usual * (1.0 + burnout * strain)


@rule
def who_comes(usual: float, spirit: float, word_of_mouth: float, asked: float, would: float) -> float:
    """People who join in a year: by themselves, as many as those now glad to be there bring; and of those asked."""
    return float(usual * spirit ** word_of_mouth + asked * would)


@kernel
def could_volunteer(present: B1, need: I1, setting: I1, as_volunteer: I1) -> int:
    """How many people could join: well enough, at home, and not volunteering yet."""
    n = 0
    for i in range(len(present)):
        n += present[i] and need[i] <= 0 and setting[i] == 0 and as_volunteer[i] == 0
    return n


@kernel
def join(present: B1, need: I1, setting: I1, as_volunteer: I1, luck: Key, chance: float) -> int:
    """Mark who joins this month (2 in `as_volunteer` until they have a row); returns how many."""
    n = 0
    for i in range(len(present)):
        if present[i] and need[i] <= 0 and setting[i] == 0 and as_volunteer[i] == 0 and uniform(luck, i) < chance:
            as_volunteer[i] = 2
            n += 1
    return n


@changes("volunteers.active", "volunteers.resident", "volunteers.hours", "volunteers.load", "volunteers.strain",
         "volunteers.since", "residents.volunteers_as", every=MONTH)
def volunteering(residents: Any, volunteers: Any, draws: Draws, events: Events, town: Town, *,
                 volunteer_hours: Hours, volunteer_leaves: PerYear, new_for: Weeks, new_takes: Ratio,
                 per_coordinator: People, stretched_now: Ratio, usual_load: Share, strain_of_load: Points,
                 strain_of_stretch: Points, strain_settles: Weeks, burnout: Ratio, word_of_mouth: Ratio,
                 would_if_asked: Share, joining_trend: Ratio) -> None:
    """Who leaves, what is asked of those who stay, and who joins, this month."""
    v, r = volunteers, residents
    rows = np.flatnonzero(v.active)
    before = len(rows)
    rows = _no_longer(rows, r, v, events)
    given = float(v.hours[rows].sum())
    load = load_on(town, given, float(usual_load))
    stretch = stretched(town, v, rows, float(new_for), float(new_takes), float(per_coordinator),
                        float(stretched_now))
    goal = strain_goal(load, stretch, float(strain_of_load), float(strain_of_stretch))
    settles = math.exp(-MONTH / strain_settles) if strain_settles > 0 else 0.0
    v.load[rows] = load
    v.strain[rows] = goal + (v.strain[rows] - goal) * settles
    rate = leaves_a_year(float(volunteer_leaves), v.strain[rows].astype(np.float64), float(burnout))
    gone = draws.happens("volunteering: leaves", 1.0 - np.exp(-rate * MONTH / WEEKS), v.resident[rows])
    _leave(rows[gone], r, v, events, "")
    rows = rows[~gone]
    usual = _usual(town, len(rows), before - len(rows), r) * float(joining_trend) ** max(town.week / WEEKS, 0.0)
    glad = float((1.0 - v.strain[rows]).sum())
    town.tell(GLAD, glad, 1.0)
    usually = town.centres.get(GLAD, glad)
    spirit = glad / usually if usually > 0 else 0.0
    drive = town.plan.lever("volunteer_drive") / town.one_in if town.week >= 0 else 0.0
    comes = who_comes(usual, spirit, float(word_of_mouth), drive, float(would_if_asked))
    _join(comes, r, v, draws, events, town, float(volunteer_hours))


def _no_longer(rows: Array, r: Any, v: Any, events: Events) -> Array:
    """Those who have died, moved away, moved into care or need more help themselves volunteer no longer."""
    who = v.resident[rows]
    can = r.present[who] & (r.need[who] <= MOST_NEED) & (r.setting[who] == 0)
    _leave(rows[~can], r, v, events, "no longer able")
    return np.asarray(rows[can])


def _leave(rows: Array, r: Any, v: Any, events: Events, why: str) -> None:
    v.active[rows] = False
    r.volunteers_as[v.resident[rows]] = 0
    events.note("stops volunteering", v.resident[rows], cause=why)


def load_on(town: Town, given: float, usual: float) -> float:
    """Hours asked over hours given: a usual share by the groups there are, and what services ask beyond that."""
    volunteers_free(town, given * max(1.0 - usual, 0.0))
    return usual + asked_of_volunteers(town) / given if given > 0 else 0.0


def stretched(town: Town, v: Any, rows: Array, new_for: float, new_takes: float, each: float, now: float) -> float:
    """Volunteers over those their coordinators can carry; somebody new counts for more than one.

    In the burn-in there are as many coordinators as make it `now`; services and the plan may add to them.
    """
    new = int(np.count_nonzero(v.since[rows] > town.week - new_for))
    burden = (len(rows) + (new_takes - 1.0) * new) / each * town.one_in
    if town.burning_in:
        town.tell(BURDEN, burden, 1.0)
        town.memory[COORDINATORS] = town.centre(BURDEN) / now
    before = town.memory.setdefault(COORDINATORS, burden / now)
    more = town.plan.lever("volunteer_coordinators") if town.week >= 0 else 0.0
    more += volunteer_coordinators(town) * town.one_in
    there = max(before + more, 0.0)
    return burden / there if there > 0 else (2.0 if burden > 0 else 0.0)


def _usual(town: Town, there: int, stopped: int, r: Any) -> float:
    """People who join in a year by themselves: in the burn-in whoever is missing, then as many as used to stop."""
    could = could_volunteer(r.present, r.need, r.setting, r.volunteers_as)
    if town.burning_in:
        town.tell(JOINS, stopped * WEEKS / MONTH, float(could))
        return max(town.memory.setdefault(AT_FOUNDING, float(there + stopped)) - there, 0.0) * WEEKS / MONTH
    return town.centres.get(JOINS, 0.0) * could


def _join(a_year: float, r: Any, v: Any, draws: Draws, events: Events, town: Town, hours: float) -> None:
    could = could_volunteer(r.present, r.need, r.setting, r.volunteers_as)
    if could == 0 or a_year <= 0:
        return
    chance = min(a_year * MONTH / WEEKS / could, 1.0)
    if join(r.present, r.need, r.setting, r.volunteers_as, draws.key("volunteering: joins"), chance):
        begin(np.flatnonzero(r.volunteers_as == 2), r, v, hours, town.week)
        events.note("begins volunteering", v.resident[v.since == town.week])


def begin(people: Array, r: Any, v: Any, hours: float, since: Array | int) -> Array:
    """These people volunteer from now on; returns their rows among the volunteers."""
    r.volunteers_as[people] = 1
    return np.asarray(v.append(len(people), active=True, resident=people, hours=hours, since=since))
