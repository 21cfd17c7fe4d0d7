"""How much of a range is chance and how much not knowing: in one sentence, and in a table of the headline figures."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from scenarios.answers_base import HEADLINES, Headline, changes_nothing, difference, enough, years
from scenarios.answers_words import middle as middle_of
from scenarios.answers_words import plain, step
from scenarios.results import Results
from scenarios.split import Split, split

COLUMNS = ("What", "Width, 8 in 10", "Chance", "8 in 10", "Width, no chance", "Width, all known")
CAPTION = ("the share of its variance that is chance, and how wide it would be were there no chance, or were every number known. \"All\": sets of numbers "
           "differ by less than chance would have them, so not knowing is told as nought")
NEARLY = 0.995
NOT_TOLD = "Chance and not knowing are not told apart: each set of numbers was run with one seed (--seeds-per-set 2 tells them apart)."


class Parted(NamedTuple):
    """A headline figure in the last year: how wide 8 in 10 worlds lie apart, and what that width is made of."""

    headline: Headline
    width: float
    split: Split

    @property
    def knowing(self) -> float:
        """How wide the range would be were there no chance, of the same shape."""
        return float(self.width * np.sqrt(1 - self.split.chance))

    @property
    def luck(self) -> float:
        """How wide it would be were every number known, of the same shape."""
        return float(self.width * np.sqrt(self.split.chance))


def parted(r: Results) -> list[Parted]:
    """Every headline figure of which something varies; none where each set of numbers had one seed."""
    if changes_nothing(r) or r.seeds_per_set == 1:
        return []
    out = []
    for headline in HEADLINES:
        values = difference(r, headline.measure, group=headline.group)[:, -1]
        found, x = split(values, r.set_of), middle_of(values)
        if found and np.isfinite(found.chance):
            out.append(Parted(headline, x.high - x.low, found))
    return out


def rows(r: Results) -> list[tuple[str, ...]]:
    """The table, written out: one row for each headline figure."""
    return [(p.headline.title, *_row(p)) for p in parted(r)]


def _row(p: Parted) -> tuple[str, ...]:
    how = p.headline.how
    widths = [plain(x, how, step(middle_of(np.array([0.0, p.width])), how), how == "share").lstrip("+") for x in (p.width, p.knowing, p.luck)]
    ends = "all" if p.split.low > NEARLY else f"{p.split.low:.0%} to {p.split.high:.0%}"
    return widths[0], "all" if p.split.below else f"{p.split.chance:.0%}", ends, widths[1], widths[2]


def said(r: Results) -> str:
    """One sentence on net council spending (the first headline that varies); that nothing is told apart where it is not."""
    if r.seeds_per_set == 1:
        return NOT_TOLD if r.worlds == "drawn" else ""
    if not (found := parted(r)):
        return ""
    first = next((p for p in found if p.headline.measure == "council_net"), found[0])
    whole, share, ends, knowing, luck = _row(first)
    few = "" if enough(r) else " From so few sets this is a first look."
    parts = (f"{share} is chance and the rest not knowing" if not first.split.below else
             "all is chance: sets differ by less than chance would have them, so not knowing is told as nought")
    return (f"{first.headline.title} in {years(r)[-1]}: of the variance behind its range of {whole} from end to end, {parts} (chance, 8 in 10: {ends}), from "
            f"{first.split.sets} sets of numbers with {r.seeds_per_set} seeds each; were there no chance the range would be {knowing} wide, were every number "
            f"known {luck}. Errors are reckoned over sets, for seeds of one set are no independent worlds.{few}")


def numbers(r: Results) -> list[dict[str, Any]]:
    """The same for programs: variances between sets and between seeds of one set, by measure."""
    return [{"measure": p.headline.measure, "group": p.headline.group, "width80": p.width, "chance": p.split.chance, "chance_low80": p.split.low,
             "chance_high80": p.split.high, "between_sets": p.split.between, "between_seeds": p.split.within, "sets": p.split.sets, "pairs": p.split.pairs,
             "between_sets_below_nought": p.split.below} for p in parted(r)]
