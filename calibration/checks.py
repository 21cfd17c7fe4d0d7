"""Is the posterior to be believed: emulator against new runs, fit, held-out figures, and what was learned of each parameter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from calibration.design import Space
from calibration.emulator import Emulator, Surface
from calibration.targets import Target, unscaled

NOT_INFORMED, LOO_RANGE, WITHIN, SHARE_WITHIN, TAIL = 0.9, (0.8, 1.25), 3.0, 0.97, 1.6448536269514722


def parameters(space: Space, z: np.ndarray) -> list[dict[str, Any]]:
    """For each parameter: prior, posterior, the ratio of their sds, its strongest correlation, and whether figures informed it."""
    together = np.corrcoef(z, rowvar=False).reshape(space.size, space.size) - np.eye(space.size)
    values = space.values(z)
    rows = []
    for j, name in enumerate(space.names):
        prior = space.priors[j]
        ratio = float(z[:, j].std())
        strongest = int(np.argmax(np.abs(together[j])))
        low, middle, high = np.quantile(values[:, j], [0.05, 0.5, 0.95])
        rows.append({
            "parameter": name, "prior_low": float(prior.ppf(0.05)), "prior_median": float(prior.ppf(0.5)), "prior_high": float(prior.ppf(0.95)),
            "low": float(low), "median": float(middle), "high": float(high), "sd_ratio": ratio,
            "strongest_with": space.names[strongest] if space.size > 1 else "", "correlation": float(together[j, strongest]),
            "identified": "not informed by data" if ratio > NOT_INFORMED else "informed by data"})
    return rows


def emulator_fit(emulator: Emulator, targets: Sequence[Target]) -> list[dict[str, Any]]:
    """Leave-one-out errors of each target's emulator in its own standard deviations: they should spread by about one."""
    rows = []
    for t, target in enumerate(targets):
        spread = float(np.nanstd(emulator.loo[:, t]))
        rows.append({"target": target.name, "loo_sd": spread, "process": emulator.surfaces[t].process is not None,
                     "good": LOO_RANGE[0] <= spread <= LOO_RANGE[1]})
    return rows


def emulator_misses(before: Emulator, v: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """How the posterior's sets, run through the real model, fell where the emulator of before had said."""
    mean, unsure, chance = before.at(v)
    z = (y - mean) / np.sqrt(unsure + chance)
    z = z[np.isfinite(z)]
    within = float(np.mean(np.abs(z) <= WITHIN)) if len(z) else float("nan")
    return {"runs": len(v), "within_3": within, "sd": float(z.std()) if len(z) else float("nan"), "mean": float(z.mean()) if len(z) else float("nan"),
            "good": within >= SHARE_WITHIN}


def predicted(target: Target, runs: np.ndarray, luck: np.random.Generator) -> dict[str, Any]:
    """A figure beside what the calibrated model says of it: runs of posterior sets, each with reporting error and discrepancy."""
    y = np.repeat(runs[np.isfinite(runs)], 20)
    y = y + luck.standard_normal(len(y)) * np.sqrt(target.variance)
    low, middle, high = np.quantile(y, [0.05, 0.5, 0.95])
    share = float(np.mean(y < target.y))
    inside = bool(low <= target.y <= high)
    penalty = max(low - target.y, target.y - high, 0.0) * 2 / 0.1
    figures = unscaled(np.array([low, middle, high]), target.transform)
    return {"target": target.name, "role": target.role, "family": target.family or target.name, "value": target.value,
            "low": float(figures[0]), "median": float(figures[1]), "high": float(figures[2]), "inside": inside,
            "p": 2 * min(share, 1 - share), "error": float(figures[1] - target.value), "width": float(high - low),
            "interval_score": float(high - low + penalty)}


def predictive_runs(surface: Surface, v: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    """What runs of these points would give by the emulator, chance included."""
    mean, unsure, chance = surface.at(v)
    return mean + luck.standard_normal(len(mean)) * np.sqrt(unsure + chance)


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Coverage, error and sharpness over the figures of one role; an empty dict where there are none."""
    if not rows:
        return {}
    return {"targets": len(rows), "coverage_90": float(np.mean([row["inside"] for row in rows])),
            "mean_absolute_percentage_error": float(np.mean([abs(row["error"]) / abs(row["value"]) for row in rows if row["value"]]) * 100)
            if any(row["value"] for row in rows) else float("nan"),
            "mean_width": float(np.mean([row["width"] for row in rows])),
            "mean_interval_score": float(np.mean([row["interval_score"] for row in rows]))}
