"""A link worker in the practice listens, and goes along to a group that has room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.units import Contacts, Hours, People, PerYear, Pounds, PoundsPerYear, Share, Weeks
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

MONTH = 4  # weeks between referrals
NO_END = 10**6  # of somebody who is not in a group yet


@dataclass(frozen=True, kw_only=True)
class SocialPrescribing(Addition):
    """Link workers see so many people a year and bring them to groups, which have only so much room for newcomers.

    Practices refer lonely people, and people with a long-standing condition who live alone. A link worker sees each for
    some weeks, then looks for a group in the neighbourhood. Groups have room as there are places to meet and volunteers
    to welcome somebody new; whoever joins has company for some months. Money buys link workers, not groups.
    It fails where groups are full: people wait, the link workers' lists silt up, fewer are seen, and many give up. And
    mostly nothing lasts: when the months are over most of the company goes.
    """

    cost: PoundsPerYear
    a_worker: PerYear
    alongside: Weeks
    lead: Weeks
    newcomers: People
    welcome: Hours
    stays: Weeks
    patience: Weeks
    drop_out: PerYear
    company: Contacts
    kept: Share
    posts_run_on: Weeks

    title: ClassVar[str] = "social prescribing"
    counts: ClassVar = "caseload"
    effects: ClassVar[frozenset[str]] = frozenset({"company"})
    sceptic: ClassVar[str] = (
        "In eight controlled studies quality of life did not move; the good results are from studies without a comparison. "
        "The best known pilot returned fifty pence for each pound. Link workers are easy to hire and groups are not, so more "
        "of them lengthen the queue.")

    def makes_room(self, town: Town) -> None:
        """Money buys link workers who see so many people a year; whoever waits for a group takes up their time."""
        rows, p, pl = schemes.rows_of(self, town), town.providers, town.placements
        money = schemes.steady_money(self, town, self.posts_run_on)
        mine = pl.of(town.service(self.name))
        if not len(rows) or (money <= 0 and not p.built[rows].any() and not len(mine) and not p.room[rows].any()):
            return
        p.budget[rows] = money / len(rows)
        seen = schemes.grow(town, rows, p.budget[rows] * 52 / self.cost * self.a_worker * self.alongside / 52, self.lead)
        self._to_groups(town, mine)
        in_groups = np.bincount(pl.provider[mine[pl.until[mine] < NO_END]], minlength=len(p))[rows]
        p.room[rows] = schemes.whole(seen) + in_groups
        if town.week % MONTH == 0 and (p.room[rows] >= p.used[rows] + 1).any():
            self._refer(town, rows)

    def _to_groups(self, town: Town, mine: Array) -> None:
        """Whom link workers have seen long enough join a group in the neighbourhood, the longest wait first, as far as there is room."""
        pl, here = town.placements, town.residents.neighbourhood[town.placements.person[mine]]
        joined = pl.until[mine] < NO_END
        given = schemes.ask_volunteers(self, town, len(mine) * self.welcome)
        places = town.neighbourhoods.meeting_places.astype(np.float64) * town.neighbourhoods.people / 1000
        room = schemes.whole(places * self.newcomers * given) - np.bincount(here[joined], minlength=len(places))
        waits = np.flatnonzero(~joined & (pl.since[mine] + self.alongside <= town.week))
        order = waits[np.lexsort((pl.since[mine[waits]], here[waits]))]
        ahead = np.arange(len(order)) - np.searchsorted(here[order], here[order], side="left")
        joins = ahead < room[here[order]]
        pl.until[mine[order[joins]]] = town.week + int(np.ceil(self.stays))
        town.events.note("joins a group", pl.person[mine[order[joins]]], service=self.name)
        if town.week % MONTH == 0:
            town.events.note("no room in a group", pl.person[mine[order[~joins]]], service=self.name)

    def _refer(self, town: Town, rows: Array) -> None:
        """Whom practices refer this month: lonely people, and people with a condition who live alone, by lot."""
        r = town.residents
        people = np.flatnonzero(r.present & (r.lonely | (r.limiting & r.alone)))
        people = people[(r.setting[people] <= max(schemes.AT_HOME)) & (r.hospital[people] == 0)]
        people = schemes.has_not(self, town, people)
        luck = town.draws.uniforms("social_prescribing: is referred", people)
        schemes.take_on(self, town, rows, people[np.argsort(luck, kind="stable")], funder=0, cause="referral")

    def costs_a_person(self, prices: Mapping[str, float]) -> Pounds:
        """Pounds for each person seen, whether or not a group follows."""
        return Pounds(self.cost / self.a_worker)

    def helps(self, users: Users, town: Town) -> None:
        """Company in a group, for some months."""
        in_group = town.placements.until[users.placements] < NO_END
        users.company = np.maximum(users.company, self.company * (in_group & (users.hospital == 0)))

    def afterwards(self, people: Array, town: Town) -> None:
        """Most of the company goes with the group."""
        town.residents.company[people] *= np.float32(self.kept)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Link workers, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """The months in the group are over; people stop coming, or give up waiting for a group; no link worker is left."""
        until, since = town.placements.until[users.placements], town.placements.since[users.placements]
        looking = until >= NO_END
        waits = looking & (since + self.alongside < town.week)
        gives_up = waits & town.draws.happens("social_prescribing: gives up", 1.0 - np.exp(-1.0 / self.patience), users.rows)
        stops = town.draws.happens("social_prescribing: stops coming", self.drop_out.weekly, users.rows)
        town.events.note("gives up waiting", users.rows[gives_up], service=self.name)
        return {"moves on": users.setting > max(schemes.AT_HOME), "planned end": until <= town.week,
                "stops coming": stops | gives_up, "scheme ends": looking & (town.providers.budget[users.providers] <= 0)}
