"""What holds in every week of any place under any plan: people, hours and pounds are conserved, nothing leaves its bounds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from simulation.condition import hours_of
from simulation.door import agreed_hours
from simulation.evidence.lists import BAND, GROUP, NEED
from simulation.evidence.register import Beliefs, central, drawn
from simulation.model import CareSystem
from simulation.places import Place
from simulation.plan import Plan, Shift, Transition
from simulation.world.town import COUNCIL, NHS, SELF, Town
from tests.bounds import out_of_bounds, unbounded
from tests.strategies import known_place, places, plans
from tests.test_money import identities
from tests.towns import a_town, resident

BURN_IN, WEEKS, ONE_IN = 26, 40, 500
AWAY = -1  # no longer here, or not yet
TWO = NEED.index("one or two personal tasks")
EVERYTHING_AT_ONCE = Plan(name="everything", years=2, shifts=(Shift("older_residential_and_nursing", 0.5, 0, 0, {"shared_lives": 1.0}),),
                          transition=Transition({0: 20e6}), invest={"homeshare": {0: 5e6}, "local_area_coordination": {0: 20e6}},
                          levers={"package_size": -0.5, "assessments": -0.5, "care_worker_pay": 0.3, "volunteer_drive": 3000.0})


class Watch:
    """Watches one system week by week: what was counted before, to hold against what is there now."""

    def __init__(self, system: CareSystem):
        self.system, self.town = system, system.town
        self.here = int(self.town.residents.present.sum())

    def week(self) -> None:
        """One week of the system, looked at after families have cared, after money was paid, and at its end."""
        town = self.town
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        for process in self.system.processes:
            if town.week % process.every == 0:
                process.run(town)
            if process.name == "caring":
                hours_add_up(town)
            if process.name == "paying":
                support_costs_its_price(town)
        self.system.recorder.week(town)
        self.people_are_conserved()
        hours_paid_are_hours_given(town)
        identities(SimpleNamespace(town=town))
        purses_close(town)
        assert not list(out_of_bounds(town))
        town.week += 1

    def people_are_conserved(self) -> None:
        """Who is here now are those who were, and who came, less who left and died; ties join people who are here."""
        town, r = self.town, self.town.residents
        week = range(town.week, town.week + 1)
        came, left, died = (int(town.events.happened(kind, week).sum()) for kind in ("comes", "leaves", "dies"))
        here = int(r.present.sum())
        assert here == self.here + came - left - died
        self.here = here
        gone_now = r.left == town.week
        assert gone_now.sum() == left + died and not r.present[gone_now].any()
        paired = np.flatnonzero(r.partner >= 0)
        assert r.present[paired].all() and (r.partner[r.partner[paired]] == paired).all(), "partners are each other's"
        gone, p = ~r.present, town.placements
        assert not (r.supports[gone] | r.hospital[gone] | r.stage[gone]).any(), "nobody dead is supported, in hospital or waiting"
        assert r.present[p.person[p.active]].all()
        helped = np.flatnonzero(r.carer >= 0)
        assert r.present[helped].all() and (r.cares_for[r.carer[helped]] == helped).all(), "carers know whom they care for"
        bits = np.zeros(len(r), dtype=np.uint32)
        np.bitwise_or.at(bits, p.person[p.active], (1 << p.service[p.active].astype(np.uint32)).astype(np.uint32))
        assert np.array_equal(bits, r.supports), "who is supported by what agrees with the placements"


def hours_add_up(town: Town) -> None:
    """Hours needed are what paid help, family and others bring, and what goes unmet; carers give no more than comes."""
    r = town.residents
    rows = np.flatnonzero(r.present & ((r.need > 0) | (r.band > 0)) & (r.hospital == 0) & (r.hours_needed > 0)
                          & (r.discharged < town.week - 1))
    needed, family = r.hours_needed[rows].astype(np.float64), r.hours_family[rows].astype(np.float64)
    come = r.hours_paid[rows].astype(np.float64) + r.hours_other[rows] + family
    np.testing.assert_allclose(np.maximum(needed - come, 0.0), r.unmet[rows] * needed, atol=1e-3, rtol=1e-4)
    assert (family <= needed + 1e-3).all(), "family never does more than is needed"
    carers = np.flatnonzero(r.care_hours > 0)
    given_by_carers = np.bincount(r.cares_for[carers], weights=r.care_hours[carers], minlength=len(r))
    assert (given_by_carers[rows] <= family + 1e-3).all()


def hours_paid_are_hours_given(town: Town) -> None:
    """Each person's paid hours are the sum of what their placements give."""
    p, r = town.placements, town.residents
    given_ = np.bincount(p.person[p.active], weights=p.given[p.active], minlength=len(r))
    np.testing.assert_allclose(r.hours_paid, given_, rtol=1e-4, atol=1e-3)


