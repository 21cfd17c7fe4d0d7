"""Which part of a plan does what: each service's or mechanism's share of the whole, with the interaction named.

Shapley's rule: a part is worth what it adds, averaged over all orders in which the parts could be put together. The
shares add up to the whole. It takes what every subset of the parts comes to: 2 to the power of their number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np

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


# Over orders that were drawn ----------------------------------------------------------------------------------------
class Sampled(NamedTuple):
    """Shares from some orders alone: they add up to the whole in each order, and so in their mean; `error` is how far drawing may be off."""

    shares: tuple[float, ...]
    errors: tuple[float, ...]
    whole: float


def in_orders(names: Sequence[str], orders: Sequence[Sequence[str]], comes_to: SetFunction) -> Sampled:
    """Share out what a plan comes to over these orders of its parts: what each adds to those before it, in the mean.

    `errors` are standard errors for the drawing of orders; nan from a single one. Raises BadInput for an order that is none.
    """
    if not orders or any(sorted(order) != sorted(names) for order in orders):
        raise BadInput(Problem("", 0, "orders", "each must hold every part once", "draw them with drawn_orders"))
    added = np.zeros((len(orders), len(names)))
    for row, order in zip(added, orders):
        worth = [float(comes_to(frozenset(order[:k]))) for k in range(len(names) + 1)]
        for name, more in zip(order, np.diff(worth)):
            row[names.index(name)] = more
    count = len(orders)
    errors = added.std(axis=0, ddof=1) / np.sqrt(count) if count > 1 else np.full(len(names), np.nan)
    return Sampled(tuple(added.mean(axis=0).tolist()), tuple(errors.tolist()), float(added.sum(axis=1).mean()))


def drawn_orders(names: Sequence[str], count: int, seed: int, world: int) -> list[tuple[str, ...]]:
    """So many orders of the parts for one world, each second one the first turned round, which steadies the shares; the same for the same world."""
    luck, out = np.random.default_rng((seed, world)), []
    for _ in range(-(-count // 2)):
        order = tuple(names[k] for k in luck.permutation(len(names)))
        out += [order, order[::-1]]
    return out[:count]
