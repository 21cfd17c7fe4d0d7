"""Published evaluations done again inside the model: same design, same follow-up, beside what they found.

    python -m scenarios.evaluations --write            # docs/evaluations.md and its picture: some worlds of a sample
    python -m scenarios.evaluations --one-in 10 --worlds 2

A design that misleads outside must mislead here: people are chosen at a bad time, and an evaluator who looks before and
after sees them get better. Beside each design stands what no evaluator sees: the same people with the same luck without it.
What is published stands in evaluations.yaml, how each is done in evaluations_done.py, the designs in study_designs.py.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from scenarios.answers_words import Range, middle
from scenarios.evaluations_done import DONE, Says, World, say

FILE = Path(__file__).with_suffix(".yaml")


class Line(NamedTuple):
    """One evaluation: what was published, what the model says by the same design, and in truth."""

    name: str
    told: dict[str, Any]
    model: Range  # 8 in 10 of the worlds, and their median
    truth: Range  # not known where the design has no truth apart from it
    people: int  # in all worlds together

    @property
    def published(self) -> tuple[float, float, float]:
        return self.told["low"], self.told["value"], self.told["high"]

    @property
    def agrees(self) -> bool:
        """Whether what the model says over the worlds and what is published have anything in common."""
        low, _, high = self.published
        return bool(self.model.low <= high and self.model.high >= low)


def published() -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What was published, by evaluation; and what is not done again, and why."""
    told = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    not_done = told.pop("not_done")
    return told, not_done


def lines(worlds: list[dict[str, Says]]) -> list[Line]:
    """Every evaluation over the worlds that were run, in the order in which they are published here."""
    told, _ = published()
    return [Line(name, told[name], _over([w[name].value for w in worlds]), _over([w[name].truth for w in worlds]),
                 sum(w[name].people for w in worlds)) for name in told if name in DONE]


def _over(values: list[float]) -> Range:
    """The range over worlds with its median: a ratio of few events strays far, and a mean with it."""
    kept = np.array([v for v in values if np.isfinite(v)])
    return middle(kept)._replace(mean=float(np.median(kept))) if len(kept) else middle(kept)


def main() -> None:
    """The command: so many worlds of a sample, and the page made of them."""
    read = argparse.ArgumentParser(prog="python -m scenarios.evaluations", description=(__doc__ or "").split("\n")[0])
    read.add_argument("--write", action="store_true", help="write docs/evaluations.md and its picture")
    read.add_argument("--one-in", type=int, default=4)
    read.add_argument("--worlds", type=int, default=8)
    read.add_argument("--seed", type=int, default=1)
    asked = read.parse_args()
    told: list[dict[str, Says]] = []
    for k in range(asked.worlds):
        told.append(say(World(asked.seed, k, asked.one_in)))
        print(f"world {k + 1} of {asked.worlds}", flush=True)
    for line in lines(told):
        print(f"{line.name}: published {line.told['value']:+.3g}, here {line.model.mean:+.3g}, in truth {line.truth.mean:+.3g}")
    if asked.write:
        from scenarios.evaluations_page import write

        print(write(told, asked.one_in, asked.seed))


if __name__ == "__main__":
    main()
