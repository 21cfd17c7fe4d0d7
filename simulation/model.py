"""One place, one plan, one run of luck: a local care system that moves week by week."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import mesa
import numpy as np

from simulation import door, means
from simulation.draws import Draws
from simulation.errors import EvidenceError, Problem
from simulation.evidence.register import Beliefs
from simulation.founding import steps
from simulation.measures import Recorder
from simulation.places import Place
from simulation.plan import Plan
from simulation.process import Bound, believes, bind
from simulation.services import found, made
from simulation.week import week
from simulation.world.columns import View
from simulation.world.ledger import Events
from simulation.world.residents import Carer, Resident, Volunteer
from simulation.world.town import Town

BURN_IN = 104


@dataclass(frozen=True)
class State:
    """Everything that moves, copied: from it a replication is forked for every scenario."""

    town: Mapping[str, Any]
    recorder: Mapping[str, Any]
    money: Mapping[str, Any]
    made_with: tuple[Place, Beliefs, int, int, int, int]  # place, beliefs, seed, replication, one_in, weeks


def readers(beliefs: Beliefs) -> dict[str, set[str]]:
    """Who believes each number: every service, process, step of the founding and rule is matched to its evidence."""
    _bound(beliefs, None)
    return beliefs.readers


def _bound(beliefs: Beliefs, only: tuple[str, ...] | None) -> tuple[Any, ...]:
    """Services, means test, door, the week and the founding, each holding the numbers it believes."""
    return (made(beliefs, only), means.MeansTest(**believes(means.MeansTest, beliefs, "means")),
            door.Door(**believes(door.Door, beliefs, "door")), tuple(bind(p, beliefs) for p in week()),
            [bind(step, beliefs, page=f"founding_{step.__name__}") for step in steps()])


class CareSystem(mesa.Model):
    """A local care system: residents, carers, volunteers, services, hospital and council, all Mesa agents.

    Residents, carers and volunteers are views over columns, made when asked for; their weekly rules run as kernels in
    the processes of `simulation.week`, not through `agent.step()`. Providers, hospital and commissioner likewise act
    through processes. `step()` moves one week. Week 0 is the first of the plan; the burn-in has negative weeks.
    """

    def __init__(self, place: Place, beliefs: Beliefs, plan: Plan | None = None, *, seed: int = 1, replication: int = 0,
                 one_in: int = 1, events: Literal["all", "counts"] = "all", burn_in: int = BURN_IN,
                 fixed: Mapping[str, np.uint64] | None = None, only: Sequence[str] | None = None,
                 _state: State | None = None):
        super().__init__(rng=seed)
        plan = (plan or Plan()).sampled(one_in)
        self.beliefs, self.seed, self.replication = beliefs, seed, replication
        self.town = Town(place, Draws(seed, replication, fixed), plan, burn_in=burn_in, weeks=plan.years * 52,
                         one_in=one_in, events=Events(events), model=self)
        town = self.town
        self.processes: tuple[Bound, ...]
        town.services, town.means, town.door, self.processes, founding = _bound(beliefs, None if only is None else tuple(only))
        self._check_all_read(only is None)
        town.draws.begin(-burn_in - 1)
        if _state is None:
            for step in founding:
                step.run(town)
            town.money.watch(len(town.neighbourhoods))
            self.recorder = Recorder(town)
        else:
            town.load(_state.town)
            town.money.watch(len(town.neighbourhoods))
            _load_money(town, _state.money)
            self.recorder = Recorder(town)
            self.recorder.load(_state.recorder)

    def _check_all_read(self, whole: bool) -> None:
        unread = self.beliefs.unread() if whole else []
        if unread:
            raise EvidenceError(*(Problem(f"simulation/evidence/{e.page}.yaml", e.line, e.name, "nobody reads this number",
                                          "remove it, or name it in the signature that believes it") for e in unread))

    @property
    def week(self) -> int:
        """The week now, from the start of the plan."""
        return self.town.week

    def step(self) -> None:
        """One week: every process of WEEK in order, then what is recorded."""
        town = self.town
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        for process in self.processes:
            if town.week % process.every == 0:
                process.run(town)
        self.recorder.week(town)
        town.week += 1

    def run(self, weeks: int | None = None) -> CareSystem:
        """So many weeks, or to the end of the plan. Returns itself."""
        end = self.town.weeks if weeks is None else self.town.week + weeks
        while self.town.week < end:
            self.step()
        return self

    def burn_in(self) -> CareSystem:
        """To week 0 under present policy."""
        return self.run(-self.town.week)

    def state(self) -> State:
        """A copy of everything that moves."""
        t = self.town
        return State(t.state(), self.recorder.state(), _money(t),
                     (t.place, self.beliefs, self.seed, self.replication, t.one_in, t.burn_in))

    # Mesa's view of the people -------------------------------------------------------------------------------------
    @property
    def residents(self) -> People:
        """Everybody who lives here now, as Mesa agents made on demand."""
        return People(self.town.residents, np.flatnonzero(self.town.residents.present))

    @property
    def carers(self) -> People:
        """Paid care workers now in post."""
        return People(self.town.carers, np.flatnonzero(self.town.carers.employed))

    @property
    def volunteers(self) -> People:
        """Volunteers now active."""
        return People(self.town.volunteers, np.flatnonzero(self.town.volunteers.active))

    @property
    def providers(self) -> People:
        """Homes, agencies, schemes and teams now open."""
        return People(self.town.providers, np.flatnonzero(self.town.providers.open))

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """Agents by kind: people and providers as views on demand, hospital and commissioner registered."""
        kinds: dict[type, Any] = dict(super().agents_by_type)
        kinds.update({Resident: self.residents, Carer: self.carers, Volunteer: self.volunteers,
                      type(self).provider_kind(): self.providers})
        return kinds

    @staticmethod
    def provider_kind() -> type:
        from simulation.world.providers import Provider
        return Provider

    def close(self) -> None:
        """Let go of this model: Mesa 3.3 keeps every model alive in a class-level counter."""
        getattr(mesa.Agent, "_ids", {}).pop(self, None)


class People:
    """Some rows of a table as Mesa agents: select and read by column, one agent at a time only when asked for."""

    LARGEST_DO = 10_000

    def __init__(self, table: Any, rows: Any):
        self.table, self.rows = table, rows

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Any:
        return (self.table.at(row) for row in self.rows)

    def __getitem__(self, i: int) -> View:
        view: View = self.table.at(self.rows[i])
        return view

    def get(self, column: str) -> Any:
        """A column's values for these people."""
        return self.table.arrays[column][self.rows]

    def set(self, column: str, value: Any) -> People:
        """Set a column for these people."""
        self.table.arrays[column][self.rows] = value
        return self

    def select(self, **wanted: Any) -> People:
        """Those whose columns have these values: a number, a code's name, a (low, high) range, or a function of the array."""
        mask = np.ones(len(self.rows), dtype=bool)
        for column, value in wanted.items():
            have, codes = self.get(column), self.table.columns[column].codes
            if callable(value):
                mask &= value(have)
            elif isinstance(value, tuple):
                mask &= (have >= value[0]) & (have <= value[1])
            else:
                mask &= have == (codes.index(value) if codes and isinstance(value, str) else value)
        return People(self.table, self.rows[mask])

    def agg(self, column: str, how: Any) -> float:
        """One number of a column: agg("age", np.mean)."""
        return float(how(self.get(column)))

    def count(self, **wanted: Any) -> int:
        return len(self.select(**wanted)) if wanted else len(self)

    def groupby(self, column: str) -> dict[Any, People]:
        """These people by the value (or code) of a column."""
        have, codes = self.get(column), self.table.columns[column].codes
        return {(codes[int(v)] if codes else v.item()): People(self.table, self.rows[have == v]) for v in np.unique(have)}

    def do(self, what: Any) -> People:
        """Call a function with each as an agent. Refused above 10,000: use columns."""
        if len(self) > self.LARGEST_DO:
            raise ValueError(f"{len(self):,} agents one by one would be slow; read columns with get(), or select() first")
        for view in self:
            what(view)
        return self


