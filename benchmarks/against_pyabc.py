"""How many runs does pyABC need for intervals as narrow as ours? `python -m benchmarks.against_pyabc [problem ...]`.

Both are given the same published figures and the same priors. Ours has the problem's own budget of runs. pyABC goes on, three
ways (pyabc_ways.py), until its 90% intervals are as narrow as ours, in the mean over parameters, or its budget, so many times
ours, is spent; every run it asks for is counted. A generation whose weights are worth fewer than 30 equal sets has no ends to
tell. Truths are not the one that pyABC's settings were chosen on. It wants pyABC, which nothing else here does:
pip install -c constraints.txt -e ".[benchmarks]".
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from benchmarks.counted import Counted
from benchmarks.problems import EVERY, Synthetic
from calibration import Target, calibrate

LEVEL = 0.9
LEAST = 30  # weighted sets of parameters, counted as equal ones, below which the ends of an interval are nobody's word
GOAL = 10  # times fewer runs
MISSING = 'pyABC is not installed, and this comparison is all that needs it: pip install -c constraints.txt -e ".[benchmarks]"'


@dataclass(frozen=True)
class Told:
    """What a calibration says after so many runs: width of its 90% intervals as a share of the prior's, how many hold the truth, how many equal sets."""

    runs: int
    width: float
    inside: float
    sets: float


@dataclass(frozen=True)
class Row:
    """One truth, one way of pyABC: ours; pyABC at ten times our runs, when it is as narrow as ours (if it is), and at its end."""

    problem: str
    truth: int
    way: str
    ours: Told
    at_goal: Told | None
    as_narrow: Told | None
    end: Told
    spent: int
    seconds: float

    @property
    def times(self) -> float:
        """How many times our runs pyABC took to be as narrow, or had taken without being so."""
        return (self.as_narrow.runs if self.as_narrow else self.spent) / self.ours.runs


def judged(problem: Synthetic, truth: Mapping[str, float], samples: Mapping[str, np.ndarray], weights: np.ndarray, runs: int) -> Told:
    """A weighted sample of parameters beside the truth and the priors."""
    width, inside = [], []
    for name, prior in problem.priors.items():
        low, high = quantile(samples[name], weights, (1 - LEVEL) / 2), quantile(samples[name], weights, (1 + LEVEL) / 2)
        width.append((prior.cdf(high) - prior.cdf(low)) / LEVEL)
        inside.append(low <= truth[name] <= high)
    return Told(runs, float(np.mean(width)), float(np.mean(inside)), float(weights.sum() ** 2 / (weights**2).sum()))


def quantile(values: np.ndarray, weights: np.ndarray, share: float) -> float:
    """The value below which this share of the weight lies; between two values in proportion."""
    order = np.argsort(values)
    weight = np.asarray(weights, dtype=float)[order]
    below = (np.cumsum(weight) - weight / 2) / weight.sum()
    return float(np.interp(share, below, np.asarray(values, dtype=float)[order]))


def ours(problem: Synthetic, truth: Mapping[str, float], targets: Sequence[Target], budget: int, seed: int) -> Told:
    """Our own calibration, with its budget: it may not use more runs, and is charged for all of it."""
    posterior = calibrate(problem.simulate, problem.priors, targets, budget=budget, seed=seed)
    samples = {name: posterior.samples[name].to_numpy() for name in problem.priors}
    return judged(problem, truth, samples, np.ones(len(posterior.samples)), budget)


def beside(problem: Synthetic, number: int, way: str, mine: Told, told: Iterator[Told], runs: Counted) -> Row:
    """pyABC's generations until one is as narrow as ours, or runs or generations end."""
    began, at_goal, last = time.process_time(), None, Told(0, 1.0, 1.0, 0.0)
    as_narrow = None
    for last in told:
        if last.runs <= GOAL * mine.runs:
            at_goal = last
        if last.width <= mine.width and last.sets >= LEAST:
            as_narrow = last
            break
    return Row(problem.name, number, way, mine, at_goal, as_narrow, last, runs.runs, time.process_time() - began)


