"""People week by week: who comes, who dies, whose need rises or recedes, and who falls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import condition
from simulation.draws import SURE, Draws, certain, never, uniforms_for
from simulation.evidence.register import central, sceptic
from simulation.rules import weekly
from simulation.week import coming, dying, falling, needing
from tests.founded import after_six_years, expected_states, founded, linked_both_ways, live, whole_town
from tests.towns import a_town, resident


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
from tests.founded import founded, live, FOUNDING
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
