"""What share of people live with each need at each age, had the rates of this model always held.

Founding people in this balance is what keeps a town from drifting for reasons that are not in the world.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulation.condition import ADULT
from simulation.evidence.lists import FIFTH, NEED, SEX
from simulation.process import F8
from simulation.week.dying import excess
from simulation.week.needing import HIGHEST, receding, rising
from simulation.world.columns import Array

OLDEST = 110
STATES = 2 * len(NEED)  # need x dementia: state 2 * need + dementia


def excess_by_age(ages: Array, at: Array, ratio: F8) -> F8:
    """The age factor of the excess at each age, a straight line between the ages it is told at."""
    return np.interp(ages, at, ratio)


def moves(age: float, sex: int, fifth: int, b: Mapping[str, Any]) -> F8:
    """Yearly rates of moving between the ten states at this age, [from, to]; the diagonal is left at nought."""
    q = np.zeros((STATES, STATES))
    centre, lands = b["need_centre_age"], b["onset_lands"] / b["onset_lands"].sum()
    for need in range(len(NEED)):
        for mind in (0, 1):
            here = 2 * need + mind
            if need < HIGHEST:
                rate = rising(age, b["need_rises_at"][need], b["need_rises_slope"][need], centre,
                              b["ratio"][fifth, sex, need, mind])
                for step, share in enumerate(lands if need == 0 else (1.0,)):
                    q[here, here + 2 * (1 + step)] += rate * share
            if need:
                rate = receding(age, b["recovery_at"], b["recovery_slope"], centre, b["recovery_most"],
                                b["down"][need, mind])
                one = b["down_one"] if need == 2 else 1.0
                q[here, here - 2] += rate * one
                if need == 2:
                    q[here, mind] += rate * (1.0 - one)
            if not mind:
                q[here, here + 1] += rising(age, b["dementia_at"], b["dementia_slope"], centre,
                                            b["dementia_by_need"][need])
    return q


def balance(life_table: F8, death_ratio: F8, start: F8, learning_disability: float,
            b: Mapping[str, Any], age_factor: F8) -> tuple[F8, F8]:
    """Prevalence [5, 2, 111, 10] at exact ages and deaths a year without need [5, 2, 111] in the year after each.

    `death_ratio[5]` is deaths by fifth over the life table. Deaths without need are what is left of the published ones
    when the excess of people with need is taken off, and never less than a floor.
    """
    shape = (len(FIFTH), len(SEX), OLDEST + 1)
    prevalence, base = np.zeros((*shape, STATES)), np.zeros(shape)
    by_state = np.array([[excess(b["excess_deaths"][s // 2], b["excess_dementia"] * (s % 2), 1.0, ratio)
                          for s in range(STATES)] for ratio in b["excess_sex"]])
    ages = np.arange(OLDEST + 1)
    steps = through_a_year(np.array([[[_generator(age + 0.5, sex, fifth, b, by_state[sex] * age_factor[age])
                             for age in ages] for sex in range(len(SEX))] for fifth in range(len(FIFTH))]))
    begin = np.repeat(start / start.sum(), 2) * np.tile([1.0, 0.0], len(NEED))
    prevalence[:, :, :ADULT + 1] = begin
    for age in range(ADULT, OLDEST):
        after = np.einsum("fsi,fsij->fsj", prevalence[:, :, age], steps[:, :, age])
        prevalence[:, :, age + 1] = after / after.sum(axis=-1, keepdims=True)
    lived = prevalence.copy()
    lived[:, :, :-1] = (prevalence[:, :, :-1] + prevalence[:, :, 1:]) / 2
    extra = np.einsum("fsai,si,a->fsa", lived, by_state, age_factor)
    published = life_table[None] * death_ratio[:, None, None]
    base[:] = np.maximum(published - extra, b["deaths_floor"] * life_table[None])
    return prevalence, base / (1.0 + learning_disability * (b["learning_disability_deaths"] - 1.0))


def through_a_year(rates: F8) -> F8:
    """The exponential of each matrix of yearly rates [..., n, n]: a Taylor series, squared up to a year."""
    halvings, terms = 7, 8
    short = rates / 2**halvings
    out = np.broadcast_to(np.eye(rates.shape[-1]), rates.shape).copy()
    term = out.copy()
    for k in range(1, terms + 1):
        term = term @ short / k
        out += term
    for _ in range(halvings):
        out = out @ out
    return out


def _generator(age: float, sex: int, fifth: int, b: Mapping[str, Any], dying: F8) -> F8:
    """Moves and excess deaths of one year of age, as a matrix whose exponential carries people through the year."""
    q = moves(age, sex, fifth, b)
    return np.asarray(q - np.diag(q.sum(axis=1) + dying))
