"""A practice's list of people at risk, a conversation about a good life, and three months with a coordinator and volunteers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import FRAILTY
from simulation.evidence.units import Contacts, Hours, LogOdds, People, PerYear, Points, Pounds, Share, Weeks, Years
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

FORTNIGHT = 2  # weeks between looks at the list
FRAIL = FRAILTY.index("moderate")
VOLUNTEERS = "living_well: part of the volunteer hours it asks for that there are"


@dataclass(frozen=True, kw_only=True)
class LivingWell(Addition):
    """Short support for older people picked from a practice's risk list; what it brings fades when it ends.

    Practices name older people who have lately been in hospital in an emergency, or are frail and unwell just now: people
    at a bad time, most of whom would be better later whatever is done. A coordinator talks with each about what matters
    to them, then volunteers bring company and confidence for about three months. Money buys coordinators' time at so many
    pounds a person, once lists, data and volunteers are agreed on; volunteers come from the one pool there is.
    It fails in three ways. Looking for people finds need and illness nobody knew of, so requests for support and visits
    to hospital rise before anything falls. Without volunteers there is a conversation and little company. And most of
    what was gained goes when the three months are over.
    """

    cost: Pounds
    a_coordinator: PerYear
    volunteers_a_coordinator: People
    volunteer_hours: Hours
    lead: Weeks
    stays: Weeks
    older_age: Years
    recently: Weeks
    from_hospital: Share
    seen_unwell: LogOdds
    drop_out: PerYear
    case_finding: PerYear
    illness_found: PerYear
    company: Contacts
    control: Points
    kept: Share
    posts_run_on: Weeks

    title: ClassVar[str] = "Age UK Living Well"
    counts: ClassVar = "caseload"
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control", "sent", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "People join at their worst and get better by themselves: a fall of a third in admissions before and after became "
        "higher use than among matched people elsewhere. It finds need that must then be paid for, and three months of "
        "company do not last. If it is worth having, it is for how people feel, not for the hospital.")

    def makes_room(self, town: Town) -> None:
        """Money buys coordinators' time at so many pounds a person, as lists and volunteers are found; every fortnight from the list."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        at_once = schemes.grow(town, rows, p.budget[rows] / self.cost * self.stays, self.lead)
        p.room[rows] = schemes.whole(at_once)
        coordinators = float(at_once.sum()) * 52 / self.stays / self.a_coordinator
        hours = coordinators * self.volunteers_a_coordinator * self.volunteer_hours
        town.memory[VOLUNTEERS] = schemes.ask_volunteers(self, town, hours, coordinators)
        if town.week % FORTNIGHT == 0 and (p.room[rows] >= p.used[rows] + 1).any():
            self._from_the_list(town, rows)

    def _from_the_list(self, town: Town, rows: Array) -> None:
        """Whom practices name: part after an emergency stay, the rest frail; likelier the more unwell they are just now."""
        r, p = town.residents, town.providers
        people = np.flatnonzero(r.present & (r.age >= self.older_age) & (r.setting <= max(schemes.AT_HOME)) & (r.hospital == 0))
        after_a_stay = r.discharged[people] > town.week - self.recently
        people = people[after_a_stay | (r.frailty[people] >= FRAIL) | (r.need[people] > 0)]
        people = schemes.has_not(self, town, people)
        likely = self.seen_unwell * r.acute[people] + town.draws.gumbel("living_well: is named", people)
        people = people[np.argsort(-likely, kind="stable")]
        after_a_stay = r.discharged[people] > town.week - self.recently
        room = int(np.maximum(np.floor(p.room[rows] - p.used[rows]), 0.0).sum())
        lots = town.draws.uniforms("living_well: is named after a stay", np.arange(room))
        n = np.count_nonzero(lots < self.from_hospital)
        first, later = people[after_a_stay][:n], people[after_a_stay][n:]
        named = np.concatenate([first, people[~after_a_stay][:room - len(first)], later])[:room]
        schemes.take_on(self, town, rows, named, funder=0,
                        until=town.week + int(np.ceil(self.stays)), cause="risk list")

    def costs_a_person(self, prices: Mapping[str, float]) -> Pounds:
        return self.cost

    def helps(self, users: Users, town: Town) -> None:
        """Company and confidence while it lasts; need and illness come to light."""
        there = users.hospital == 0
        users.company = np.maximum(users.company, self.company * town.memory.get(VOLUNTEERS, 0.0) * there)
        users.control += self.control
        found = town.draws.happens("living_well: need comes to light", self.case_finding.weekly, users.rows)
        schemes.asks(town, users.rows[found & (users.funder == 0) & (users.need > 0)], "planned")
        ill = town.draws.happens("living_well: illness comes to light", self.illness_found.weekly, users.rows)
        users.sent |= ill & there

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Coordinators, and what volunteers cost, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """After about three months; or people stop coming, or move where others care for them."""
        stops = town.draws.happens("living_well: stops coming", self.drop_out.weekly, users.rows)
        return {"moves on": users.setting > max(schemes.AT_HOME),
                "planned end": town.placements.until[users.placements] <= town.week,
                "scheme ends": town.providers.budget[users.providers] <= 0, "stops coming": stops}

    def afterwards(self, people: Array, town: Town) -> None:
        """Most of the company goes when support ends."""
        town.residents.company[people] *= np.float32(self.kept)
