"""Each evaluation that is done again: in one world, by the study's own design, and in truth.

A world is a place burnt in once and forked, when first asked for, with and without a service. What differs from the
study (doses, whom the model can tell apart, what it has for an outcome) is told on the page, not hidden here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from scenarios import study_designs as designs
from scenarios.evaluations_runs import HOW_LONELY, Trial, Watched, World
from scenarios.study_designs import YEAR, Array, Cohort, Floats, Found, Record, average, count, ever, level
from simulation.schemes import AT_HOME

QUARTER, HALF, MONTHS_8, MONTHS_9, SIX_WEEKS = 13, 26, 36, 40, 6
OLDER, OLD = 65, 75
STAYS = count("emergency stay")


class Says(NamedTuple):
    """What the model says in one world: by the study's own design, and in truth (nan where it is the same or unknown)."""

    value: float
    truth: float
    people: int


# What matched studies knew of people ----------------------------------------------------------------------------------------
def known(record: Record, people: Array, week: Array) -> Floats:
    """Age, sex, need, frailty, dementia, weeks since the last stay, and stays in the last month, half year and year."""
    columns = [record.was(name, people, week) for name in ("age", "sex", "need", "frailty", "dementia")]
    columns.append(np.minimum(week - record.was("discharged", people, week), QUARTER))
    stays = [record.happened("emergency stay", people, week - weeks, week) for weeks in (5, HALF, YEAR)]
    return np.stack([*columns, *stays], axis=1)


def older_at_home(began: Cohort, discharged_within: int = 0) -> designs.Pool:
    """People of 65 and over at home who have not begun the service; lately home from hospital, where that was asked."""

    def pool(record: Record, week: int) -> Array:
        begins = np.full(len(record.left), 10**6)
        begins[began.people] = began.start
        people = np.flatnonzero(begins >= week + designs.MONTH)
        people = people[record.is_here(people, np.full(len(people), week))]
        fits = (record.was("age", people, week) >= OLDER) & (record.was("setting", people, week) <= max(AT_HOME))
        if discharged_within:
            fits &= record.was("discharged", people, week) >= week - discharged_within
        return people[fits]

    return pool


def _joined(ran: Watched, *services: str) -> Cohort:
    """Those who began in the second year (of several services, with the first they began)."""
    began = _first(ran, *services)
    return began.only((began.start >= YEAR) & (began.start < 2 * YEAR))


def _first(ran: Watched, *services: str) -> Cohort:
    """Everybody who ever began one of these services, and when first."""
    found = [ran.began(name, -10**6, 10**6) for name in services]
    people, start = np.concatenate([c.people for c in found]), np.concatenate([c.start for c in found])
    order = np.lexsort((start, people))
    people, first = np.unique(people[order], return_index=True)
    return Cohort(people, start[order][first])


def study(w: World, ran: Watched, services: tuple[str, ...], value: designs.Value, weeks: int, *, matched: bool, lately: int = 0) -> Says:
    """What one design finds for those who began in the second year, so many weeks on, and what is true of them."""
    cohort = _joined(ran, *services)
    truth = designs.same_people(value, ran.record, w.base.record, cohort, weeks)
    if matched:
        found = designs.matched(value, ran.record, cohort, weeks, older_at_home(_first(ran, *services), lately), known)
    else:
        found = designs.before_after(value, ran.record, cohort, weeks)
    return Says(found.change, truth.change, found.people)


PARTNERS = ("living_well", "home_from_hospital")


class Arms(NamedTuple):
    """What a trial finds by its arms; the same people without it; and how far the others' values spread."""

    found: Found
    truth: Found
    spread: float


def _trial(w: World, name: str, value: designs.Value, weeks: int, of: Callable[[Trial], tuple[Array, Array]] | None = None) -> Arms:
    """One trial by its arms, whatever people did with what they were offered."""
    ran, trial = w.trials
    one, other = of(trial) if of else trial.arms[name]
    start = np.full(len(one), YEAR)
    return Arms(designs.randomised(value, ran.record, one, other, YEAR, weeks),
                designs.same_people(value, ran.record, w.base.record, Cohort(one, start), weeks),
                float(np.nanstd(value(ran.record, other, np.full(len(other), YEAR), weeks))))


def _odds(found: Found) -> float:
    one, other = found.one / (1 - found.one), found.other / (1 - found.other)
    return one / other - 1 if other else float("nan")


def _cared_for(trial: Trial) -> tuple[Array, Array]:
    one, other = (np.unique(trial.cared_for[arm]) for arm in trial.arms["start"])
    both = np.intersect1d(one, other)
    return np.setdiff1d(one, both).astype(np.int64), np.setdiff1d(other, both).astype(np.int64)


def telecare_randomised(w: World) -> Says:
    """Alarms and sensors by lot: who has an emergency stay within a year."""
    arms = _trial(w, "telecare", ever("emergency stay"), YEAR)
    return Says(_odds(arms.found), _odds(arms.truth), arms.found.people)


def _into_a_care_home(w: World, name: str, of: Callable[[Trial], tuple[Array, Array]] | None = None) -> Says:
    arms = _trial(w, name, ever("moves to a care home"), 2 * YEAR, of)
    return Says(arms.found.change, arms.truth.change, arms.found.people)


def _in_sd(w: World, name: str, column: str, weeks: int) -> Says:
    arms = _trial(w, name, level(column), weeks)
    return Says(arms.found.difference / arms.spread, arms.truth.difference / arms.spread, arms.found.people)


