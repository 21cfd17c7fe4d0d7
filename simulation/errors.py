"""What went wrong, where, and what to do about it: every message careshift shows in place of a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in something a person gave us: file, line, field, what is wrong and what to do."""

    file: str
    line: int
    field: str
    what: str
    todo: str = ""

    def __str__(self) -> str:
        where = ":".join(part for part in (self.file, str(self.line) if self.line else "") if part)
        text = ": ".join(part for part in (where, self.field, self.what) if part)
        return f"{text}; {self.todo}" if self.todo else text


class CareshiftError(Exception):
    """The family of errors a person can do something about. Shown whole, without a traceback; exit code 2."""

    exit_code = 2

    def __init__(self, *problems: Problem | str):
        self.problems: list[Problem] = sorted(
            p if isinstance(p, Problem) else Problem("", 0, "", p) for p in problems
        )
        super().__init__("\n".join(str(p) for p in self.problems))


class BadInput(CareshiftError):
    """A scenario, place, evidence page or option that cannot be used as it stands. Nothing is repaired in silence."""


class EvidenceError(CareshiftError):
    """The evidence register and the model do not fit: a number is missing, unread, without unit, or out of range."""


class RunStopped(CareshiftError):
    """A run that ended early; says what was kept."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest known word, as help for a misspelling; an empty string where nothing is near."""
    options: Sequence[str] = list(known)
    near = difflib.get_close_matches(str(word), options, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else ""
