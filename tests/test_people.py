"""People: who lives in the founded town, who comes, who dies, whose need rises or recedes, and who falls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import condition
from simulation.draws import SURE, Draws, certain, never, uniforms_for
from simulation.evidence.register import central, sceptic
from simulation.founding.lots import chosen, evenly, whole
from simulation.founding.people import net_moves
from simulation.places import load
from simulation.plan import Plan
from simulation.process import bind
from simulation.rules import weekly
from simulation.week import coming, dying, falling, needing
from simulation.world.ledger import Events
from simulation.world.town import Town
from tests.towns import a_town, resident

FOUNDING = ("people", "needs", "households", "wealth")
PROCESSES = ("coming", "dying", "needing", "falling")


def founded(one_in: int = 40, steps: tuple[str, ...] = FOUNDING, weeks: int = 520, seed: int = 1) -> Town:
    draws = Draws(seed, 0)
    draws.begin(-104)
    town = Town(load("doncaster"), draws, Plan(), burn_in=104, weeks=weeks, one_in=one_in, events=Events("counts"),
                model=None)
    for step in steps:
        module = import_module(f"simulation.founding.{step}")
        bind(getattr(module, step), central(), page=f"founding_{step}").run(town)
    town.tables["fell"] = np.zeros(len(town.residents), dtype=bool)
    return town


def live(town: Town, weeks: int, only: tuple[str, ...] = PROCESSES) -> Town:
    processes = [bind(getattr(import_module(f"simulation.week.{name}"), name), central()) for name in only]
    for _ in range(weeks):
        town.draws.begin(town.week)
        town.events.week = town.week
        for process in processes:
            process.run(town)
        town.week += 1
    return town


@lru_cache(maxsize=1)
def whole_town() -> Town:
    return founded(one_in=1)


@lru_cache(maxsize=1)
def after_six_years() -> tuple[Town, dict[str, float]]:
    """A fifth of the town after six years of coming, dying and needing; with deaths counted against the life table."""
    town = founded(one_in=5)
    r, place, told = town.residents, town.place, {"expected": 0.0, "died": 0.0}
    ratio = death_ratio(town)
    for _ in range(26):
        old = r.present & (r.age >= 65)
        year = np.minimum(r.age[old].astype(int), 110)
        told["expected"] += float((place.life_table[r.sex[old], year] * ratio[r.fifth[old]]).sum() * 12 / 52)
        live(town, 12, ("coming", "dying", "needing"))
        told["died"] += float((old & ~r.present).sum())
    return town, told


def death_ratio(town: Town) -> np.ndarray:
    needs = import_module("simulation.founding.needs")
    return np.asarray(needs._death_ratio(town.residents, town.place, np.array(central().values["shared.fifth_deaths"])))


def expected_states(town: Town, people: np.ndarray) -> np.ndarray:
    """How many of these people the balance puts in each of the ten states, at their exact ages."""
    r, table = town.residents, town.tables["prevalence"]
    year = np.minimum(r.age[people].astype(int), 109)
    part = (r.age[people] - year)[:, None]
    before, after = (table[r.fifth[people], r.sex[people], year + k] for k in (0, 1))
    return np.asarray((before * (1 - part) + after * part).sum(axis=0))


# Founding: the published people -------------------------------------------------------------------------------------
def test_founders_are_the_published_people_one_by_one() -> None:
    town = whole_town()
    r = town.residents
    here = r.present
    counts = np.zeros((2, 101))
    np.add.at(counts, (r.sex[here].astype(int), r.age[here].astype(int)), 1)
    np.testing.assert_array_equal(counts[:, 18:], town.place.people[:, 18:])
    assert here.sum() == town.place["adults"]


def test_each_neighbourhood_and_fifth_keeps_its_published_share_of_all_ages() -> None:
    town = whole_town()
    r, parts = town.residents, town.place.neighbourhoods
    founders = r.present
    older = founders & (r.age >= 65)
    share_older = np.bincount(r.fifth[older], minlength=5) / older.sum()
    share = np.bincount(r.fifth[founders], minlength=5) / founders.sum()
    published = parts.people @ parts.fifth
    assert np.abs(share - published).max() < 0.015  # children, who are not founded, live more often in the poorer parts
    assert share_older[0] < published[0] and share_older[-1] > published[-1]
    assert np.all(np.diff(r.neighbourhood[founders]) >= 0)


def test_the_same_people_come_however_long_the_story_is_told() -> None:
    short, long_ = founded(weeks=52, steps=("people", "needs")), founded(weeks=520, steps=("people", "needs"))
    n = len(short.residents)
    for column in ("arrives", "age", "sex", "neighbourhood", "fifth", "need", "dementia", "group", "outlook"):
        np.testing.assert_array_equal(short.residents.arrays[column], long_.residents.arrays[column][:n])


def test_as_many_come_as_are_published() -> None:
    town = whole_town()
    r, place = town.residents, town.place
    arrivals = r.arrives >= -104
    of_age = arrivals & (r.age == 18)
    first_year = (r.arrives >= -104) & (r.arrives < -52)
    assert (of_age & first_year).sum() == place.people[:, 17].sum()
    movers = (arrivals & first_year & ~of_age).sum()
    assert abs(movers - place["net_migration"]) <= 2
    np.testing.assert_allclose(net_moves(place).sum(), place["net_migration"])
    assert np.all(np.diff(r.arrives) >= 0)


def test_one_in_k_is_a_kth_of_the_town() -> None:
    assert abs(founded(steps=("people",)).residents.present.sum() - 247_940 / 40) <= 1


@given(st.lists(st.floats(0, 50), min_size=1, max_size=40), st.floats(0, 0.999))
def test_whole_people_keep_their_sum_and_each_cell_to_within_one(expected: list[float], luck: float) -> None:
    counts = whole(np.array(expected), luck)
    assert abs(counts.sum() - sum(expected)) < 1.01
    assert np.all(np.abs(counts - np.array(expected)) < 1.01)
    np.testing.assert_array_equal(whole(np.round(expected), luck), np.round(expected))


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(0.01, 0.99), st.integers(0, 10**6))
def test_lots_drawn_evenly_give_each_stratum_its_share(strata: list[int], chance: float, seed: int) -> None:
    luck = evenly(Draws(seed), "test", np.array(strata))
    assert np.all((luck >= 0) & (luck < 1))
    for stratum in set(strata):
        mine = luck[np.array(strata) == stratum]
        assert abs((mine < chance).sum() - chance * len(mine)) < 1.0 + 1e-9


@given(st.lists(st.floats(0, 1), min_size=2, max_size=6).filter(lambda s: sum(s) > 0.1), st.floats(0, 0.999999))
def test_nobody_is_of_a_kind_that_has_no_share(shares: list[float], luck: float) -> None:
    kind = int(chosen(np.array(shares), np.array([luck]))[0])
    assert shares[kind] > 0 or sum(shares[kind + 1:]) == 0


# Founding: need, frailty, families, wealth ----------------------------------------------------------------------------
def at_home_in_england(town: Town, low: int, high: int, states: slice | list[int], sex: int | None = None) -> float:
    """A share of people at home in England: fifths as older people live in them, residents of care homes left out.

    Residents (by age, OpenSAFELY) are all taken to have the need asked about; that is nearly so.
    """
    page = central().values
    fifths = np.array(page["founding_people.older_by_fifth"])
    table = np.tensordot(fifths / fifths.sum(), town.tables["prevalence"], axes=1)[:, :, states].sum(axis=-1)
    share, people = (table[:, :-1] + table[:, 1:])[:, :101] / 2, town.place.people
    residents = np.interp(np.arange(101), [60, 72, 77, 82, 87, 92, 100], [0, 0.006, 0.014, 0.033, 0.076, 0.18, 0.2])
    sexes = [0, 1] if sex is None else [sex]
    if not isinstance(states, slice):  # dementia is counted wherever people live
        residents = np.zeros(101)
    at_home = np.maximum(share - residents, 0)[sexes, low:high] * people[sexes, low:high]
    return float(at_home.sum() / (people * (1 - residents))[sexes, low:high].sum())


@pytest.mark.parametrize(("low", "high", "states", "sex", "published", "within"), [
    (65, 70, slice(2, 10), None, 0.21, 0.02),  # any need
    (80, 101, slice(2, 10), None, 0.52, 0.03),
    (65, 101, slice(4, 10), 0, 0.24, 0.015),  # one personal task or more
    (65, 101, slice(4, 10), 1, 0.28, 0.015),
    (65, 70, [1, 3, 5, 7, 9], None, 0.015, 0.007),  # dementia, wherever people live
    (80, 85, [1, 3, 5, 7, 9], None, 0.10, 0.02),
    (90, 101, [1, 3, 5, 7, 9], None, 0.30, 0.04),
])
def test_need_and_dementia_are_as_common_as_published(low: int, high: int, states: slice | list[int], sex: int | None,
                                                      published: float, within: float) -> None:
    assert at_home_in_england(whole_town(), low, high, states, sex) == pytest.approx(published, abs=within)


def test_twice_as_many_need_help_in_the_most_deprived_fifth_as_in_the_least() -> None:
    table, people = whole_town().tables["prevalence"][:, :, 65:101, 4:].sum(axis=-1), whole_town().place.people[:, 65:]
    shares = (table * people).sum(axis=(1, 2)) / people.sum()
    assert shares[0] / shares[-1] == pytest.approx(2.0, abs=0.2)


def test_the_balance_is_a_distribution_and_deaths_add_up_to_the_life_table() -> None:
    town = whole_town()
    table, base = town.tables["prevalence"], town.tables["base_mortality"]
    assert np.all(table >= 0)
    np.testing.assert_allclose(table.sum(axis=-1), 1.0)
    r = town.residents
    here = r.present
    year = np.minimum(r.age[here].astype(int), 110)
    published = (town.place.life_table[r.sex[here], year] * death_ratio(town)[r.fifth[here]]).sum()
    assert published == pytest.approx(
        town.place["deaths_smr"] * town.place.life_table[r.sex[here], year].sum(), rel=1e-9)
    beliefs = central().values
    age = np.interp(r.age[here], dying.EXCESS_AGES, beliefs["shared.excess_age"])
    excess = (np.array(beliefs["shared.excess_deaths"])[r.need[here]] + beliefs["shared.excess_dementia"]
              * r.dementia[here]) * age * np.array(beliefs["shared.excess_sex"])[r.sex[here]]
    learning = np.where(r.group[here] == dying.LEARNING, beliefs["shared.learning_disability_deaths"], 1.0)
    model = (base[r.fifth[here], r.sex[here], year] * learning + excess).sum()
    assert model == pytest.approx(published, rel=0.02)


def test_founders_stand_in_the_balance_to_within_rounding() -> None:
    town = whole_town()
    r = town.residents
    people = np.flatnonzero(r.present & (r.age >= 65))
    found = np.bincount(2 * r.need[people] + r.dementia[people], minlength=10)
    assert np.abs(found - expected_states(town, people)).max() < 60  # of 61,651


def test_frailty_has_its_published_shares_and_goes_with_need() -> None:
    r = whole_town().residents
    old = r.present & (r.age >= 65)
    shares = np.bincount(r.frailty[old], minlength=4) / old.sum()
    np.testing.assert_allclose(shares, [0.50, 0.35, 0.12, 0.03], atol=0.02)
    assert 0.3 < np.corrcoef(r.frailty[old], r.need[old])[0, 1] < 0.6


def test_as_many_older_people_live_alone_as_the_census_counted() -> None:
    town = whole_town()
    r = town.residents
    assert (r.present & r.alone & (r.age >= 66)).sum() == pytest.approx(town.place["living_alone_66_plus"], rel=0.03)
    assert not (r.alone & (r.partner >= 0)).any()


def linked_both_ways(town: Town) -> None:
    r = town.residents
    paired = np.flatnonzero(r.partner >= 0)
    np.testing.assert_array_equal(r.partner[r.partner[paired]], paired)
    assert np.all(r.present[paired])
    for slot in range(3):
        who = np.flatnonzero(r.kin[:, slot] >= 0)
        kin = r.kin[who, slot]
        assert np.all((r.kin[kin] == who[:, None]).any(axis=1))
        assert np.all(r.kin_kind[who, slot] > 0)
        assert np.all(r.present[who] | (r.arrives[who] >= town.week))


def test_partners_and_kin_are_linked_both_ways_and_are_of_a_likely_age() -> None:
    town = whole_town()
    linked_both_ways(town)
    r = town.residents
    men = np.flatnonzero((r.partner >= 0) & (r.sex == 0))
    assert np.mean(r.age[men] - r.age[r.partner[men]]) == pytest.approx(2.0, abs=0.7)
    assert np.all(r.sex[r.partner[men]] == 1)
    assert np.mean(r.neighbourhood[men] == r.neighbourhood[r.partner[men]]) > 0.99
    parents = np.flatnonzero((r.kin_kind[:, 0] == 1) & (r.age >= 65))
    gap = r.age[parents] - r.age[r.kin[parents, 0]]
    assert gap.mean() == pytest.approx(28, abs=2)
    assert np.percentile(gap, 1) > 15 and np.percentile(gap, 99) < 46


def test_most_working_age_people_with_a_learning_disability_have_a_parent_here() -> None:
    r = whole_town().residents
    them = r.present & (r.age < 65) & (r.group == dying.LEARNING)
    assert them.sum() == pytest.approx(0.0047 * (r.present & (r.age < 65)).sum(), rel=0.03)
    assert 0.45 < (r.kin_kind[them] == 3).any(axis=1).mean() < 0.85
    assert np.all(r.band[them] > 0)


def test_two_thirds_of_older_people_own_and_a_third_have_savings_above_the_limit() -> None:
    r = whole_town().residents
    old = r.present & (r.age >= 65)
    assert r.owns_home[old].mean() == pytest.approx(0.67, abs=0.02)
    assert (r.savings[old] > 23_250).mean() == pytest.approx(0.34, abs=0.02)
    pairs = np.flatnonzero((r.partner >= 0) & r.present)
    np.testing.assert_allclose(r.house[pairs][r.owns_home[pairs]],
                               r.house[r.partner[pairs]][r.owns_home[pairs]])
    assert np.all((r.house > 0) == r.owns_home)


# Weeks: nothing drifts that does not move in the world -----------------
def test_need_stays_in_its_balance_for_six_years() -> None:
    town, _ = after_six_years()
    r = town.residents
    people = np.flatnonzero(r.present & (r.age >= 65))
    found = np.bincount(2 * r.need[people] + r.dementia[people], minlength=10).astype(float)
    want = expected_states(town, people)
    for states, within in ((slice(2, 10), 0.02), (slice(4, 10), 0.03), (slice(6, 10), 0.06), (slice(8, 10), 0.12)):
        assert found[states].sum() == pytest.approx(want[states].sum(), rel=within)
    assert found[1::2].sum() == pytest.approx(want[1::2].sum(), rel=0.06)


def test_as_many_older_people_die_as_the_life_table_says() -> None:
    _, told = after_six_years()
    assert told["died"] == pytest.approx(told["expected"], rel=0.04)


def test_people_are_conserved_and_ties_are_let_go() -> None:
    town, _ = after_six_years()
    r, events = town.residents, town.events
    weeks = range(-104, town.week)
    came, died = (events.happened(kind, weeks).sum() for kind in ("comes", "dies"))
    assert r.present.sum() == round(247_940 / 5) + came - died
    assert np.all((r.left < 10**6) == (~r.present & (r.arrives < town.week)))
    linked_both_ways(town)


def test_households_keep_their_shape() -> None:
    town, _ = after_six_years()
    now, then = town.residents, whole_town().residents
    for low, high in ((45, 65), (65, 75), (75, 85)):
        a, b = ((r.present & (r.age >= low) & (r.age < high)) for r in (now, then))
        assert now.alone[a].mean() == pytest.approx(then.alone[b].mean(), abs=0.03)
        assert (now.partner[a] >= 0).mean() == pytest.approx((then.partner[b] >= 0).mean(), abs=0.04)


def test_passing_ups_and_downs_have_a_spread_of_one_and_halve_in_ten_weeks() -> None:
    n, keep = 20_000, needing.half(10.0)
    column = [np.zeros(n, dtype=np.float32) for _ in range(4)]
    present, seen = np.ones(n, dtype=bool), []
    draws = Draws(3)
    for week in range(90):
        draws.begin(week)
        needing.drift(present, *column, draws.key("ups"), keep, needing.shake(keep), 0.5, 0.5)
        seen.append(column[0].copy())
    assert seen[-1].std() == pytest.approx(1.0, abs=0.02)
    assert abs(seen[-1].mean()) < 0.03
    assert np.corrcoef(seen[-1], seen[-11])[0, 1] == pytest.approx(0.5, abs=0.03)


def test_nobody_dies_who_was_left_out_by_the_first_look_at_luck() -> None:
    """Deaths among those sifted and among everybody are the same, at rates so high that the bound is often near."""
    r = founded().residents
    base = np.full((5, 2, 111), 0.5)
    d = dying.Deaths(base, np.linspace(0.0, 2.0, 5), 0.4, np.ones(111), np.array([1.0, 0.8]), 1.5, 0.7, 26.0, 0.3,
                     np.full(5, 0.1), 3.0, 9.0)
    draws, rows, seen = Draws(9), np.flatnonzero(r.present), 0
    for week in range(40):
        draws.begin(week)
        luck, told = draws.key("deaths"), []
        for some in (rows, condition.lucky(r, luck, weekly(dying.most_when_well(d)), weekly(d.most))):
            died = np.empty(len(r), dtype=np.int32)
            n = dying.die(some, r.age, r.sex, r.fifth, r.need, r.dementia, r.worsened, r.needs_entry, r.group, luck, d, died)
            told.append(died[:n])
        assert np.array_equal(*told)
        seen += int(((r.need[told[0]] == 0) & (r.age[told[0]] < 65)).sum())
    assert seen > 100


def test_the_first_look_at_luck_leaves_out_nobody_whom_it_reaches() -> None:
    """The compiled sieve against NumPy, for people of every age and need."""
    n, of = 20_000, np.random.default_rng(4)
    present, age, need = of.random(n) < 0.8, of.uniform(18, 100, n).astype(np.float32), of.integers(0, 5, n).astype(np.int8)
    draws = Draws(5)
    draws.begin(0)
    key = draws.key("moves")
    bound = np.where((need == 0) & (age < 65), 0.01, 0.2)
    people = type("People", (), {"__len__": lambda self: n, "present": present, "age": age, "need": need})()
    rows = condition.lucky(people, key, 0.01, 0.2)
    assert len(rows) > 1000 and np.array_equal(rows, np.flatnonzero(present & (uniforms_for(key, np.arange(n)) < bound)))


def test_falls_are_as_common_and_as_grave_as_published() -> None:
    town = live(founded(one_in=10), 104)
    r = town.residents
    old, ever, falls, hurt = r.present & (r.age >= 65), np.zeros(len(r.present), dtype=bool), 0, 0
    for _ in range(52):
        before = r.falls.copy()
        live(town, 1)
        ever |= r.falls > before + 0.5
        falls += int(town.events.happened("falls", range(town.week - 1, town.week)).sum())
        hurt += int(town.tables["fell"].sum())
    there = old & r.present
    assert ever[there].mean() == pytest.approx(0.33, abs=0.03)
    assert ever[there & (r.age >= 80)].mean() == pytest.approx(0.48, abs=0.05)
    assert falls / old.sum() == pytest.approx(0.45, rel=0.06)
    assert hurt / old.sum() == pytest.approx(0.01933, rel=0.2)


# Laws of single rules -------------------------------------------------------------------------------------------------
share = st.floats(0, 1)
rate = st.floats(0, 3)


@given(share, share, st.floats(0, 1))
def test_more_unmet_need_never_slows_a_rise_in_need(less: float, more: float, effect: float) -> None:
    less, more = sorted((less, more))
    assert needing.of_unmet(less, effect) <= needing.of_unmet(more, effect)
    assert falling.without_help(less, effect) <= falling.without_help(more, effect)
    assert needing.of_unmet(more, 0.0) == 1.0


@given(rate, rate, rate, rate, st.floats(0, 0.999))
def test_a_faster_rise_never_turns_a_rise_into_anything_else(up: float, more: float, down: float, dementia: float,
                                                             luck: float) -> None:
    if needing.which_move(up, down, dementia, luck, 5.0) == 1:
        assert needing.which_move(up + more, down, dementia, luck, 5.0) == 1


@given(st.floats(20, 100), st.floats(0, 10), st.floats(-4, 0), st.floats(0, 0.1))
def test_need_begins_sooner_with_age(age: float, more: float, at: float, slope: float) -> None:
    assert needing.rising(age, at, slope, 75.0, 1.0) <= needing.rising(age + more, at, slope, 75.0, 1.0)


@given(st.floats(0, 30), st.floats(0, 30), st.floats(0, 0.05), st.floats(0.1, 0.99))
def test_days_in_bed_never_help(days: float, more: float, per_day: float, fade: float) -> None:
    assert needing.of_bed_days(days, per_day, fade) <= needing.of_bed_days(days + more, per_day, fade)


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.floats(0.3, 1.1), st.floats(0.5, 1.5))
def test_more_need_never_means_fewer_deaths(a: float, b: float, age: float, sex: float) -> None:
    less, more = sorted((a, b))
    assert dying.excess(less, 0.0, age, sex) <= dying.excess(more, 0.03, age, sex)


def test_the_test_for_a_care_home_moves_nobodys_average() -> None:
    met, offset = 0.4, 0.1 * 0.4 / 0.6
    mean = met * dying.test_met(True, 0.1, offset) + (1 - met) * dying.test_met(False, 0.1, offset)
    assert mean == pytest.approx(0.0)


# Stories -----------------
def test_mr_k_dies_and_mrs_k_is_left_with_the_second_carers_help() -> None:
    town = a_town(resident("Mr K", age=84, partner="Mrs K", cares_for="Mrs K", care_hours=20, stage=1),
                  resident("Mrs K", age=82, sex=1, partner="Mr K", need=3, carer="Mr K", second_carer="Ann"),
                  resident("Ann", age=55, sex=1, cares_for="Mrs K", care_hours=5))
    town.week("dying", luck=certain("dying: deaths"))  # luck nought: whoever can die does; all do
    assert not town["Mr K"].present and town["Mr K"].left == 0
    assert town.story("Mr K") == [("dies", "", "")]
    town = a_town(resident("Mr K", age=84, partner="Mrs K", cares_for="Mrs K", care_hours=20, stage=1),
                  resident("Mrs K", age=82, sex=1, partner="Mr K", need=3, carer="Mr K", second_carer="Ann"),
                  resident("Ann", age=55, sex=1, cares_for="Mrs K", care_hours=5))
    parting = import_module("simulation.world.parting")
    behind = parting.part(town.town, np.array([0]), "death")
    assert list(behind) == [1]
    mrs = town["Mrs K"]
    assert mrs.alone and mrs.partner == -1 and mrs.carer == 2 and mrs.second_carer == -1
    assert town["Mr K"].care_hours == 0 and town["Mr K"].stage == "not asking"


def test_nobody_dies_whose_luck_holds() -> None:
    town = a_town(resident("Ada", age=99, need=4, dementia=True))
    for _ in range(20):
        town.week("dying", luck=never("dying: deaths"))
    assert town["Ada"].present


def test_support_ends_with_death_and_is_told_as_such() -> None:
    town = a_town(resident("Joe", age=90, need=4))
    town.town.begin(town.town.service("home_care"), np.array([0]), 0, hours=14, price=330)
    town.week("dying", luck=certain("dying: deaths"))
    assert ("ends", "home_care", "death") in town.story("Joe")
    assert not town.town.placements.active.any()
    assert town["Joe"].supports == 0


def test_need_rises_and_hours_follow() -> None:
    luck = {"needing: moves": SURE, "needing: where to": SURE}
    town = a_town(resident("Bea", age=85, need=2, spread=1.5))
    town.week("needing", luck=luck)
    assert town["Bea"].need == "three or more"
    assert town["Bea"].hours_needed == pytest.approx(28 * 1.5)
    assert town["Bea"].group == "older frailty" and town["Bea"].worsened == 1
    assert town.story("Bea") == [("need rises", "", "")]


def test_a_learning_disability_stays_whatever_need_does() -> None:
    town = a_town(resident("Tom", age=64.99, need=1, group=2, band=3))
    town.run(6, "coming", "needing")
    assert town["Tom"].group == "learning disability" and town["Tom"].age > 65
    assert town["Tom"].hours_needed >= 5


def test_reablement_and_days_in_bed_fade_to_nothing() -> None:
    town = a_town(resident("Una", age=80, need=2, recovering=0.1, bed_days=1.0))
    town.run(13, "needing")
    assert town["Una"].recovering == pytest.approx(0.05, abs=0.001)
    assert 0 < town["Una"].bed_days < 0.2
    town.run(35, "needing")
    assert town["Una"].recovering == 0 and town["Una"].bed_days == 0


def test_a_bad_fall_is_marked_for_the_hospital_and_only_for_that_week() -> None:
    town = a_town(resident("Vic", age=88, need=3, unmet=0.5))
    town.week("falling", luck={**certain("falling: falls"), **certain("falling: serious")})
    assert town.town.tables["fell"][0] and town["Vic"].falls == 1 and town["Vic"].stage == "not asking"
    town.week("falling", luck=never("falling: falls"))
    assert not town.town.tables["fell"].any()


def test_a_fall_without_help_may_lead_to_asking() -> None:
    town = a_town(resident("Wyn", age=88, need=3, unmet=0.5), resident("Zoe", age=50, need=3, unmet=0.5))
    town.week("falling", luck={**certain("falling: falls"), **never("falling: serious"), **certain("falling: asks")})
    assert town["Wyn"].stage == "waiting for assessment" and town["Wyn"].reason == "fall" and town["Wyn"].long_term
    assert town["Zoe"].falls == 0


def test_somebody_whose_partner_moves_to_a_care_home_lives_alone_at_home() -> None:
    town = a_town(resident("He", age=84, partner="She", setting=4), resident("She", age=80, sex=1, partner="He"))
    town.week("coming", luck=never("coming: couples"))
    assert town["She"].alone and not town["He"].alone


def test_a_sceptic_keeps_the_rates_and_drops_what_lonely_or_unmet_need_does() -> None:
    beliefs = sceptic(central())
    assert beliefs.values["needing.unmet_on_need"] == 0 and beliefs.values["needing.loneliness_on_need"] == 1
    assert beliefs.values["needing.lost_per_bed_day"] == 0
    assert beliefs.values["shared.need_rises_at"] == central().values["shared.need_rises_at"]


def test_where_more_go_than_come_people_leave_with_their_partners() -> None:
    town = founded(one_in=20, steps=("people", "needs", "households"))
    figure = town.place.figures["net_migration_30_44"]
    town.place = replace(town.place, figures={**town.place.figures, figure.name: replace(figure, value=-6000.0)})
    live(town, 26, ("coming",))
    left = town.events.happened("leaves", range(-104, town.week)).sum()
    assert left == pytest.approx(6000 / 20 / 2 * 1.6, rel=0.35)  # with partners, of whom some would have gone anyway
    linked_both_ways(town)


# The compiled kernels and plain Python are the same model -----------------
TWIN = """
import sys, json, hashlib
import numpy as np
from tests.test_people import founded, live, FOUNDING
town = live(founded(one_in=500, weeks=52), 26)
r = town.residents
out = {}
for name in ("present", "age", "need", "dementia", "worsened", "acute", "hours_needed", "group", "frailty", "limiting",
             "band", "falls", "alone", "partner", "left", "stage"):
    out[name] = hashlib.sha256(np.ascontiguousarray(r.arrays[name]).tobytes()).hexdigest()[:12]
print(json.dumps(out))
"""


def test_kernels_agree_with_plain_python() -> None:
    told = []
    for disabled in ("0", "1"):
        env = {**os.environ, "NUMBA_DISABLE_JIT": disabled, "PYTHONPATH": str(Path(__file__).parents[1])}
        run = subprocess.run([sys.executable, "-c", TWIN], env=env, capture_output=True, text=True, timeout=300)
        assert run.returncode == 0, run.stderr[-2000:]
        told.append(json.loads(run.stdout.splitlines()[-1]))
    assert told[0] == told[1]


def test_the_columns_a_process_changes_are_declared() -> None:
    for module in (coming, dying, needing, falling):
        process = getattr(module, module.__name__.rsplit(".", 1)[-1])
        assert process.changes
