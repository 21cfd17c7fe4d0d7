"""Stories of the council as buyer: how it rations, in which order, and how it moves money without moving anybody."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from simulation import budget, shift
from simulation.plan import Budget, Plan, Shift, Shock, Transition
from simulation.shift import Followed
from simulation.week.commissioning import fund, present_policy
from tests.test_money import a_street, run, support
from tests.towns import TinyTown, a_town, resident

LINE = "older_residential_and_nursing"
LADDER = budget.Ladder(np.array([0.0, 0.005, 0.01, 0.02]), np.array([0.1, 0.15, 0.05, 0.1]), 0.02, 0.02, 0.03, 0.4)
STEERING = shift.Steering(25.0, 15.0, 3.0, 26, 13, 4, 52.0)
PURSE = budget.Purse(10.0, 5.0, 0.05)
FLAT = Plan(budget=Budget("real_growth", 0.0))
TENTH = Shift(LINE, 0.1, 0, 52, {"homeshare": 0.5, "local_area_coordination": 0.5})


# The ladder ------------------------------------------------------------
def climbed(gap: float, plan: Plan = FLAT, quarters: int = 1) -> TinyTown:
    tiny = a_town(resident("Mrs A", age=80), plan=plan)
    for _ in range(quarters):
        tiny.town.commissioner.forecast_gap = gap
        LADDER.climb(tiny.town)
    return tiny


def test_prevention_goes_first_then_waits_then_packages_then_practice() -> None:
    seen = []
    for gap in (0.004, 0.009, 0.018, 0.035):
        c = climbed(gap).town.commissioner
        seen.append([c.prevention_share < 1, c.assessment_share < 1, c.package_size < 1, c.practice < 1])
    assert seen == [[True, False, False, False], [True, True, False, False], [True, True, True, False], [True] * 4]


def test_each_rung_has_a_floor_however_large_the_gap() -> None:
    c = climbed(0.5, quarters=4).town.commissioner
    assert c.prevention_share == pytest.approx(0.9), "at most a tenth a year"
    assert c.assessment_share == pytest.approx(0.85)
    assert c.package_size == pytest.approx(0.95)
    assert c.practice == pytest.approx(0.9)


def test_a_budget_that_follows_demand_never_rations_unless_it_is_cut() -> None:
    c = climbed(0.5, Plan()).town.commissioner
    assert (c.prevention_share, c.assessment_share, c.package_size, c.practice) == (1, 1, 1, 1)
    tiny = run(a_street(Plan(shocks=(Shock("cut", 0, 0.2),)), week=-60), 100)
    assert tiny.town.commissioner.prevention_share < 1
    assert tiny.town.commissioner.package_size < 1


def test_practice_loosens_when_money_is_left_and_prevention_comes_back_slowly() -> None:
    tiny = climbed(0.5, quarters=8)
    low = tiny.town.commissioner.prevention_share
    tiny.town.commissioner.forecast_gap = -0.06
    LADDER.climb(tiny.town)
    assert tiny.town.commissioner.practice == pytest.approx(1.1)
    assert low < tiny.town.commissioner.prevention_share < low + 0.01


def test_fees_fall_behind_costs_while_a_council_is_short() -> None:
    tiny = climbed(0.5)
    tiny.town.week = 52
    before = tiny.town.prices["care_index"]
    tiny.week("pricing")
    assert tiny.town.commissioner.fee_drift == pytest.approx(0.98)
    assert tiny.town.prices["care_index"] > before


# Budget and purse ------------------------------------------------------------
def test_the_budget_is_learnt_before_the_plan_and_then_grows_in_april() -> None:
    tiny = run(a_street(Plan(budget=Budget("real_growth", 0.02)), week=-60), 60)
    usual = tiny.town.memory["commissioning.usual"]
    assert usual == pytest.approx(budget.net_spend(tiny.town.money, 52), rel=0.05)
    run(tiny, 5)
    assert tiny.town.commissioner.budget_a_week == pytest.approx(usual * 1.02)
    run(tiny, 52)
    assert tiny.town.commissioner.budget_a_week == pytest.approx(usual * 1.02**2)


def test_overspending_takes_reserves_and_then_a_notice_freezes_what_is_not_statutory() -> None:
    tiny = run(a_street(Plan(budget=Budget("real_growth", -0.3)), week=-60), 60)
    assert tiny.town.commissioner.reserves > 0
    run(tiny, 20)
    c, money = tiny.town.commissioner, tiny.town.money
    assert c.section_114 > 0 and c.reserves < 1
    assert money.by_week("reserves", "council").sum() > 0
    first = np.flatnonzero(money.by_week("government", "council", "exceptional_support"))[0]
    last = np.flatnonzero(money.by_week("reserves", "council"))[-1]
    assert first >= last, "nobody asks for exceptional support while reserves are left"
    run(tiny, 13)
    assert c.prevention_share <= 0.4, "only what contracts keep going is left"
    assert money.by_week("council", "residential")[-1] == money.by_week("council", "residential")[-30], "duties stay"


def test_what_is_left_of_a_fixed_budget_goes_to_reserves() -> None:
    tiny = run(a_street(Plan(budget=Budget("real_growth", 0.1)), week=-60), 60)
    before = tiny.town.commissioner.reserves
    run(tiny, 20)
    assert tiny.town.commissioner.reserves > before
    assert tiny.town.money.balance("reserves") == pytest.approx(tiny.town.commissioner.reserves * 100, abs=100)


def test_investment_comes_on_top_and_in_its_years() -> None:
    plan = Plan(budget=Budget("real_growth", 0.0), invest={"homeshare": {1: 52_000.0}})
    tiny = a_street(plan, week=4)
    assert budget.on_top(tiny.town) == 0
    tiny.town.week = 56
    assert budget.on_top(tiny.town) == pytest.approx(1000)
    fund(tiny.town, tiny.town.place, STEERING, 0.0, 350.0)
    assert tiny.town.commissioner.funding["homeshare"] == pytest.approx(1000)


def test_present_policy_funds_reablement_and_help_with_direct_payments_only() -> None:
    tiny = a_street()
    policy = present_policy(tiny.town, tiny.town.place, 350.0)
    assert set(policy) == {"reablement", "direct_payments"}
    yearly = policy["reablement"] * 52 / tiny.town.prices["reablement_episode"]
    assert yearly == pytest.approx(tiny.town.place["reablement_episodes"])


def test_money_for_models_that_are_not_statutory_is_cut_with_prevention() -> None:
    tiny = a_street(Plan(invest={"homeshare": {0: 52_000.0}, "reablement": {0: 52_000.0}}, budget=FLAT.budget))
    tiny.town.commissioner.prevention_share = 0.8
    fund(tiny.town, tiny.town.place, STEERING, 0.0, 350.0)
    policy = present_policy(tiny.town, tiny.town.place, 350.0)
    assert tiny.town.commissioner.funding["homeshare"] == pytest.approx(800)
    assert tiny.town.commissioner.funding["reablement"] == pytest.approx(1000 + policy["reablement"])


# The shift ------------------------------------------------------------
def a_home(residents: int, plan: Plan, week: int = 0) -> TinyTown:
    """So many council-funded residents and nothing else."""
    tiny = a_town(*[resident(f"P{i}", age=85, need=4) for i in range(residents)], plan=plan, week=week)
    for i in range(residents):
        support(tiny, f"P{i}", "residential", charged=100)
    return tiny


def reference(residents: int, weeks: int = 200) -> dict[str, np.ndarray]:
    """What the run compared with spends: the same home, always full, at the fee of the first April."""
    tiny = run(a_home(residents, Plan()), weeks)
    return shift.reference_lines(tiny.town)


def leave(tiny: TinyTown, share: float) -> None:
    """Places fall empty and are not filled again."""
    active = np.flatnonzero(tiny.town.placements.active)
    tiny.town.end(active[:round(len(active) * share)], "death")


def test_without_a_shift_nobody_leans() -> None:
    tiny = run(a_home(10, Plan()), 30)
    assert tiny.town.commissioner.steer == 0 and tiny.town.commissioner.pot == 0


def test_the_council_leans_as_the_plan_runs_ahead_of_the_line_and_stops_when_it_has_moved() -> None:
    plan = Plan(shifts=(TENTH,), reference=reference(20))
    tiny = run(a_home(20, plan), 40)
    leaning = tiny.town.commissioner.steer
    assert 0 < leaning <= 3
    leave(tiny, 0.3)
    run(tiny, 30)
    assert tiny.town.commissioner.steer == 0
    assert tiny.town.commissioner.steer_working_age == 0


def test_money_is_released_only_as_places_empty_late_and_never_more_than_the_share() -> None:
    plan = Plan(shifts=(TENTH,), reference=reference(20))
    tiny = run(a_home(20, plan), 60)
    town = tiny.town
    assert town.commissioner.released == 0, "nothing is released while every place is filled"
    leave(tiny, 0.5)
    run(tiny, 13)
    assert town.commissioner.released == 0, "the money of an empty place is not free at once"
    run(tiny, 10)
    line = shift.spend(town, shift.PARTS[LINE], 13, 4, reference=True)
    assert town.memory["commissioning.moved"] == pytest.approx(0.1 * line), "only a tenth may move"


def test_money_follows_the_person_before_it_follows_the_plan() -> None:
    plan = Plan(shifts=(TENTH,), reference=reference(20))
    tiny = run(a_home(20, plan), 60)
    leave(tiny, 0.1)
    for i in range(2):
        support(tiny, f"P{i}", "home_care", hours=20, charged=40)
    run(tiny, 30)
    prices = tiny.town.prices
    tiny.town.week -= 1  # the week that has just been lived
    freed = shift.follow(tiny.town, STEERING)
    assert freed.moved == pytest.approx(2 * prices["older_residential"], rel=0.01)
    assert freed.income_lost == pytest.approx(2 * (100 - 40), rel=0.01)
    assert freed.other_support == pytest.approx(40 * prices["home_care_hour"], rel=0.01)
    assert freed.left == pytest.approx(freed.moved - freed.income_lost - freed.other_support)
    assert Followed(100, 20, 90, 0).left == -10, "more support than was freed leaves nothing"


def test_models_share_what_is_left_and_the_rest_lies_in_the_pot() -> None:
    plan = Plan(shifts=(replace(TENTH, to={"homeshare": 0.25, "local_area_coordination": 0.75}),),
                reference=reference(20))
    tiny = run(a_home(20, plan), 60)
    leave(tiny, 0.1)
    run(tiny, 40)
    c = tiny.town.commissioner
    assert c.pot > 0, "what has no taker is kept and told"
    assert c.funding["local_area_coordination"] == pytest.approx(3 * c.funding["homeshare"])


def test_transition_money_pays_for_set_up_and_lets_models_start_before_places_empty() -> None:
    line = reference(20)
    spent = []
    for transition in (Transition({0: 520_000.0}), Transition()):
        tiny = run(a_home(20, Plan(shifts=(TENTH,), transition=transition, reference=line)), 12)
        spent.append(tiny.town.commissioner.funding.get("local_area_coordination", 0.0))
    assert spent[0] > spent[1] == 0
    money = tiny.town.money
    assert money.by_week("national_grant").sum() == 0
    with_grant = run(a_home(20, Plan(shifts=(TENTH,), transition=Transition({0: 520_000.0}), reference=line)), 60)
    received = with_grant.town.money.by_week("national_grant", "council").sum()
    assert received == pytest.approx(520_000, rel=1e-4)
    assert with_grant.town.money.balance("council") / 100 <= received


def test_a_shift_of_the_working_age_line_steers_working_age_people_only() -> None:
    people = [resident(f"P{i}", age=45, need=2, group=2, band=3) for i in range(10)]
    plan = Plan(shifts=(Shift("working_age_residential", 0.1, 0, 20, {"supported_living": 1.0}),))
    tiny = a_town(*people, plan=plan, week=-20)
    for i in range(10):
        support(tiny, f"P{i}", "residential")
    run(tiny, 60)
    assert tiny.town.commissioner.steer_working_age > 0
    assert tiny.town.commissioner.steer == 0


def test_a_plan_run_alone_uses_its_own_last_year_as_the_line() -> None:
    tiny = run(a_home(20, Plan(shifts=(TENTH,)), week=-60), 60)
    usual = shift.spend(tiny.town, shift.PARTS[LINE], 0, 4, reference=True)
    assert usual == pytest.approx(shift.spend(tiny.town, shift.PARTS[LINE], 0, 4), rel=0.01)
