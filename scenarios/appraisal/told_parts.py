"""What each part of a plan does, in words and rows: ranges before points, parts that add up, and what they do together named."""

from __future__ import annotations

import numpy as np

from scenarios.answers_base import ENOUGH
from scenarios.answers_words import FINEST, How, Range, listed, mean, middle, plain, span
from scenarios.appraisal.attribution import Pair
from scenarios.attributing import FIGURES, Attributed, Shared

HEAD = ("Part", "Its share", "Mean", "Off by", "Alone", "With the others")


def how(figure: str) -> How:
    """How a figure is written."""
    return "money" if FIGURES[figure].how == "money" else "count"


def titled(figure: str) -> str:
    """What a table of this figure is called."""
    return FIGURES[figure].title


def rows(shared: Shared, figure: str) -> list[tuple[str, ...]]:
    """A row for each part and one for the whole, to one step, so that means add up as they are printed to within rounding."""
    x, way = shared.found[figure], how(figure)
    out = []
    for k, name in enumerate(shared.titles):
        mine, alone = middle(x.shares[:, k]), middle(x.alone[:, k])
        together = middle(x.shares[:, k] - x.alone[:, k])
        out.append((name, span(mine, way), _fine(mine.mean, way), _off(float(x.errors[k]), way), mean(alone, way), mean(together, way)))
    whole = middle(x.whole)
    return [*out, ("The whole plan", span(whole, way), _fine(whole.mean, way), "", mean(middle(x.alone.sum(axis=1)), way), mean(middle(x.interaction), way))]


def _fine(value: float, way: How) -> str:
    return plain(value, way, FINEST[way], True)


def _off(error: float, way: How) -> str:
    return plain(error, way, FINEST[way]) if np.isfinite(error) else "not known"


def between(shared: Shared, figure: str) -> str:
    """What the parts do together, and which two of them most, in a sentence."""
    x, way = shared.found[figure], how(figure)
    whole = f"Together the parts do {_more(middle(x.interaction), way)} than the sum of each alone"
    pair = strongest(x)
    if pair is None:
        return f"{whole}."
    first, second = (shared.titles[shared.parts.index(name)] for name in (pair.first, pair.second))
    return f"{whole}; the strongest pair is {first} and {second} ({_fine(pair.interaction, way)})."


def _more(x: Range, way: How) -> str:
    return f"{plain(abs(x.mean), way, FINEST[way])} {'less' if x.mean < 0 else 'more'}"


def strongest(x: Attributed) -> Pair | None:
    """The two parts that do most with or against each other; None where pairs are not known or do nothing."""
    found = max(x.pairs, key=lambda p: abs(p.interaction), default=None)
    return found if found is not None and found.interaction else None


def first_words(shared: Shared) -> str:
    """How it was worked out, and how far to believe it."""
    about, parts = shared.about, listed(list(shared.titles))
    way = ("every subset of its parts" if not about["orders"] else f"subsets along {about['orders']} orders drawn for each world")
    sample = f" A sample: one adult in {about['one_in']}; money of a sample is no result." if about["one_in"] > 1 else ""
    few = f" A first look, not a result: {shared.worlds} worlds; a result takes {ENOUGH}." if shared.worlds < ENOUGH else ""
    return (f"Parts: {parts}. The plan was run with {way} in {shared.worlds} worlds, {about['runs']:,} runs. A part's share is what it adds, averaged "
            f"over all orders in which parts could be put together (Shapley); shares add up to the whole in every world.{sample}{few}")
