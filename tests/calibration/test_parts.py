"""The parts of a calibration, each against something known without it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.problems import capacity, thirty
from calibration.calibrate import calibrate
from calibration.design import Space, first_design, sobol
from calibration.emulator import Emulator, Surface
from calibration.matching import CUTOFF, plausible
from calibration.posterior import tempered
from calibration.rival import second_opinion
from calibration.runs import Runs
from calibration.targets import Target

SEED = np.random.SeedSequence(5)


def runs_of(problem, n: int, seed: int = 1) -> tuple[Space, np.ndarray, np.ndarray]:
    space = Space(problem.priors)
    z = sobol(n, space.size, np.random.SeedSequence(seed))
    rows = [problem.simulate(dict(zip(space.names, x)), seed * 10_000 + k) for k, x in enumerate(space.values(z))]
    return space, z, np.array([list(row.values()) for row in rows])


def test_design_fills_the_prior_and_repeats_one_point_in_twenty() -> None:
    z = first_design(220, 4, SEED)
    assert len(z) == 220 and len(np.unique(z, axis=0)) == 200
    u = stats.norm.cdf(z[:200])
    assert np.all(np.abs(u.mean(axis=0) - 0.5) < 0.02)
    space = Space({"a": stats.uniform(2, 3), "b": stats.lognorm(0.5), "c": stats.beta(2, 3), "d": stats.loguniform(1, 1000)})
    for j, prior in enumerate(space.priors):
        assert stats.kstest(space.values(z)[:200, j], prior.cdf).statistic < 0.05
    assert np.abs(space.coordinates(z)).max() < 2


def test_sampling_meets_a_normal_posterior_and_two_hills() -> None:
    cover = np.array([[1.0, 0.8], [0.8, 1.0]]) * 0.01
    inverse = np.linalg.inv(cover)
    last = tempered(lambda z: -0.5 * np.einsum("ni,ij,nj->n", z - 0.5, inverse, z - 0.5), 2, 1000, SEED)[-1].z
    exact = np.linalg.inv(inverse + np.eye(2))
    assert last.mean(axis=0) == pytest.approx(exact @ inverse @ [0.5, 0.5], abs=0.012)
    assert np.cov(last.T) == pytest.approx(exact, rel=0.15)
    hills = tempered(lambda z: np.logaddexp(-0.5 * ((z[:, 0] - 1) / 0.1) ** 2, -0.5 * ((z[:, 0] + 1) / 0.1) ** 2), 3, 1000, SEED)[-1].z
    assert 0.4 < np.mean(hills[:, 0] > 0) < 0.6
    assert hills[:, 1].std() == pytest.approx(1, abs=0.1)


def test_surface_knows_chance_from_signal_and_where_chance_is_larger() -> None:
    luck = np.random.default_rng(4)
    v = luck.uniform(-1, 1, (400, 5))
    sd = np.exp(-1 + 0.8 * v[:, 2])
    y = 3 + v[:, 0] - 2 * v[:, 1] ** 2 + v[:, 0] * v[:, 3] + sd * luck.standard_normal(400)
    surface = Surface(v, y)
    new = luck.uniform(-1, 1, (500, 5))
    mean, unsure, chance = surface.at(new)
    miss = mean - (3 + new[:, 0] - 2 * new[:, 1] ** 2 + new[:, 0] * new[:, 3])
    assert np.std(miss / np.sqrt(unsure)) == pytest.approx(1, abs=0.35)
    assert np.polyfit(new[:, 2], 0.5 * np.log(chance), 1) == pytest.approx([0.8, -1], abs=0.2)
    assert np.std(surface.loo) == pytest.approx(1, abs=0.1)
    assert surface.process is None


def test_a_process_is_used_where_the_response_bends_and_helps() -> None:
    problem = capacity()
    space, z, y = runs_of(problem, 300)
    v = space.coordinates(z)
    emulator = Emulator(v, y)
    bent = [surface.process is not None for surface in emulator.surfaces]
    assert any(bent[:2])
    t = bent.index(True)
    new = sobol(300, space.size, np.random.SeedSequence(77))
    true = np.array([problem.mean(x)[t] for x in space.values(new)])
    with_it = np.sqrt(np.mean((emulator.surfaces[t].at(space.coordinates(new))[0] - true) ** 2))
    emulator.surfaces[t].process = None
    without = np.sqrt(np.mean((emulator.surfaces[t].at(space.coordinates(new))[0] - true) ** 2))
    assert with_it < 0.75 * without


def test_thirty_inputs_are_emulated_from_three_hundred_runs() -> None:
    problem = thirty()
    space, z, y = runs_of(problem, 300)
    emulator = Emulator(space.coordinates(z), y)
    new = sobol(300, 30, np.random.SeedSequence(78))
    true = np.array([problem.mean(x) for x in space.values(new)])
    told, _, _ = emulator.at(space.coordinates(new))
    assert np.median(1 - ((told - true) ** 2).mean(axis=0) / true.var(axis=0)) >= 0.95
    found = sum(np.isin(range(8), surface.terms.active).sum() for surface in emulator.surfaces) / (8 * len(emulator.surfaces))
    assert found > 0.7


def test_chance_shared_by_two_figures_is_found() -> None:
    luck = np.random.default_rng(2)
    v = luck.uniform(-1, 1, (300, 2))
    noise = luck.multivariate_normal([0, 0, 0], [[1, 0.7, 0], [0.7, 1, 0], [0, 0, 1]], 300)
    together = Emulator(v, 5 * v[:, [0, 1, 0]] + noise).together
    assert together[0, 1] == pytest.approx(0.7, abs=0.12) and abs(together[0, 2]) < 0.15


def test_one_figure_may_be_far_off_and_not_two() -> None:
    far = np.array([[9.0, 1.0, CUTOFF - 0.01], [CUTOFF + 0.01, 1.0, CUTOFF + 0.01], [0.0, 0.0, 0.0]])
    assert plausible(far).tolist() == [True, False, True]
    assert plausible(far[:, :1]).tolist() == [False, False, True]


def test_the_second_method_meets_the_closed_form() -> None:
    luck = np.random.default_rng(6)
    z = luck.standard_normal((600, 2))
    y = z @ np.array([[1.0, 0.5], [0.0, 1.0]]) + 0.3 * luck.standard_normal((600, 2))
    draws, errors = second_opinion(z, y, [Target("a", 0.8, 0.4), Target("b", 0.2, 0.4)], SEED)
    a = np.array([[1.0, 0.0], [0.5, 1.0]])
    cover = np.linalg.inv(np.eye(2) + a.T @ a / 0.25)
    exact = cover @ a.T @ [0.8, 0.2] / 0.25
    middle = np.average(draws[:, :2], axis=0, weights=draws[:, 2])
    assert np.all(np.abs(middle - exact) < np.maximum(3 * errors, 0.05))
    assert np.sqrt(np.average((draws[:, :2] - middle) ** 2, axis=0, weights=draws[:, 2])) == pytest.approx(np.sqrt(np.diag(cover)), rel=0.2)


def test_a_wrong_emulator_is_contradicted_by_the_second_method(monkeypatch) -> None:
    whole = Surface.at
    monkeypatch.setattr(Surface, "at", lambda self, v: (whole(self, v)[0] + 1.2 * self.spread, *whole(self, v)[1:]))
    posterior = calibrate(lambda p, seed: {"a": p["x"] + 0.1 * np.random.default_rng(seed).standard_normal()}, {"x": stats.norm(0, 1)},
                          [Target("a", 0.0, 0.1)], budget=100, seed=1)
    assert any("second method" in note for note in posterior.notes)
    assert not posterior.diagnostics["emulator_on_new_runs"][-1]["good"]
    assert any("fell farther from the emulator" in note for note in posterior.notes)


def test_the_budget_is_a_limit() -> None:
    runs = Runs(lambda p, seed: {"a": seed}, ["x"], 10, 1)
    runs.run(np.ones((8, 1)), "one")
    runs.run(np.ones((8, 1)), "two")
    assert runs.made == 10 and runs.left == 0 and len(set(runs.seeds)) == 10
