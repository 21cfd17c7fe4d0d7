"""Beside pyABC: every run is counted, weighted intervals are told as they are, and whoever has not installed it is told in a line."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from benchmarks import against_pyabc as against
from benchmarks.against_pyabc import Row, Told, beside, judged, quantile, table
from benchmarks.counted import Counted, Spent
from benchmarks.problems import cohort, linear


def told(runs: int, width: float, sets: float = 100.0) -> Told:
    return Told(runs, width, 0.9, sets)


def counted(budget: int = 5, blurred: bool = False) -> tuple[Counted, dict[str, float]]:
    problem = cohort()
    truth, targets = problem.truth(0)
    return Counted(problem, targets, 0, budget, blurred), truth


def test_every_run_is_counted_and_none_is_made_beyond_the_budget() -> None:
    runs, truth = counted(5)
    found = [runs(truth) for _ in range(5)]
    assert runs.runs == 5 and len({f["cohort_0"] for f in found}) == 5, "each run has luck of its own"
    with pytest.raises(Spent):
        runs(truth)
    assert runs.runs == 5


def test_figures_are_those_calibrated_to_on_the_scale_they_are_compared_on() -> None:
    runs, truth = counted(400)
    figures = [target.name for target in runs.targets]
    assert len(figures) == 10 and set(runs(truth)) == set(figures)
    x = np.array([truth[name] for name in runs.problem.priors])
    mean = np.mean([list(runs(truth).values()) for _ in range(300)], axis=0)
    assert mean == pytest.approx(runs.problem.mean(x)[:10], abs=0.03)


def test_a_blurred_run_has_reporting_error_on_top_of_chance() -> None:
    (plain, truth), (blurred, _) = counted(3000), counted(3000, blurred=True)
    spread = [np.var([list(runs(truth).values()) for _ in range(1500)], axis=0) for runs in (plain, blurred)]
    assert spread[1] - spread[0] == pytest.approx(np.full(10, 0.05**2), abs=0.0012)


def test_a_weighted_quantile_is_that_of_as_many_copies() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([1.0, 1.0, 2.0])
    assert quantile(values, weights, 0.5) == 2 and quantile(values, weights, 0.0) == 1 and quantile(values, weights, 1.0) == 3
    luck = np.random.default_rng(1).normal(size=4000)
    share = np.where(luck > 0, 3.0, 1.0)
    copies = np.repeat(luck, share.astype(int))
    for at in (0.05, 0.5, 0.95):
        assert quantile(luck, share, at) == pytest.approx(np.quantile(copies, at), abs=0.01)


def test_the_prior_is_as_wide_as_itself_and_one_point_has_no_width() -> None:
    problem = linear()
    truth, _ = problem.truth(0)
    luck = np.random.default_rng(2)
    prior = {name: p.rvs(20_000, random_state=luck) for name, p in problem.priors.items()}
    whole = judged(problem, truth, prior, np.ones(20_000), 7)
    assert whole.width == pytest.approx(1, abs=0.01) and whole.runs == 7 and whole.sets == pytest.approx(20_000)
    assert judged(problem, truth, {name: np.full(9, value) for name, value in truth.items()}, np.ones(9), 7).width == 0
    heavy = np.zeros(20_000) + 1e-9
    heavy[0] = 1.0
    assert judged(problem, truth, prior, heavy, 7).sets == pytest.approx(1, abs=0.01)


def against_generations(*generations: Told) -> Row:
    runs, _ = counted(100_000)
    for _ in range(generations[-1].runs):
        runs.runs += 1
    return beside(runs.problem, 3, "distance", told(400, 0.2), iter(generations), runs)


def test_it_ends_with_the_first_generation_that_is_as_narrow_and_worth_anything() -> None:
    row = against_generations(told(1000, 0.6), told(3900, 0.4), told(4100, 0.1, sets=4.0), told(6000, 0.2), told(8000, 0.1))
    assert row.as_narrow == row.end == told(6000, 0.2) and row.at_goal == told(3900, 0.4) and row.times == 15


def test_where_it_is_never_as_narrow_the_runs_it_spent_are_a_lower_bound_and_said_to_be() -> None:
    row = against_generations(told(5000, 0.6), told(20_000, 0.3))
    assert row.as_narrow is None and row.at_goal is None and row.times == 50
    text = table([row, against_generations(told(6000, 0.2))])
    assert "| not in 20,000 | over 50 |" in text and "| 6,000 | 15 |" in text and "1 of 2 as narrow | least 15 |" in text
    assert "no generation yet" in text and len(text.splitlines()) == 2 + 2 + 1


def test_without_pyabc_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "pyabc", None)
    assert against.main(["linear"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err == against.MISSING + "\n" and '".[benchmarks]"' in said.err and said.err.count("\n") == 1
