"""Does a 90% interval hold the truth nine times in ten? `python -m benchmarks.coverage [problem ...] [--truths 100]`.

For each problem with known truth: truths are drawn from the priors, published figures made of each, the calibration run from
the beginning, and it is counted how often the interval held the truth. The mutants (the prior, one point, chance left out) are
what a careless calibration would give; they must miss the goals.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchmarks.problems import EVERY, Synthetic
from calibration import CalibrationFailed, Posterior, calibrate
from calibration.posterior import Likelihood

GOALS = {"coverage": (0.87, 0.94), "least": 0.80, "width": 0.40, "effect": 0.85}


def met(row: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a row of the table meets the goals (or other ones where named): covers the truth, and is not vague."""
    goals = {**GOALS, **other}
    low, high = goals["coverage"]
    covered = row["effect"] is None or row["effect"] >= goals["effect"]
    return bool(low <= row["coverage"] <= high and row["least"] >= goals["least"] and row["width"] <= goals["width"] and covered and not row["refused"])


def effect_held(problem: Synthetic, posterior: Posterior, truth: Mapping[str, float]) -> bool:
    """Whether the 90% interval of a plan's effect, pair by pair of the posterior's sets, holds what the plan does in truth."""
    if problem.effect is None:
        raise ValueError(f"{problem.name} has no plan")
    each = [problem.effect(row) for row in posterior.samples[list(problem.priors)].to_numpy()]
    low, high = np.quantile(each, (0.05, 0.95))
    return bool(low <= problem.effect(np.array([truth[name] for name in problem.priors])) <= high)


def judged(problem: Synthetic, budget: int, truths: int, tell: Callable[[str], None], first: int = 0) -> dict[str, Any]:
    """Coverage and width of 90% intervals, share of the prior's, over so many truths; and of what was held out."""
    inside, width, held, ranks, effects, refused = [], [], [], [], [], 0
    began = time.process_time()
    for seed in range(first, first + truths):
        truth, targets = problem.truth(seed)
        try:
            posterior = calibrate(problem.simulate, problem.priors, targets, budget=budget, seed=seed)
        except CalibrationFailed as failed:
            refused += 1
            tell(f"{problem.name} {seed}: {failed}")
            continue
        told = posterior.interval()
        inside.append([told.low[name] <= truth[name] <= told.high[name] for name in truth])
        width.append([(prior.cdf(told.high[name]) - prior.cdf(told.low[name])) / 0.9 for name, prior in problem.priors.items()])
        ranks.append([float(np.mean(posterior.samples[name] < truth[name])) for name in truth])
        held += [row["inside"] for row in posterior.diagnostics["held_out"]]
        effects += [effect_held(problem, posterior, truth)] if problem.effect else []
        if (seed - first) % 20 == 19:
            tell(f"{problem.name}: {seed - first + 1} truths, coverage {np.mean(inside):.3f}, width {np.mean(width):.3f}")
    return {"problem": problem.name, "parameters": len(problem.priors), "targets": len(problem.sd) - problem.held, "runs": budget,
            "truths": truths, "refused": refused, "coverage": float(np.mean(inside)), "error": float(np.std(np.mean(inside, axis=1)) / np.sqrt(len(inside))),
            "least": float(np.mean(inside, axis=0).min()), "width": float(np.mean(width)), "ranks_ks": _ks(np.array(ranks)),
            "held_out": float(np.mean(held)) if held else None, "effect": float(np.mean(effects)) if effects else None,
            "seconds": (time.process_time() - began) / truths}


def _ks(ranks: np.ndarray) -> float:
    """How far the truths' ranks in their posteriors are from even, for the worst parameter."""
    n = len(ranks)
    at = np.sort(ranks, axis=0)
    steps = np.arange(n)[:, None] / n
    return float(max(np.abs(at - steps).max(), np.abs(at - steps - 1 / n).max()))


@contextmanager
def without_chance() -> Iterator[None]:
    """The costliest mistake there is: chance left out of the likelihood."""
    whole = Likelihood.parts

    def parts(self: Likelihood, z: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        mean, unsure, chance = whole(self, z)
        return mean, unsure, 1e-6 * chance

    Likelihood.parts = parts  # type: ignore[method-assign]
    try:
        yield
    finally:
        Likelihood.parts = whole  # type: ignore[method-assign]


def table(rows: list[dict[str, Any]]) -> str:
    """The results as a table for docs/calibration.md."""
    lines = ["| Problem | parameters | targets | runs | truths | refused | coverage of 90% (se) | least parameter | width, share of prior's "
             "| held-out coverage | a plan's effect covered | ranks, KS | s of CPU each |", "| --- |" + " ---: |" * 12]
    for row in rows:
        held, effect = ("" if row[name] is None else f"{row[name]:.3f}" for name in ("held_out", "effect"))
        lines.append(f"| {row['problem']} | {row['parameters']} | {row['targets']} | {row['runs']} | {row['truths']} | {row['refused']} "
                     f"| {row['coverage']:.3f} ({row['error']:.3f}) | {row['least']:.2f} | {row['width']:.3f} | {held} | {effect} | {row['ranks_ks']:.2f} "
                     f"| {row['seconds']:.1f} |")
    return "\n".join(lines)


def main() -> None:
    """Run the check and print the table, a line of JSON for each problem while it goes on."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    ask.add_argument("problems", nargs="*", default=list(EVERY), help=f"of {', '.join(EVERY)}")
    ask.add_argument("--truths", type=int, default=100)
    ask.add_argument("--no-chance", action="store_true", help="the mutant that leaves chance out")
    told = ask.parse_args()
    rows = []
    for name in told.problems:
        make, budget = EVERY[name]
        if told.no_chance:
            with without_chance():
                rows.append(judged(make(), budget, told.truths, lambda line: print(line, flush=True)))
        else:
            rows.append(judged(make(), budget, told.truths, lambda line: print(line, flush=True)))
        print(json.dumps(rows[-1]), flush=True)
    print(table(rows))


if __name__ == "__main__":
    main()
