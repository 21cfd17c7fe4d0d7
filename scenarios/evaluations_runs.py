"""The runs that evaluations are made on: one place forked with and without a service, every event and every month kept.

Trials need two arms in one run: people who fit are drawn by an addressed coin, one arm begins, nobody else is given the
service while the trial lasts. That is the only thing done here that a council could not do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from scenarios.study_designs import MONTH, YEAR, Array, Cohort, Record
from simulation.evidence.register import Beliefs, central, drawn
from simulation.model import CareSystem, State, from_state
from simulation.places import load
from simulation.plan import Plan
from simulation.schemes import AT_HOME, WITHHELD
from simulation.world.town import COUNCIL, Town

LOOKED_AT = ("age", "sex", "need", "frailty", "dementia", "setting", "discharged", "satisfaction", "scrqol", "strain")
HOW_LONELY = "how lonely"  # log odds, what each person is like for life included
KINDS = ("emergency stay", "asks")
HOMES = ("residential", "nursing")
OLDER = 65
YEARS = 3
# Pounds a year for the whole place: enough people for a figure, several times what the library's scenarios spend.
LARGE = {"living_well": 2_000_000.0, "home_from_hospital": 1_200_000.0, "technology_enabled_care": 6_000_000.0, "befriending": 2_000_000.0,
         "carer_support": 4_000_000.0, "care_home_health_support": 6_000_000.0, "extra_care": 4_000_000.0, "keyring": 1_400_000.0}
TRIALS = ("technology_enabled_care", "befriending", "carer_support")


class Watched:
    """One run kept for an evaluator: its record, and whoever began each service."""

    def __init__(self, system: CareSystem, weeks: int, at: dict[int, Callable[[Town], None]] | None = None):
        self.town, self.looks = system.town, {name: [] for name in (*LOOKED_AT, HOW_LONELY, "council", "bridging", *HELD)}
        for week in range(weeks):
            if at and week in at:
                at[week](self.town)
            system.run(1)
            if week % MONTH == 0:
                self._look()
        self.record = self._record()
        system.close()

    def _look(self) -> None:
        t, r, p = self.town, self.town.residents, self.town.placements
        for name in LOOKED_AT:
            self.looks[name].append(r.arrays[name].copy())
        self.looks[HOW_LONELY].append(r.loneliness + r.outlook)
        active = np.flatnonzero(p.active & (p.funder == COUNCIL))
        lasting = np.array([s.long_term and not s.keeps_funder for s in t.services], dtype=bool)[p.service[active]]
        for name, rows in (("council", active[lasting]), ("bridging", active[~lasting])):
            self.looks[name].append(np.bincount(p.person[rows], weights=p.price[rows], minlength=len(r)).astype(np.float32))
        for name in HELD:
            rows = active[p.service[active] == t.service(name)]
            self.looks[name].append(np.bincount(p.person[rows], weights=p.hours[rows], minlength=len(r)).astype(np.float32))

    def _record(self) -> Record:
        told, events = self.town.events.table(), {}
        for kind in KINDS:
            some = told[told["kind"] == self._code(kind)]
            events[kind] = some["week"], some["person"], some["amount"]
        begins = told[told["kind"] == self._code("begins")]
        self.begins = {name: begins[begins["service"] == k] for k, name in enumerate(self.town.events.services)}
        into = np.concatenate([self.begins[h] for h in HOMES if h in self.begins] or [begins[:0]])
        events["moves to a care home"] = into["week"], into["person"], into["amount"]
        r = self.town.residents
        return Record(events, {k: np.stack(v) for k, v in self.looks.items()}, 0, r.arrives.astype(np.int64), r.left.astype(np.int64))

    def _code(self, kind: str) -> int:
        kinds = self.town.events.kinds
        return kinds.index(kind) if kind in kinds else -1

    def began(self, service: str, since: int, until: int) -> Cohort:
        """Everybody who began this service for the first time between these weeks."""
        told = self.begins.get(service)
        if told is None or not len(told):
            return Cohort(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        people, first = np.unique(told["person"], return_index=True)
        week = told["week"][first].astype(np.int64)
        mine = (week >= since) & (week < until)
        return Cohort(people[mine].astype(np.int64), week[mine])


HELD = ("home_care", "direct_payments")  # hours a week of each that the council pays for


def fork(state: State, *, years: int, beliefs: Beliefs | None = None, at: dict[int, Callable[[Town], None]] | None = None,
         **pounds: float) -> Watched:
    """Run the place on with so many pounds a year for each of these services, on top of present policy."""
    plan = Plan(years=years, invest={name: dict.fromkeys(range(years), each) for name, each in pounds.items()})
    return Watched(from_state(state, plan, beliefs=beliefs, events="all"), years * YEAR, at)


def believing(beliefs: Beliefs, **values: Any) -> Beliefs:
    """The same world with some numbers changed: `extra_care__lead=8.0`."""
    return replace(beliefs, values={**beliefs.values, **{k.replace("__", "."): v for k, v in values.items()}}, readers={})


# Who could be in a trial, and the drawing of arms ---------------------------------------------------------------------------
def _telecare(town: Town, dementia: bool) -> Array:
    r = town.residents
    fits = r.present & (r.age >= OLDER) & (r.setting <= max(AT_HOME)) & (r.need > 0) & (r.hospital == 0)
    return np.flatnonzero(fits & (r.dementia == dementia))


def _lonely(town: Town) -> Array:
    r = town.residents
    return np.flatnonzero(r.present & (r.age >= OLDER) & r.lonely & (r.setting <= max(AT_HOME)) & (r.hospital == 0))


def _carers_of_people_with_dementia(town: Town) -> Array:
    r = town.residents
    carers = np.flatnonzero(r.present & (r.cares_for >= 0) & (r.care_hours > 0))
    cared_for = r.cares_for[carers]
    return carers[r.dementia[cared_for] & r.present[cared_for] & (r.setting[cared_for] <= max(AT_HOME))]


class Trial:
    """The arms of each trial, drawn in one week of one run, and what is withheld from everybody else."""

    def __init__(self) -> None:
        self.arms: dict[str, tuple[Array, Array]] = {}
        self.cared_for: Array = np.empty(0, dtype=np.int64)

    def withhold(self, town: Town) -> None:
        """Nobody is given the services on trial in the ordinary way."""
        everybody = np.ones(len(town.residents), dtype=bool)
        town.tables = {**town.tables, **{WITHHELD + name: everybody for name in TRIALS}}

    def begin(self, town: Town) -> None:
        """Draw the arms and let one of each begin."""
        r = town.residents
        lasts = town.week + int(town.services[town.service("carer_support")].coping_lasts)
        self._arms(town, "telecare", _telecare(town, dementia=False), "technology_enabled_care")
        self._arms(town, "attila", _telecare(town, dementia=True), "technology_enabled_care")
        self._arms(town, "befriending", _lonely(town), "befriending", until=10**6 - 1)  # each has a befriender from the first day
        self._arms(town, "start", _carers_of_people_with_dementia(town), "carer_support", hours=0.0, until=lasts)
        self.cared_for = r.cares_for.copy()

    def _arms(self, town: Town, name: str, people: Array, service: str, **terms: Any) -> None:
        coin = town.draws.traits(f"a trial: which arm, {name}", people) < 1 / 2
        k = town.service(service)
        provider = int(np.flatnonzero((town.providers.service == k) & town.providers.open)[0])
        town.begin(k, people[coin], provider, funder=0, cause="trial", **terms)
        self.arms[name] = people[coin].astype(np.int64), people[~coin].astype(np.int64)


class WithoutHomeCare:
    """In one week, half of the people with council home care have it no longer: what it does is seen a month later."""

    def __init__(self) -> None:
        self.arms: tuple[Array, Array] = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))

    def begin(self, town: Town) -> None:
        p, k = town.placements, town.service("home_care")
        rows = np.flatnonzero(p.active & (p.service == k) & (p.funder == COUNCIL) & (town.residents.age[p.person] >= 18))
        coin = town.draws.traits("a trial: home care taken away", p.person[rows]) < 1 / 2
        town.end(rows[coin], "withheld")
        self.arms = p.person[rows[~coin]].astype(np.int64), p.person[rows[coin]].astype(np.int64)


class World:
    """One world: a place burnt in once, and forked, when first asked for, for each evaluation."""

    def __init__(self, seed: int, replication: int, one_in: int, place: str = "doncaster", worlds: str = "drawn"):
        self.beliefs = drawn(seed, replication) if worlds == "drawn" else central()
        system = CareSystem(load(place), self.beliefs, Plan(years=YEARS), seed=seed, replication=replication, one_in=one_in, events="counts")
        self.state = system.burn_in().state()
        system.close()

    def _with(self, *names: str) -> Watched:
        return fork(self.state, years=YEARS, **{name: LARGE[name] for name in names})

    @cached_property
    def base(self) -> Watched:
        """Present policy."""
        return self._with()

    @cached_property
    def living_well(self) -> Watched:
        return self._with("living_well")

    @cached_property
    def home_from_hospital(self) -> Watched:
        return self._with("home_from_hospital")

    @cached_property
    def partnerships(self) -> Watched:
        """Two services at once for people at risk and for people leaving hospital."""
        return self._with("living_well", "home_from_hospital")

    @cached_property
    def trials(self) -> tuple[Watched, Trial]:
        """Four trials in one run, each with a coin of its own."""
        trial, names = Trial(), ("technology_enabled_care", "befriending", "carer_support")
        ran = fork(self.state, years=YEARS, at={0: trial.withhold, YEAR: trial.begin}, **{name: LARGE[name] for name in names})
        return ran, trial

    @cached_property
    def care_homes(self) -> Watched:
        return self._with("care_home_health_support")

    @cached_property
    def housing(self) -> Watched:
        """Flats and networks are there within weeks: people are looked at before and after they move, not buildings."""
        soon = believing(self.beliefs, extra_care__lead=8.0, extra_care__sites=12.0, keyring__lead=8.0)
        return fork(self.state, years=YEARS, beliefs=soon, extra_care=LARGE["extra_care"], keyring=LARGE["keyring"])

    @cached_property
    def without_reablement(self) -> Watched:
        """Nobody is taken on for reablement from the first week."""
        return fork(self.state, years=YEARS, beliefs=believing(self.beliefs, reablement__eligible=0.0, reablement__eligible_with_dementia=0.0))

    @cached_property
    def without_home_care(self) -> tuple[Watched, WithoutHomeCare]:
        trial = WithoutHomeCare()
        return fork(self.state, years=1, at={1: trial.begin}), trial
