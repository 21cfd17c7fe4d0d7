"""Targets: what is held out is fixed by name, and a figure that cannot be used is refused with help."""

from __future__ import annotations

import numpy as np
import pytest

from calibration import Target, held_out, register
from calibration.targets import checked, on_scale, scaled, unscaled
from simulation.errors import BadInput

MEASURES = [f"measure {k}" for k in range(600)]


def test_about_a_third_is_held_out_and_places_differ() -> None:
    here, there = ([held_out(place, measure) for measure in MEASURES] for place in ("Doncaster", "Wigan"))
    assert 0.27 < np.mean(here) < 0.40
    assert 0.35 < np.mean(np.array(here) == np.array(there)) < 0.75
    assert held_out("doncaster ", "Measure 7") == held_out("Doncaster", "measure 7")


def test_holding_out_looks_at_names_alone_and_keeps_families_together() -> None:
    targets = [Target(f"ascof 1a {year} {k}", 0.8 + year / 1e5, 0.1, family=f"family {k}") for k in range(30) for year in (2023, 2024)]
    told = register(targets, "Doncaster")
    assert {t.role for t in told} == {"calibrate", "holdout"}
    for k in range(30):
        assert len({t.role for t in told if t.family == f"family {k}"}) == 1
    other = register([Target(t.name, 5.0, 2.0, family=t.family) for t in targets[10:]], "Doncaster")
    assert [t.role for t in other] == [t.role for t in told[10:]]
    assert [t.name for t in register(targets[:3], "Doncaster", derived=[targets[1].name])] == [targets[0].name, targets[2].name]


def test_a_family_does_not_straddle() -> None:
    with pytest.raises(BadInput, match="both calibrated to and held out"):
        checked([Target("a", 1, 1, family="f"), Target("b", 1, 1, family="f", role="holdout")])


@pytest.mark.parametrize("target, says", [
    (Target("a", -1, 0.1, transform="log"), "no log"), (Target("a", 1.2, 0.1, transform="logit"), "no logit"),
    (Target("a", 1, float("nan")), "nought or more"), (Target("a", 1, -1), "nought or more"),
    (Target("a", 200, 10, transform="log"), "five per cent of a figure is 0.05"), (Target("a", 1, 1, transform="lgo"), "did you mean log"),
    (Target("a", 1, 1, role="test"), "role")])
def test_bad_targets_are_refused_with_help(target: Target, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        checked([target])


def test_two_of_a_name_are_refused() -> None:
    with pytest.raises(BadInput, match="two targets"):
        checked([Target("a", 1, 1), Target("a", 2, 1)])


@pytest.mark.parametrize("transform", ["identity", "log", "logit"])
def test_scales_lead_back(transform: str) -> None:
    figures = np.array([0.01, 0.4, 0.99])
    assert unscaled(scaled(figures, transform), transform) == pytest.approx(figures)


def test_a_few_noughts_have_a_logarithm_of_their_own_and_are_told_and_many_are_refused() -> None:
    target = Target("moved in", 0.2, 0.1, transform="log")
    raw = np.concatenate([[0.0, np.nan], np.linspace(0.1, 1, 30)])
    y, note = on_scale(target, raw)
    assert y[0] == pytest.approx(np.log(0.05)) and np.isnan(y[1]) and "1 of 31 runs" in note
    with pytest.raises(BadInput, match="identity"):
        on_scale(target, np.concatenate([np.zeros(10), raw]))
