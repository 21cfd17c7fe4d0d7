"""One line of an appraisal: who gains or loses what, year by year and world by world, and how far to trust it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scenarios.appraisal.discounting import present_value
from scenarios.appraisal.values import Values, Wellbeing

Holder = Literal["council", "nhs", "dwp", "national grant", "people", "families", "wellbeing", "hospital", "optimism"]
PUBLIC: tuple[Holder, ...] = ("council", "national grant", "nhs", "dwp")
FISCAL: tuple[Holder, ...] = (*PUBLIC, "optimism")
SOCIAL: tuple[Holder, ...] = ("people", "families", "wellbeing")


@dataclass(frozen=True)
class Line:
    """Pounds gained (+) or lost (-) by somebody [worlds, years], in real terms, as differences from doing nothing.

    `counted` tells whether it enters the net present social value; what does not is shown beside it. `wellbeing` names
    the one way in which a gain in wellbeing is valued; a line without it is no wellbeing.
    """

    name: str
    title: str
    holder: Holder
    gain: np.ndarray
    price_grade: str
    effect_grade: str
    says: str
    counted: bool = True
    wellbeing: Wellbeing | None = None

    def value(self, values: Values) -> np.ndarray:
        """What it is worth in the first year, in each world; wellbeing has its own rate."""
        return present_value(self.gain, self.rate(values))

    def rate(self, values: Values) -> float:
        return values.discount_wellbeing if self.wellbeing else values.discount_costs


@dataclass(frozen=True)
class Ledger:
    """All lines of an appraisal. Wellbeing may be valued in one way only: a second is refused, for it is the same gain."""

    lines: tuple[Line, ...]
    values: Values
    years: tuple[str, ...]

    def __post_init__(self) -> None:
        ways = [line for line in self.lines if line.wellbeing]
        if len(ways) > 1:
            raise ValueError(f"one gain in wellbeing is valued twice: {', '.join(line.title for line in ways)}; choose one of "
                             + ", ".join(way.value for way in Wellbeing))
        if len({line.name for line in self.lines}) < len(self.lines):
            raise ValueError("two lines have one name")
        if len({line.gain.shape for line in self.lines}) > 1:
            raise ValueError("lines are of different worlds or years")

    def __getitem__(self, name: str) -> Line:
        return next(line for line in self.lines if line.name == name)

    @property
    def worlds(self) -> int:
        return int(self.lines[0].gain.shape[0])

    def held_by(self, holders: Sequence[Holder]) -> list[Line]:
        """The counted lines of these purses, in order."""
        return [line for line in self.lines if line.holder in holders and line.counted]

    def gain(self, holders: Sequence[Holder]) -> np.ndarray:
        """What these gain by year, undiscounted [worlds, years]."""
        return sum((line.gain for line in self.held_by(holders)), np.zeros_like(self.lines[0].gain))

    def value(self, holders: Sequence[Holder]) -> np.ndarray:
        """What that is worth in the first year, in each world."""
        return sum((line.value(self.values) for line in self.held_by(holders)), np.zeros(self.worlds))

    @property
    def social_value(self) -> np.ndarray:
        """The net present social value in each world: purses, people, families and wellbeing together."""
        return self.value((*FISCAL, *SOCIAL))

    @property
    def public_value(self) -> np.ndarray:
        """The net present value to the public purse in each world: council, grant, NHS and benefits, no allowance added."""
        return self.value(PUBLIC)
