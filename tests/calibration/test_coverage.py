"""Intervals hold the truth as often as they say; a calibration that does less, or nothing, is found out by the same check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks import coverage
from benchmarks.coverage import GOALS, judged, met, without_chance
from benchmarks.problems import EVERY, capacity, linear, noisy
from calibration import calibrate

FEW = {"least": 0.0, "coverage": (0.80, 1.0)}


def quiet(line: str) -> None:
    pass


@pytest.fixture(scope="module")
def honest() -> dict:
    return judged(noisy(), 80, 30, quiet)


def test_intervals_hold_the_truth_where_chance_is_as_large_as_reporting_error(honest: dict) -> None:
    assert honest["refused"] == 0
    assert met(honest, FEW), honest


@pytest.mark.parametrize("name, truths, width", [("linear", 10, 0.6), ("cohort", 2, GOALS["width"]), ("thirty", 1, 0.9), ("capacity", 1, 0.9)])
def test_intervals_hold_the_truth_on_a_few_truths_of_every_problem(name: str, truths: int, width: float) -> None:
    make, budget = EVERY[name]
    told = judged(make(), budget, truths, quiet, first=1)
    assert told["refused"] == 0
    assert told["coverage"] >= 0.75 and told["width"] <= width, told


def test_a_plans_effect_is_held_by_pairs_of_the_posteriors_sets_or_not() -> None:
    """Twenty places more are worth nothing where there are enough, and something where people wait."""
    problem = capacity()
    enough, short = ({"demand": 90.0, "places": places, "stay": 1.0, "harm": 0.5, "price": 20.0} for places in (150.0, 60.0))

    class Told:
        samples = pd.DataFrame([short | {"harm": harm} for harm in np.linspace(0.3, 0.7, 100)])

    assert problem.effect(np.array(list(enough.values()))) == 0.0
    assert coverage.effect_held(problem, Told, short) and not coverage.effect_held(problem, Told, enough)
    fine = {"effect": 0.86, "coverage": 0.9, "least": 0.85, "width": 0.3, "refused": 0}
    assert met(fine, {}) and not met(fine | {"effect": 0.8}, {}) and met(fine | {"effect": None}, {})
    with pytest.raises(ValueError, match="no plan"):
        coverage.effect_held(noisy(), Told, short)


def test_returning_the_prior_is_found_out(monkeypatch) -> None:
    def prior(simulator, priors, targets, *, budget: int, seed: int):
        posterior = calibrate(simulator, priors, targets, budget=60, seed=seed)
        luck = np.random.default_rng(seed)
        posterior.samples = pd.DataFrame({name: one.ppf(luck.random(1000)) for name, one in priors.items()})
        return posterior

    monkeypatch.setattr(coverage, "calibrate", prior)
    told = judged(noisy(), 60, 10, quiet)
    assert told["width"] > 0.9 and not met(told, FEW)


def test_returning_one_point_is_found_out(monkeypatch) -> None:
    def point(*args, **how):
        posterior = calibrate(*args, **how)
        posterior.samples = pd.DataFrame([posterior.samples.median()] * 1000)
        return posterior

    monkeypatch.setattr(coverage, "calibrate", point)
    told = judged(noisy(), 60, 10, quiet)
    assert told["coverage"] < 0.2 and not met(told, FEW)


def test_leaving_chance_out_is_found_out() -> None:
    problem = replace(linear(), sd=np.full(6, 0.4))
    with without_chance():
        told = judged(problem, 80, 20, quiet)
    assert told["coverage"] < 0.78 and not met(told, FEW), told
    whole = judged(problem, 80, 20, quiet)
    assert met(whole, {**FEW, "width": 0.6}), whole


def test_the_full_check_asks_for_what_was_promised() -> None:
    good = {"coverage": 0.9, "least": 0.85, "width": 0.3, "effect": 0.9, "refused": 0}
    assert met(good, {})
    assert not met({**good, "coverage": 0.95}, {}) and not met({**good, "coverage": 0.86}, {})
    assert not met({**good, "least": 0.79}, {}) and not met({**good, "width": 0.41}, {})
    assert GOALS == {"coverage": (0.87, 0.94), "least": 0.80, "width": 0.40, "effect": 0.85}
