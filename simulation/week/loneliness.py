"""Loneliness follows company, with delay; it is deeper with a limiting condition, alone, and after a bereavement.

Loneliness is kept as log odds and moves towards a level set by age, a limiting condition, living alone, and by contacts
a week beyond or short of what is usual at that age and need: those with friends (a firm tie counts one) and those that
support brings (`company`). Support acts here through these contacts and in no other way; a friend somebody was
introduced to counts as any other friend, once the tie has formed. Whoever loses a partner is lonelier at once.

The level of each age is learnt in the burn-in, so that as many people are lonely often as surveys find (England's
rates on the place's people); usual contacts likewise. Both are frozen when the plan begins.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from simulation.evidence.lists import NEED
from simulation.evidence.units import LogOdds, Weeks
from simulation.process import B1, F4, F8, I1, I4, changes, kernel, rule
from simulation.rules import logistic
from simulation.world.columns import Array
from simulation.world.town import Town

MONTH = 4  # weeks from one look to the next
AGES = np.array([16, 25, 35, 50, 65, 75])  # where the bands of the list "lonely age" begin
PUBLISHED = ("lonely_16_24", "lonely_25_34", "lonely_35_49", "lonely_50_64", "lonely_65_74", "lonely_75_plus")
OLDEST = 130
FIRM = 100.0
LEVELS = len(NEED)
PEOPLE = 3  # where the counts of people by need begin in the sums of `feel`


class Pulls(NamedTuple):
    """What sets the level loneliness moves towards, in log odds."""

    level: F8  # by age band
    usual: F8  # [age band, need] contacts a week with friends
    band: I1  # age band by year of age
    limiting: float
    alone: float
    contact: float
    bereaved: float
    moves: float  # share of the way in four weeks
    week: int


@rule
def level_of(level: float, limiting: bool, alone: bool, contacts: float, of_limiting: float, of_alone: float,
             of_contact: float) -> float:
    """Log odds of being lonely often that a life like this leads to, before a person's own outlook."""
    return level + of_limiting * limiting + of_alone * alone + of_contact * contacts


@rule
def contacts_with_friends(strength: float) -> float:
    """Contacts a week that a tie means: a firm one counts one."""
    return strength / FIRM


@kernel
def feel(present: B1, arrives: I4, left: I4, age: F4, need: I1, limiting: B1, alone: B1, partner: I4, friends: I4,
         strength: I1, company: F4, outlook: F4, loneliness: F4, lonely: B1, at_once: bool, learning: bool,
         p: Pulls, told: F8) -> None:
    """Loneliness moves a month on. `told` [age band, (people, lonely, slope, then people and contacts by need)]."""
    last = friends.shape[1] - 1
    for i in range(len(present)):
        come = arrives[i] > p.week - MONTH and arrives[i] <= p.week
        if not present[i]:
            if not at_once:
                continue
            come = True
        band, n = p.band[int(age[i])], int(need[i])
        contacts = 0.0
        for k in range(last):  # a tie that is not there has no strength
            contacts += contacts_with_friends(np.float64(strength[i, k]))
        more = contacts - p.usual[band, n] if present[i] and not come else 0.0
        goal = level_of(p.level[band], limiting[i], alone[i], more + np.float64(company[i]), p.limiting, p.alone,
                        p.contact)
        now = goal if come or at_once else loneliness[i] + (goal - loneliness[i]) * p.moves
        gone = friends[i, last]
        if gone != partner[i]:
            if gone >= 0 and not present[gone] and left[gone] > p.week - MONTH:
                now += p.bereaved
            friends[i, last], strength[i, last] = partner[i], 100 if partner[i] >= 0 else 0
        loneliness[i] = now
        lonely[i] = outlook[i] + now > 0.0
        if learning and present[i]:
            chance = logistic(now)
            told[band, 0] += 1
            told[band, 1] += chance
            told[band, 2] += chance * (1.0 - chance)
            told[band, PEOPLE + n] += 1
            told[band, PEOPLE + LEVELS + n] += contacts


@changes("residents.loneliness", "residents.lonely", "residents.friends", "residents.tie_strength", every=MONTH)
def loneliness(residents: Any, town: Town, *, lonely_limiting: LogOdds, lonely_alone: LogOdds, lonely_contact: LogOdds,
               lonely_bereaved: LogOdds, lonely_settles: Weeks) -> None:
    """Loneliness moves towards what life is like now; in the burn-in, its level by age is learnt."""
    moves = 1.0 - math.exp(-MONTH / lonely_settles) if lonely_settles > 0 else 1.0
    pulls = Pulls(levels(town), usual_contacts(town), bands(), float(lonely_limiting), float(lonely_alone),
                  float(lonely_contact), float(lonely_bereaved), moves, town.week)
    told = look(residents, pulls, False, town.burning_in)
    if town.burning_in:
        learn(town, told, moves)


def look(residents: Any, pulls: Pulls, at_once: bool, learning: bool) -> F8:
    """Move everybody's loneliness (if `at_once` the whole way, arrivals to come too); returns what `learning` needs."""
    told = np.zeros((len(AGES), PEOPLE + 2 * LEVELS))
    feel(residents.present, residents.arrives, residents.left, residents.age, residents.need, residents.limiting,
         residents.alone, residents.partner, residents.friends, residents.tie_strength, residents.company,
         residents.outlook, residents.loneliness, residents.lonely, at_once, learning, pulls, told)
    return told


def learn(town: Town, told: F8, share: float) -> None:
    """A step of each age's level towards the published share; usual contacts by age and need."""
    level, often = levels(town), lonely_often(town)
    for band, (people, lonely, slope) in enumerate(told[:, :PEOPLE]):
        if people > 0 and slope > 0:
            town.memory[f"loneliness: level {band}"] = float(
                level[band] + share * np.clip((often[band] * people - lonely) / slope, -1.0, 1.0))
        for n in range(LEVELS):
            town.tell(f"loneliness: contacts {band} {n}", told[band, PEOPLE + LEVELS + n], told[band, PEOPLE + n])


def lonely_often(town: Town) -> F8:
    """Share of people who are often or always lonely, as published for the place, by age band."""
    return np.array([town.place[name] for name in PUBLISHED])


def levels(town: Town) -> F8:
    """The level of each age as learnt; where nothing was, as if everybody were of the usual kind."""
    often = lonely_often(town)
    plain = np.log(often / (1.0 - often))
    return np.array([town.memory.get(f"loneliness: level {band}", float(plain[band])) for band in range(len(AGES))])


def usual_contacts(town: Town) -> F8:
    """Contacts a week with friends that are usual by age band and need."""
    return np.array([[town.centres.get(f"loneliness: contacts {band} {n}", 0.0) for n in range(LEVELS)]
                     for band in range(len(AGES))])


def bands() -> Array:
    """The age band of each year of age."""
    band = np.searchsorted(AGES, np.maximum(np.arange(OLDEST), AGES[0]), side="right") - 1
    return np.asarray(band, dtype=np.int8)
