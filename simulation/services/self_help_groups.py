"""People who share a condition, or who care for somebody, meet in a group that one of them keeps going."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulation import schemes
from simulation.evidence.lists import GROUP, NEED
from simulation.evidence.units import Contacts, Hours, People, PerYear, Points, PoundsPerYear, Ratio, Share, Weeks
from simulation.service import Addition, Users
from simulation.world.columns import Array
from simulation.world.ledger import Payment
from simulation.world.town import Town

MONTH = 4  # weeks between looks for new members
MENTAL, HEAVY = GROUP.index("mental health"), NEED.index("three or more")
MOST = 1000  # groups in one neighbourhood, for the address of their luck


@dataclass(frozen=True, kw_only=True)
class SelfHelpGroups(Addition):
    """A development worker helps groups start, with a small grant each; they live as long as somebody organises them.

    Groups are of people with lasting mental ill health, of people with a long-standing condition, and of carers, in one
    neighbourhood each. Money buys development workers and small grants; a worker helps a few groups a year to start,
    where somebody from the one pool of volunteers will organise them, and can look after only so many. Members have
    company and a say; carers among them bear caring more easily for it.
    It fails slowly: groups take years to add up, and a group stops, for all its members at once, when its organiser
    tires and nobody takes over. Without money for a room and a worker to turn to, most stop within a year.
    """

    cost: PoundsPerYear
    grant: PoundsPerYear
    groups_a_worker: Ratio
    starts: PerYear
    members: People
    organiser_hours: Hours
    volunteer_leaves: PerYear
    burnout: Ratio
    another: Share
    unsupported: PerYear
    drop_out: PerYear
    company: Contacts
    control: Points
    kept: Share
    posts_run_on: Weeks

    title: ClassVar[str] = "self-help groups"
    counts: ClassVar = "caseload"
    by_neighbourhood: ClassVar[bool] = True
    effects: ClassVar[frozenset[str]] = frozenset({"company", "control"})
    sceptic: ClassVar[str] = (
        "Those who come to groups are those who would have found company elsewhere, and those who stay are the ones it helps. "
        "No controlled evidence in English social care was located. Grants pay for what people did unpaid before, and when "
        "the worker's post is cut the groups show how little stood by itself.")

    def makes_room(self, town: Town) -> None:
        """Money buys development workers and grants; each worker helps a few groups a year start, as far as organisers are found."""
        rows, p = schemes.rows_of(self, town), town.providers
        money = schemes.steady_money(self, town, self.posts_run_on)
        if not len(rows) or (money <= 0 and not p.built[rows].any()):
            return
        people = town.neighbourhoods.people[p.neighbourhood[rows]].astype(np.float64)
        part = people / people.sum() if people.sum() > 0 else np.full(len(rows), 1.0 / len(rows))
        workers = money * 52 / (self.cost + self.groups_a_worker * self.grant)
        groups = self._groups(town, rows)
        self._stop(town, rows, groups, workers)
        given = schemes.ask_volunteers(self, town, float(groups.sum() + 1) * self.organiser_hours * (money > 0), workers)
        self._start(town, rows, groups, workers, part, given)
        for row, count in zip(rows, groups, strict=True):
            town.memory[f"{self.name}: groups {row}"] = float(count)
        goal = workers * self.groups_a_worker
        p.built[rows], p.budget[rows] = np.maximum(goal * part, groups) * self.members, money * part
        p.ramp[rows] = min(float(groups.sum()) / goal, 1.0) if goal > 0 else 1.0
        p.room[rows] = np.floor(groups * self.members)
        if town.week % MONTH == 0 and (p.room[rows] >= p.used[rows] + 1).any():
            self._join(town, rows)

    def _groups(self, town: Town, rows: Array) -> Array:
        """Groups there are in each neighbourhood; when first looked at, those that its room means."""
        p = town.providers
        there = [town.memory.get(f"{self.name}: groups {row}", np.floor(p.built[row] * p.ramp[row] / self.members)) for row in rows]
        return np.array(there, dtype=np.float64)

    def _stop(self, town: Town, rows: Array, groups: Array, workers: float) -> None:
        """Organisers tire; where nobody takes over the group stops for all its members. Takes them off `groups`."""
        pl, mine = town.placements, town.placements.of(town.service(self.name))
        which = np.repeat(np.arange(len(rows)), groups.astype(np.int64))
        number = np.arange(len(which)) - np.searchsorted(which, which, side="left")
        address = rows[which].astype(np.int64) * MOST + number
        tires = schemes.volunteers_leave(town, self.volunteer_leaves, self.burnout) * (1.0 - self.another)
        supported = min(workers * self.groups_a_worker / max(float(groups.sum()), 1.0), 1.0)
        rate = PerYear(tires * supported + self.unsupported * (1.0 - supported))
        over = town.draws.happens("self_help_groups: organiser tires", rate.weekly, address)
        for row, at, n in zip(rows[which[over]], which[over], number[over], strict=True):
            members = mine[pl.provider[mine] == row]
            pl.until[members[np.arange(len(members)) % int(groups[at]) == n]] = town.week
        groups -= np.bincount(which[over], minlength=len(rows))

    def _start(self, town: Town, rows: Array, groups: Array, workers: float, part: Array, given: float) -> None:
        """New groups, in turn where there are fewest for the people, while workers can look after more. Adds to `groups`."""
        spare = workers * self.groups_a_worker - float(groups.sum())
        begun = town.memory.get(f"{self.name}: beginnings", 0.0)
        begun += self.starts / 52 * min(workers, max(spare, 0.0)) * given
        while begun >= 1:
            begun -= 1
            groups[int(np.argmin(groups / np.maximum(part, schemes.TINY)))] += 1
        town.memory[f"{self.name}: beginnings"] = begun

    def _join(self, town: Town, rows: Array) -> None:
        """Who joins the groups of the neighbourhood, by lot: carers, people with lasting mental ill health or a condition."""
        r, p = town.residents, town.providers
        people = np.flatnonzero(r.present & (r.limiting | (r.group == MENTAL) | (r.cares_for >= 0)) & (r.need < HEAVY))
        people = people[(r.setting[people] <= max(schemes.AT_HOME)) & (r.hospital[people] == 0)]
        at = np.full(len(town.neighbourhoods), -1)
        at[p.neighbourhood[rows]] = np.arange(len(rows))
        free = np.maximum(np.floor(p.room[rows] - p.used[rows]), 0.0)
        people = schemes.has_not(self, town, people)
        people = people[(at[r.neighbourhood[people]] >= 0) & (free[at[r.neighbourhood[people]]] > 0)]
        here = at[r.neighbourhood[people]]
        order = np.lexsort((town.draws.uniforms("self_help_groups: joins", people), here))
        ahead = np.arange(len(order)) - np.searchsorted(here[order], here[order], side="left")
        chosen = order[ahead < free[here[order]]]
        town.begin(town.service(self.name), people[chosen], rows[here[chosen]], funder=0, cause="joins")
        np.add.at(p.used, rows[here[chosen]], 1)

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerYear:
        return PoundsPerYear((self.cost / self.groups_a_worker + self.grant) / self.members)

    def lead_time(self) -> Weeks:
        """Weeks until most of the groups that a worker can look after have started, some having stopped meanwhile."""
        stops = self.volunteer_leaves * (1.0 - self.another)
        most = (1.0 - np.exp(-1.0)) * self.groups_a_worker * stops / self.starts
        return Weeks(-np.log1p(-min(most, 1.0 - np.exp(-1.0))) / stops * 52)

    def helps(self, users: Users, town: Town) -> None:
        """Company of people in the same place in life, and a say."""
        users.company = np.maximum(users.company, self.company * (users.hospital == 0))
        users.control += self.control

    def afterwards(self, people: Array, town: Town) -> None:
        """Part of the company goes with the group."""
        town.residents.company[people] *= np.float32(self.kept)

    def costs(self, users: Users, town: Town) -> Iterable[Payment]:
        """Development workers and grants, from the day the money comes."""
        yield from schemes.scheme_costs(self, town, schemes.PREVENTION)

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """The group stops; people stop coming, or can no longer get there."""
        stops = town.draws.happens("self_help_groups: stops coming", self.drop_out.weekly, users.rows)
        away = (users.setting > max(schemes.AT_HOME)) | (users.need >= HEAVY)
        return {"moves on": away, "group stops": town.placements.until[users.placements] <= town.week, "stops coming": stops}