def compared(name: str, truths: Sequence[int], ways: Sequence[str], times: int) -> Iterator[Row]:
    """Every truth of a problem, ours and pyABC in each of these ways, with as many times our budget for pyABC."""
    from benchmarks.pyabc_ways import WAYS, generations

    make, budget = EVERY[name]
    problem = make()
    for number in truths:
        truth, targets = problem.truth(number)
        mine = ours(problem, truth, targets, budget, number)
        for way in ways:
            runs = Counted(problem, targets, number, budget * times, blurred=WAYS[way].blurred)
            found = generations(WAYS[way], problem.priors, runs, number)
            told = (judged(problem, truth, samples, weights, spent) for samples, weights, spent in found)
            yield beside(problem, number, way, mine, told, runs)


def table(rows: Sequence[Row]) -> str:
    """A line for every truth and way, and for each problem and way the mean: for docs/calibration.md."""
    head = ("Problem", "truth", "pyABC's way", "our runs", "width (inside)", f"pyABC at {GOAL} times", "pyABC at its end", "runs until as narrow", "times ours")
    lines = [f"| {' | '.join(head)} |", "| --- | ---: | --- |" + " ---: |" * 6]
    for problem, way in dict.fromkeys((row.problem, row.way) for row in rows):
        mine = [row for row in rows if (row.problem, row.way) == (problem, way)]
        lines += [_line(row) for row in mine] + [_mean(mine)]
    return "\n".join(lines)


def _line(row: Row) -> str:
    runs = f"{row.as_narrow.runs:,}" if row.as_narrow else f"not in {row.spent:,}"
    return _cells(row.problem, str(row.truth), row.way, f"{row.ours.runs:,}", _told([row.ours]), _told([row.at_goal] if row.at_goal else []),
                  _told([row.end]), runs, f"{'' if row.as_narrow else 'over '}{row.times:.0f}")


def _mean(rows: Sequence[Row]) -> str:
    """Means over truths; a truth on which pyABC was never as narrow counts with the runs it had spent, so the number of times is a lower bound."""
    met = sum(row.as_narrow is not None for row in rows)
    least = min(row.times for row in rows)
    goal = [row.at_goal for row in rows if row.at_goal]
    return _cells(f"**{rows[0].problem}**", f"{len(rows)}", f"**{rows[0].way}**", f"{rows[0].ours.runs:,}", _told([row.ours for row in rows]), _told(goal),
                  _told([row.end for row in rows]), f"{met} of {len(rows)} as narrow", f"least {least:.0f}")


def _told(told: Sequence[Told]) -> str:
    return f"{np.mean([t.width for t in told]):.3f} ({np.mean([t.inside for t in told]):.2f})" if told else "no generation yet"


def _cells(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def installed() -> bool:
    """Whether pyABC is here."""
    try:
        import pyabc  # noqa: F401
    except ImportError:
        return False
    return True


def main(given: Sequence[str] | None = None) -> int:
    """Compare and print the table, a line of JSON for each truth and way while it goes on."""
    ask = argparse.ArgumentParser(prog="python -m benchmarks.against_pyabc", description=__doc__)
    ask.add_argument("problems", nargs="*", help=f"of {', '.join(EVERY)} [cohort, linear]")
    ask.add_argument("--truths", type=int, default=5)
    ask.add_argument("--first", type=int, default=0, help="the first truth; settings of pyABC were chosen on 50")
    ask.add_argument("--times", type=int, default=50, help="pyABC's budget, in times ours")
    ask.add_argument("--ways", nargs="+", default=["noise", "distance", "learned"])
    told = ask.parse_args(given)
    if not installed():
        print(MISSING, file=sys.stderr)
        return 2
    rows = []
    for name in told.problems or ("cohort", "linear"):
        for row in compared(name, range(told.first, told.first + told.truths), told.ways, told.times):
            rows.append(row)
            print(json.dumps(asdict(row)), flush=True)
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
