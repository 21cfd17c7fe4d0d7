"""Which part of a plan does what: parts are real, shares add up to the whole in every world, and what was run is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from careshift.report import appraisal_figures
from scenarios import attributing
from scenarios import plan as files
from scenarios.appraisal import told_parts
from scenarios.appraisal.attribution import attribution, drawn_orders, in_orders
from scenarios.appraisal.told_parts import rows
from scenarios.attributing import TRANSITION, Attributed, Shared, parts_of, share_out, with_parts
from scenarios.plan import Scenario
from simulation import places
from simulation.errors import BadInput
from simulation.plan import Plan, Shift, Transition

SHIFT = Plan("two", years=1, shifts=(Shift("older_residential_and_nursing", 0.2, 0, 26, {"reablement": 0.75, "direct_payments": 0.25}),),
             transition=Transition({0: 4e6}), levers={"package_size": -0.05, "home_care_money_to_pay": 0.5})


def asked(plan: Plan = SHIFT) -> Scenario:
    found = files.load("ten_percent_to_community", places=places.known())
    return replace(found, name="two", years=plan.years, plan=plan)


# Parts ------------------------------------------------------------------------------------------------------------------
def test_a_plan_is_made_of_its_services_and_levers_and_transition_money_goes_with_services() -> None:
    assert parts_of(SHIFT) == ("direct_payments", "reablement", "package_size")
    only = with_parts(SHIFT, ["reablement"])
    (shift,) = only.shifts
    assert shift.share == pytest.approx(0.15) and shift.to == {"reablement": 1.0}, "the same pounds for it as before, and no others"
    assert only.transition.by_year == {0: pytest.approx(3e6)} and "package_size" not in only.levers
    assert with_parts(SHIFT, parts_of(SHIFT)) is SHIFT
    assert with_parts(SHIFT, []).changes_nothing


def test_transition_money_can_be_a_part_of_its_own() -> None:
    assert parts_of(SHIFT, True)[-1] == TRANSITION
    assert not with_parts(SHIFT, ["reablement"], True).transition.by_year
    assert with_parts(SHIFT, [TRANSITION], True).transition == SHIFT.transition


# Orders -----------------------------------------------------------------------------------------------------------------
def test_all_orders_give_shapleys_shares_and_a_few_add_up_all_the_same() -> None:
    from itertools import permutations

    luck = np.random.default_rng(3)
    worth: dict[frozenset[str], float] = {}

    def comes_to(mine: frozenset[str]) -> float:
        return worth.setdefault(mine, float(luck.normal()))

    exact = attribution("abcd", comes_to)
    every = in_orders("abcd", list(permutations("abcd")), comes_to)
    np.testing.assert_allclose(every.shares, [p.share for p in exact.parts], atol=1e-12)
    few = in_orders("abcd", drawn_orders("abcd", 4, 1, 0), comes_to)
    assert sum(few.shares) == pytest.approx(exact.whole) == pytest.approx(few.whole)
    assert all(e >= 0 for e in few.errors) and np.isnan(in_orders("ab", [("a", "b")], comes_to).errors).all()
    with pytest.raises(BadInput, match="each must hold every part once"):
        in_orders("abc", [("a", "b")], comes_to)


def test_orders_of_a_world_are_the_same_each_time_and_each_second_is_the_first_turned_round() -> None:
    first = drawn_orders("abcdef", 4, 1, 7)
    assert first == drawn_orders("abcdef", 4, 1, 7) != drawn_orders("abcdef", 4, 1, 8)
    assert first[1] == first[0][::-1] and first[3] == first[2][::-1]
    assert attributing.orders_of("abcde", 1, 0) is None and attributing.orders_of("abcdef", 1, 0) is not None


# Real runs --------------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shared, Path]:
    folder = tmp_path_factory.mktemp("results") / "attribution"
    shared = share_out(asked(), "doncaster", folder, places=places.known(), replications=2, one_in=100, seed=1, workers=1)
    return shared, folder


def test_shares_add_up_to_the_whole_in_every_world_for_every_figure(ran: tuple[Shared, Path]) -> None:
    shared, _ = ran
    assert shared.about["runs"] == 2 * 8, "doing nothing and seven subsets in each of two worlds"
    for x in shared.found.values():
        assert x.shares.shape == (2, 3) and x.whole.any(), x.figure
        np.testing.assert_allclose(x.shares.sum(axis=1), x.whole, rtol=1e-9, atol=1e-6)
        np.testing.assert_allclose(x.alone.sum(axis=1) + x.interaction, x.whole, rtol=1e-9, atol=1e-6)
        assert {(p.first, p.second) for p in x.pairs} == {("direct_payments", "reablement"), ("direct_payments", "package_size"),
                                                          ("reablement", "package_size")}
    assert not np.allclose(shared.found["council"].shares[0], shared.found["council"].shares[1]), "two worlds, not one told twice"


def test_the_whole_is_what_a_comparison_of_the_same_plan_finds(ran: tuple[Shared, Path]) -> None:
    from scenarios import design, runs
    from scenarios.appraisal.discounting import present_value
    from scenarios.appraisal.values import shipped

    shared, _ = ran
    plans = design.runs_for(asked(), places=places.known(), rivals=False, variants=False, all_rules=False)
    done = runs.run_one(runs.Job("doncaster", tuple(plans), 1, 1, 100, "drawn"))
    at = list(map(tuple, done.index)).index((0, "council_net", "pounds", "all"))
    saved = present_value(np.array([[done.values[0, at] - done.values[1, at]]]), shipped().discount_costs)
    assert shared.found["council"].whole[1] == pytest.approx(float(saved[0]))


def test_what_is_finished_is_not_run_again_and_is_taken_up_for_the_same_plan_alone(ran: tuple[Shared, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    shared, folder = ran
    monkeypatch.setattr("scenarios.runs.run_one", lambda job: pytest.fail("it was finished"))
    again = share_out(asked(), "doncaster", folder, places=places.known(), replications=2, one_in=100, seed=1, workers=1)
    np.testing.assert_array_equal(again.found["social"].shares, shared.found["social"].shares)
    held = attributing.taken_up(folder.parent, shared.about)
    assert held is not None and held.parts == shared.parts
    np.testing.assert_array_equal(held.found["hours"].whole, shared.found["hours"].whole)
    assert attributing.taken_up(folder.parent, shared.about | {"scenario_hash": "another"}) is None
    assert attributing.taken_up(folder, shared.about) is None
    assert json.loads((folder / attributing.FILE).read_text(encoding="utf-8"))["about"]["replications"] == 2


# Told -------------------------------------------------------------------------------------------------------------------
def made(worlds: int) -> Shared:
    luck = np.random.default_rng(1)
    found = {}
    for figure in attributing.FIGURES:
        shares = luck.normal(1e6, 1e5, (worlds, 2)) * [1, -2]
        found[figure] = Attributed(figure, shares, shares * 0.9, shares.sum(axis=1))
    return Shared(("reablement", "homeshare"), ("Reablement", "Homeshare"), found, {"replications": worlds, "orders": 0, "runs": 4 * worlds, "one_in": 1})


def test_a_few_worlds_claim_nothing_and_parts_stand_in_a_picture_with_words_and_table() -> None:
    few, many = appraisal_figures.parts(made(3)), appraisal_figures.parts(made(20))
    assert few.title == "Which part does what: a first look" and "A first look" in told_parts.first_words(made(3))
    assert many.title == "Homeshare moves council spending most" and "first look" not in told_parts.first_words(made(20))
    assert len(many.table.rows) == 3 and 'role="img"' in many.svg
    told = rows(made(20), "council")
    assert [row[0] for row in told] == ["Reablement", "Homeshare", "The whole plan"]


def test_a_plan_without_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing to share out"):
        share_out(asked(Plan(years=1)), "doncaster", tmp_path, places=places.known(), replications=1, one_in=100, seed=1)
