"""How a council's figures are written: no more digits than the range allows, and lower or higher in words.

A figure is written to a step that its range can bear: a range of two million pounds is told to a tenth of a million.
"""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import Literal, NamedTuple

import numpy as np

How = Literal["money", "price", "count", "share", "score"]
MILLION = 1000 * 1000
PARTS_OF_A_RANGE = 5  # a range is told in no fewer steps than this
FINEST: dict[How, float] = {"money": MILLION / 100, "price": 0.01, "count": 1.0, "share": 1 / (100 * 100), "score": 0.01}
NOT_KNOWN = "not recorded"


class Range(NamedTuple):
    """A figure over the worlds that were run: the ends that hold 8 in 10 of them, and the mean."""

    low: float
    high: float
    mean: float

    @property
    def known(self) -> bool:
        return isfinite(self.mean)

    @property
    def of_one_sign(self) -> bool:
        """Whether 8 in 10 of the worlds lie on one side of no difference."""
        return self.known and (self.high < 0 or self.low > 0)


def middle(values: np.ndarray) -> Range:
    """The range that holds 8 in 10 of the worlds run, and their mean; worlds in which nothing was recorded are left out."""
    kept = values[np.isfinite(values)]
    if not len(kept):
        return Range(np.nan, np.nan, np.nan)
    low, high = np.quantile(kept, (0.1, 0.9))
    return Range(float(low), float(high), float(kept.mean()))


def step(x: Range, how: How) -> float:
    """The power of ten to which a figure with this range is rounded; from the figure itself where it has no width."""
    width = x.high - x.low or abs(x.mean)
    fine = 10.0 ** floor(log10(width / PARTS_OF_A_RANGE)) if isfinite(width) and width > 0 else 0.0
    return max(fine, FINEST[how])


def plain(x: float, how: How, to: float, signed: bool = False) -> str:
    """One figure, rounded to a step: £1.3m, £24.10, 2,400, 6.1%; a signed share is told in percentage points."""
    if not isfinite(x):
        return NOT_KNOWN
    rounded = round(x / to) * to
    sign = "-" if rounded < 0 else "+" if signed and rounded > 0 else ""
    size = abs(rounded)
    if how == "money":
        return f"{sign}£{size / MILLION:,.{_decimals(to / MILLION)}f}m"
    if how == "price":
        return f"{sign}£{size:,.2f}"
    if how == "share":
        text = f"{sign}{size * 100:,.{_decimals(to * 100)}f}"
        return f"{text} points" if signed else f"{text}%"
    return f"{sign}{size:,.{_decimals(to)}f}"


def span(x: Range, how: How) -> str:
    """From here to there, each with its sign: -£5.0m to +£1.6m."""
    if not x.known:
        return NOT_KNOWN
    to = step(x, how)
    low, high = plain(x.low, how, to, True), plain(x.high, how, to, True)
    return low if low == high else f"{low.removesuffix(' points')} to {high}"


def mean(x: Range, how: How) -> str:
    """The mean difference, with its sign, to the step of its range."""
    return plain(x.mean, how, step(x, how), True)


def apart(x: Range, how: How, less: str = "lower", more: str = "higher", of: str = "") -> str:
    """A difference in words, range first: "£0.4m to £1.6m lower", or "between £1.6m higher and £5.0m lower"."""
    if not x.known:
        return NOT_KNOWN
    to, of = step(x, how), f" {of}" if of else ""
    low, high = (plain(abs(v), how, to, how == "share").lstrip("+") for v in (x.low, x.high))
    nil = plain(0.0, how, to, how == "share")
    if low == high == nil:
        return f"no different (by less than {plain(to, how, to, how == 'share').lstrip('+')}{of})"
    if x.high <= 0 or high == nil:
        return f"{_to(high, low, nil)} {less}{of}"
    if x.low >= 0 or low == nil:
        return f"{_to(low, high, nil)} {more}{of}"
    return f"between {low} {less} and {high} {more}{of}"


def _to(near: str, far: str, nil: str) -> str:
    if near == nil:
        return f"up to {far}"
    return near if near == far else f"{near.removesuffix(' points')} to {far}"


def tenths(k: int, n: int) -> str:
    """So many of so many, in tenths; never all or none where it is not."""
    if k in (0, n):
        return "none" if k == 0 else "all"
    return f"{min(max(round(10 * k / n), 1), 9)} in 10"


def number(value: float | tuple[float, ...]) -> str:
    """A number of the evidence as people write it: 45,000, 0.29, 12.5; a table's numbers one after another."""
    if isinstance(value, tuple):
        return ", ".join(number(v) for v in value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def listed(words: list[str]) -> str:
    """One, two and three."""
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" and {words[-1]}" if words else ""


def _decimals(to: float) -> int:
    return max(0, -floor(log10(to) + 1 / MILLION)) if to > 0 else 0
