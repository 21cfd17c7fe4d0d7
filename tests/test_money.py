"""Stories and laws of money: what each pound is, who pays it, what moves when nobody decides anything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulation.budget import SPENDING
from simulation.plan import Budget, Plan, Shift, Shock, Transition
from simulation.process import bind
from simulation.week import commissioning, happening, paying, pricing
from simulation.week.paying import entitled
from simulation.week.pricing import cost_growth
from simulation.world.town import COUNCIL, NHS, SELF
from tests.towns import TinyTown, a_town, resident

OURS = (pricing.pricing, paying.paying, commissioning.commissioning, happening.happening)


def support(tiny: TinyTown, name: str, service: str, *, hours: float = 0.0, funder: int = COUNCIL, price: float = 0.0,
            charged: float = 0.0) -> int:
    """Somebody begins support from a service; returns the placement row."""
    town, row = tiny.town, np.array([tiny.names.index(name)])
    k = town.service(service)
    s = town.services[k]
    asked = np.array([hours])
    terms = price or float((s.own_price if funder == SELF else s.price)(row, asked, town)[0])
    town.residents.entered_home[row] = town.week
    return int(town.begin(k, row, k, hours=hours, funder=funder, price=terms, contribution=charged)[0])


def a_street(plan: Plan | None = None, week: int = 0) -> TinyTown:
    """Six people with every kind of support that moves money."""
    tiny = a_town(resident("Mrs A", age=85, need=4, dementia=True), resident("Mr B", age=79, need=3, owns_home=True),
                  resident("Mrs C", age=81, need=2), resident("Mr D", age=45, need=1, group=2, band=3),
                  resident("Ms E", age=83, need=4), resident("Mr F", age=50, need=0), plan=plan, week=week)
    support(tiny, "Mrs A", "residential", charged=210)
    support(tiny, "Mr B", "residential", funder=SELF)
    support(tiny, "Mrs C", "home_care", hours=14, charged=60)
    support(tiny, "Mr D", "supported_living", charged=20)
    support(tiny, "Ms E", "nursing", funder=NHS)
    return tiny


def run(tiny: TinyTown, weeks: int) -> TinyTown:
    """So many weeks of the processes of money alone, each bound once."""
    town, bound = tiny.town, [bind(process, tiny.beliefs) for process in OURS]
    for _ in range(weeks):
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        for process in bound:
            if town.week % process.every == 0:
                process.run(town)
        town.week += 1
    return tiny


# Prices ----------------------------------------------------------------------------------------------
def test_nothing_grows_at_founding_and_the_first_april_brings_employer_contributions() -> None:
    tiny = a_street(week=-104)
    before = dict(tiny.town.prices)
    tiny.week("pricing")
    assert tiny.town.prices == before
    tiny.town.week = -52
    tiny.week("pricing")
    first = tiny.town.prices["care_index"]
    tiny.town.week = 0
    tiny.week("pricing")
    second = tiny.town.prices["care_index"] / first
    assert first > second > 1
    assert first == pytest.approx(0.7 * 1.031 * 1.031 + 0.3, abs=1e-6)


def test_fees_follow_seven_tenths_of_the_living_wage() -> None:
    assert cost_growth(1.1, 0.7, 1.0) == pytest.approx(1.07)
    assert cost_growth(1.0, 0.7, 1.0) == 1.0


def test_working_age_packages_grow_more_complex_and_support_goes_on_at_the_new_price() -> None:
    tiny = a_street(week=0)
    p, prices = tiny.town.placements, dict(tiny.town.prices)
    before = p.price.astype(np.float64).copy()
    tiny.week("pricing")
    growth = p.price / before
    older, working_age = growth[0], growth[3]
    assert working_age == pytest.approx(older * 1.01, rel=1e-5)
    assert older == pytest.approx(tiny.town.prices["older_residential"] / prices["older_residential"], rel=1e-5)
    assert growth[1] == pytest.approx(tiny.town.prices["own_residential"] / prices["own_residential"], rel=1e-5)
    assert growth[2] == pytest.approx(tiny.town.prices["home_care_hour"] / prices["home_care_hour"], rel=1e-5)


def test_a_plan_that_holds_fees_below_costs_shows_in_fees_and_not_in_costs() -> None:
    held, free = (a_street(Plan(levers={"fee_uplift": lever})).week("pricing").town for lever in (-0.01, 0.0))
    assert held.prices["home_care_hour"] == pytest.approx(0.99 * free.prices["home_care_hour"])
    assert held.prices["care_index"] == free.prices["care_index"]
    assert held.prices["own_residential"] == free.prices["own_residential"]
    assert held.commissioner.fee_drift == pytest.approx(0.99)


def test_a_fee_lever_says_nothing_before_the_plan_begins() -> None:
    tiny = a_street(Plan(levers={"fee_uplift": -0.05}), week=-52).week("pricing")
    assert tiny.town.commissioner.fee_drift == 1.0


def test_pensions_grow_and_younger_incomes_do_not() -> None:
    tiny = a_street(week=0).week("pricing")
    assert tiny["Mrs A"].income == pytest.approx(230 * 1.008, rel=1e-5)
    assert tiny["Mr F"].income == 230


# Who pays --------------------------------------------------------------------------------------------
def test_each_payer_pays_for_its_own_people() -> None:
    tiny = a_street().week("paying")
    money, prices = tiny.town.money, tiny.town.prices
    assert money.by_week("council", "residential").sum() == pytest.approx(prices["older_residential"], abs=0.01)
    assert money.by_week("people", "residential").sum() == pytest.approx(prices["own_residential"], abs=0.01)
    assert money.by_week("nhs", "nursing").sum() == pytest.approx(prices["older_nursing"], abs=0.01)
    assert money.by_week("people", "council").sum() == pytest.approx(290)
    assert money.by_week("council", "home_care").sum() == pytest.approx(14 * prices["home_care_hour"], abs=0.01)


def test_attendance_allowance_stops_four_weeks_into_council_funded_living_and_resumes_at_home() -> None:
    people = [resident(f"P{i}", age=80, need=3) for i in range(40)]
    tiny = a_town(*people, week=0)
    town = tiny.town
    for i in range(20):
        support(tiny, f"P{i}", "residential", funder=COUNCIL if i < 10 else SELF)

    at_once = set(entitled(town, 0.65, 4)[0])
    assert at_once & set(range(10)), "somebody in a council-funded place draws it in the first weeks"
    town.week = 4
    later = set(entitled(town, 0.65, 4)[0])
    assert later == {i for i in at_once if i >= 10}, "it stops for the council's residents alone"
    town.end(np.arange(10), "moves on")
    assert set(entitled(town, 0.65, 4)[0]) == at_once, "the same people draw it again at home"


def test_hospital_work_is_a_value_apart_from_cash() -> None:
    tiny = a_street()
    town = tiny.town
    town.events.week = 0
    town.events.note("A&E", np.array([0, 1]))
    town.events.note("emergency stay", np.array([0]), amount=4.0)
    town.events.note("waits to leave", np.array([0]), cause="arrangements", amount=3.0)
    tiny.week("paying")
    value = town.money.by_week("nhs", "hospital", None, "value").sum()
    p = town.prices
    assert value == pytest.approx(2 * p["ae_visit"] + p["emergency_stay"] + 3 * p["bed_day"], abs=0.05)
    assert town.money.by_week("nhs", "hospital", None, "activity").sum() == 0


def test_support_lines_equal_price_recomputed_from_placements() -> None:
    tiny = a_street()
    for _ in range(5):
        tiny.week("pricing", "paying") if tiny.town.week == 0 else tiny.week("paying")
    p, money = tiny.town.placements, tiny.town.money
    weekly = np.rint(p.price.astype(np.float64) * 100).sum() / 100
    paid = sum(money.by_week(payer, None, None, purpose).sum() for payer, purpose in
               (("council", "support"), ("nhs", "support"), ("people", "own_fees")))
    fnc = money.by_week("nhs", None, "funded_nursing_care").sum()
    assert paid - fnc == pytest.approx(5 * weekly, abs=0.05)


# Laws ------------------------------------------------------------------------------------------------
def identities(tiny: TinyTown) -> None:
    """T = G + I and G = N + C to the penny in every week, and every purse closes."""
    money = tiny.town.money

    def pence(**wanted: object) -> np.ndarray:
        columns = [k for key, k in money.lines.items()
                   if all(getattr(key, name) in (value if isinstance(value, (set, frozenset)) else {value})
                          for name, value in wanted.items())]
        return money.weekly[:, columns].sum(axis=1)

    total = pence(payer="council", purpose=SPENDING)
    income, charged = pence(payee="council", purpose="income"), pence(payee="council", purpose="contribution")
    net, given_back = pence(payee="council", purpose="grant"), pence(payer="council", line="general_fund")
    held = pence(payee="council", purpose="transition")
    gross = total - income
    used = gross - charged - (net - given_back)
    assert (used >= 0).all() and (used.cumsum() <= held.cumsum()).all(), "only transition money stands between G, N, C"
    assert money.balance("council") == held.sum() - used.sum()
    assert money.balance("council") == round(tiny.town.memory.get("commissioning.transition", 0.0))
    assert money.balance("reserves") >= 0
    assert (money.weekly >= 0).all()


PLANS = st.builds(
    Plan, budget=st.sampled_from([Budget(), Budget("real_growth", 0.0), Budget("real_growth", 0.015)]),
    shifts=st.sampled_from([(), (Shift("older_residential_and_nursing", 0.1, 0, 20,
                                       {"homeshare": 0.5, "local_area_coordination": 0.5}),)]),
    transition=st.sampled_from([Transition(), Transition({0: 52_000.0})]),
    invest=st.sampled_from([{}, {"reablement": {0: 100_000.0}}]),
    levers=st.dictionaries(st.sampled_from(["prevention", "assessments", "fee_uplift"]), st.floats(-0.2, 0.1)),
    shocks=st.sampled_from([(), (Shock("cut", 5, 0.1),), (Shock("pay_rise", 3, 0.05), Shock("flu_winter", 2, 1.5))]))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=PLANS)
def test_every_pound_has_a_payer_and_the_two_identities_hold(plan: Plan) -> None:
    identities(run(a_street(plan, week=-8), 40))


def test_a_plan_that_changes_nothing_costs_what_present_policy_costs_to_the_penny() -> None:
    runs = []
    other = Plan(name="other", title="Something else", invest={"reablement": {}}, levers={"prevention": 0.0})
    for plan in (Plan(), other):
        runs.append(run(a_street(plan, week=-8), 30).town.money)
    assert runs[0].lines == runs[1].lines
    assert np.array_equal(runs[0].weekly, runs[1].weekly)


# Shocks ----------------------------------------------------------------------------------------------
def test_a_hard_winter_comes_and_goes() -> None:
    tiny = a_street(Plan(shocks=(Shock("flu_winter", 2, 1.5),)))
    winters = []
    for _ in range(20):
        tiny.week("happening")
        winters.append(tiny.town.hospital.winter)
    assert winters[:2] == [1.0, 1.0] and winters[2:14] == [1.5] * 12 and winters[14:] == [1.0] * 6


def test_a_pay_rise_is_in_costs_at_once_and_in_fees_in_april() -> None:
    tiny = a_street(Plan(shocks=(Shock("pay_rise", 1, 0.1),)), week=1)
    town = tiny.town
    before = dict(town.prices)
    tiny.week("happening")
    assert town.prices["care_index"] == pytest.approx(1.06 * before["care_index"])
    assert town.prices["older_residential"] == before["older_residential"]
    town.week = 52
    tiny.week("pricing")
    assert town.prices["older_residential"] / before["older_residential"] == pytest.approx(
        town.prices["care_index"] / before["care_index"])


def test_providers_that_close_are_told_and_a_service_that_is_not_there_harms_nobody() -> None:
    shocks = (Shock("provider_closes", 0, 1, "residential"), Shock("provider_closes", 0, 1, "none"))
    tiny = a_street(Plan(shocks=shocks))
    tiny.week("happening")
    p = tiny.town.providers
    assert list(np.flatnonzero(p.closes == 0)) == [tiny.town.service("residential")]
