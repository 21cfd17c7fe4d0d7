"""Which part of a plan does what: each service's or mechanism's share of the whole, with the interaction named.

Shapley's rule: a part is worth what it adds, averaged over all orders in which the parts could be put together. The
shares add up to the whole. It takes what every subset of the parts comes to: 2 to the power of their number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial
from typing import NamedTuple

from simulation.errors import BadInput, Problem

MOST_PARTS = 10  # more than a thousand subsets would have to be run
SetFunction = Callable[[frozenset[str]], float]


class Part(NamedTuple):
    """One part of a plan: its share of the whole, what it does alone, and the difference, which the others make with it."""

    name: str
    share: float
    alone: float

    @property
    def together(self) -> float:
        return self.share - self.alone


class Pair(NamedTuple):
    """Two parts, and what they do together beyond what each does without the other (Shapley's interaction index)."""

    first: str
    second: str
    interaction: float


class Attribution(NamedTuple):
    """The parts of a plan; `whole` is what all come to together, less what none comes to."""

    parts: tuple[Part, ...]
    pairs: tuple[Pair, ...]
    whole: float

    @property
    def interaction(self) -> float:
        """What the parts do together beyond the sum of each alone."""
        return self.whole - sum(p.alone for p in self.parts)


def attribution(names: Sequence[str], comes_to: SetFunction) -> Attribution:
    """Share out what a plan comes to among its parts. `comes_to` is asked once for each subset. Raises BadInput for too many parts."""
    if len(set(names)) < len(names) or not 1 <= len(names) <= MOST_PARTS:
        raise BadInput(Problem("", 0, "parts", f"{len(names)} parts, some of them twice perhaps, cannot be shared out",
                               f"name 1 to {MOST_PARTS} parts, each once"))
    n, everyone = len(names), frozenset(names)
    known = {mine: float(comes_to(mine)) for size in range(n + 1) for mine in map(frozenset, combinations(names, size))}
    parts, nothing = [], known[frozenset()]
    for name in names:
        share = sum(_chance(len(mine), n) * (known[mine | {name}] - value) for mine, value in known.items() if name not in mine)
        parts.append(Part(name, share, known[frozenset({name})] - nothing))
    pairs = [Pair(a, b, sum(_chance(len(mine), n - 1) * (known[mine | {a, b}] - known[mine | {a}] - known[mine | {b}] + value)
                            for mine, value in known.items() if a not in mine and b not in mine)) for a, b in combinations(names, 2)]
    return Attribution(tuple(parts), tuple(pairs), known[everyone] - nothing)


def _chance(before: int, parts: int) -> float:
    """How often exactly these come before a part, over all orders of so many parts."""
    return factorial(before) * factorial(parts - before - 1) / factorial(parts)
