"""People meet and become friends, and friendships fade; more of both where it is easy to get about.

A tie is held by both. New ties form in one's free slots with somebody of about one's own age in the neighbourhood,
less often with more need, more often where the community is strong, where there are places to meet, and where support
introduces people to one another. A tie grows firm while both can get about and thins out while one cannot; thin ties
end sooner. The last slot of `friends` belongs to the partner and is kept by `loneliness`, not here.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, NamedTuple

import numpy as np

from simulation.condition import ADULT
from simulation.draws import Draws, uniform
from simulation.evidence.units import By, Log, PerYear, Points, Ratio, Ratios, Share, Weeks, Years
from simulation.process import B1, F4, F8, I1, I2, I4, I8, Key, changes, kernel, rule
from simulation.rules import WEEKS
from simulation.schemes import USUAL_PLACES
from simulation.world.columns import Array
from simulation.world.town import Town

MONTH, SEASON = 4, 12  # weeks from one look at ties to the next; from one change of their strength to the next
ALL = 1.0 + 2.0**-20  # a bound a hair wider, so that rounding leaves nobody out
FIRM = 100.0  # tie strength of an old friendship
WHERE = "meeting: first row by neighbourhood and age"
USUAL_STRENGTH = "meeting: community strength at founding"
NEAR = 1 / 32  # share of a neighbourhood's people, to each side of one's own age, among whom one finds friends
TRIES = 8  # how many people of about one's age one might meet before a month passes without a new friend


class Ways(NamedTuple):
    """What the kernel must know of how ties form and end."""

    forms: F8  # chance in four weeks for each free slot, without support, by neighbourhood and need
    introduced: float  # further ties a year for each contact a week that support brings
    ages_apart: float  # at most, in years
    new: float  # strength of a new tie
    change: F8  # points in twelve weeks by need
    ends: F8  # chance in four weeks by strength, 0 to 100
    grown_up: float  # share of slots filled by people who come of age here
    moved_in: float  # share of slots filled in the first month by people who move in
    week: int
    founded: int  # the first week; whoever arrives from it on is a newcomer
    years_on: int  # whole years since the rows were sorted by age
    spread: int  # how many rows to each side one looks among founders
    newcomers: int  # the same among people who came later


@rule
def chance_of_a_tie(unaided: float, introduced: float, company: float) -> float:
    """The chance that one free slot is filled with a friend in four weeks: met by oneself, or through support."""
    return 1.0 - (1.0 - unaided) * math.exp(-introduced * company * MONTH / WEEKS)


@kernel
def drop(friends: I4, strength: I1, i: int, j: int) -> None:
    """Somebody is no longer among a person's friends."""
    for k in range(friends.shape[1] - 1):
        if friends[i, k] == j:
            friends[i, k] = -1
            strength[i, k] = 0


@kernel
def may_part(present: B1, left: I4, luck: Key, most: float, week: int, might: B1) -> None:
    """Who is here and might lose a tie by their luck, or is lately gone."""
    for i in range(len(present)):  # without a branch, so that a compiler can look at several people at once
        gone = (left[i] >= week - MONTH) & (left[i] <= week)
        might[i] = (uniform(luck, i) < most) if present[i] else gone


@kernel
def part_ways(rows: I8, present: B1, left: I4, need: I1, friends: I4, strength: I1, luck: Key, ways: Ways) -> None:
    """Every tie of these people a month older: gone with the dead and those who left, at an end, and each season thinner or firmer.

    One draw a person tells which of the ties that are looked at from their side may end, and whether it does.
    """
    slots, most, season = friends.shape[1] - 1, ways.ends.max(), ways.week % SEASON == 0
    for i in rows:
        if not present[i]:
            if left[i] >= ways.week - MONTH and left[i] <= ways.week:
                for k in range(slots):
                    if friends[i, k] >= 0:
                        drop(friends, strength, friends[i, k], i)
                        friends[i, k], strength[i, k] = -1, 0
            continue
        u = uniform(luck, i)
        which = int(u / most) if most > 0.0 else slots
        if which >= slots and not season:
            continue
        for k in range(slots):
            j = friends[i, k]
            if j <= i:  # nobody, or looked at from the other side
                continue
            now = np.float64(strength[i, k])
            if season:
                now = min(now + min(ways.change[need[i]], ways.change[need[j]]), FIRM)
            if now <= 0 or (k == which and u - which * most < ways.ends[int(now)]):
                friends[i, k], strength[i, k] = -1, 0
                drop(friends, strength, j, i)
            elif int(now) != strength[i, k]:
                strength[i, k] = int(now)
                for m in range(slots):
                    if friends[j, m] == i:
                        strength[j, m] = int(now)


@kernel
def free_slot(friends: I4, i: int, j: int) -> int:
    """A slot for somebody (`j`) among a person's friends, -1 where there is none or they are friends already."""
    free = -1
    for k in range(friends.shape[1] - 1):
        if friends[i, k] == j:
            return -1
        if friends[i, k] < 0:
            free = k
    return free


