"""A council's questions are read whole or refused with help: every mistake at its line, none mended in silence."""

from __future__ import annotations

import hashlib
import pickle
import re
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios import design, form, mistakes, words
from scenarios.plan import Scenario, baseline, check, json_schema, known_services, library, library_path, load
from simulation.errors import BadInput
from simulation.plan import LEVERS, SHIFTABLE, WEEKS_A_YEAR, Plan
from simulation.reading import read_page

PLACES = ["doncaster", "wigan"]
SERVICES = ["home_care", "direct_payments", "reablement", "residential", "nursing", "shared_lives", "supported_living",
            "community_support", "local_area_coordination", "homeshare", "care_home_health_support"]
PLAIN = """\
title: A tenth moves
question: Does it pay back?
place: doncaster
first_year: 2026-27
years: 5
"""
SHIFT = """\
shifts:
  - from: older_residential_and_nursing
    share: 10%
    over: 2026-27 to 2028-29
    to: {shared_lives: 60%, reablement: 40%}
"""
TRANSITION = """\
transition:
  amount: 6_000_000
  price_year: 2024-25
  paid_by: national_grant
  spent: {2026-27: 50%, 2027-28: 30%, 2028-29: 20%}
  on: [start_up, standing_empty]
"""


def write(folder: Path, text: str | bytes, name: str = "mine.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str) -> Scenario:
    return load(write(folder, text), places=PLACES, services=SERVICES)


def wrong(folder: Path, text: str | bytes) -> list[str]:
    """The mistakes found, as a person sees them, without the folder."""
    found = check(write(folder, text), places=PLACES, services=SERVICES)
    return [str(one).replace(f"{folder}/", "") for one in found]


# ------------------------------------------------------------------------------------------------- the library

def test_the_library_has_the_questions_that_people_ask_first() -> None:
    assert {"as_now", "better_home_care", "budget_cut", "care_home_health_support", "ten_percent_to_community",
            "ten_percent_without_transition_money", "ten_percent_working_age"} <= set(library())


@pytest.mark.parametrize("name", [name for name in library() if name.endswith("_alone")])
def test_one_model_alone_gets_all_the_money_there_is(name: str) -> None:
    plan = load(name, places=PLACES, services=known_services()).plan
    assert set(plan.invest) == {name.removesuffix("_alone")} and not plan.shifts and not plan.levers


@pytest.mark.parametrize("name", library())
def test_each_library_page_loads_fits_a_page_and_is_held_against_present_policy(name: str) -> None:
    scenario = load(name, places=PLACES, services=known_services())
    assert scenario.name == scenario.plan.name == name
    assert scenario.compare_with == "as_now" and scenario.question.endswith("?")
    assert scenario.text.startswith("# ") and len(scenario.text.splitlines()) <= 55
    assert not re.search(r"the elderly|service users|bed.block|will save|proves|breakdown", scenario.text, re.I)
    other = baseline(scenario, places=PLACES, services=known_services())
    assert other.plan.changes_nothing and other.plan.budget == scenario.plan.budget
    assert (other.place, other.first_year, other.years, other.seed, other.replications) == (
        scenario.place, scenario.first_year, scenario.years, scenario.seed, scenario.replications)


def test_the_library_uses_only_models_that_careshift_has() -> None:
    for name in library():
        assert load(name, places=PLACES).plan.years == 10
    assert set(SERVICES) <= set(known_services())


def test_the_headline_plan_means_what_it_says() -> None:
    plan = load("ten_percent_to_community", places=PLACES, services=SERVICES).plan
    (shift,) = plan.shifts
    assert (shift.line, shift.start, shift.full) == ("older_residential_and_nursing", 0, 156)
    assert shift.share_at(0) == 0 and shift.share_at(78) == pytest.approx(0.05) and shift.share_at(156) == 0.1
    assert shift.to == {"shared_lives": 0.3, "reablement": 0.3, "local_area_coordination": 0.2, "homeshare": 0.05,
                        "direct_payments": 0.15}
    assert plan.transition.by_year == pytest.approx({0: 3_000_000, 1: 1_800_000, 2: 1_200_000})
    assert plan.budget.name == "follows_demand" and not plan.levers and not plan.invest


def test_rivals_use_the_same_money() -> None:
    headline, without, home_care, health = (load(name, places=PLACES, services=SERVICES).plan for name in (
        "ten_percent_to_community", "ten_percent_without_transition_money", "better_home_care",
        "care_home_health_support"))
    assert without.shifts == headline.shifts and not without.transition.by_year
    assert home_care.transition == headline.transition and home_care.levers == {"home_care_money_to_pay": 0.5}
    ours, theirs = headline.shifts[0], home_care.shifts[0]
    assert (ours.line, ours.share, ours.start, ours.full) == (theirs.line, theirs.share, theirs.start, theirs.full)
    assert theirs.to == {"home_care": 1.0}
    # Health support in homes: the headline's line is near 40m a year, so a tenth is 4.0m at maturity.
    for year in range(headline.years):
        weeks = range(year * WEEKS_A_YEAR, (year + 1) * WEEKS_A_YEAR)
        money = sum(ours.share_at(w) for w in weeks) / WEEKS_A_YEAR * 40_000_000
        money += headline.transition.by_year.get(year, 0.0)
        assert health.invest["care_home_health_support"][year] == pytest.approx(money, abs=75_000)


def test_the_working_age_plan_is_slower_and_from_its_own_line() -> None:
    older = load("ten_percent_to_community", places=PLACES, services=SERVICES).plan.shifts[0]
    younger = load("ten_percent_working_age", places=PLACES, services=SERVICES)
    assert younger.plan.shifts[0].line == "working_age_residential"
    assert younger.plan.shifts[0].full > older.full
    assert any("slowly" in flag for flag in younger.flags) and not younger.care_act_risk


def test_a_cut_is_called_a_cut_and_carries_its_risk() -> None:
    cut = load("budget_cut", places=PLACES, services=SERVICES)
    assert "cut" in cut.title and cut.heading.endswith("(Care Act risk)") and cut.care_act_risk
    assert [flag for flag in cut.flags if flag.startswith("Care Act risk")] == [
        "Care Act risk: new packages 5% smaller than the need that was assessed",
        "Care Act risk: 20% less capacity to assess and review, so people wait longer"]
    assert cut.plan.levers == pytest.approx(
        {"prevention": -0.1, "assessments": -0.2, "package_size": -0.05, "fee_uplift": -0.01})
    assert cut.plan.budget.name == "flat_real"
    assert not load("ten_percent_to_community", places=PLACES, services=SERVICES).care_act_risk


def test_care_act_risk_is_where_the_levers_say_it_is(tmp_path: Path) -> None:
    for lever, says in LEVERS.items():
        if lever.startswith("volunteer") or lever in ("care_worker_pay", "home_care_money_to_pay"):
            continue
        scenario = read(tmp_path, f"{PLAIN}rules: {{{lever}: -2%}}\n")
        assert scenario.care_act_risk == ("Care Act risk" in says), lever
        assert scenario.flags and not read(tmp_path, f"{PLAIN}rules: {{{lever}: 2%}}\n").flags


# -------------------------------------------------------------------------------------- from the file to the plan

def test_a_plan_is_counted_in_weeks_and_pounds(tmp_path: Path) -> None:
    scenario = read(tmp_path, PLAIN + """\
budget: {real_growth: 1.5%}
price_year: 2024-25
shifts:
  - from: working_age_residential
    share: 12.5%
    over: 2028-29
    to: {supported_living: 100%}
invest:
  shared_lives: {2027-28: 52_000, 2030-31: 104_000.50}
  homeshare: {2026-27: 0}
rules: {volunteer_drive: 40, care_worker_pay: 3%}
shocks:
  - {what: provider_closes, when: 2028-29 week 40, size: 2, service: residential}
  - {what: flu_winter, when: 2026-27 week 1, size: 1.5}
  - {what: pay_rise, when: 2030-31 week 52, size: 5%}
""" + TRANSITION.replace("2028-29: 20%", "2030-31: 20%"))
    plan = scenario.plan
    assert (plan.shifts[0].start, plan.shifts[0].full, plan.shifts[0].share) == (104, 156, 0.125)
    assert plan.invest == {"shared_lives": {1: 52_000.0, 4: 104_000.5}}
    assert plan.invested("shared_lives", 52) == 1000 and plan.invested("shared_lives", 51) == 0
    assert plan.transition.by_year == pytest.approx({0: 3_000_000, 1: 1_800_000, 4: 1_200_000})
    assert plan.levers == pytest.approx({"volunteer_drive": 40, "care_worker_pay": 0.03})
    assert [(s.what, s.week, s.size, s.service) for s in plan.shocks] == [
        ("provider_closes", 143, 2.0, "residential"), ("flu_winter", 0, 1.5, ""), ("pay_rise", 259, 0.05, "")]
    assert plan.budget.real_growth == 0.015 and plan.years == 5
    assert [scenario.financial_year(k) for k in (0, 4)] == ["2026-27", "2030-31"]
    assert scenario.price_year == "2024-25"


def test_a_plan_remembers_the_very_bytes_it_was_read_from_and_travels_to_other_processes(tmp_path: Path) -> None:
    text = "\ufeff" + PLAIN + SHIFT
    path = write(tmp_path, text, "my plan (v2).yaml")
    scenario = load(path, places=PLACES, services=SERVICES)
    assert scenario.hash == hashlib.sha256(path.read_bytes()).hexdigest()
    assert scenario.text == PLAIN + SHIFT and scenario.source == path and scenario.name == "my_plan_v2"
    assert pickle.loads(pickle.dumps(scenario)) == scenario
    assert load(str(path), places=PLACES, services=SERVICES) == scenario


@st.composite
def shares(draw: st.DrawFn, names: list[str]) -> dict[str, Decimal]:
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=len(chosen) - 1, max_size=len(chosen) - 1)))
    return {name: Decimal(b - a) / 100 for name, a, b in zip(chosen, [0, *cuts], [*cuts, 10_000], strict=True)}


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(2000, 2079), st.integers(1, 20), st.integers(0, 9_999_999))
def test_no_pound_and_no_week_is_lost_between_file_and_plan(
        tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, first: int, years: int, amount: int) -> None:
    names = [words.year_name(first + k) for k in range(years)]
    start = data.draw(st.integers(0, years - 1))
    last = data.draw(st.integers(start, years - 1))
    to, spent = data.draw(shares(SERVICES)), data.draw(shares(names))
    share = data.draw(st.integers(0, 1000))
    plan = read(tmp_path_factory.mktemp("plans"), "\n".join([
        "title: Any", "question: Any?", "place: wigan", f"first_year: {names[0]}", f"years: {years}", "shifts:",
        f"  - {{from: {SHIFTABLE[0]}, share: {Decimal(share) / 10}%, over: {names[start]} to {names[last]},",
        f"     to: {{{', '.join(f'{k}: {v}%' for k, v in to.items())}}}}}",
        f"transition: {{amount: {amount}, price_year: 2024-25, paid_by: national_grant, on: [start_up],",
        f"  spent: {{{', '.join(f'{k}: {v}%' for k, v in spent.items())}}}}}"])).plan
    (shift,) = plan.shifts
    assert sum(shift.to.values()) == pytest.approx(1) and shift.share == pytest.approx(share / 1000)
    assert (shift.start, shift.full) == (start * WEEKS_A_YEAR, (last + 1) * WEEKS_A_YEAR)
    assert 0 <= shift.start < shift.full <= years * WEEKS_A_YEAR
    paid = sum(plan.transition.in_week(week) for week in range(years * WEEKS_A_YEAR))
    assert paid == pytest.approx(amount)
    assert set(plan.transition.by_year) == {names.index(y) for y, part in spent.items() if part and amount}


