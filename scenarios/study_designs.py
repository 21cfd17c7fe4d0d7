"""The designs of people who evaluate services: before and after, matched, randomised; and what no evaluator ever sees.

An evaluator sees what happened, what people were like, and who had the service. A design is a few lines that turn this
into one figure: it knows nothing of the model, and is proved on towns made of numbers whose truth is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Array = NDArray[np.generic]
Floats = NDArray[np.float64]
MONTH, YEAR = 4, 52
FAR = 10**6


@dataclass
class Record:
    """A place as an evaluator could know it: events by person and week, what people were like once a month, who was here."""

    events: Mapping[str, tuple[Array, Array, Array]]  # kind -> week, person, amount
    looks: Mapping[str, Array]  # column -> [looks, people], every fourth week
    first: int  # week of the first look
    arrives: Array
    left: Array
    _sorted: dict[str, tuple[Array, Floats]] = field(default_factory=dict)

    def happened(self, kind: str, people: Array, since: Array, until: Array, amount: bool = False) -> Floats:
        """How often it happened to each of these people in their own weeks [since, until), or how much of it."""
        if kind not in self._sorted:
            week, person, much = self.events.get(kind, (np.empty(0, int), np.empty(0, int), np.empty(0)))
            at = person.astype(np.int64) * FAR + week.astype(np.int64) + FAR // 2
            order = np.argsort(at, kind="stable")
            self._sorted[kind] = at[order], np.append(0.0, np.cumsum(much.astype(np.float64)[order]))
        at, so_far = self._sorted[kind]
        start, end = (np.searchsorted(at, people.astype(np.int64) * FAR + np.asarray(w, dtype=np.int64) + FAR // 2) for w in (since, until))
        return np.asarray(so_far[end] - so_far[start] if amount else (end - start).astype(np.float64))

    def was(self, column: str, people: Array, week: Array | int) -> Floats:
        """What these people were like at the last look in or before their weeks."""
        table = self.looks[column]
        look = np.clip((np.asarray(week, dtype=np.int64) - self.first) // MONTH, 0, len(table) - 1)
        return np.asarray(table[look, people], dtype=np.float64)

    def mean(self, column: str, people: Array, since: Array, weeks: int) -> Floats:
        """The mean of a column over so many weeks from each person's own; months in which they are gone count nought."""
        steps = range(0, weeks, MONTH)
        return np.asarray(sum(np.nan_to_num(self.was(column, people, since + k)) * self.is_here(people, since + k) for k in steps) / len(steps))

    def is_here(self, people: Array, week: Array) -> Array:
        """Who lives in the place in that week, and is alive."""
        return np.asarray((self.arrives[people] <= week) & (self.left[people] > week))


class Cohort(NamedTuple):
    """People who began a service, and the week in which each of them did."""

    people: Array
    start: Array

    def only(self, mask: Array) -> Cohort:
        return Cohort(self.people[mask], self.start[mask])


class Found(NamedTuple):
    """What a design finds: the mean in each of the two groups compared, and how many people were in the first."""

    one: float
    other: float
    people: int

    @property
    def ratio(self) -> float:
        return self.one / self.other if self.other else float("nan")

    @property
    def change(self) -> float:
        """The change in parts of the other: -0.34 is a fall of 34%."""
        return self.ratio - 1.0

    @property
    def difference(self) -> float:
        return self.one - self.other


Value = Callable[[Record, Array, Array, int], Floats]  # record, people, start, weeks -> a figure for each person


def count(kind: str, amount: bool = False) -> Value:
    """How often something happens to each person in the weeks of follow-up, or how much of it."""
    return lambda record, people, start, weeks: record.happened(kind, people, start, start + weeks, amount)


def ever(kind: str) -> Value:
    """Whether it happens at all in the weeks of follow-up."""
    return lambda record, people, start, weeks: (record.happened(kind, people, start, start + weeks) > 0).astype(np.float64)


def level(column: str) -> Value:
    """What each person is like at the end of follow-up; not known of those who have left."""
    return lambda record, people, start, weeks: np.where(record.is_here(people, start + weeks), record.was(column, people, start + weeks), np.nan)


def average(column: str) -> Value:
    """The mean of a column over the weeks of follow-up."""
    return lambda record, people, start, weeks: record.mean(column, people, start, weeks)


def _found(one: Floats, other: Floats) -> Found:
    return Found(float(np.nanmean(one)) if len(one) else float("nan"), float(np.nanmean(other)) if len(other) else float("nan"), len(one))


def before_after(value: Value, record: Record, cohort: Cohort, weeks: int) -> Found:
    """The same people in as many weeks after as before they began; only those who were here all the time."""
    stayed = record.is_here(cohort.people, cohort.start - weeks) & record.is_here(cohort.people, cohort.start + weeks)
    people, start = cohort.only(stayed)
    return _found(value(record, people, start, weeks), value(record, people, start - weeks, weeks))


Features = Callable[[Record, Array, Array], Floats]  # what is known of each person at their start [people, features]
Pool = Callable[[Record, int], Array]  # who could stand beside those who began in this month


def neighbours(record: Record, cohort: Cohort, pool: Pool, features: Features) -> Array:
    """For each of the cohort the most alike person of the pool of that month; one may stand for several."""
    chosen = np.full(len(cohort.people), -1, dtype=np.int64)
    if not len(chosen):
        return chosen
    scale = np.nanstd(features(record, cohort.people, cohort.start), axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    months = (cohort.start - record.first) // MONTH
    for month in np.unique(months):
        here = np.flatnonzero(months == month)
        week = int(record.first + month * MONTH)
        others = pool(record, week)
        if len(others):
            tree = cKDTree(features(record, others, np.full(len(others), week)) / scale)
            _, at = tree.query(features(record, cohort.people[here], cohort.start[here]) / scale)
            chosen[here] = others[at]
    return chosen


def matched(value: Value, record: Record, cohort: Cohort, weeks: int, pool: Pool, features: Features) -> Found:
    """Those who had the service against people of the same place who did not and were most like them.

    Who stands beside somebody is followed from the look at which they were alike, so that both are as far from their last stay.
    """
    beside = neighbours(record, cohort, pool, features)
    people, start = cohort.only(beside >= 0)
    looked = record.first + (start - record.first) // MONTH * MONTH
    return _found(value(record, people, start, weeks), value(record, beside[beside >= 0], looked, weeks))


def randomised(value: Value, record: Record, offered: Array, not_offered: Array, start: int, weeks: int) -> Found:
    """By the arm they were drawn into, whatever they then did with it."""
    one, other = (value(record, people, np.full(len(people), start), weeks) for people in (offered, not_offered))
    return _found(one, other)


def same_people(value: Value, with_it: Record, without: Record, cohort: Cohort, weeks: int) -> Found:
    """What no evaluator can see: the same people in the same weeks, with the same luck, without the service."""
    return _found(value(with_it, cohort.people, cohort.start, weeks), value(without, cohort.people, cohort.start, weeks))
