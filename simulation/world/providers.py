"""Who gives support: homes, agencies, schemes and teams, and who is supported by whom."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from simulation.evidence.lists import FUNDER
from simulation.world.columns import Array, Column, Link, Table, View, distinct


class Provider(View):
    """A care home, an agency, a scheme or a team: numbered, never named after a real one. A registered Mesa agent."""

    service = Column("i1", "which service it gives: index in town.services")
    number = Column("i4", "its number among the providers of its service")
    neighbourhood = Column("i2", "row of neighbourhoods")
    working_age = Column("?", "for people of working age")
    open = Column("?", "gives support now")
    opened = Column("i4", "week of opening", start=-(10**6))
    closes = Column("i4", "week on which it has decided to close, far future while it goes on", start=10**6)
    built = Column("f4", "places, hours a week or people at once it could give with staff and money for all of it")
    room = Column("f4", "what it can give this week: places, hours a week or people at once")
    used = Column("f4", "what is in use this week")
    block = Column("f4", "share of its places the council has bought in block")
    staff = Column("f4", "care workers employed (whole-time equivalents)")
    wanted_staff = Column("f4", "care workers it wants")
    staffing = Column("f4", "share of the staff wanted that it has; room may not exceed what staff can carry", start=1)
    margin = Column("f4", "income over cost less one, smoothed over half a year")
    budget = Column("f4", "pounds a week it is funded with now (services that are funded, not bought by the hour)")
    ramp = Column("f4", "0 to 1: how far it has grown into its money (recruited, trained, known)")
    quality = Column("f4", "0 to 1")
    spent = Column("f8", "pounds paid to it in the last week")


class Placement(View):
    """One person's support from one service: since when, how much, who pays."""

    person = Link("resident")
    service = Column("i1", "index in town.services")
    provider = Link("provider, -1 where none is needed")
    since = Column("i4", "week of beginning")
    until = Column("i4", "planned last week (reablement, short breaks); far future otherwise", start=10**6)
    hours = Column("f4", "hours a week agreed; 0 for places")
    given = Column("f4", "hours a week that really come")
    funder = Column("i1", codes=FUNDER)
    price = Column("f4", "pounds a week, gross")
    contribution = Column("f4", "pounds a week the person is charged")
    active = Column("?", "goes on", start=1)


class Placements(Table):
    """Who is supported by whom. Ended placements stay until the year's end tidying."""

    def __init__(self, rows: int, room: int | None = None, model: Any = None):
        self._going_on: dict[int, Array] = {}
        super().__init__(Placement, rows, room, model)

    def _show(self, n: int) -> None:
        super()._show(n)
        self._going_on.clear()

    def of(self, service: int) -> Array:
        """Rows of the placements that go on in one service; looked up again when some begin or end."""
        if service not in self._going_on:
            rows = np.flatnonzero(self.active & (self.service == service))
            rows.flags.writeable = False
            self._going_on[service] = rows
        return self._going_on[service]

    def end(self, rows: Array) -> None:
        """These placements go on no longer."""
        self.active[rows] = False
        for service in distinct(self.service[rows]):
            self._going_on.pop(service, None)

    def tidy(self) -> None:
        self.keep(self.active)


class Hospital(mesa.Agent):
    """The council's share of its hospital: beds, people in them, and people ready to leave who cannot."""

    def __init__(self, model: Any):
        super().__init__(model)
        self.beds = 0.0
        self.occupied = 0.0
        self.winter = 1.0

    def state(self) -> dict[str, Any]:
        return {"beds": self.beds, "occupied": self.occupied, "winter": self.winter}


class Commissioner(mesa.Agent):
    """The council as buyer: the only one who reads the plan. Budgets, reserves, what it has set in motion."""

    def __init__(self, model: Any):
        super().__init__(model)
        self.budget_a_week = 0.0  # council net budget, pounds a week, model prices
        self.reserves = 0.0
        self.forecast_gap = 0.0  # forecast outturn over budget, less one
        self.section_114 = -1  # week until which non-statutory spending is frozen, -1 never
        self.steer = 0.0  # utility added to answers other than a care home for council-funded older people
        self.steer_working_age = 0.0
        self.package_size = 1.0  # factor on new packages
        self.assessment_share = 1.0  # factor on assessment capacity
        self.fee_drift = 1.0  # council fees relative to the cost of care
        self.prevention_share = 1.0  # factor on prevention and community lines
        self.practice = 1.0  # factor on the share found eligible
        self.pot = 0.0  # pounds released or granted and not yet spent on the models of the plan
        self.released = 0.0  # pounds released so far
        self.funding: dict[str, float] = {}  # service -> pounds a week it is funded with by plan and policy

    def state(self) -> dict[str, Any]:
        kept = ("budget_a_week", "reserves", "forecast_gap", "section_114", "steer", "steer_working_age",
                "package_size", "assessment_share", "fee_drift", "prevention_share", "practice", "pot", "released")
        return {**{k: getattr(self, k) for k in kept}, "funding": dict(self.funding)}
