"""Tiny towns made in code, for stories: name the people, say what is certain, run one process or whole weeks.

    town = a_town(resident("Mrs K", age=82, need=2, alone=True), services=["home_care"], room={"home_care": 100})
    town.week("asking", luck=certain("asking: long term"))
    assert town.story("Mrs K") == [("asks", "", "planned")]

Unnamed columns take plain values: steady, housed, well. Luck is ordinary unless a purpose is named certain or never.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from simulation import door, means
from simulation.draws import Draws
from simulation.evidence.register import Beliefs, central
from simulation.places import load as load_place
from simulation.plan import Plan
from simulation.process import believes, bind
from simulation.services import made
from simulation.week import NAMES
from simulation.world.columns import Table
from simulation.world.ledger import Events
from simulation.world.providers import Placements, Provider
from simulation.world.residents import Carer, Neighbourhood, Resident, Volunteer
from simulation.world.town import COUNCIL, Town

PLAIN = {"present": True, "age": 50.0, "spread": 1.0, "wants_home": 0.5, "wants_company": 0.5, "wants_control": 0.5,
         "savings": 5000.0, "income": 230.0, "outlook": -3.0, "loneliness": -3.0, "satisfaction": 7.0, "fifth": 2}


def resident(name: str, **columns: Any) -> dict[str, Any]:
    """One person: a name and what differs from plain values. `partner`, `carer`, `cares_for` take names."""
    return {"name": name, **columns}


class TinyTown:
    """A town of named people. Its `town` is the real Town; processes are the real processes."""

    def __init__(self, people: list[dict[str, Any]], services: list[str] | None, room: dict[str, float],
                 money: dict[str, float], plan: Plan | None, beliefs: Beliefs | None, week: int, seed: int):
        self.beliefs = beliefs or central()
        self.names = [p["name"] for p in people]
        town = Town(load_place("doncaster"), Draws(seed, 0), plan or Plan(), burn_in=104, weeks=520, one_in=1,
                    events=Events("all"), model=None)
        self.town, town.week = town, week
        town.services = made(self.beliefs, tuple(services) if services is not None else None)
        town.means = means.MeansTest(**believes(means.MeansTest, self.beliefs, "means"))
        town.door = door.Door(**believes(door.Door, self.beliefs, "door"))
        town.residents = Table(Resident, len(people), room=len(people))
        town.neighbourhoods = Table(Neighbourhood, 1)
        town.neighbourhoods.people[:] = 10_000
        town.neighbourhoods.meeting_places[:] = 1
        town.carers, town.volunteers = Table(Carer, 0), Table(Volunteer, 0)
        town.placements = Placements(0)
        town.providers = Table(Provider, len(town.services))
        for k, s in enumerate(town.services):
            provider = town.providers.at(k)
            provider.service, provider.number, provider.open = k, 1, True
            provider.built = provider.room = room.get(s.name, 0.0)
            provider.ramp, provider.staffing, provider.quality = 1.0, 1.0, 0.7
        bind(import_module("simulation.founding.prices").prices, self.beliefs, page="founding_prices").run(town)
        self._people(people)
        town.tables["fell"] = np.zeros(len(people), dtype=bool)
        town.tables["base_mortality"] = np.full((5, 2, 111), 0.01)
        town.money.watch(1)
        cells = np.zeros(len(people), dtype=np.int64)
        town.events.cell = town.money.cell = cells
        town.money.neighbourhood = cells
        town.commissioner.funding.update(money)

    def _people(self, people: list[dict[str, Any]]) -> None:
        r, town = self.town.residents, self.town
        for column, value in PLAIN.items():
            r.arrays[column][:] = value
        for row, person in enumerate(people):
            for column, value in person.items():
                if column in ("name", "lives_in", "has", "hours"):
                    continue
                if column in ("partner", "carer", "second_carer", "cares_for"):
                    value = self.names.index(value)
                setattr(r.at(row), column, value)
        r.alone[:] = [p.get("alone", p.get("partner") is None) for p in people]
        for row, person in enumerate(people):
            for service in [s for s in (person.get("lives_in"), person.get("has")) if s]:
                k = town.service(service)
                town.begin(k, np.array([row]), k, hours=person.get("hours", 0.0), funder=COUNCIL,
                           price=float(town.services[k].price(np.array([row]), np.array([person.get("hours", 0.0)]), town)[0]))
        town.events = Events("all")

    def week(self, *only: str, luck: dict[str, np.uint64] | None = None) -> TinyTown:
        """One week: the processes named (all, without names), with this luck certain. Returns itself."""
        t = self.town
        t.draws.fixed = dict(luck or {})
        t.draws.begin(t.week)
        t.events.week = t.money.week = t.week
        for name in only or NAMES:
            process = bind(getattr(import_module(f"simulation.week.{name}"), name), self.beliefs)
            if only or t.week % process.every == 0:
                process.run(t)
        t.week += 1
        return self

    def run(self, weeks: int, *only: str) -> TinyTown:
        for _ in range(weeks):
            self.week(*only)
        return self

    def __getitem__(self, name: str) -> Any:
        """A person as a Mesa agent, by name."""
        return self.town.residents.at(self.names.index(name))

    def story(self, name: str) -> list[tuple[str, str, str]]:
        """What happened to somebody: (what, service, cause)."""
        return [(what, service, cause) for _, what, service, cause in self.town.events.story(self.names.index(name))]

    def paid(self, payer: str, payee: str) -> float:
        """Pounds paid so far from one to another."""
        return float(self.town.money.by_week(payer, payee).sum())


def a_town(*people: dict[str, Any], services: list[str] | None = None, room: dict[str, float] | None = None,
           money: dict[str, float] | None = None, plan: Plan | None = None, beliefs: Beliefs | None = None,
           week: int = 0, seed: int = 1) -> TinyTown:
    """A town of these people, in which every service there is (or those named) has this much room and money a week."""
    return TinyTown(list(people), services, room or {}, money or {}, plan, beliefs, week, seed)
