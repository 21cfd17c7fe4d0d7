"""Several places at once: what is shared is learned from all, what sets a place apart is found and stated, and a place left out tells nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from calibration import CalibrationFailed, Target, calibrate, care, joint, joint_page, unseen
from calibration.joint import FIVE, Several
from simulation.errors import BadInput
from simulation.evidence.register import load as load_register
from simulation.places import load


@pytest.fixture(scope="module")
def five():
    return Several()


@pytest.fixture(scope="module")
def asked(five):
    return joint.targets(five)


# Targets -----------------------------------------------------------------------------------------------------------------
def test_a_places_own_figures_stand_alone_and_what_england_lent_counts_once(five, asked):
    there = {one.place: one.there.figures for one in five.simulators}
    names = [target.name for target in asked]
    assert len(names) == len(set(names))
    for target in asked:
        place, _, figure = target.name.partition(": ")
        lent = [name for name in FIVE if there[name][figure].basis == "england"]
        assert place == joint.TOGETHER or place not in lent
        if place == joint.TOGETHER:
            assert list(five.lent[figure]) == lent
    requests = next(target for target in asked if target.name == "together: requests_65_plus")
    assert requests.value == pytest.approx(sum(figures["requests_65_plus"].value for figures in there.values()))


def test_a_figures_own_range_is_its_reporting_error(five, asked):
    told = {target.name: target for target in asked}
    figure = next(one.there for one in five.simulators if one.place == "devon").figures["delayed_patients"]
    assert told["devon: delayed_patients"].sd == pytest.approx(math.log(figure.high / figure.low) / 3.29, rel=0.01)
    assert all(target.sd >= 0.02 for target in asked)


def test_a_place_left_out_is_fitted_in_nothing_and_no_other_role_moves(five, asked):
    without = joint.targets(five, without=("somerset",))
    for before, after in zip(asked, without):
        assert after == (replace(before, role="holdout") if before.name.startswith("somerset: ") else before)
    assert {target.role for target in asked if target.name.startswith("somerset: ")} == {"calibrate", "holdout"}


def test_families_of_different_places_never_share_a_role_by_name(asked):
    roles = {}
    for target in asked:
        roles.setdefault(target.family, set()).add(target.role)
    assert all(len(found) == 1 for found in roles.values())
    assert len({target.role for target in asked if target.name.endswith(": delayed_patients")}) == 2


# The simulator -----------------------------------------------------------------------------------------------------------
def test_a_run_gives_every_places_figures_and_their_sum_and_a_whole_table_moves_as_one():
    one = Several(("riverton",), (100,))
    as_is, fewer = one({"hospital.stays": 1.0}, 3), one({"hospital.stays": 0.5}, 3)
    stays = "riverton: emergency_stays_65_plus_per_1000"
    assert fewer[stays] < 0.75 * as_is[stays]
    moved = care.as_register({"hospital.stays": 1.1, "hospital.arranging": 7.0})
    assert moved["hospital.stays"] == pytest.approx(tuple(1.1 * x for x in load_register().entries["hospital.stays"].value))
    assert moved["hospital.arranging"] == 7.0


def test_priors_are_the_registers_and_a_tables_is_a_ratio():
    found = joint.priors()
    assert list(found) == list(joint.SHARED)
    stays = load_register().entries["hospital.stays"]
    assert found["hospital.stays"].median() == pytest.approx(1.0)
    widest = max(high / value for high, value in zip(stays.high, stays.value))
    assert 1.0 < found["hospital.stays"].ppf(0.95) <= widest + 0.01


def test_fewer_than_two_places_or_one_twice_is_refused():
    for places in ([], ["devon"], ["devon", "wigan", "devon"]):
        with pytest.raises(BadInput, match="--places"):
            joint.chosen(places)
    assert joint.chosen(["devon", "wigan"]) == ("devon", "wigan")


@pytest.mark.parametrize("wrong, said", [(("--places", "devon,wigen"), "wigan"), (("--predict", "derbi"), "derby"), (("--places", "devon"), "two places"),
                                         (("--budget", "3"), "too few")])
def test_bad_input_is_help_and_no_traceback(tmp_path, capsys, wrong, said):
    with pytest.raises(SystemExit) as ended:
        joint_page.main([*wrong, "--folder", str(tmp_path / "runs"), "--page", str(tmp_path / "page.md")])
    assert ended.value.code == 2 and said in capsys.readouterr().err
    assert not (tmp_path / "page.md").exists()


# Place effects -----------------------------------------------------------------------------------------------------------
PLACES = tuple("abcdef")


def invented(apart, seed=5):
    """Six places: stays rise with x and are `apart` by place; visits rise with y and are the same everywhere."""
    luck = np.random.default_rng(seed)
    effects = {place: apart * z for place, z in zip(PLACES, stats.norm.ppf((np.arange(6) + 0.5) / 6))}
    calls = []

    def simulator(parameters, run):
        calls.append(run)
        chance = np.random.default_rng(run)
        out = {}
        for place in PLACES:
            out[f"{place}: stays"] = 200 * math.exp(0.3 * parameters["x"] + 0.03 * chance.standard_normal())
            out[f"{place}: visits"] = 50 * math.exp(0.3 * parameters["y"] + 0.03 * chance.standard_normal())
        return out

    wanted = []
    for place in PLACES:
        wanted.append(Target(f"{place}: stays", 200 * math.exp(0.15 + effects[place] + 0.02 * luck.standard_normal()), 0.02, 0.03, "log"))
        wanted.append(Target(f"{place}: visits", 50 * math.exp(-0.15 + 0.02 * luck.standard_normal()), 0.02, 0.03, "log"))
    return simulator, wanted, calls


BELIEFS = {"x": stats.norm(0, 1), "y": stats.norm(0, 1)}


def test_what_sets_places_apart_is_found_where_it_is_and_nowhere_else():
    simulator, wanted, _ = invented(0.35)
    with pytest.raises(CalibrationFailed) as failed:
        calibrate(simulator, BELIEFS, wanted, budget=44, seed=2)
    assert all(conflict.name.endswith(": stays") for conflict in failed.value.conflicts)
    learned = joint.learn(simulator, BELIEFS, wanted, budget=44, seed=2, store={})
    assert list(learned.apart) == ["stays"] and 0.2 < learned.apart["stays"] < 0.5
    assert {conflict.name for conflict in learned.conflicts} and all(conflict.name.endswith(": stays") for conflict in learned.conflicts)
    low, _, high = learned.posterior.interval().loc["x"]
    assert low < 0.5 < high and high - low > 2 * np.diff(learned.posterior.interval().loc["y"][["low", "high"]])[0]


def test_places_that_are_alike_get_no_effect():
    simulator, wanted, _ = invented(0.0)
    learned = joint.learn(simulator, BELIEFS, wanted, budget=44, seed=2, store={})
    assert all(size < 0.05 for size in learned.apart.values()) and not learned.conflicts


def test_leaving_a_place_out_makes_no_run_and_its_value_has_no_say():
    simulator, wanted, calls = invented(0.2)
    store = {}
    posterior = joint.learn(simulator, BELIEFS, wanted, budget=44, seed=2, store=store).posterior
    made = len(calls)
    without = [replace(target, role="holdout") if target.name.startswith("a: ") else target for target in wanted]
    moved = [replace(target, value=9 * target.value) if target.role == "holdout" else target for target in without]
    first, again = (joint.after_design(simulator, BELIEFS, some, budget=44, seed=2, store=store) for some in (without, moved))
    assert len(calls) == made
    assert np.array_equal(first.values, again.values) and first.left_over == again.left_over
    assert not any(row["target"].startswith("a: ") for row in first.left_over)
    all_runs = joint.after_design(simulator, BELIEFS, without, budget=44, seed=2, store=store, more=posterior.runs)
    assert len(calls) == made and not np.array_equal(all_runs.values, first.values)
    assert np.allclose(all_runs.values.mean(axis=0), first.values.mean(axis=0), atol=0.3)


def test_one_place_alone_cannot_say_how_far_places_are_apart():
    assert joint.spreads([{"target": "a: stays", "off": 3.0, "variance": 0.01}]) == {}
    sums = [{"target": "together: stays", "off": 3.0, "variance": 0.01}, {"target": "a: stays", "off": 3.0, "variance": 0.01}]
    assert joint.spreads(sums) == {}


# A place not used --------------------------------------------------------------------------------------------------------
def test_a_rival_is_as_unsure_as_it_was_wrong_elsewhere():
    wrong = {"b": 1.2, "c": 1 / 1.2}
    rates = dict.fromkeys("abc", 100.0)

    def rate(place, figure):
        return rates[place]

    found = unseen.rival(rate, "a", "stays", 100.0, {place: 100 * times for place, times in wrong.items()})
    assert found["width"] == pytest.approx(2 * 1.645 * math.log(1.2), rel=1e-3) and found["inside"]
    missed = unseen.rival(rate, "a", "stays", 200.0, {place: 100 * times for place, times in wrong.items()})
    assert not missed["inside"] and missed["interval_score"] == pytest.approx(found["width"] + 20 * (math.log(2) - found["width"] / 2))
    assert unseen.rival(rate, "a", "stays", 100.0, {"a": 100.0, "b": 120.0}) is None


def test_a_vague_forecast_scores_worse_than_a_sharp_one_that_is_right():
    from calibration import checks

    target, luck = Target("a", 100.0, 0.02, 0.0, "log"), np.random.default_rng(1)
    sharp, vague = (checks.predicted(target, np.log(100) + sd * luck.standard_normal(400), luck) for sd in (0.05, 0.8))
    assert sharp["inside"] and vague["inside"] and vague["interval_score"] > 5 * sharp["interval_score"]


def test_englands_rate_tests_nothing_and_last_years_values_are_of_figures_there_are():
    own = {target.name.partition(": ")[2] for target in unseen.everything(Several(("derby",), (10,))) if target.family == target.name}
    assert own == {"delayed_patients"}
    for place, figure in unseen._earlier():
        if place in ("bristol", "derby"):
            assert load(place).figures[figure].basis == "local"


def test_a_place_alone_is_predicted_with_interval_and_no_run_twice():
    store = {}
    sets = np.array([[7.0, 1.0], [9.0, 1.0], [11.0, 0.9]])
    names = ["hospital.arranging", "hospital.stays"]
    near = unseen.predicted("riverton", names, sets, {}, seed=1, store=store, one_in=100)
    assert len(store) == 3
    far = unseen.predicted("riverton", names, sets, {"delayed_patients": 1.0}, seed=1, store=store, one_in=100)
    assert len(store) == 3
    width = {row["figure"]: row["width"] for row in near}
    for row in far:
        assert (row["width"] > 2 * width[row["figure"]]) == (row["figure"] == "delayed_patients")
