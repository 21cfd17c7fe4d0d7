"""What happened, and who paid: the two ledgers that appraisal and report read, and nothing else.

Events are kept one by one (week, kind, cause, person, service, amount), or as counts. Money is summed at the gate in
whole pence: week by line, and year by line by cell of people. A line is (payer, payee, budget line, purpose).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulation.kernels import F8, I2, I8, kernel

Array = NDArray[Any]
CELLS = 100  # age band (2) x client group (5) x deprivation fifth (5) x tenure (2)
PURPOSES = ("support", "contribution", "start_up", "standing_empty", "coordination", "income", "grant", "overhead",
            "investment", "benefit", "own_fees", "loan", "repayment", "activity", "value", "transition")


class Payment(NamedTuple):
    """Who pays whom for what: pence for each person in `rows`, or one sum with no rows. Never negative."""

    payer: str
    payee: str
    line: str
    purpose: str
    rows: Array
    pence: Array


class Line(NamedTuple):
    payer: str
    payee: str
    line: str
    purpose: str


@kernel
def _told(rows: I8, cell: I2, amount: F8, same: bool, out: F8) -> None:
    """How many of these people are in each cell, and the sum of their amounts; one amount for all where `same`."""
    for n in range(len(rows)):
        c = cell[rows[n]]
        out[c, 0] += 1.0
        out[c, 1] += amount[0] if same else amount[n]


@kernel
def _lowest_and_total(pence: I8) -> tuple[int, int]:
    lowest, total = 0, 0
    for each in pence:
        lowest = min(lowest, each)
        total += each
    return lowest, total


@kernel
def _spread(rows: I8, pence: I8, cell: I2, neighbourhood: I2, by_cell: I8, by_neighbourhood: I8) -> None:
    """Add what is paid for each of these people to their cell and their neighbourhood."""
    for n in range(len(rows)):
        i = rows[n]
        by_cell[cell[i]] += pence[n]
        if neighbourhood[i] < len(by_neighbourhood):
            by_neighbourhood[neighbourhood[i]] += pence[n]


class Events:
    """What happened to whom, week by week, and why. `detail="counts"` keeps only sums by week, kind and cell."""

    def __init__(self, detail: Literal["all", "counts"] = "all"):
        self.detail = detail
        self.week = 0
        self.kinds: list[str] = []
        self.causes: list[str] = [""]
        self.services: list[str] = [""]
        self._parts: list[Array] = []
        self.counts: dict[tuple[str, str, str], dict[int, Array]] = {}
        self.cell: Array | None = None  # a person's cell, renewed by the recorder

    TYPE = np.dtype([("week", "i2"), ("kind", "u1"), ("cause", "u1"), ("person", "i4"), ("service", "u1"),
                     ("amount", "f4")])

    def _code(self, words: list[str], word: str) -> int:
        if word not in words:
            words.append(word)
        return words.index(word)

    def note(self, kind: str, rows: Array, *, cause: str = "", service: str = "", amount: Array | float = 0.0) -> None:
        """Note that something happened to these people this week."""
        rows = np.asarray(rows)
        if not len(rows):
            return
        rows = np.ascontiguousarray(rows, dtype=np.int64)
        each = np.ascontiguousarray(amount, dtype=np.float64)  # one amount for all becomes an array of one
        now = np.zeros((CELLS, 2))
        if self.cell is None:
            now[0] = len(rows), np.broadcast_to(each, rows.shape).sum()
        else:
            _told(rows, self.cell, each, len(each) < len(rows), now)
        by_week = self.counts.setdefault((kind, cause, service), {})
        if self.week in by_week:
            by_week[self.week] += now
        else:
            by_week[self.week] = now
        if self.detail == "all":
            part = np.empty(len(rows), dtype=self.TYPE)
            part["week"], part["kind"], part["cause"] = self.week, self._code(self.kinds, kind), self._code(self.causes, cause)
            part["person"], part["service"], part["amount"] = rows, self._code(self.services, service), amount
            self._parts.append(part)

    def happened(self, kind: str, weeks: range, *, cause: str | None = None, service: str | None = None,
                 amounts: bool = False) -> Array:
        """How often a kind of event happened in these weeks, by cell [100]; or the sum of its amounts."""
        total = np.zeros(CELLS)
        for (k, c, s), by_week in self.counts.items():
            if k == kind and (cause is None or c == cause) and (service is None or s == service):
                for week in weeks:
                    if week in by_week:
                        total += by_week[week][:, int(amounts)]
        return total

    def table(self) -> Array:
        """Every event, in order."""
        return np.concatenate(self._parts) if self._parts else np.empty(0, dtype=self.TYPE)

    def story(self, person: int) -> list[tuple[int, str, str, str]]:
        """One person's events: (week, what, service, cause)."""
        return [(int(e["week"]), self.kinds[e["kind"]], self.services[e["service"]], self.causes[e["cause"]])
                for e in self.table() if e["person"] == person]


