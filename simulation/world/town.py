"""A place in motion: its people, its providers of support, its money and its week."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import mesa
import numpy as np

from simulation.draws import Draws
from simulation.evidence.lists import FUNDER, SETTING
from simulation.places import Place
from simulation.plan import Plan
from simulation.world.columns import Array, Table, distinct
from simulation.world.ledger import Events, Money
from simulation.world.providers import Commissioner, Hospital, Placements, Provider
from simulation.world.residents import Carer, Neighbourhood, Resident, Volunteer

COUNCIL, SELF, NHS = FUNDER.index("council"), FUNDER.index("self"), FUNDER.index("nhs")
CARE_HOME = (SETTING.index("residential"), SETTING.index("nursing"))
OWN_HOME = SETTING.index("own home")


class Town:
    """Everything a process can reach, by name. Processes meet only here, at the columns.

    Week 0 is the first week of the plan's first financial year; the burn-in has negative weeks.
    """

    def __init__(self, place: Place, draws: Draws, plan: Plan, *, burn_in: int, weeks: int, one_in: int,
                 events: Events, model: Any):
        model = model if model is not None else mesa.Model(rng=1)  # a town of its own, in tests
        self.place, self.draws, self.plan, self.model = place, draws, plan, model
        self.burn_in, self.weeks, self.one_in = burn_in, weeks, one_in
        self.week = -burn_in
        self.residents = Table(Resident, 0, model=model)
        self.neighbourhoods = Table(Neighbourhood, 0, model=model)
        self.providers = Table(Provider, 0, model=model)
        self.placements = Placements(0, model=model)
        self.carers = Table(Carer, 0, model=model)
        self.volunteers = Table(Volunteer, 0, model=model)
        self.hospital: Hospital = Hospital(model)
        self.commissioner: Commissioner = Commissioner(model)
        self.services: list[Any] = []
        self._named: tuple[list[Any], dict[str, int]] = (self.services, {})
        self.means: Any = None  # the means test: rules of law with their amounts
        self.door: Any = None  # how often people come to the front door, and for what
        self.prices: dict[str, float] = {}  # pounds in force this week, real terms, model price year
        self.tables: dict[str, Array] = {}  # arrays made once at founding (death rates, prevalence)
        self.centres: dict[str, float] = {}
        self.memory: dict[str, float] = {}  # plain numbers a process carries from week to week
        self.events, self.money = events, Money(-burn_in, weeks + burn_in)

    TABLES = ("residents", "neighbourhoods", "providers", "placements", "carers", "volunteers")

    # Where things are ------------------------------------------------------------------------------------------
    def service(self, name: str) -> int:
        """The index of a service in `services`, which codes columns and bits. Raises KeyError if it is not here."""
        return self._codes()[name]

    def _codes(self) -> dict[str, int]:
        """Services by name, worked out once and again where there are more of them."""
        services, codes = self._named
        if services is not self.services or len(codes) != len(services):
            codes = {s.name: k for k, s in enumerate(self.services)}
            self._named = self.services, codes
        return codes

    def has(self, name: str) -> bool:
        return name in self._codes()

    @property
    def burning_in(self) -> bool:
        """Before the plan begins: present policy, and centres of multipliers still being learnt."""
        return self.week < 0

    @property
    def year(self) -> int:
        """Financial year since the plan began; negative in the burn-in."""
        return self.week // 52

    def in_care_home(self) -> Array:
        """Who lives in a residential or nursing home."""
        return np.asarray(self.residents.present & (self.residents.setting >= CARE_HOME[0]))

    # Multipliers have mean one in the base run -------------------------------------------------------------------
    def centre(self, name: str) -> float:
        """What to divide a multiplier by, so that its weighted mean in the burn-in is one (review: centre every one)."""
        return self.centres.get(name, 1.0)

    def tell(self, name: str, weighted_sum: float, weight: float) -> None:
        """Learn a multiplier's weighted mean, in the burn-in only; it is frozen when the plan begins."""
        if self.burning_in and weight > 0:
            mean = weighted_sum / weight
            before = self.centres.get(name)
            self.centres[name] = mean if before is None else before + (mean - before) / 13.0

    # Placements --------------------------------------------------------------------------------------------------
    def begin(self, service: int, rows: Array, provider: Array | int, *, hours: Array | float = 0.0,
              funder: Array | int = COUNCIL, price: Array | float = 0.0, contribution: Array | float = 0.0,
              until: Array | int = 10**6, cause: str = "", since: Array | int | None = None) -> Array:
        """These people begin support from this service; returns the placement rows."""
        rows = np.asarray(rows)
        if not len(rows):
            return np.empty(0, dtype=np.int32)
        s, r = self.services[service], self.residents
        new = self.placements.append(len(rows), person=rows, service=service, provider=provider, hours=hours,
                                     given=hours, funder=funder, price=price, contribution=contribution,
                                     until=until, since=self.week if since is None else since)
        r.supports[rows] |= np.uint32(1 << service)
        r.touched[rows] |= self.week >= 0
        if s.home:
            r.setting[rows] = SETTING.index(s.home)
        if s.long_term:
            r.funder[rows] = np.maximum(r.funder[rows], 0) if s.keeps_funder else self.placements.funder[new]
        self.events.note("begins", rows, cause=cause, service=s.name)
        return new

    def end(self, placement_rows: Array, why: str) -> None:
        """These placements end. Whoever lived in the service's home goes to their own home unless they have died."""
        rows = np.asarray(placement_rows)
        rows = rows[self.placements.active[rows]] if len(rows) else rows
        if not len(rows):
            return
        p, r = self.placements, self.residents
        p.end(rows)
        for k in distinct(p.service[rows]):
            people = p.person[rows[p.service[rows] == k]]
            s = self.services[k]
            r.supports[people] &= ~np.uint32(1 << k)
            if s.home:
                r.setting[people] = OWN_HOME
            if s.long_term and not s.keeps_funder:
                r.funder[people] = 0
            self.events.note("ends", people, cause=why, service=s.name)
            s.afterwards(people[r.present[people]], self)

    def supported_by(self, service: int) -> Array:
        """Who has this service now (mask over residents)."""
        return np.asarray((self.residents.supports & np.uint32(1 << service)) != 0)

    # State ---------------------------------------------------------------------------------------------------------
    def state(self) -> dict[str, Any]:
        """A copy of everything that moves, for a fork."""
        return {
            "tables": {name: getattr(self, name).state() for name in self.TABLES},
            "hospital": self.hospital.state(), "commissioner": self.commissioner.state(),
            "prices": dict(self.prices), "centres": dict(self.centres), "memory": dict(self.memory),
            "made": self.tables, "week": self.week,
        }

    def load(self, state: Mapping[str, Any]) -> None:
        for name in self.TABLES:
            getattr(self, name).restore(state["tables"][name])
        for agent, kept in ((self.hospital, state["hospital"]), (self.commissioner, state["commissioner"])):
            for key, value in kept.items():
                setattr(agent, key, dict(value) if isinstance(value, dict) else value)
        self.prices, self.centres = dict(state["prices"]), dict(state["centres"])
        self.memory, self.tables, self.week = dict(state["memory"]), state["made"], state["week"]
