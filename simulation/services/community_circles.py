"""A circle of family and friends meets each month around one person's aim, with a volunteer who keeps it going."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import GROUP, NEED, SETTING
from simulation.evidence.units import Contacts, Hours, People, PerYear, Points, PoundsPerYear, Ratio, Share, Weeks, Years
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

MONTH = 4  # weeks between introductions
LEARNING, PERSONAL = GROUP.index("learning disability"), NEED.index("one or two personal tasks")
RESIDENTIAL = SETTING.index("residential")
FACILITATORS = "community_circles: part of the facilitators' hours asked for that there are"


@dataclass(frozen=True, kw_only=True)
class CommunityCircles(Addition):
    """A paid connector finds people with an aim, somebody around them, and a volunteer to facilitate; the circle does the rest.

    Money buys connectors. Each is introduced to so many older people and people with a learning disability a year,
    wherever they live; part of them want a circle, and of those only people who have family and friends to ask can have
    one, once a volunteer from the one pool takes it on. A circle meets monthly: company for the person, company and a few
    hours' rest for whoever cares for them, and now and then a way back to a home of one's own for somebody in a
    residential home who wants it; they ask the council like anybody else.
    It fails where there is nobody to ask: those who most need ties have fewest. It fails without facilitators, and stops
    when one leaves and no other is found. It ends when the aim is met. The first years are dear: most connectors' time
    goes to people who never have a circle.
    """

    cost: PoundsPerYear
    circles_a_connector: People
    introductions: PerYear
    lead: Weeks
    older_age: Years
    wants_one: Share
    network: People
    facilitator_hours: Hours
    volunteer_leaves: PerYear
    burnout: Ratio
    aim_met: PerYear
    goes_home: PerYear
    company: Contacts
    control: Points
    break_hours: Hours
    posts_run_on: Weeks

    title: ClassVar[str] = "Community Circles"
    counts: ClassVar = "caseload"
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control", "break_hours", "stage", "reason", "asked", "long_term"})
    sceptic: ClassVar[str] = (
        "Half a million pounds over five years had matched forty people after two. The evaluations are small, uncontrolled "
        "and made for the funder, and nothing shows that anybody used fewer services. Families that can gather every month "
        "are the ones that would have coped; a volunteer who organises them is pleasant, and not a saving.")

    def makes_room(self, town: Town) -> None:
        """Money buys connectors; circles come with introductions, as far as people have somebody to ask and volunteers there are."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        grown = schemes.grow(town, rows, p.budget[rows] * 52 / self.cost * self.circles_a_connector, self.lead)
        connectors = float(grown.sum()) / self.circles_a_connector
        given = schemes.ask_volunteers(self, town, float(grown.sum()) * self.facilitator_hours, connectors)
        town.memory[FACILITATORS] = given
        p.room[rows] = schemes.whole(grown * given)
        if town.week % MONTH == 0 and connectors > 0:
            met = schemes.whole_this_week(np.array([connectors * self.introductions * MONTH / 52]), town.week // MONTH)
            self._introductions(town, rows, int(met[0]))

    def _introductions(self, town: Town, rows: Array, count: int) -> None:
        """Whom connectors meet this month, by lot; what becomes of it: a circle, or nobody to ask, or nobody to facilitate."""
        r = town.residents
        people = np.flatnonzero(r.present & (r.hospital == 0) & ((r.age >= self.older_age) | (r.group == LEARNING)))
        people = people[(r.need[people] > 0) | (r.band[people] > 0) | r.lonely[people]]
        people = schemes.has_not(self, town, people)
        luck = town.draws.uniforms("community_circles: is introduced", people)
        people = people[np.argsort(luck, kind="stable")][:count]
        wants = people[town.draws.traits("community_circles: would want one", people) < self.wants_one]
        has_some = self._around(wants, town) >= self.network
        begun = schemes.take_on(self, town, rows, wants[has_some], funder=0, cause="introduction")
        town.events.note("no circle", wants[~has_some], cause="nobody to ask", service=self.name)
        town.events.note("no circle", wants[has_some][len(begun):], cause="no facilitator", service=self.name)

    def _around(self, people: Array, town: Town) -> Array:
        """How many people each of these has to ask: partner, children and parents, friends; a child near who lives outside."""
        r = town.residents
        partner, kin, friends = r.partner[people], r.kin[people], r.friends[people][:, :-1]
        family = ((kin >= 0) & r.present[kin]).sum(axis=1)
        together = (partner >= 0) & r.present[partner]
        return np.asarray(together + family + (friends >= 0).sum(axis=1) + (r.child_near[people] & (family == 0)))

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear(self.cost / self.circles_a_connector)

    def helps(self, users: Users, town: Town) -> None:
        """Company and a say; company and rest for the carer; somebody in a residential home who wants to may ask to go home."""
        r, there = town.residents, users.hospital == 0
        users.company = np.maximum(users.company, self.company * there)
        users.control += self.control
        carers = users.carer[(users.carer >= 0) & there]
        r.break_hours[carers] = np.maximum(r.break_hours[carers], self.break_hours)
        r.company[carers] = np.maximum(r.company[carers], self.company)
        chance = 1.0 - np.exp(-self.goes_home / 52 * users.wants_home)
        able = (users.setting == RESIDENTIAL) & (users.need <= PERSONAL) & there
        home = able & town.draws.happens("community_circles: wants to go home", chance, users.rows)
        schemes.asks(town, users.rows[home], "planned")

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Connectors, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """The aim is met; nobody is left in the circle; or the facilitator leaves and no other takes it on."""
        met = town.draws.happens("community_circles: aim is met", self.aim_met.weekly, users.rows)
        rate = PerYear(schemes.volunteers_leave(town, self.volunteer_leaves, self.burnout))
        leaves = town.draws.happens("community_circles: facilitator leaves", rate.weekly, users.rows)
        another = town.draws.happens("community_circles: another takes it on", town.memory.get(FACILITATORS, 0.0), users.rows)
        return {"scheme ends": town.providers.budget[users.providers] <= 0, "goals met": met,
                "nobody left in the circle": self._around(users.rows, town) == 0, "facilitator leaves": leaves & ~another}
