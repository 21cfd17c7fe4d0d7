"""A calibration finds known truths, says when it cannot, and gives the same answer however it is run."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.problems import capacity, closed_form, cohort, linear, noisy
from calibration import CalibrationFailed, Posterior, Target, calibrate
from simulation.errors import BadInput, RunStopped

PRIORS = {"rate": stats.uniform(0, 1), "effect": stats.norm(0, 1), "idle": stats.uniform(0, 1)}
TARGETS = [Target("people", 2.0, 0.1), Target("cost", 1.0, 0.1), Target("stay", 3.1, 0.1, role="holdout")]


def small(parameters: Mapping[str, float], seed: int) -> dict[str, float]:
    luck = np.random.default_rng(seed).standard_normal(3) * 0.1
    rate, effect = parameters["rate"], parameters["effect"]
    return {"people": 1 + 2 * rate + luck[0], "cost": 2 * rate + 0.5 * effect + luck[1], "stay": 2 * rate + 2 + luck[2], "unused": 0.0}


class Counted:
    """A simulator that counts its runs, and can be stopped."""

    def __init__(self, stop_at: int = 10**9):
        self.calls, self.stop_at = 0, stop_at

    def __call__(self, parameters: Mapping[str, float], seed: int) -> dict[str, float]:
        self.calls += 1
        if self.calls > self.stop_at:
            raise KeyboardInterrupt
        return small(parameters, seed)


@pytest.fixture(scope="module")
def found() -> Posterior:
    return calibrate(small, PRIORS, TARGETS, budget=100, seed=1)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_straight_lines_give_the_closed_form(seed: int) -> None:
    problem = linear()
    _, targets = problem.truth(seed)
    posterior = calibrate(problem.simulate, problem.priors, targets, budget=300, seed=seed)
    mean, sd = closed_form(problem, targets)
    assert np.all(np.abs(posterior.samples.mean() - mean) < 0.45 * sd)
    assert np.all(np.abs(np.log(posterior.samples.std() / sd)) < np.log(1.3))


def test_a_capacity_that_bends_the_answer_is_followed_by_a_process() -> None:
    problem = capacity()
    truth, targets = problem.truth(1)
    posterior = calibrate(problem.simulate, problem.priors, targets, budget=300, seed=1)
    assert any(row["process"] for row in posterior.diagnostics["emulator"])
    assert posterior.diagnostics["emulator_on_new_runs"][-1]["within_3"] > 0.95
    told = posterior.interval()
    assert sum(told.low[name] <= truth[name] <= told.high[name] for name in truth) >= 3


def test_the_posterior_is_a_frame_of_equal_sets(found: Posterior) -> None:
    assert isinstance(found.samples, pd.DataFrame)
    assert list(found.samples.columns) == list(PRIORS)
    assert len(found.samples) >= 200
    assert found.sets(3)[2] == dict(found.samples.iloc[2])
    assert abs(found.samples["rate"].median() - 0.5) < 0.1
    rows = found.table("parameters").set_index("parameter")
    assert rows.loc["idle", "identified"] == "not informed by data"
    assert rows.loc["rate", "identified"] == "informed by data"


def test_it_says_which_runs_it_rests_on_and_keeps_to_the_budget() -> None:
    counted = Counted()
    posterior = calibrate(counted, PRIORS, TARGETS, budget=90, seed=1)
    assert counted.calls == len(posterior.runs) == posterior.diagnostics["runs_used"] <= 90
    run = posterior.runs.iloc[60]
    assert small(dict(run[list(PRIORS)]), int(run["seed"]))
    assert posterior.runs["key"].is_unique


def test_the_same_call_gives_the_same_bits(found: Posterior) -> None:
    again = calibrate(small, PRIORS, TARGETS, budget=100, seed=1)
    pd.testing.assert_frame_equal(again.samples, found.samples, check_exact=True)
    assert again.hash == found.hash
    assert calibrate(small, PRIORS, TARGETS, budget=100, seed=2).hash != found.hash


def test_several_at_once_give_the_same_bits(found: Posterior) -> None:
    with ThreadPoolExecutor(3) as executor:
        assert calibrate(small, PRIORS, TARGETS, budget=100, seed=1, executor=executor).hash == found.hash


@pytest.mark.parametrize("held", [replace(TARGETS[2], value=30.0), replace(TARGETS[2], sd=5.0, discrepancy=1.0)])
def test_what_is_held_out_moves_no_bit(found: Posterior, held: Target) -> None:
    other = calibrate(small, PRIORS, [*TARGETS[:2], held], budget=100, seed=1)
    assert other.hash == found.hash
    assert other.table("fit").equals(found.table("fit"))
    assert not other.table("held_out").equals(found.table("held_out"))


def test_a_run_in_the_store_is_not_made_again(found: Posterior, tmp_path) -> None:
    store: dict = {}
    counted = Counted()
    first = calibrate(counted, PRIORS, TARGETS, budget=100, seed=1, store=store)
    made = counted.calls
    assert made == len(store) > 0
    assert calibrate(counted, PRIORS, TARGETS, budget=100, seed=1, store=store).hash == first.hash
    assert counted.calls == made
    file = tmp_path / "runs.jsonl"
    calibrate(counted, PRIORS, TARGETS, budget=100, seed=1, store=file)
    made = counted.calls
    assert calibrate(counted, PRIORS, TARGETS, budget=100, seed=1, store=file).hash == first.hash
    assert counted.calls == made


def test_killed_and_resumed_ends_with_the_same_hash(tmp_path) -> None:
    whole = calibrate(Counted(), PRIORS, TARGETS, budget=100, seed=1)
    file = tmp_path / "runs.jsonl"
    for stop_at in (17, 40):
        with pytest.raises(KeyboardInterrupt):
            calibrate(Counted(stop_at), PRIORS, TARGETS, budget=100, seed=1, store=file)
        with file.open("a") as out:
            out.write('["torn by a power cut", {"outp')
    last = Counted()
    assert calibrate(last, PRIORS, TARGETS, budget=100, seed=1, store=file).hash == whole.hash
    assert last.calls == len(whole.runs) - 57


def test_two_simulators_do_not_share_runs_in_a_store() -> None:
    def made(shift: float):
        def simulate(parameters: Mapping[str, float], seed: int) -> dict[str, float]:
            return {name: figure + shift for name, figure in small(parameters, seed).items()}
        return simulate

    store: dict = {}
    one = calibrate(made(0.0), PRIORS, TARGETS, budget=60, seed=1, store=store)
    other = calibrate(made(0.1), PRIORS, TARGETS, budget=60, seed=1, store=store)
    assert len(store) == len(one.runs) + len(other.runs)


def test_a_posterior_is_read_back_to_the_last_bit(found: Posterior, tmp_path) -> None:
    file = found.to_file(tmp_path / "posterior.json")
    read = Posterior.from_file(file)
    pd.testing.assert_frame_equal(read.samples, found.samples, check_exact=True)
    pd.testing.assert_frame_equal(read.runs, found.runs, check_exact=True)
    assert read.hash == found.hash and read.notes == found.notes
    value = repr(float(found.samples.iloc[0, 0]))
    file.write_text(file.read_text().replace(value, value[:-1], 1))
    with pytest.raises(BadInput, match="changed after it was written"):
        Posterior.from_file(file)
    file.write_text("{}")
    with pytest.raises(BadInput, match="not a posterior"):
        Posterior.from_file(file)


def test_an_impossible_target_ends_with_its_name() -> None:
    problem = noisy()
    _, targets = problem.truth(2)
    far = replace(targets[3], value=targets[3].value + 400)
    with pytest.raises(CalibrationFailed) as failed:
        calibrate(problem.simulate, problem.priors, [*targets[:3], far, *targets[4:]], budget=150, seed=2)
    assert [conflict.name for conflict in failed.value.conflicts] == ["noisy_3"]
    assert failed.value.conflicts[0].alone and failed.value.conflicts[0].sds > 10
    assert "noisy_3" in str(failed.value) and "even on its own" in str(failed.value)


def test_five_times_a_figure_ends_with_its_name() -> None:
    problem = cohort()
    _, targets = problem.truth(4)
    targets[5] = replace(targets[5], value=targets[5].value * 5)
    with pytest.raises(CalibrationFailed) as failed:
        calibrate(problem.simulate, problem.priors, targets, budget=400, seed=4)
    assert [conflict.name for conflict in failed.value.conflicts] == ["cohort_5"]


def test_figures_that_contradict_one_another_are_told_and_a_discrepancy_settles_it() -> None:
    pair = [Target("people", 2.0, 0.05), Target("stay", 4.0, 0.05), Target("cost", 1.0, 0.3)]
    with pytest.raises(CalibrationFailed) as failed:
        calibrate(small, PRIORS, pair, budget=120, seed=1)
    assert failed.value.exit_code == 3
    assert {conflict.name for conflict in failed.value.conflicts} <= {"people", "stay"}
    assert "together with the other targets" in str(failed.value)
    settled = [replace(target, discrepancy=0.4) for target in pair]
    assert len(calibrate(small, PRIORS, settled, budget=120, seed=1).samples)


def test_the_command_ends_with_three(monkeypatch, capsys) -> None:
    from calibration.targets import Conflict
    from careshift import cli

    def fails() -> None:
        raise CalibrationFailed([Conflict("admissions", 600.0, 410.0, 9.5, False)])

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 3
    assert "admissions" in capsys.readouterr().err


def test_a_model_without_chance_can_be_calibrated() -> None:
    posterior = calibrate(lambda p, seed: {"a": p["rate"] + p["effect"], "b": p["rate"] ** 2}, {"rate": PRIORS["rate"], "effect": PRIORS["effect"]},
                          [Target("a", 0.9, 0.02), Target("b", 0.25, 0.02)], budget=80, seed=3)
    assert posterior.samples["rate"].mean() == pytest.approx(0.5, abs=0.02)
    assert posterior.samples["rate"].std() == pytest.approx(0.02, rel=0.35)


def test_a_few_failed_runs_are_left_out_and_told_and_many_stop_it() -> None:
    def brittle(parameters: Mapping[str, float], seed: int) -> dict[str, float]:
        if parameters["idle"] > limit:
            raise ValueError("nobody left to care")
        return small(parameters, seed)

    limit = 0.97
    posterior = calibrate(brittle, PRIORS, TARGETS, budget=100, seed=1)
    assert 0 < posterior.runs["failed"].sum() <= 5
    assert any("failed and were left out" in note for note in posterior.notes)
    limit = 0.5
    with pytest.raises(RunStopped, match="nobody left to care"):
        calibrate(brittle, PRIORS, TARGETS, budget=100, seed=1)


def test_bad_input_is_told_before_a_run() -> None:
    counted = Counted()
    for priors, targets, budget, says in (
            ({"rate": 0.5}, TARGETS, 100, "frozen scipy.stats"),
            ({"rate": stats.uniform(0.2, 0)}, TARGETS, 100, "leaves nothing open|no percentiles"),
            ({}, TARGETS, 100, "no parameter"),
            (PRIORS, TARGETS, 10, "too few"),
            (PRIORS, [TARGETS[2]], 100, "nothing to calibrate to")):
        with pytest.raises(BadInput, match=says):
            calibrate(counted, priors, targets, budget=budget, seed=1)
    assert counted.calls == 0
    with pytest.raises(BadInput, match="did you mean people"):
        calibrate(small, PRIORS, [Target("peopel", 2.0, 0.1)], budget=100, seed=1)
