"""What every service is: whom it suits, how money becomes room, who gets a place, what it changes, who pays, how it ends.

A service is one frozen class in one file of `simulation/services/`; its fields are its beliefs, bound by name to the
evidence page of the same name. Each question has a default that answers "nothing", so a new service says only what is
particular to it. Providers (homes, agencies, schemes) are rows of `town.providers`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from simulation.evidence.lists import FUNDER
from simulation.evidence.units import Pounds, Quantity, Weeks
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import COUNCIL, NHS, SELF, Town

UNSUITABLE = -np.inf
PAYERS = tuple({COUNCIL: "council", NHS: "nhs", SELF: "people"}.get(code, "") for code in range(len(FUNDER)))
NO_END = 10**6  # a week that does not come
OLDER = 65  # the age from which councils count people as older


class Lines(NamedTuple):
    """Budget lines of the council by name, and for each of some people which of them (a place among the names)."""

    names: tuple[str, ...]
    which: Array


def by_age(people: Array, town: Town, older: str, younger: str) -> Lines:
    """One budget line for people of 65 and over, another for younger people."""
    return Lines((older, younger), (town.residents.age[people] < OLDER).astype(np.int64))


class Users:
    """The people a service supports now: `users.loneliness -= 0.1` writes back to each of them."""

    def __init__(self, town: Town, service: int):
        set_ = object.__setattr__
        set_(self, "placements", town.placements.of(service))
        set_(self, "rows", town.placements.person[self.placements])
        set_(self, "providers", town.placements.provider[self.placements])
        set_(self, "table", town.residents)

    placements: Array
    rows: Array
    providers: Array
    table: Any

    def __len__(self) -> int:
        return len(self.rows)

    def __getattr__(self, name: str) -> Array:
        return np.asarray(self.table.arrays[name][self.rows])

    def __setattr__(self, name: str, value: Any) -> None:
        self.table.arrays[name][self.rows] = value


@dataclass(frozen=True)
class Service:
    """A kind of support. Subclass it in `simulation/services/<name>.py`; annotate fields with units of evidence."""

    name: ClassVar[str] = ""  # the file's name; set on discovery
    title: ClassVar[str] = ""  # as people call it
    counts: ClassVar[Literal["places", "hours", "caseload"]] = "places"
    home: ClassVar[str] = ""  # the setting people move to, "" where they stay where they live
    long_term: ClassVar[bool] = True  # ends the search for long-term support
    keeps_funder: ClassVar[bool] = False  # an addition to other support (coordination, homeshare)
    statutory: ClassVar[bool] = True  # meets eligible need under the Care Act; otherwise a prevention line, cut first
    council_only: ClassVar[bool] = False  # the council's own money, so not for people who pay their own way
    bridges: ClassVar[bool] = False  # help for some weeks until somebody takes over: an assessment looks past it
    pools: ClassVar[frozenset[str]] = frozenset()  # of {"care_workers", "volunteers", "family_hours"}
    effects: ClassVar[frozenset[str]] = frozenset()  # the only columns of residents that `helps` may change
    role: ClassVar[str] = ""  # code of ROLE for its care workers
    by_neighbourhood: ClassVar[bool] = False  # it has a provider in each neighbourhood (a patch, a group), else one
    sceptic: ClassVar[str] = ""  # what a careful sceptic of the Treasury would say of it, in two or three sentences

    # What a reader asks of it first ---------------------------------------------------------------------------------
    def costs_a_person(self, prices: Mapping[str, float]) -> Quantity:
        """What one person costs where it is fully used: pounds an hour, a week or a year (or each), as its type says.

        `prices` is the price list of the place as it is founded. The rule by which money becomes capacity is the first
        line of `makes_room`.
        """
        return Pounds(0)

    def lead_time(self) -> Weeks:
        """Weeks from the money until most of what it buys is there; 0 where room follows staff or what is there."""
        return Weeks(getattr(self, "lead", 0.0))

    # Whom it suits ------------------------------------------------------------------------------------------------
    def suits(self, people: Array, town: Town) -> Array:
        """How well it fits each of these people (rows): utility on the logit scale, -inf where it does not fit."""
        return np.full(len(people), UNSUITABLE)

    # How money becomes capacity -------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Once a week: money, staff and time become `providers.room`; without money it decays."""

    # Terms of a new placement ---------------------------------------------------------------------------------------
    def price(self, people: Array, hours: Array, town: Town) -> Array:
        """Pounds a week the council pays for each of these people (a self-funder may pay more: see `own_price`)."""
        return np.zeros(len(people))

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        """Pounds a week a self-funder pays."""
        return self.price(people, hours, town)

    def uses(self, people: Array, hours: Array, town: Town) -> Array:
        """How much room each of these people takes: one place, their hours, or one of a caseload."""
        return np.asarray(hours, dtype=np.float64) if self.counts == "hours" else np.ones(len(people))

    def gives(self, users: Users, town: Town) -> Array:
        """Hours a week that really come to each; by default those agreed, as far as there is staff."""
        staffing = town.providers.staffing[np.maximum(users.providers, 0)]
        return np.asarray(town.placements.hours[users.placements] * np.where(users.providers >= 0, staffing, 1.0))

    def planned_end(self, people: Array, town: Town) -> Array:
        """Week in which support is planned to end for each of these people who now begin; by default none is planned."""
        return np.full(len(people), NO_END)

    # What changes while supported -----------------------------------------------------------------------------------
    def helps(self, users: Users, town: Town) -> None:
        """What it changes for the people it supports, this week; only the columns named in `effects`."""

    # Who pays ---------------------------------------------------------------------------------------------------------
    def line(self, people: Array, town: Town) -> Lines:
        """The council's budget line of each of these people."""
        return by_age(people, town, f"older_{self.name}", f"working_age_{self.name}")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Every payment of this week. By default: each placement's price from its funder, and contributions."""
        yield from placement_costs(self, users, town)

    # How it ends ------------------------------------------------------------------------------------------------------
    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """Reason -> mask over users: breakdown, need outgrown, goals met, planned end. Death is not the service's."""
        return {}

    def afterwards(self, people: Array, town: Town) -> None:
        """What goes at once with support that has just ended for these people, however it ended, where it does not merely fade."""


