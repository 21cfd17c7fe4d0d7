"""What a measure is: a sum over people, a count of events, or pounds from the ledger; and how its years fold.

Three ways to make one, each registered by name for the codebook: `@measure` for what people's lives are like when one
looks, `happens` for events, `pounds` for money. `ratio` divides one measure by another. Ratios are never averaged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from simulation.evidence.lists import NEED
from simulation.process import F4, F8, I2, I4, I8, kernel
from simulation.world.columns import Array
from simulation.world.ledger import CELLS, Money
from simulation.world.town import CARE_HOME, COUNCIL, Town

ROUND_THE_CLOCK = NEED.index("round the clock")
MONTH = 4  # weeks between two looks at what changes slowly
Family = Literal["costs", "wellbeing", "hospital", "system"]
Good = Literal["up", "down", "neither"]
Over = Literal["sum", "mean", "end", "ratio"]


@dataclass(frozen=True)
class Measure:
    """One thing that is recorded: its unit, which way is better, how the weeks of a year become one number.

    `every`: 1 or 4 weeks between looks; 0 where it is read off the ledgers or made of other measures. `counts` tells
    whether it grows with the size of the place (and is multiplied up where only one in so many is simulated).
    """

    name: str
    title: str
    unit: str
    family: Family
    good: Good
    over: Over
    every: int
    says: str
    counts: bool = True


@dataclass(frozen=True)
class InYear(Measure):
    """People counted once if they were clients at any time in the year."""


@dataclass(frozen=True)
class Seen(Measure):
    """Taken from the town by a function of `Now`."""

    look: Callable[[Now], Any] = field(default=lambda now: 0.0)


@dataclass(frozen=True)
class Happened(Measure):
    """Counted from the events: kinds, causes (all where empty) less those left out, services; or their amounts."""

    kinds: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    amounts: bool = False


@dataclass(frozen=True)
class Side:
    """Some payments of the ledger, added or taken away."""

    sign: int = 1
    payer: str | None = None
    payee: str | None = None
    lines: Collection[str] | None = None
    purposes: Collection[str] | None = None
    payees: Collection[str] | None = None
    not_payees: Collection[str] = ()

    def columns(self, money: Money) -> list[int]:
        """Where these payments stand in the ledger."""
        return [k for key, k in money.lines.items()
                if (self.payer is None or key.payer == self.payer) and (self.payee is None or key.payee == self.payee)
                and (self.lines is None or key.line in self.lines)
                and (self.purposes is None or key.purpose in self.purposes)
                and (self.payees is None or key.payee in self.payees) and key.payee not in self.not_payees]


@dataclass(frozen=True)
class Pounds(Measure):
    """Read off the money ledger: payments added and taken away."""

    sides: tuple[Side, ...] = ()


@dataclass(frozen=True)
class Divided(Measure):
    """One measure over another, year by year and group by group, times a constant."""

    above: str = ""
    below: str = ""
    times: float = 1.0


MEASURES: dict[str, Measure] = {}


def register(made: Measure) -> None:
    """Put a measure in the codebook; its name must be new."""
    if made.name in MEASURES:
        raise ValueError(f"two measures are called {made.name}")
    MEASURES[made.name] = made


def measure(title: str, unit: str, family: Family, good: Good, over: Over, every: int = MONTH, *,
            counts: bool = True) -> Callable[[Callable[[Now], Any]], Callable[[Now], Any]]:
    """Register a function of `Now` as a measure; its docstring is what the codebook says.

    The function gives rows of residents (each counts one), rows with values, one number, or for a ratio two of these.
    """

    def take(look: Callable[[Now], Any]) -> Callable[[Now], Any]:
        says = (look.__doc__ or "").split("\n")[0]
        register(Seen(look.__name__, title, unit, family, good, over, every, says, counts and over != "ratio", look))
        return look

    return take


def happens(name: str, title: str, unit: str, family: Family, good: Good, says: str, *kinds: str,
            causes: tuple[str, ...] = (), without: tuple[str, ...] = (), services: tuple[str, ...] = (),
            amounts: bool = False) -> None:
    """Register a count of events (or the sum of their amounts) as a measure."""
    register(Happened(name, title, unit, family, good, "sum", 0, says, True, kinds, causes, without, services, amounts))


def pounds(name: str, title: str, good: Good, says: str, *sides: Side) -> None:
    """Register payments of the ledger as a measure, in pounds a year."""
    register(Pounds(name, title, "pounds", "costs", good, "sum", 0, says, True, sides))


def ratio(name: str, title: str, unit: str, family: Family, good: Good, says: str, above: str, below: str,
          times: float = 1.0) -> None:
    """Register one measure over another (or only times a constant, where there is none below)."""
    register(Divided(name, title, unit, family, good, "ratio", 0, says, False, above, below, times))


@kernel
def _above_nought(values: F4) -> I4:
    rows, n = np.empty(len(values), dtype=np.int32), 0
    for i in range(len(values)):
        if values[i] > 0:
            rows[n] = i
            n += 1
    return rows[:n].copy()


@kernel
def _count(rows: I8, cell: I2, out: F8) -> None:
    for i in rows:
        out[cell[i]] += 1.0


@kernel
def _add_up(rows: I8, values: F8, cell: I2, out: F8) -> None:
    for n in range(len(rows)):
        out[cell[rows[n]]] += values[n]


def each_once(rows: Array) -> Array:
    """Rows in order, each once."""
    rows = np.sort(rows)
    return rows[np.append(True, rows[1:] != rows[:-1])] if len(rows) else rows


class Now:
    """A town at the moment of looking: who is whom, found once for all measures."""

    council = COUNCIL

    def __init__(self, town: Town):
        self.town, self.r, self.p = town, town.residents, town.placements
        self.week, self.memory = town.week, town.memory
        self._kept: dict[str, Array] = {}
        self._counted: dict[int, F8] = {}  # people by cell, for the groups above, which stay alive as long as this

    def _once(self, name: str, make: Callable[[], Array]) -> Array:
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    @property
    def adults(self) -> Array:
        """Everybody who lives here (rows)."""
        return self._once("adults", lambda: np.flatnonzero(self.r.present))

    @property
    def with_needs(self) -> Array:
        """People with need of help or a band of support."""
        return self._once("needs", lambda: np.flatnonzero(((self.r.need > 0) | (self.r.band > 0)) & self.r.present))

    @property
    def at_home(self) -> Array:
        """People with need of help or a band of support who do not live in a care home."""
        return self._once("at home", lambda: self.with_needs[self.r.setting[self.with_needs] < CARE_HOME[0]])

    @property
    def carers(self) -> Array:
        """People who give unpaid care."""
        return self._once("carers", lambda: np.flatnonzero((self.r.care_hours > 0) & self.r.present))

    @property
    def asked(self) -> Array:
        """People with needs, and people who give unpaid care: those whose quality of life is followed."""
        def make() -> Array:
            r = self.r
            return np.flatnonzero(((r.need > 0) | (r.band > 0) | (r.care_hours > 0)) & r.present)
        return self._once("asked", make)

    @property
    def in_bed(self) -> Array:
        """People who spent time in a hospital bed this week."""
        return self._once("in bed", lambda: _above_nought(self.r.stay_days))

    @property
    def lasting(self) -> Array:
        """Placements of long-term support that go on (rows of placements)."""
        kinds = np.array([s.long_term and not s.keeps_funder for s in self.town.services], dtype=bool)
        return self._once("lasting", lambda: np.flatnonzero(self.p.active & kinds[self.p.service]))

    @property
    def clients(self) -> Array:
        """People with long-term support from the council, each once."""
        def make() -> Array:
            mine = self.lasting[self.p.funder[self.lasting] == COUNCIL]
            return each_once(self.p.person[mine])
        return self._once("clients", make)

    @property
    def residents(self) -> Array:
        """People who live in care homes."""
        def make() -> Array:
            people = self.p.person[self.lasting]
            return each_once(people[self.r.setting[people] >= CARE_HOME[0]])
        return self._once("residents", make)

    @property
    def surveyed(self) -> Array:
        """Clients whom the yearly survey reaches: not those in care homes with dementia or need round the clock."""
        def make() -> Array:
            rows, r = self.clients, self.r
            unable = (r.setting[rows] >= CARE_HOME[0]) & (r.dementia[rows] | (r.need[rows] == ROUND_THE_CLOCK))
            return np.asarray(rows[~unable])
        return self._once("surveyed", make)

    @property
    def wanting(self) -> Array:
        """People who wait for support they have chosen (rows)."""
        r = self.r
        return self._once("wanting", lambda: np.flatnonzero((r.wants_service >= 0) & (r.stage > 0) & r.present))

    def users(self, service: int) -> Array:
        """Placements of one service that go on."""
        return self._once(f"users {service}", lambda: self.p.of(service))

    def by_cell(self, given: Any, cell: Array) -> F8:
        """What a look gave, by cell of people [100]; one number with no people stands in an extra place [101]."""
        if isinstance(given, np.ndarray):
            return self._count(given, cell)
        out = np.zeros(CELLS + 1)
        if isinstance(given, tuple):
            rows, values = given
            _add_up(np.ascontiguousarray(rows, dtype=np.int64), np.ascontiguousarray(values, dtype=np.float64), cell, out)
        else:
            out[CELLS] = float(given)
        return out

    def _count(self, rows: Array, cell: Array) -> F8:
        if id(rows) in self._counted:
            return self._counted[id(rows)]
        out = np.zeros(CELLS + 1)
        _count(np.ascontiguousarray(rows, dtype=np.int64), cell, out)
        if any(rows is kept for kept in self._kept.values()):
            self._counted[id(rows)] = out
        return out