def support_costs_its_price(town: Town) -> None:
    """What each payer paid for support this week is the sum of its placements' prices, to the penny."""
    p, money = town.placements, town.money
    week = money.week - money.first
    for funder, payer, purpose in ((COUNCIL, "council", "support"), (NHS, "nhs", "support"), (SELF, "people", "own_fees")):
        mine = p.active & (p.funder == funder)
        due = int(np.rint(p.price[mine].astype(np.float64) * 100).sum())
        paid = sum(int(money.weekly[week, k]) for line, k in money.lines.items()
                   if line.payer == payer and line.purpose == purpose and line.line != "funded_nursing_care")
        assert paid == due, f"{payer} paid {paid} pence for support that costs {due}"
    charged = int(np.rint(p.contribution[p.active & (p.funder == COUNCIL)].astype(np.float64) * 100).sum())
    assert charged == sum(int(money.weekly[week, k]) for line, k in money.lines.items()
                          if line.payer == "people" and line.purpose == "contribution")


def purses_close(town: Town) -> None:
    """What the council's reserves hold is what they held, and what came in, less what was drawn."""
    money = town.money
    drawn = sum(int(money.weekly[:, k].sum()) for line, k in money.lines.items() if line.payer == "reserves")
    laid_in = sum(int(money.weekly[:, k].sum()) for line, k in money.lines.items() if line.payee == "reserves")
    assert money.balance("reserves") == money.opening.get("reserves", 0) + laid_in - drawn >= 0
    if town.week >= 0:
        assert abs(money.balance("reserves") - town.commissioner.reserves * 100) < 100 + town.week


@given(place=places(), plan=plans(), seed=st.integers(0, 10**6))
@example(place=known_place(), plan=EVERYTHING_AT_ONCE, seed=1)
def test_people_hours_and_pounds_are_conserved_in_every_week_of_any_place_under_any_plan(place: Place, plan: Plan, seed: int) -> None:
    system = CareSystem(place, central(), plan, seed=seed, one_in=ONE_IN, burn_in=BURN_IN, events="counts")
    try:
        founders = int(system.town.residents.present.sum())
        watch = Watch(system)
        for _ in range(BURN_IN + WEEKS):
            watch.week()
        weeks, events = range(-BURN_IN, WEEKS), system.town.events
        came, left, died = (events.happened(kind, weeks).sum() for kind in ("comes", "leaves", "dies"))
        assert system.town.residents.present.sum() == founders + came - left - died
        years = system.recorder.yearly(system.town)
        assert years and all(np.isfinite(value) for *_, value in years)
    finally:
        system.close()


def test_every_column_has_its_bounds() -> None:
    assert not unbounded(a_town(resident("Mrs K")).town)


# Need and hours ---------------------------------------------------------------------------------------------------------
@given(world=st.integers(0, 10**4), spread=st.floats(0.1, 5.0), band=st.integers(0, len(BAND) - 1), banded=st.booleans())
def test_more_need_never_means_fewer_hours_needed(world: int, spread: float, band: int, banded: bool) -> None:
    """In any world of the evidence, at every level of need or band of support."""
    by_need, by_band = (np.asarray(drawn(1, world).values[f"shared.{name}"]) for name in ("hours_by_need", "hours_by_band"))
    hours = [hours_of(float(by_need[n]), float(by_band[band]), spread, banded) for n in range(len(NEED))]
    assert hours == sorted(hours)
    assert list(by_band) == sorted(by_band)


@given(seed=st.integers(0, 10**4), spread=st.floats(0.3, 3.0), family=st.floats(0, 60), partner=st.booleans(),
       practice=st.floats(0.5, 1.0), group=st.integers(0, len(GROUP) - 1))
def test_more_need_never_means_fewer_hours_agreed(seed: int, spread: float, family: float, partner: bool, practice: float,
                                                  group: int) -> None:
    """With the same family, means and practice, an assessment agrees on no fewer hours for a higher level of need."""
    beliefs: Beliefs = drawn(2, seed)
    tiny = a_town(*[resident(f"P{n}", age=80, need=n, spread=spread, group=group, hours_family=family,
                             hours_needed=float(beliefs.values["shared.hours_by_need"][n]) * spread) for n in range(len(NEED))],
                  beliefs=beliefs)
    tiny.town.commissioner.package_size = practice
    tiny.town.residents.partner[:] = 0 if partner else AWAY
    hours = agreed_hours(np.arange(TWO, len(NEED)), tiny.town)
    assert (np.diff(hours) >= -1e-4).all()