def _money(town: Town) -> dict[str, Any]:
    m = town.money
    return {"lines": dict(m.lines), "weekly": m.weekly[:town.burn_in].copy(), "opening": dict(m.opening),
            "cells": m.yearly_by_cell[:town.burn_in // 52].copy(),
            "hoods": m.yearly_by_neighbourhood[:town.burn_in // 52].copy(),
            "counts": {k: {w: a.copy() for w, a in v.items()} for k, v in town.events.counts.items()}}


def _load_money(town: Town, kept: Mapping[str, Any]) -> None:
    m = town.money
    m.lines, m.opening = dict(kept["lines"]), dict(kept["opening"])
    while m.weekly.shape[1] < kept["weekly"].shape[1]:
        m.weekly = np.concatenate([m.weekly, np.zeros_like(m.weekly)], axis=1)
        m.yearly_by_cell = np.concatenate([m.yearly_by_cell, np.zeros_like(m.yearly_by_cell)], axis=1)
        m.yearly_by_neighbourhood = np.concatenate([m.yearly_by_neighbourhood, np.zeros_like(m.yearly_by_neighbourhood)],
                                                   axis=1)
    m.weekly[:len(kept["weekly"])] = kept["weekly"]
    m.yearly_by_cell[:len(kept["cells"])] = kept["cells"]
    m.yearly_by_neighbourhood[:len(kept["hoods"])] = kept["hoods"]
    town.events.counts = {k: {w: a.copy() for w, a in v.items()} for k, v in kept["counts"].items()}


def from_state(state: State, plan: Plan, *, beliefs: Beliefs | None = None,
               events: Literal["all", "counts"] = "counts") -> CareSystem:
    """Fork a burnt-in system for a plan: same people, same luck, other decisions. `beliefs` may differ (a sceptic's run)."""
    place, held, seed, replication, one_in, burn_in = state.made_with
    return CareSystem(place, beliefs or held, plan, seed=seed, replication=replication, one_in=one_in, burn_in=burn_in,
                      events=events, _state=state)


def known_services() -> list[str]:
    """The names of every service there is."""
    return list(found())
