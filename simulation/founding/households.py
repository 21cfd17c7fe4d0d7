"""Who lives with whom: couples, people alone, and children and parents within reach.

Couples are a man and a woman of about the same rank of age in the same neighbourhood and, where possible, of the
same fifth; couples of one sex are not told apart. Children are grown-up residents 22 to 40 years younger; those who
live just outside the place are told by `child_near` alone.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from simulation.condition import ADULT, OLDER
from simulation.draws import Draws
from simulation.evidence.lists import GROUP, KIN
from simulation.evidence.units import By, Share, Shares, Years
from simulation.founding.lots import band, evenly
from simulation.process import F8
from simulation.rules import WEEKS, standard_normal
from simulation.world.columns import Array, Table
from simulation.world.town import Town

COUPLE_AGES = (18, 25, 35, 45, 65, 75, 85)  # where the bands of the list "couple age" begin
MIDDLES = (21, 30, 40, 55, 70, 80, 90)  # the middles of those bands
LEARNING = GROUP.index("learning disability")
CHILD, PARENT = KIN.index("child near"), KIN.index("parent")
MAN, WOMAN = 0, 1


def households(town: Town, residents: Table, draws: Draws, *,
               couples_men: Annotated[Shares, By("couple age")], couples_women: Annotated[Shares, By("couple age")],
               partner_age_spread: Years, alone_without_partner: Annotated[Shares, By("couple age")],
               child_near: Share, child_in_place: Share, child_next_door: Share, second_child: Share,
               mother_age: Years, mother_age_spread: Years, mother_age_least: Years, mother_age_most: Years,
               parent_of_disabled: Share, parent_oldest: Years) -> None:
    """Partners, who lives alone, who has a child near, and links between parents and grown-up children."""
    r = residents
    born = r.age - np.where(r.present, 0.0, (r.arrives + town.burn_in) / WEEKS)  # age at founding, of arrivals too
    _couples(r, draws, couples_men, couples_women, float(partner_age_spread))
    _alone(r, draws, couples_men, couples_women, alone_without_partner)
    home = np.where(r.partner >= 0, np.minimum(np.arange(len(r)), r.partner), np.arange(len(r)))
    older = r.age >= OLDER
    r.child_near[:] = older & (draws.traits("child near", home) < child_near)
    spread, least, most = float(mother_age_spread), float(mother_age_least), float(mother_age_most)

    def mothers_age(purpose: str, rows: Array) -> F8:
        drawn = float(mother_age) + spread * standard_normal(draws.traits(purpose, rows))
        return np.clip(drawn, least, most)

    head = np.flatnonzero(r.present & older & (home == np.arange(len(r))))  # one parent of each couple
    first = head[r.child_near[head] & (draws.traits("child in the place", head) < child_in_place)]
    second = first[draws.traits("second child", first) < second_child]
    free = r.present & ~older & (r.group != LEARNING)
    for name, parents in (("first", first), ("second", second)):
        wanted = r.age[parents] - mothers_age(f"age at {name} child", parents)
        local = draws.traits(f"{name} child in the neighbourhood", parents) < child_next_door
        parents, children = _nearest(r, born, parents, wanted, local, np.flatnonzero(free))
        free[children] = False
        _link(r, parents, children)
    learning = np.flatnonzero((r.group == LEARNING) & (r.age < OLDER))
    learning = learning[draws.traits("parents live here", learning) < parent_of_disabled]
    wanted = born[learning] + mothers_age("age at child with a learning disability", learning)
    parents = np.flatnonzero(r.present & (r.sex == WOMAN) & (r.age <= parent_oldest) & (r.kin[:, -1] < 0))
    keep = wanted <= parent_oldest
    children, parents = _nearest(r, r.age, learning[keep], wanted[keep], keep[keep], parents)
    _link(r, parents, children)


def _couples(r: Table, draws: Draws, men: F8, women: F8, spread: float) -> None:
    rows = np.arange(len(r))
    bands = band(r.age, COUPLE_AGES)
    chance = np.where(r.sex == MAN, men[bands], women[bands])
    strata = (r.neighbourhood.astype(np.int64) * len(men) + bands) * 2 + r.sex
    willing = r.present & (evenly(draws, "founding: couples", np.where(r.present, strata, -1)) < chance)
    rank = r.age + spread * standard_normal(draws.traits("age of partner", rows))
    where = r.neighbourhood.astype(np.int64)
    for place in (where * np.int64(r.fifth.max() + 1) + r.fifth, where, np.zeros_like(where)):
        he, she = _pairs(rank, place, rows[willing & (r.sex == MAN)], rows[willing & (r.sex == WOMAN)])
        r.partner[he], r.partner[she] = she, he
        willing[he] = willing[she] = False


def _pairs(rank: Array, place: Array, men: Array, women: Array) -> tuple[Array, Array]:
    """Men and women of one place, matched by rank of age; where one sex is more, those left over are spread evenly."""
    ordered = [who[np.lexsort((rank[who], place[who]))] for who in (men, women)]
    size = int(place.max(initial=0)) + 1
    counts = [np.bincount(place[who], minlength=size) for who in ordered]
    both = np.minimum(*counts)
    picked = []
    for who, count in zip(ordered, counts, strict=True):
        first = np.cumsum(count) - count
        at = np.arange(both.sum()) - np.repeat(np.cumsum(both) - both, both)
        step = np.repeat(count / np.maximum(both, 1), both)
        picked.append(who[np.repeat(first, both) + np.floor((at + 0.5) * step).astype(np.int64)])
    return picked[0], picked[1]


def _alone(r: Table, draws: Draws, men: F8, women: F8, alone: F8) -> None:
    """Who lives alone: a share of people without a partner, on a straight line between the middles of the age bands.

    Arrivals may have partners too, who are not residents here; the young who come of age live with their families.
    """
    couples = band(r.age, COUPLE_AGES)
    single = 1.0 - np.where(r.sex == MAN, men[couples], women[couples])
    coming = ~r.present
    chance = np.interp(r.age, MIDDLES, alone) * np.where(coming, np.where(r.age == ADULT, 0.0, single), 1.0)
    luck = evenly(draws, "founding: living alone", couples + len(alone) * (coming * 2 + (r.partner >= 0)))
    r.alone[:] = (r.partner < 0) & (luck < chance)


def _nearest(r: Table, age: Array, seekers: Array, wanted: Array, local: Array, free: Array) -> tuple[Array, Array]:
    """For each seeker somebody free of about the wanted age, each only once.

    Those who are `local` look in their neighbourhood first; whoever has found nobody looks in the whole place.
    """
    found = np.full(len(r), -1, dtype=np.int64)
    want = np.zeros(len(r))
    want[seekers], near = wanted, np.zeros(len(r), dtype=bool)
    near[seekers] = local
    for n in [*range(int(r.neighbourhood.max(initial=0)) + 1), -1]:
        here = seekers if n < 0 else seekers[(r.neighbourhood[seekers] == n) & near[seekers]]
        here = here[found[here] < 0]
        there = free if n < 0 else free[r.neighbourhood[free] == n]
        there = there[~np.isin(there, found)] if n < 0 else there
        here, there = here[np.argsort(want[here])], there[np.argsort(age[there], kind="stable")]
        at = np.searchsorted(age[there], want[here])
        at = np.maximum.accumulate(at - np.arange(len(at))) + np.arange(len(at)) if len(at) else at
        inside = at < len(there)
        inside[inside] = np.abs(age[there[at[inside]]] - want[here[inside]]) < 2
        found[here[inside]] = there[at[inside]]
    done = seekers[found[seekers] >= 0]
    return done, found[done]


def _link(r: Table, parents: Array, children: Array) -> None:
    """Make these people kin, both ways; a partner of the parent is a parent too."""
    _note(r, parents, children, CHILD)
    _note(r, children, parents, PARENT)
    both = r.partner[parents] >= 0
    _note(r, r.partner[parents[both]], children[both], CHILD)
    _note(r, children[both], r.partner[parents[both]], PARENT)


def _note(r: Table, rows: Array, kin: Array, kind: int) -> None:
    taken = (r.kin[rows] >= 0).sum(axis=1)
    room = taken < r.kin.shape[1]
    r.kin[rows[room], taken[room]] = kin[room]
    r.kin_kind[rows[room], taken[room]] = kind