@dataclass(frozen=True)
class Addition(Service):
    """Support beside what people have: bought by a plan, it ends no search, changes no payer, and is cut first."""

    long_term: ClassVar[bool] = False
    keeps_funder: ClassVar[bool] = True
    statutory: ClassVar[bool] = False


def placement_costs(service: Service, users: Users, town: Town) -> Iterable[Payment]:
    """The price of each placement, from council, NHS or the person; and the person's contribution to the council."""
    p = town.placements
    if not len(users):
        return
    names, which = service.line(users.rows, town)
    alike = which * len(FUNDER) + p.funder[users.placements]  # a code for each line and funder
    order = np.argsort(alike, kind="stable")
    rows, people = users.placements[order], users.rows[order]
    pence, charged = (np.rint(a[rows].astype(np.float64) * 100).astype(np.int64) for a in (p.price, p.contribution))
    ends = np.cumsum(np.bincount(alike, minlength=len(names) * len(FUNDER))).tolist()
    for code, (line, (funder, payer)) in enumerate(product(names, enumerate(PAYERS))):
        here = slice(ends[code - 1] if code else 0, ends[code])
        if payer and here.start < here.stop:
            purpose = "own_fees" if funder == SELF else "support"
            yield Payment(payer, service.name, line, purpose, people[here], pence[here])
            if funder == COUNCIL:
                yield Payment("people", "council", line, "contribution", people[here], charged[here])


def seat_by_priority(need: Array, priority: Array, luck: Array, room: float) -> Array:
    """Who gets the room there is: highest priority first, then an addressed draw. Mask over the queue; `need` is room each."""
    order = np.lexsort((luck, -priority))
    taken = np.zeros(len(need), dtype=bool)
    left = room + 1e-9
    for i in order:
        if need[i] <= left:
            taken[i] = True
            left -= need[i]
    return taken