class Money:
    """Every pound: payer, payee, budget line, purpose, week. Whole pence, summed as they are paid."""

    def __init__(self, first_week: int, weeks: int):
        self.first, self.weeks, self.week = first_week, weeks, first_week
        self.lines: dict[Line, int] = {}
        self.weekly = np.zeros((weeks, 64), dtype=np.int64)
        self.yearly_by_cell = np.zeros((weeks // 52 + 1, 64, CELLS), dtype=np.int64)
        self.yearly_by_neighbourhood: Array = np.zeros((weeks // 52 + 1, 64, 1), dtype=np.int64)
        self.opening: dict[str, int] = {}
        self.cell: Array | None = None
        self.neighbourhood: Array | None = None

    def watch(self, neighbourhoods: int) -> None:
        """Make room for the neighbourhoods of the place."""
        years, lines = self.yearly_by_cell.shape[:2]
        self.yearly_by_neighbourhood = np.zeros((years, lines, neighbourhoods), dtype=np.int64)

    def _line(self, payer: str, payee: str, line: str, purpose: str) -> int:
        key = Line(payer, payee, line, purpose)
        if key not in self.lines:
            if purpose not in PURPOSES:
                raise ValueError(f"{purpose!r} is no purpose of money; one of {', '.join(PURPOSES)}")
            self.lines[key] = len(self.lines)
            if len(self.lines) > self.weekly.shape[1]:
                self.weekly = np.concatenate([self.weekly, np.zeros_like(self.weekly)], axis=1)
                self.yearly_by_cell = np.concatenate([self.yearly_by_cell, np.zeros_like(self.yearly_by_cell)], axis=1)
                self.yearly_by_neighbourhood = np.concatenate(
                    [self.yearly_by_neighbourhood, np.zeros_like(self.yearly_by_neighbourhood)], axis=1)
        return self.lines[key]

    def pay(self, payment: Payment) -> None:
        """Enter one payment. Pence are whole and never negative; a correction is a payment back."""
        pence = np.asarray(payment.pence)
        if pence.dtype.kind not in "iu":
            pence = np.rint(pence)
        pence = np.ascontiguousarray(pence, dtype=np.int64)
        lowest, total = _lowest_and_total(pence)
        if lowest < 0:
            raise ValueError(f"a payment is never negative: {payment.line}, {payment.purpose}")
        if not total:
            return
        k = self._line(payment.payer, payment.payee, payment.line, payment.purpose)
        w = self.week - self.first
        self.weekly[w, k] += total
        rows = np.asarray(payment.rows)
        if rows.size and self.cell is not None and self.neighbourhood is not None:
            _spread(np.ascontiguousarray(rows, dtype=np.int64), pence, self.cell, self.neighbourhood,
                    self.yearly_by_cell[w // 52, k], self.yearly_by_neighbourhood[w // 52, k])

    def each(self, payer: str, payee: str, line: str, purpose: str, rows: Array, pounds: Array | float) -> None:
        """Pay these pounds for each of these people."""
        rows = np.asarray(rows)
        if len(rows):
            pence = np.rint(np.broadcast_to(np.asarray(pounds, dtype=np.float64), rows.shape) * 100.0).astype(np.int64)
            self.pay(Payment(payer, payee, line, purpose, rows, pence))

    def sum(self, payer: str, payee: str, line: str, purpose: str, pounds: float) -> None:
        """Pay one sum that belongs to nobody in particular."""
        if pounds > 0:
            self.pay(Payment(payer, payee, line, purpose, np.empty(0, dtype=np.int32),
                             np.array([round(pounds * 100.0)], dtype=np.int64)))

    def _match(self, payer: str | None, payee: str | None, line: Iterable[str] | str | None,
               purpose: Iterable[str] | str | None) -> list[int]:
        lines = None if line is None else {line} if isinstance(line, str) else set(line)
        purposes = None if purpose is None else {purpose} if isinstance(purpose, str) else set(purpose)
        return [k for key, k in self.lines.items()
                if (payer is None or key.payer == payer) and (payee is None or key.payee == payee)
                and (lines is None or key.line in lines) and (purposes is None or key.purpose in purposes)]

    def by_week(self, payer: str | None = None, payee: str | None = None, line: Iterable[str] | str | None = None,
                purpose: Iterable[str] | str | None = None) -> NDArray[np.float64]:
        """Pounds a week over all weeks, for the lines that match (None matches all)."""
        return np.asarray(self.weekly[:, self._match(payer, payee, line, purpose)].sum(axis=1) / 100.0)

    def last(self, weeks: int, payer: str | None = None, payee: str | None = None,
             line: Iterable[str] | str | None = None, purpose: Iterable[str] | str | None = None) -> float:
        """Pounds paid in the last so many whole weeks before this one, for the lines that match."""
        w = self.week - self.first
        rows = self.weekly[max(0, w - weeks):w]
        return float(rows[:, self._match(payer, payee, line, purpose)].sum() / 100.0)

    def by_cell(self, year: int, payer: str | None = None, payee: str | None = None,
                line: Iterable[str] | str | None = None, purpose: Iterable[str] | str | None = None) -> NDArray[np.float64]:
        """Pounds in a year by cell [100], for the lines that match; year 0 begins with the plan."""
        y = (year * 52 - self.first) // 52
        return np.asarray(self.yearly_by_cell[y, self._match(payer, payee, line, purpose)].sum(axis=0) / 100.0)

    def balance(self, purse: str) -> int:
        """Pence in a purse: opening + paid to it - paid by it."""
        paid_in = self.weekly[:, self._match(None, purse, None, None)].sum()
        paid_out = self.weekly[:, self._match(purse, None, None, None)].sum()
        return int(self.opening.get(purse, 0) + paid_in - paid_out)