# --------------------------------------------------------------------------------------------- mistakes, with help

MISTAKES = {
    "misspelt field": (PLAIN + "replicatons: 3\n", "mine.yaml:6: replicatons", "did you mean replications?"),
    "misspelt field within": (PLAIN + SHIFT.replace("share:", "shares:"), "mine.yaml:8: shifts[0].shares",
                              "did you mean share?"),
    "unknown model": (PLAIN + SHIFT.replace("shared_lives", "shared_livs"),
                      "mine.yaml:10: shifts[0].to.shared_livs", "did you mean shared_lives?"),
    "model far from any": (PLAIN + "price_year: 2024-25\ninvest: {robots: {2026-27: 5}}\n",
                           "mine.yaml:7: invest.robots", "choose from care_home_health_support"),
    "unknown line": (PLAIN + SHIFT.replace("older_residential_and_nursing", "older_residential"),
                     "mine.yaml:7: shifts[0].from", "did you mean older_residential_and_nursing?"),
    "shares too few": (PLAIN + SHIFT.replace("40%", "30.5%"), "mine.yaml:10: shifts[0].to", "add up to 90.5%"),
    "shares too many": (PLAIN + SHIFT.replace("40%", "50%"), "mine.yaml:10: shifts[0].to", "add up to 110%"),
    "money spent does not add up": (PLAIN + SHIFT + TRANSITION.replace("20%", "10%"),
                                    "mine.yaml:15: transition.spent", "add up to 90%"),
    "a line moved twice over": (PLAIN + SHIFT.replace("10%", "60%") + SHIFT.replace("10%", "60%").partition("\n")[2],
                                "mine.yaml:6: shifts", "120% of older_residential_and_nursing"),
    "a plain number for a share": (PLAIN + SHIFT.replace("10%", "10"), "mine.yaml:8: shifts[0].share", "write 10%"),
    "a fraction for a share": (PLAIN + SHIFT.replace("10%", "0.1"), "mine.yaml:8: shifts[0].share", "write 10%"),
    "a share in words": (PLAIN + SHIFT.replace("10%", "10 per cent"), "mine.yaml:8: shifts[0].share", "write 10%"),
    "a share above all": (PLAIN + SHIFT.replace("share: 10%", "share: 110%"), "mine.yaml:8: shifts[0].share",
                          "from 0% to 100%"),
    "a negative share": (PLAIN + SHIFT.replace("share: 10%", "share: -10%"), "mine.yaml:8: shifts[0].share",
                         "from 0% to 100%"),
    "negative money": (PLAIN + SHIFT + TRANSITION.replace("6_000_000", "-6_000_000"),
                       "mine.yaml:12: transition.amount", "cannot be negative"),
    "negative investment": (PLAIN + "price_year: 2024-25\ninvest: {homeshare: {2026-27: -5}}\n",
                            "mine.yaml:7: invest.homeshare.2026-27", "cannot be negative"),
    "NaN": (PLAIN + SHIFT + TRANSITION.replace("6_000_000", ".nan"), "mine.yaml:12: transition.amount",
            "'.nan' is not an amount of money"),
    "infinity": (PLAIN + SHIFT + TRANSITION.replace("6_000_000", ".inf"), "mine.yaml:12: transition.amount",
                 "'.inf' is not an amount of money"),
    "infinity by overflow": (PLAIN + SHIFT + TRANSITION.replace("6_000_000", "1e999"),
                             "mine.yaml:12: transition.amount", "number of noughts"),
    "a share beyond numbers": (PLAIN + SHIFT.replace("10%", "1e999"), "mine.yaml:8: shifts[0].share", "such as 10%"),
    "a pound sign": (PLAIN + SHIFT + TRANSITION.replace("6_000_000", "£6m"), "mine.yaml:12: transition.amount",
                     "plain pounds"),
    "places instead of money": (PLAIN + "price_year: 2024-25\ninvest: {homeshare: {2026-27: 20 places}}\n",
                                "mine.yaml:7: invest.homeshare.2026-27", "places are a result"),
    "places as a field": (PLAIN + "capacity: 20\n", "mine.yaml:6: capacity", "places are a result"),
    "pounds of no year": (PLAIN + "invest: {homeshare: {2026-27: 5}}\n", "mine.yaml:6: invest", "add price_year"),
    "prices of another year": (PLAIN + SHIFT + TRANSITION.replace("2024-25", "2026-27"),
                               "mine.yaml:13: transition.price_year", "counts in the prices of 2024-25"),
    "not a price year": (PLAIN + SHIFT + TRANSITION.replace("2024-25", "2024-26"),
                         "mine.yaml:13: transition.price_year", "write 2024-25"),
    "a year outside the horizon": (PLAIN + SHIFT.replace("2028-29", "2031-32"), "mine.yaml:9: shifts[0].over",
                                   "2031-32 is outside the plan's years, 2026-27 to 2030-31"),
    "a year before the horizon": (PLAIN + SHIFT + TRANSITION.replace("2026-27: 50%", "2025-26: 50%"),
                                  "mine.yaml:15: transition.spent.2025-26", "2026-27 to 2030-31"),
    "a shock outside the horizon": (PLAIN + "shocks: [{what: cut, when: 2031-32 week 1, size: 5%}]\n",
                                    "mine.yaml:6: shocks[0].when", "outside the plan's years"),
    "a week there is not": (PLAIN + "shocks: [{what: cut, when: 2028-29 week 53, size: 5%}]\n",
                            "mine.yaml:6: shocks[0].when", "no week 53"),
    "a closing of nobody": (PLAIN + "shocks: [{what: provider_closes, when: 2028-29 week 5, size: 1}]\n",
                            "mine.yaml:6: shocks[0].service", "which kind of provider"),
    "a winter in one service": (PLAIN + "shocks: [{what: flu_winter, when: 2028-29 week 5, size: 2, "
                                "service: nursing}]\n", "mine.yaml:6: shocks[0].service", "leave service out"),
    "a shock of the wrong size": (PLAIN + "shocks: [{what: pay_rise, when: 2028-29 week 5, size: 5}]\n",
                                  "mine.yaml:6: shocks[0].size", "write 5%"),
    "an unknown shock": (PLAIN + "shocks: [{what: pay_rice, when: 2028-29 week 5, size: 5%}]\n",
                         "mine.yaml:6: shocks[0].what", "did you mean pay_rise?"),
    "years backwards": (PLAIN + SHIFT.replace("2026-27 to 2028-29", "2028-29 to 2026-27"),
                        "mine.yaml:9: shifts[0].over", "did you mean 2026-27 to 2028-29?"),
    "a calendar year": (PLAIN.replace("2026-27", "2026"), "mine.yaml:4: first_year", "write 2026-27"),
    "a year with a slash": (PLAIN.replace("2026-27", "2026/27"), "mine.yaml:4: first_year", "write 2026-27"),
    "an unknown place": (PLAIN.replace("doncaster", "doncastre"), "mine.yaml:3: place", "did you mean doncaster?"),
    "a path for a place": (PLAIN.replace("doncaster", "../doncaster"), "mine.yaml:3: place", "without slashes"),
    "a path for a scenario": (PLAIN + "compare_with: ../as_now.yaml\n", "mine.yaml:6: compare_with", "same folder"),
    "an unknown scenario": (PLAIN + "compare_with: as_nwo\n", "mine.yaml:6: compare_with", "did you mean as_now?"),
    "a name no file could have": (PLAIN + f"compare_with: {'x' * 9999}.yaml\n", "mine.yaml:6: compare_with", "…"),
    "no years": (PLAIN.replace("years: 5", "years: 0"), "mine.yaml:5: years", "write 1 or more"),
    "too many years": (PLAIN.replace("years: 5", "years: 21"), "mine.yaml:5: years", "write 20 or less"),
    "too many replications": (PLAIN + "replications: 1001\n", "mine.yaml:6: replications", "1,000 or less"),
    "a negative seed": (PLAIN + "seed: -1\n", "mine.yaml:6: seed", "write 0 or more"),
    "a seed of many digits": (PLAIN + f"seed: {'9' * 5000}\n", "mine.yaml:6: seed", "9999…"),
    "no is a word": (PLAIN.replace("years: 5", "years: no"), "mine.yaml:5: years", "'no' is not a whole number"),
    "true is no number": (PLAIN.replace("years: 5", "years: true"), "mine.yaml:5: years", "true is not a whole"),
    "010 is no number": (PLAIN.replace("years: 5", "years: 010"), "mine.yaml:5: years", "'010' is not a whole"),
    "half a year": (PLAIN.replace("years: 5", "years: 2.5"), "mine.yaml:5: years", "2.5 is not a whole number"),
    "no title": (PLAIN.replace("title: A tenth moves\n", ""), "mine.yaml:1: title", "this field is missing"),
    "an empty title": (PLAIN.replace("A tenth moves", "' '"), "mine.yaml:1: title", "this is empty"),
    "a title not written": (PLAIN.replace("A tenth moves", ""), "mine.yaml:1: title", "nothing is written here"),
    "a list left blank": (PLAIN + "shifts:\n", "mine.yaml:6: shifts", "nothing is written here"),
    "a numeric title": (PLAIN.replace("A tenth moves", "2026"), "mine.yaml:1: title", "put it in quotes"),
    "a long title": (PLAIN.replace("A tenth moves", "x" * 121), "mine.yaml:1: title", "121 characters"),
    "a title that steers the screen": (PLAIN.replace("A tenth moves", r'"A \e[2J tenth"'), "mine.yaml:1: title",
                                       "hidden signs"),
    "a list for fields": ("- title: A\n- place: B\n", "mine.yaml:1", "there are no fields"),
    "only remarks": ("# nothing\n", "mine.yaml:1", "there are no fields"),
    "fields for a list": (PLAIN + "shifts: {from: here}\n", "mine.yaml:6: shifts", "is not a list"),
    "a word for fields": (PLAIN + "transition: lots\n", "mine.yaml:6: transition", "where fields are wanted"),
    "a budget nobody has": (PLAIN + "budget: {growth: 1%}\n", "mine.yaml:6: budget", "did you mean real_growth?"),
    "a budget of a plain number": (PLAIN + "budget: {real_growth: 1.5}\n", "mine.yaml:6: budget", "write 1.5%"),
    "a lever nobody has": (PLAIN + "rules: {prevenshun: -5%}\n", "mine.yaml:6: rules.prevenshun",
                           "did you mean prevention?"),
    "a payer nobody is": (PLAIN + SHIFT + TRANSITION.replace("national_grant", "nation"),
                          "mine.yaml:14: transition.paid_by", "national_grant"),
    "spent on nothing known": (PLAIN + SHIFT + TRANSITION.replace("start_up, ", "startup, "),
                               "mine.yaml:16: transition.on[0]", "did you mean start_up?"),
    "spent on one thing twice": (PLAIN + SHIFT + TRANSITION.replace("standing_empty", "start_up"),
                                 "mine.yaml:16: transition.on", "said twice"),
    "a key said twice": (PLAIN + "years: 6\n", "mine.yaml:6", "years is said twice"),
    "a plan against itself": (PLAIN + SHIFT + "compare_with: mine.yaml\n", "mine.yaml:11: compare_with",
                              "cannot be compared with itself"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_at_its_line_with_help(name: str, tmp_path: Path) -> None:
    text, where, help_ = MISTAKES[name]
    (told,) = wrong(tmp_path, text)
    assert told.startswith(f"{where}: ") and help_ in told, told
    assert "\n" not in told and "\x1b" not in told and len(told) < 500


@pytest.mark.parametrize("line", ["rules: {family_hours: 10%}", "family_hours: 3", "rules: {unpaid_care: 5%}",
                                  "price_year: 2024-25\ninvest: {families: {2026-27: 5}}",
                                  SHIFT.replace("shared_lives", "family_care")])
def test_families_hours_are_never_a_lever(line: str, tmp_path: Path) -> None:
    (told,) = wrong(tmp_path, f"{PLAIN}{line}\n")
    assert "families' hours are a result, never a lever" in told


def test_eligibility_is_law_and_no_lever(tmp_path: Path) -> None:
    (told,) = wrong(tmp_path, PLAIN + "rules: {eligibility_threshold: 10%}\n")
    assert "one national minimum in law" in told and "package_size" in told


def test_all_mistakes_come_at_once_in_order(tmp_path: Path) -> None:
    told = wrong(tmp_path, """\
titel: Misspelt
question: Does it pay back?
place: leeds
first_year: 2026-27
years: 5
budget: growing
shifts:
  - from: older_residential_and_nursing
    share: 10
    over: 2026-27 to 2040-41
    to: {shared_livs: 60%, reablement: 40}
  - from: roads
    share: 5%
    over: 2026-27
    to: {home_care: 90%}
transition:
  amount: -1
  paid_by: the tooth fairy
invest: {homeshare: {2039-40: .nan}}
rules: {family_hours: 5%}
shocks:
compare_with: nothing.yaml
""")
    assert [re.match(r"mine\.yaml:(\d+): ([^:]+): ", one).groups() for one in told] == [  # type: ignore[union-attr]
        ("1", "titel"), ("3", "place"), ("6", "budget"), ("9", "shifts[0].share"),
        ("10", "shifts[0].over"), ("11", "shifts[0].to.reablement"), ("11", "shifts[0].to.shared_livs"),
        ("12", "shifts[1].from"), ("15", "shifts[1].to"), ("16", "transition.on"), ("16", "transition.price_year"),
        ("16", "transition.spent"), ("17", "transition.amount"), ("18", "transition.paid_by"),
        ("19", "invest.homeshare.2039-40"), ("19", "invest.homeshare.2039-40"), ("20", "rules.family_hours"),
        ("21", "shocks"), ("22", "compare_with")]


def test_years_are_not_doubted_where_the_horizon_itself_is_wrong(tmp_path: Path) -> None:
    (told,) = wrong(tmp_path, PLAIN.replace("years: 5", "years: five") + SHIFT)
    assert "mine.yaml:5: years" in told


def test_thousands_of_mistakes_are_counted_not_told(tmp_path: Path) -> None:
    told = wrong(tmp_path, PLAIN + "rules:\n" + "".join(f"  lever_{k}: 5%\n  blank_{k}:\n" for k in range(2000)))
    assert len(told) == mistakes.MOST_TOLD + 1 and "more mistakes" in told[-1]


# -------------------------------------------------------------------------------------------------- hostile files

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "the file is empty"),
    "blanks": (b" \n\t\n", "the file is empty"),
    "binary rubbish": (bytes(range(256)) * 40, "not a text file"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x00\xff" * 500, "not a text file"),
    "control signs": (b"title: \x00\x07\n", "cannot be read"),
    "an alias bomb": (BOMB.encode(), "anchors"),
    "ten megabytes": (PLAIN.encode() + b"#" * 10_000_000, "at most 1,000,000"),
    "400,000 brackets": (b"shifts: " + b"[" * 400_000, "levels deep"),
    "400,000 braces": (b"rules: " + b"{a: " * 200_000, "levels deep"),
    "a tag": (b"title: !!python/object/apply:os.system ['true']\n", "tags"),
    "two documents": (PLAIN.encode() + b"---\n" + PLAIN.encode(), "more than one document"),
    "no YAML at all": (b"title: [A\nplace: }", "cannot be read"),
    "digits without end": (PLAIN.encode() + b"seed: " + b"1" * 8000 + b"x\n", "is not a whole number"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_quickly_and_plainly(name: str, tmp_path: Path) -> None:
    content, help_ = HOSTILE[name]
    began = time.monotonic()
    told = wrong(tmp_path, content)
    assert time.monotonic() - began < 2
    assert len(told) == 1 and told[0].startswith("mine.yaml") and help_ in told[0] and len(told[0]) < 500


def test_a_name_or_path_that_is_not_there_gets_help(tmp_path: Path) -> None:
    for asked in ("ten_percent_to_comunity", tmp_path / "ten_percent_to_comunity.yaml", "x" * 5000, "a\0b", tmp_path):
        with pytest.raises(BadInput, match="there is no file or scenario") as caught:
            load(asked, places=PLACES, services=SERVICES)
        assert caught.value.exit_code == 2
        if "comunity" in str(asked):
            assert "did you mean ten_percent_to_community?" in str(caught.value)
    with pytest.raises(BadInput, match=r"there is no scenario '\.\./plan'"):
        library_path("../plan")
    assert library_path("as_now").is_file()


# --------------------------------------------------------------------------------------------------- comparisons

def test_a_plan_may_be_held_against_another_in_its_folder(tmp_path: Path) -> None:
    write(tmp_path, PLAIN + SHIFT, "other.yaml")
    scenario = read(tmp_path, PLAIN + "budget: {real_growth: 1%}\nseed: 9\ncompare_with: other.yaml\n")
    other = baseline(scenario, places=PLACES, services=SERVICES)
    assert other.name == "other" and other.plan.shifts and other.plan.budget == scenario.plan.budget
    assert other.seed == 9
    (told,) = wrong(tmp_path, PLAIN + "compare_with: other\n")
    assert "did you mean other.yaml?" in told
    (told,) = wrong(tmp_path, PLAIN.replace("doncaster", "wigan") + "compare_with: other.yaml\n")
    assert "a plan for doncaster from 2026-27, this is one for wigan" in told


def test_mistakes_of_the_other_plan_are_told_too(tmp_path: Path) -> None:
    write(tmp_path, PLAIN + "sede: 1\n", "other.yaml")
    told = wrong(tmp_path, PLAIN + "yeers: 3\ncompare_with: other.yaml\n")
    assert [re.sub(": .*", "", one) for one in told] == ["mine.yaml:6", "mine.yaml:7", "other.yaml:6"]


def test_comparisons_in_a_circle_are_refused(tmp_path: Path) -> None:
    write(tmp_path, PLAIN + "compare_with: mine.yaml\n", "b.yaml")
    told = wrong(tmp_path, PLAIN + "compare_with: b.yaml\n")
    assert any("round in a circle: mine -> b -> mine" in one for one in told)


# ------------------------------------------------------------------------------------------------- help in editors

def test_the_form_for_editors_has_every_field_with_its_meaning() -> None:
    schema = json_schema(SERVICES)
    for part in mistakes.FIELDS.values():
        properties = (schema if part is form.ScenarioForm else schema["$defs"][part.__name__])["properties"]
        assert set(properties) == set(mistakes.fields_of(part))
        assert all(field.get("description") for field in properties.values())
    assert set(schema["$defs"]["RulesPart"]["properties"]) == set(LEVERS)
    assert schema["$defs"]["ShiftPart"]["properties"]["to"]["propertyNames"] == {"enum": sorted(SERVICES)}
    assert set(schema["required"]) == {"title", "question", "place", "first_year"}


def faults(value: Any, schema: Any, defs: Any, at: str = "") -> list[str]:
    """A small reader of JSON Schema: just the words that our own form uses."""
    schema = {**defs[schema["$ref"].rpartition("/")[2]], **schema} if "$ref" in schema else schema
    if "oneOf" in schema:
        fits = [part for part in schema["oneOf"] if not faults(value, part, defs)]
        return [] if len(fits) == 1 else [at]
    kinds: dict[str, Any] = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float)}
    kind = schema.get("type", [])
    if kind and not isinstance(value, tuple(kinds[k] for k in ([kind] if isinstance(kind, str) else kind))):
        return [at]
    found = [at] if "enum" in schema and value not in schema["enum"] else []
    found += [at] if "const" in schema and value != schema["const"] else []
    found += [at] if "pattern" in schema and not re.search(schema["pattern"], value) else []
    if isinstance(value, list):
        return found + [x for one in value for x in faults(one, schema["items"], defs, f"{at}[]")]
    for name, part in value.items() if isinstance(value, dict) else ():
        fitting = [s for p, s in schema.get("patternProperties", {}).items() if re.search(p, name)]
        inside = schema.get("properties", {}).get(name, fitting[0] if fitting else schema.get("additionalProperties"))
        found += faults(name, schema.get("propertyNames", {}), defs, f"{at}.{name}")
        found += faults(part, inside, defs, f"{at}.{name}") if isinstance(inside, dict) else []
        found += [f"{at}.{name}"] if inside is False else []
    return found + [f"{at}.{name}" for name in schema.get("required", []) if name not in value]


@pytest.mark.parametrize("name", library())
def test_editors_find_no_fault_with_the_library(name: str) -> None:
    schema = json_schema()
    assert faults(read_page(library_path(name)).data, schema, schema["$defs"]) == []


def test_editors_find_the_faults_that_careshift_finds(tmp_path: Path) -> None:
    schema = json_schema(SERVICES)
    text = PLAIN.replace("title", "titel") + SHIFT.replace("10%", "10").replace("shared_lives", "shared_livs")
    data = read_page(write(tmp_path, text + TRANSITION.replace("2026-27", "2026"))).data
    assert sorted(faults(data, schema, schema["$defs"])) == [
        ".shifts[].share", ".shifts[].to.shared_livs", ".titel", ".title", ".transition.spent.2026"]


def test_the_same_money_on_home_care_and_health_support_in_homes_stand_beside_every_plan() -> None:
    """A plan that only invests has rivals too: every pound of it, year by year, on home care; and health support in care homes."""
    for name in ("ten_percent_to_community", "shared_lives_alone", "budget_cut"):
        asked = load(name, places=PLACES)
        rivals = {run.scenario: run for run in design.runs_for(asked, places=PLACES, variants=False, all_rules=False)
                  if run.against and run.scenario != asked.name}
        assert design.SAME_CUT in rivals and rivals[design.SAME_CUT].takes == "total"
        puts_in = name != "budget_cut"  # a cut has no money to spend otherwise
        assert ("care_home_health_support" in rivals) == ("better_home_care" in rivals) == puts_in
        assert not puts_in or rivals["care_home_health_support"].takes == "money"
        if asked.plan.invest and not asked.plan.shifts:
            theirs = rivals["better_home_care"].plan.invest
            assert set(theirs) == {"home_care"}
            for year in range(asked.years):
                ours = sum(by_year.get(year, 0.0) for by_year in asked.plan.invest.values())
                assert theirs["home_care"].get(year, 0.0) == pytest.approx(ours)
    assert not [r for r in design.runs_for(load("as_now", places=PLACES), places=PLACES, variants=False, all_rules=False) if r.against]


def test_a_plan_that_only_raises_pay_has_its_money_on_home_care_beside_it_too() -> None:
    asked = load("ten_percent_to_community", places=PLACES)
    asked = replace(asked, name="pay", plan=Plan("pay", levers={"care_worker_pay": 0.05}))
    rivals = {run.scenario: run for run in design.runs_for(asked, places=PLACES, variants=False, all_rules=False) if run.takes}
    assert {"better_home_care", "care_home_health_support", design.SAME_CUT} == set(rivals)
    base, plan = (next(r.key for r in design.runs_for(asked, places=PLACES, rivals=False, variants=False, all_rules=False) if bool(r.against) == x)
                  for x in (False, True))
    found = {base: {(0, "council_total", "pounds", "all"): 100.0, (1, "council_total", "pounds", "all"): 100.0},
             plan: {(0, "council_total", "pounds", "all"): 130.0, (1, "council_total", "pounds", "all"): 90.0}}
    put = design.with_money(rivals["better_home_care"], found).plan.invest["home_care"]
    assert (put[0], put[1]) == (30.0, 0.0), "what the council spends more in all; where it spends less, nothing"


def test_futures_run_every_rival_under_every_rule_and_belief() -> None:
    asked = load("ten_percent_to_community", places=PLACES)
    every = design.runs_for(asked, places=PLACES, futures=True)
    keys = [run.key for run in every]
    assert len(keys) == len(set(keys))
    plans = [run for run in every if run.scenario == asked.name]
    assert len(plans) == 5
    for plan in plans:
        beside = [run for run in every if run.of == plan.key]
        assert {run.scenario for run in beside} == {"care_home_health_support", design.SAME_CUT}
        assert {run.against for run in beside} == {plan.against}
        assert all(keys.index(plan.key) < keys.index(run.key) for run in beside), "whoever is followed is run first"
    few = design.runs_for(asked, places=PLACES)
    assert {run.key for run in few} < set(keys)
