"""What knowing is worth, against closed forms; and which numbers an effect hangs on, against known shares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from calibration.design import Space, sobol
from calibration.value import evpi, evppi
from simulation.errors import BadInput


def closed(mean, sd):
    """The value of knowing X before choosing between nought and X, X normal."""
    return sd * stats.norm.pdf(mean / sd) + mean * stats.norm.cdf(mean / sd) - max(mean, 0.0)


@pytest.fixture
def worlds():
    luck = np.random.default_rng(5)
    x, y = luck.standard_normal((2, 20_000))
    return x, y, np.column_stack([np.zeros(len(x)), 0.5 + 3 * x + 2 * y])


def test_knowing_everything_is_worth_the_closed_form(worlds):
    assert evpi(worlds[2]) == pytest.approx(closed(0.5, np.sqrt(13)), rel=0.03)


def test_knowing_one_number_is_worth_the_closed_form(worlds):
    x, y, benefit = worlds
    for known, sd in ((x, 3.0), (y, 2.0)):
        found = evppi(benefit, known)
        assert found.value == pytest.approx(closed(0.5, sd), abs=max(4 * found.error, 0.02))
        assert 0 < found.error < 0.1


def test_knowing_both_is_knowing_everything_and_more_than_one(worlds):
    x, y, benefit = worlds
    assert evppi(benefit, np.column_stack([x, y])).value == pytest.approx(evpi(benefit), rel=0.03)


def test_knowing_what_moves_nothing_is_worth_nothing(worlds):
    luck = np.random.default_rng(6)
    found = evppi(worlds[2], luck.standard_normal(20_000))
    assert found.value < 0.02
    assert evppi(worlds[2], np.ones(20_000)).value == 0


def test_a_benefit_that_bends_is_followed():
    """U squared less a third, U even from -1 to 1, has mean nought: knowing U is worth the integral of it from its zero to 1."""
    u = np.random.default_rng(7).uniform(-1, 1, 20_000)
    edge = 1 / np.sqrt(3)
    truth = edge / 3 - edge**3 / 3
    noise = np.random.default_rng(8).standard_normal(20_000)
    assert evppi(np.column_stack([np.zeros_like(u), u**2 - 1 / 3 + noise]), u).value == pytest.approx(truth, abs=0.015)


@pytest.mark.parametrize("wrong", [np.zeros((100, 1)), np.zeros((5, 2)), np.full((100, 2), np.nan)])
def test_what_cannot_be_valued_is_told(wrong):
    with pytest.raises(BadInput):
        evpi(wrong)


# Sensitivity ------------------------------------------------------------------------------------------------------------
def runs(n, noise):
    space = Space({"much": stats.uniform(-1, 2), "some": stats.uniform(-1, 2), "none": stats.uniform(-1, 2)})
    z = sobol(n, 3, np.random.SeedSequence(1))
    v = space.values(z)
    return space, z, 3 * v[:, 0] + v[:, 1] + noise * np.random.default_rng(2).standard_normal(n)


def test_shares_are_those_of_a_sum(monkeypatch):
    pytest.importorskip("SALib")
    monkeypatch.setattr("calibration.sensitivity.DOUBTED", 6)  # fits of the emulator take most of the time
    from calibration.sensitivity import sensitivity

    found = sensitivity(*runs(200, 0.05), "sum")
    for name, share in (("much", 0.9), ("some", 0.1), ("none", 0.0)):
        for method in ("total", "first", "Shapley"):
            assert found.of(name, method).value == pytest.approx(share, abs=0.03)
            assert found.of(name, method).told != "too unsure to print"
    assert found.of("much", "PAWN").value > found.of("some", "PAWN").value > found.of("none", "PAWN").value
    assert found.explained > 0.98


def test_an_index_that_chance_drowns_is_not_printed(monkeypatch):
    pytest.importorskip("SALib")
    monkeypatch.setattr("calibration.sensitivity.DOUBTED", 6)
    from calibration.sensitivity import REFUSED, sensitivity

    found = sensitivity(*runs(40, 6.0), "drowned")
    assert found.of("much", "total").width > 0.1 and found.of("much", "total").told == REFUSED
    assert found.explained < 0.6


def test_too_few_runs_are_told():
    pytest.importorskip("SALib")
    from calibration.sensitivity import sensitivity

    space, z, y = runs(20, 0.1)
    with pytest.raises(BadInput, match="too few"):
        sensitivity(space, z[:10], y[:10])


def ishigami(x):
    a, b, c = np.pi * (2 * x.T - 1)
    return np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


def test_what_numbers_do_together_is_shared_evenly_as_in_the_closed_form():
    """Ishigami's function: two numbers act together, one of them in no other way; its Shapley effects are known exactly."""
    from calibration.sensitivity import shapley_effects

    first = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    second, together = 49 / 8, 0.1**2 * np.pi**8 * (1 / 18 - 1 / 50)
    truth = np.array([first + together / 2, second, together / 2]) / (first + second + together)
    found, width = shapley_effects(ishigami, 3, 2**14, 1)
    assert found.sum() == pytest.approx(1)
    assert np.all(np.abs(found - truth) < width) and np.all(width < 0.05)


def test_the_width_of_a_shapley_effect_holds_the_truth_nine_times_in_ten():
    from calibration.sensitivity import shapley_effects

    def function(x):
        return 2 * x[:, 0] + x[:, 1] + 3 * x[:, 0] * x[:, 2]

    truth, _ = shapley_effects(function, 3, 2**18, 99)
    inside = [np.abs(found - truth) < width / 2 for found, width in (shapley_effects(function, 3, 2**9, seed) for seed in range(200))]
    assert 0.85 < np.mean(inside) < 0.94
