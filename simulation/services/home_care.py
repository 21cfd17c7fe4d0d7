"""Home care by the hour: an agency's care workers come to the house and help with daily life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np

from simulation.evidence.lists import NEED, ROLE
from simulation.evidence.units import By, Contacts, LogOdds, PerYear, Points, PoundsPerHour, Ratios, Share, Weeks
from simulation.homes import FAR, close_down, give_notice, move_on
from simulation.rules import WEEKS
from simulation.service import UNSUITABLE, Lines, Service, Users, by_age
from simulation.world.columns import Array
from simulation.world.town import COUNCIL, SELF, Town

SOME, PERSONAL = NEED.index("some help"), NEED.index("one or two personal tasks")
HOME_CARE = ROLE.index("home care")
HOUR = "home_care: cost of an hour"  # pounds, on the mean of agencies, at the prices of the first day
WANTED = "home_care: more hours wanted"  # that a plan pays for, staff or no staff
TINY = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, kw_only=True)
class HomeCare(Service):
    """Agencies that sell hours. Hours come from care workers; price and pay are those of the whole place.

    Hours agreed are hours bought; how many come depends on the workers agencies have. It suits anybody who needs help
    at home, and brings a little company and some of the same faces.
    It fails where prices do not cover what an hour costs: agencies hand packages back or close, and people move on or
    wait. It fails without workers: hours are promised and do not come, and families or nobody makes them up.
    """

    title: ClassVar[str] = "home care"
    counts: ClassVar[Literal["places", "hours", "caseload"]] = "hours"
    pools: ClassVar[frozenset[str]] = frozenset({"care_workers"})
    effects: ClassVar[frozenset[str]] = frozenset({"company", "continuity"})
    role: ClassVar[str] = "home care"
    sceptic: ClassVar[str] = (
        "It does raise quality of life against nothing at all. Before any new model is paid for, ask what the same money would "
        "do as more hours and better pay here: most of what is claimed for other models is time, known faces and workers "
        "who stay.")

    leaning: LogOdds
    home_care_pay_share: Share
    care_staff_per_unit: Annotated[Ratios, By("role")]
    home_care_margin: Share  # of an agency, as usual
    ends_needed: PerYear
    ends_little_need: PerYear
    hand_back: PerYear  # a council package, at no margin
    hand_back_margin: Share
    exit: PerYear
    exit_margin: Share
    entry: PerYear  # new agencies for each that there is, at no margin
    entry_size: Share  # hours a new agency sets out to give, over the mean of those there are
    margin_weeks: Weeks
    notice_least: Weeks
    notice_most: Weeks
    abrupt: Share
    company: Contacts
    continuity: Points

    # Whom it suits, and on what terms -----------------------------------------------------------------------------
    def suits(self, people: Array, town: Town) -> Array:
        """Fits anybody who needs help with daily life at home."""
        return np.where(town.residents.need[people] >= SOME, float(self.leaning), UNSUITABLE)

    def pay_factor(self, town: Town) -> float:
        """What dearer care work adds to an hour: 1 + pay's share x pay above the going rate."""
        m = town.memory
        return 1.0 + self.home_care_pay_share * (m.get("price premium", 0.0) + m.get("price premium, home care", 0.0))

    def price(self, people: Array, hours: Array, town: Town) -> Array:
        return np.asarray(hours * (town.prices["home_care_hour"] * self.pay_factor(town)))

    def own_price(self, people: Array, hours: Array, town: Town) -> Array:
        return np.asarray(hours * (town.prices["own_home_care_hour"] * self.pay_factor(town)))

    def costs_a_person(self, prices: Mapping[str, float]) -> PoundsPerHour:
        return PoundsPerHour(prices["home_care_hour"])

    def line(self, people: Array, town: Town) -> Lines:
        return by_age(people, town, "older_home_care", "working_age_community")

    # Room ----------------------------------------------------------------------------------------------------------
    def makes_room(self, town: Town) -> None:
        """Staff become hours; agencies count what an hour brings, hand packages back, or close."""
        p = town.providers
        agencies = np.flatnonzero((p.service == town.service(self.name)) & p.open)
        if not len(agencies):
            return
        mine = town.placements.of(town.service(self.name))
        per_hour = self.care_staff_per_unit[HOME_CARE]
        staffed = p.wanted_staff[agencies] > 0
        p.room[agencies] = np.where(staffed, p.staff[agencies] / per_hour, p.built[agencies] * p.staffing[agencies])
        p.used[agencies] = self._by_agency(mine, town.placements.hours[mine], town)[agencies]
        self._keep_books(agencies, mine, town)
        self._hand_back(agencies, mine, town)
        rate = np.where(p.closes[agencies] == FAR, self.exit * np.exp(-p.margin[agencies] / self.exit_margin), 0.0)
        leaves = town.draws.happens("home_care: decides to close", 1.0 - np.exp(-rate / WEEKS), agencies)
        give_notice(self, agencies[leaves], town, self.notice_least, self.notice_most, self.abrupt)
        self._new_agency(agencies, town)
        closing = agencies[p.closes[agencies] < FAR]
        p.room[closing] = np.minimum(p.room[closing], p.used[closing])
        close_down(self, agencies, town)

    def _by_agency(self, mine: Array, weights: Array, town: Town) -> Array:
        return np.bincount(town.placements.provider[mine], weights=weights, minlength=len(town.providers))

    def _keep_books(self, agencies: Array, mine: Array, town: Town) -> None:
        """Margin of each agency: what its hours bring over what they cost, smoothed."""
        p, pl, m = town.providers, town.placements, town.memory
        if HOUR not in m:
            return
        pay = m.get("pay premium", m.get("price premium", 0.0)) + m.get("price premium, home care", 0.0)
        dearer = town.prices["care_index"] * (1.0 + self.home_care_pay_share * pay)
        hours = self._by_agency(mine, pl.given[mine], town)[agencies]
        income = self._by_agency(mine, pl.price[mine], town)[agencies]
        if town.burning_in and hours.sum() > 0:  # who pays settles in the burn-in; agencies as a whole do as usual
            usual = float(income.sum() / hours.sum()) / dearer / (1.0 + self.home_care_margin)
            m[HOUR] += (usual - m[HOUR]) / max(self.margin_weeks, 1.0)
        cost = m[HOUR] * dearer
        own_cost = np.array([m.get(f"agency {a}: cost over the mean", 1.0) for a in agencies]) * cost
        margin = np.where(hours > 0, income / np.maximum(hours * own_cost, 1.0) - 1.0, p.margin[agencies])
        p.margin[agencies] += (margin - p.margin[agencies]) / max(self.margin_weeks, 1.0)

    def _new_agency(self, agencies: Array, town: Town) -> None:
        """Where an hour pays, somebody starts an agency, small, and looks for care workers."""
        p, k = town.providers, town.service(self.name)
        if HOUR not in town.memory:
            return
        margin = float(np.average(p.margin[agencies], weights=np.maximum(p.used[agencies], 1.0)))
        rate = len(agencies) * self.entry / WEEKS * float(np.exp(margin / self.exit_margin))
        if town.draws.happens("home_care: an agency opens", rate, np.zeros(1, dtype=np.int64))[0]:
            size = float(p.room[agencies].mean()) * self.entry_size
            first = int(agencies[0])
            p.append(1, service=k, number=int(p.number[p.service == k].max()) + 1, neighbourhood=p.neighbourhood[first],
                     open=True, opened=town.week, built=size, quality=float(p.quality[agencies].mean()), staffing=1.0,
                     ramp=1.0)

    def _hand_back(self, agencies: Array, mine: Array, town: Town) -> None:
        """Where the council's price is below their cost, agencies hand packages back; people move on or wait again."""
        p, pl = town.providers, town.placements
        ours = mine[(pl.funder[mine] == COUNCIL)]
        if not len(ours) or HOUR not in town.memory:
            return
        rate = self.hand_back * np.exp(-p.margin[pl.provider[ours]].astype(np.float64) / self.hand_back_margin)
        back = ours[town.draws.happens("home_care: hands back", 1.0 - np.exp(-rate / WEEKS), pl.person[ours])]
        for agency in np.unique(pl.provider[back]):
            move_on(self, int(agency), back[pl.provider[back] == agency], town, last_day=True, cause="handed back")

    # While supported -------------------------------------------------------------------------------------------------
    def gives(self, users: Users, town: Town) -> Array:
        """The hours agreed, as far as there is staff; and more where a plan pays for more."""
        p = town.providers
        carried = np.minimum(1.0, p.room[users.providers] / np.maximum(p.used[users.providers], TINY))
        there = np.where(users.hospital == 0, carried, 0.0)
        return np.asarray(town.placements.hours[users.placements] * there + self._more_hours(users, there, town))

    def helps(self, users: Users, town: Town) -> None:
        """What comes is what is paid for; visits bring a little company, and some of the same faces."""
        pl, rows = town.placements, users.placements
        hours = pl.given[rows].astype(np.float64)
        price = np.where(pl.funder[rows] == SELF, town.prices["own_home_care_hour"], town.prices["home_care_hour"])
        pl.price[rows] = hours * price * self.pay_factor(town)
        share = np.minimum(1.0, hours / np.maximum(users.hours_needed, 1.0))
        users.company = np.maximum(users.company, self.company * share)
        users.continuity = np.maximum(users.continuity, self.continuity * (hours > 0))

    def _more_hours(self, users: Users, there: Array, town: Town) -> Array:
        """Hours a plan buys for people who have home care and too little of it, where agencies have the staff."""
        p, pl = town.providers, town.placements
        money = town.memory.get("home_care: money for hours", 0.0)
        if money <= 0:
            town.memory.pop(WANTED, None)
            return np.zeros(len(users))
        more_now = np.maximum(pl.given[users.placements] - pl.hours[users.placements], 0.0)
        lacking = np.where((pl.funder[users.placements] == COUNCIL) & (there > 0),
                           users.unmet * users.hours_needed + more_now, 0.0)
        spare = np.maximum(p.room[users.providers] - p.used[users.providers], 0.0)
        by_agency = np.bincount(users.providers, weights=lacking, minlength=len(p))[users.providers]
        staffed = lacking * np.minimum(1.0, spare / np.maximum(by_agency, TINY))
        affordable = money / (town.prices["home_care_hour"] * self.pay_factor(town))
        town.memory[WANTED] = min(affordable, float(lacking.sum()))
        return np.asarray(staffed * min(1.0, affordable / max(float(staffed.sum()), TINY)))

    def ends(self, users: Users, town: Town) -> Mapping[str, Array]:
        """People get better, or arrange their lives otherwise."""
        if not len(users):
            return {}
        little = users.need < PERSONAL
        rate = np.where(little, self.ends_little_need.weekly, self.ends_needed.weekly)
        goes = town.draws.happens("home_care: ends", rate, users.rows)
        return {"no longer needed": goes & little, "arranged otherwise": goes & ~little}