@kernel
def make_friends(present: B1, arrives: I4, age: F4, need: I1, neighbourhood: I2, partner: I4, company: F4, friends: I4,
                 strength: I1, where: I4, luck: Key, who: Key, ways: Ways) -> int:
    """New ties of this month, held by both; returns how many.

    Founders are met in the neighbourhood, at about one's own age; people who came later also meet one another.
    """
    slots, made = friends.shape[1] - 1, 0
    for i in range(len(present)):
        if not present[i]:
            continue
        chance, here, came = ways.forms[neighbourhood[i], need[i]], neighbourhood[i], arrives[i] >= ways.founded
        if company[i] > 0.0:
            chance = chance_of_a_tie(chance, ways.introduced, np.float64(company[i]))
        if ways.week - MONTH < arrives[i] <= ways.week:
            chance = ways.grown_up if age[i] < ADULT + 1 else ways.moved_in
        for k in range(slots):
            if friends[i, k] >= 0 or uniform(luck, i * slots + k) >= chance:
                continue
            year = max(min(int(age[i]) - ways.years_on, where.shape[1] - 2), 0)
            for t in range(TRIES):
                u = uniform(who, (i * slots + k) * TRIES + t) * 2.0 - 1.0
                newcomers = came and t % 2 == 0
                j = i + int(u * ways.newcomers) if newcomers else where[here, year] + int(u * ways.spread)
                inside = 0 <= j < len(present) if newcomers else where[here, 0] <= j < where[here, -1]
                if not inside or j == i or not present[j] or j == partner[i] or abs(age[j] - age[i]) > ways.ages_apart:
                    continue
                free = free_slot(friends, j, i)
                if free >= 0:
                    friends[i, k] = j
                    friends[j, free] = i
                    strength[i, k] = strength[j, free] = int(ways.new)
                    made += 1
                    break
    return made


@changes("residents.friends", "residents.tie_strength", "neighbourhoods.strength", every=MONTH)
def meeting(residents: Any, neighbourhoods: Any, draws: Draws, town: Town, *,
            tie_forms: PerYear, tie_by_need: Annotated[Ratios, By("need")], tie_ages_apart: Years, tie_new: Points,
            tie_change: Annotated[F8, "points", By("need")], tie_fades_new: PerYear, tie_fades_firm: PerYear,
            community_on_ties: Log, place_on_ties: Log, introductions: Ratio, ties_of_the_young: Share,
            ties_of_movers: Share, strength_settles: Weeks) -> None:
    """Ties form and fade; what was done for a community fades too, unless it goes on."""
    lasts = math.exp(-MONTH / strength_settles) if strength_settles > 0 else 0.0
    usual = town.tables.get(USUAL_STRENGTH, neighbourhoods.strength)
    neighbourhoods.strength[:] = usual + (neighbourhoods.strength - usual) * lasts
    easy = ease(neighbourhoods, town, float(community_on_ties), float(place_on_ties))
    ways = Ways(chances_of_ties(tie_forms, tie_by_need, easy), float(introductions), float(tie_ages_apart),
                float(tie_new), tie_change,
                chances_of_ends(tie_fades_new, tie_fades_firm), float(ties_of_the_young), float(ties_of_movers),
                town.week, -town.burn_in, max(town.week + town.burn_in, 0) // WEEKS, *spread(town))
    month(residents, ways, where(town), draws.key("meeting: ties end"), draws.key("meeting: ties form"),
          draws.key("meeting: with whom"))


def month(residents: Any, ways: Ways, first_rows: I4, ends: Key, forms: Key, who: Key) -> int:
    """One month of meeting and parting; returns how many ties were made."""
    slots = residents.friends.shape[1] - 1
    if ways.week % SEASON == 0:
        rows = np.arange(len(residents))
    else:
        might = np.empty(len(residents), dtype=np.bool_)
        may_part(residents.present, residents.left, ends, slots * float(ways.ends.max()) * ALL, ways.week, might)
        rows = np.flatnonzero(might)
    part_ways(rows, residents.present, residents.left, residents.need, residents.friends, residents.tie_strength, ends, ways)
    return make_friends(residents.present, residents.arrives, residents.age, residents.need, residents.neighbourhood,
                        residents.partner, residents.company, residents.friends, residents.tie_strength, first_rows,
                        forms, who, ways)


def ease(neighbourhoods: Any, town: Town, community: float, meeting_place: float) -> F8:
    """How easily ties form in each neighbourhood: by community strength, and by places to meet beyond the usual."""
    usual = town.tables.get(USUAL_PLACES, neighbourhoods.meeting_places)
    more = neighbourhoods.meeting_places - usual
    return np.asarray(np.exp(community * neighbourhoods.strength.astype(np.float64) + meeting_place * more))


def chances_of_ties(forms: float, by_need: F8, easy: F8) -> F8:
    """The chance of filling a free slot in four weeks by neighbourhood and need, without support."""
    return np.asarray(1.0 - np.exp(-float(forms) * easy[:, None] * by_need * MONTH / WEEKS))


def chances_of_ends(new: float, firm: float) -> F8:
    """The chance that a tie ends in four weeks by its strength, 0 to 100: a new one often, a firm one seldom."""
    share = np.arange(FIRM + 1) / FIRM
    return np.asarray(1.0 - np.exp(-(float(new) + (float(firm) - float(new)) * share) * MONTH / WEEKS))


def spread(town: Town) -> tuple[int, int]:
    """How many rows to each side one looks for a friend: among founders of about one's age, and among newcomers."""
    people = np.diff(where(town)[:, [0, -1]], axis=1)
    near = max(int(people.mean() * NEAR), 2)
    return near, near * max(len(people) // 2, 1)


def where(town: Town) -> Array:
    """The first row of each neighbourhood at or above each age at founding, and its end: [neighbourhood, years + 1]."""
    if WHERE in town.tables:
        return town.tables[WHERE]
    n = len(town.residents)  # a town made by hand is one neighbourhood, its people in any order
    return np.repeat(np.array([[0, n // 2, n]], dtype=np.int32), len(town.neighbourhoods), axis=0)