def care_home_support(w: World) -> Says:
    """Residents in the third year, when teams have had two to grow; present policy is the comparison."""
    week = 2 * YEAR
    people = np.flatnonzero(w.base.record.was("setting", np.arange(len(w.base.record.left)), week) > 3)
    people = people[w.base.record.is_here(people, np.full(len(people), week))]
    found = designs.same_people(STAYS, w.care_homes.record, w.base.record, Cohort(people, np.full(len(people), week)), YEAR)
    return Says(found.change, found.change, found.people)


def _reablement(w: World, value: designs.Value) -> Says:
    """People who have reablement beside people who begin home care in the same month and have had none of it."""
    ran = w.base
    cohort = ran.began("reablement", HALF, 2 * YEAR - SIX_WEEKS)
    asked = ran.record.happened("asks", cohort.people, cohort.start - QUARTER, cohort.start) > 0
    older = asked & (ran.record.was("age", cohort.people, cohort.start) >= OLDER)
    had, home_care = _first(ran, "reablement"), ran.began("home_care", 0, 10**6)

    def pool(record: Record, week: int) -> Array:
        begins = home_care.people[(home_care.start >= week) & (home_care.start < week + designs.MONTH)]
        begins = np.setdiff1d(begins, had.people[(had.start > week - YEAR) & (had.start <= week + designs.MONTH)])
        return begins[(record.was("age", begins, week) >= OLDER) & (record.was("council", begins, week + designs.MONTH) > 0)]

    found = designs.matched(value, ran.record, cohort.only(older), YEAR, pool, known)
    truth = designs.same_people(value, ran.record, w.without_reablement.record, cohort.only(older), YEAR)
    return Says(found.change, truth.change, found.people)


def _lasting_after(record: Record, people: Array, start: Array, weeks: int) -> Floats:
    return record.mean("council", people, start + SIX_WEEKS, weeks)


def _all_council(record: Record, people: Array, start: Array, weeks: int) -> Floats:
    return record.mean("council", people, start, weeks) + record.mean("bridging", people, start, weeks)


def home_care_gain(w: World) -> Says:
    """The same people with their home care and without it: quality of life."""
    ran, trial = w.without_home_care
    found = designs.randomised(level("scrqol"), ran.record, *trial.arms, 1, 3)
    lost, start = trial.arms[1], np.full(len(trial.arms[1]), 1)
    truth = designs.same_people(level("scrqol"), w.base.record, ran.record, Cohort(lost, start), 3)
    return Says(found.difference, truth.difference, found.people)


def direct_payments_75(w: World) -> Says:
    """People of 75 and over with a direct payment beside those with home care: quality of life."""
    record, week = w.base.record, 2 * YEAR
    people = np.arange(len(record.left))
    old = record.is_here(people, np.full(len(people), week)) & (record.was("age", people, week) >= OLD)
    holds, has = (record.was(name, people, week) > 0 for name in ("direct_payments", "home_care"))
    cohort = Cohort(people[old & holds & ~has], np.full(int((old & holds & ~has).sum()), week))
    found = designs.matched(level("scrqol"), record, cohort, 0, lambda record, week: people[old & has & ~holds], known)
    return Says(found.difference, np.nan, found.people)


def extra_care_cost(w: World) -> Says:
    """What the council pays for people who move to extra care, before and after."""
    found = designs.before_after(average("council"), w.housing.record, w.housing.began("extra_care", HALF, 2 * YEAR + HALF), HALF)
    return Says(found.difference, np.nan, found.people)


def keyring_new(w: World) -> Says:
    """How many who join a network had no support from the council before."""
    people, start = w.housing.began("keyring", HALF, 2 * YEAR + HALF)
    before = w.housing.record.mean("council", people, start - HALF, HALF)
    return Says(float((before <= 0).mean()) if len(people) else np.nan, np.nan, len(people))


DONE: dict[str, Callable[[World], Says]] = {
    "living_well_before_after": lambda w: study(w, w.living_well, ("living_well",), STAYS, YEAR, matched=False),
    "living_well_matched": lambda w: study(w, w.living_well, ("living_well",), STAYS, YEAR, matched=True),
    "popp_before_after": lambda w: study(w, w.partnerships, PARTNERS, count("emergency stay", amount=True), HALF, matched=False),
    "popp_matched": lambda w: study(w, w.partnerships, PARTNERS, STAYS, YEAR, matched=True),
    "red_cross_matched": lambda w: study(w, w.home_from_hospital, ("home_from_hospital",), STAYS, HALF, matched=True, lately=8),
    "telecare_randomised": telecare_randomised,
    "attila_randomised": lambda w: _into_a_care_home(w, "attila"),
    "start_care_home": lambda w: _into_a_care_home(w, "start", _cared_for),
    "start_strain": lambda w: _in_sd(w, "start", "strain", MONTHS_8),
    "befriending_first_year": lambda w: _in_sd(w, "befriending", "satisfaction", MONTHS_9),
    "befriending_lonely": lambda w: _in_sd(w, "befriending", HOW_LONELY, MONTHS_9),
    "befriending_later": lambda w: _in_sd(w, "befriending", "satisfaction", YEAR + HALF),
    "care_home_support": care_home_support, "reablement_after": lambda w: _reablement(w, _lasting_after),
    "reablement_year": lambda w: _reablement(w, _all_council), "home_care_gain": home_care_gain,
    "direct_payments_75": direct_payments_75, "extra_care_cost": extra_care_cost, "keyring_new": keyring_new,
}


def say(world: World) -> dict[str, Says]:
    """Every evaluation in one world."""
    return {name: do(world) for name, do in DONE.items()}
