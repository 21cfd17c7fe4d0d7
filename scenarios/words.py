"""How shares, pounds and years are written in a scenario, so that a council's plan means exactly what it says."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic_core import PydanticCustomError

from simulation.errors import did_you_mean
from simulation.plan import WEEKS_A_YEAR

MOST_LISTED = 8
MOST_SHOWN = 60                     # characters of somebody's own text that a message repeats
MOST_POUNDS = 100_000_000_000       # far beyond any council: a slip of the keyboard
MOST_COUNT = 100_000

_PERCENT = re.compile(r"[+-]?[0-9]{1,4}(\.[0-9]{1,6})?%")
_NUMBER = re.compile(r"[+-]?[0-9]{1,4}(\.[0-9]{1,6})?")
_YEAR = re.compile(r"(20[0-9]{2})-([0-9]{2})")
_NEARLY_A_YEAR = re.compile(r"(20[0-9]{2})(\s*[-/\u2013\u2014]\s*[0-9]{2,4})?")
_OVER = re.compile(r"(20[0-9]{2}-[0-9]{2})(?: to (20[0-9]{2}-[0-9]{2}))?")
_WHEN = re.compile(r"(20[0-9]{2}-[0-9]{2}) week ([0-9]{1,2})")

RESULTS_NOT_LEVERS = (
    (r"famil|unpaid|informal|relatives|carer_?hours|hours_of_carers",
     "families' hours are a result, never a lever",
     "leave this out; what a plan asks of families is shown in its results"),
    (r"eligib|threshold", "who is eligible is set by one national minimum in law, not by a council's plan",
     "say what practice would change: assessments, package_size, prevention or fee_uplift"),
    (r"plan_?type|recommend", "whether a plan is a shift, an investment or a cut is worked out, never claimed",
     "leave this out"),
)
PLACES = (r"places|beds|capacity", "a plan sets money, never places: places are a result",
          "use invest, in pounds a year")


@dataclass(frozen=True)
class Horizon:
    """The financial years a plan covers; `first` is the calendar year in which the first of them begins."""

    first: int
    years: int

    @property
    def last(self) -> int:
        return self.first + self.years - 1

    def __str__(self) -> str:
        return f"{year_name(self.first)} to {year_name(self.last)}"


def year_name(start: int) -> str:
    """The financial year beginning in April of `start`, as councils write it: 2026-27."""
    return f"{start}-{(start + 1) % 100:02d}"


def refuse(what: str, todo: str = "") -> PydanticCustomError:
    """What is wrong with a council's plan, and what to do about it, as an error for the reader of the page."""
    return PydanticCustomError("refused", "{what}", {"what": what, "todo": todo})


def clean(text: str) -> str:
    """Somebody's own words as a message may repeat them: one line, short, nothing that steers a terminal."""
    text = "".join("?" if unicodedata.category(c)[0] == "C" else c for c in text[: MOST_SHOWN + 1])
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


def shown(value: object) -> str:
    """A value of a plan as a message repeats it: words in quotes, numbers bare, the rest described."""
    if isinstance(value, str):
        return f"'{clean(value)}'"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return clean(str(value))
    return "nothing" if value is None else "a list" if isinstance(value, list) else "a set of fields"


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that no file could have is not an accident worth a traceback."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def nearest(word: str, known: Iterable[str], told_by: str = "") -> str:
    """Help for a name nobody knows: the one that was probably meant, or those there are, and what lists them all."""
    known = sorted(known)
    shown_, more = ", ".join(known[:MOST_LISTED]), len(known) - MOST_LISTED
    rest = f" and {more} more{f' ({told_by} lists them)' if told_by else ''}" if more > 0 else ""
    return did_you_mean(word, known) or (f"choose from {shown_}{rest}" if known else "")


def unknown(word: str, known: Iterable[str], what: str) -> tuple[str, str]:
    """What to say of a name nobody knows; names that would make families or the law a lever get the reason."""
    for pattern, why, todo in RESULTS_NOT_LEVERS:
        if re.search(pattern, word.lower()):
            return why, todo
    help_ = nearest(word[: MOST_SHOWN], known)
    if not help_.startswith("did you mean") and re.search(PLACES[0], word.lower()):
        return PLACES[1], PLACES[2]
    return f"{shown(word)} is not {what}", help_


def percent(low: int, high: int) -> Callable[[object], Decimal]:
    """A reader of shares written as people say them, 10%, between `low` and `high`; gives per cent as a Decimal."""
    def read(value: object) -> Decimal:
        if isinstance(value, int | float) and not isinstance(value, bool):
            raise refuse(f"{shown(value)} is a plain number where a percentage is wanted", _write_percent(value))
        if not isinstance(value, str) or not _PERCENT.fullmatch(value):
            bare = re.sub(r"\s|%|per ?cent(age points?)?", "", value) if isinstance(value, str) else ""
            raise refuse(f"{shown(value)} is not a percentage",
                         f"write {bare}%" if _NUMBER.fullmatch(bare) else "write a number and a %, such as 10%")
        share = Decimal(value[:-1])
        if not low <= share <= high:
            raise refuse(f"{value} is out of range", f"write something from {low}% to {high}%")
        return share
    return read


def _write_percent(value: float) -> str:
    if not math.isfinite(value):
        return "write a number and a %, such as 10%"
    share = Decimal(str(value)) * (100 if -1 < value < 1 else 1)
    return f"write {clean(f'{share.normalize():f}')}%"


def pounds(value: object) -> float:
    """Money in a plan: plain pounds, never negative."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{shown(value)} is not an amount of money",
                     "write plain pounds without £ or commas, such as 6_000_000; places are a result, never an input")
    if value < 0:
        raise refuse(f"money cannot be negative ({shown(value)})",
                     "to spend less, say how under rules, such as prevention: -10%")
    return _finite(value, MOST_POUNDS, "pounds")


def count(value: object) -> float:
    """A number of people or posts in a plan, never negative."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{shown(value)} is not a number", "write a plain number, such as 40")
    if value < 0:
        raise refuse(f"{shown(value)} is below 0", "write 0 or more")
    return _finite(value, MOST_COUNT, "people or posts")


def _finite(value: float, most: int, of: str) -> float:
    if math.isnan(value) or value > most:
        raise refuse(f"{shown(value)} is more than {most:,} {of}", "check the number of noughts")
    return float(value)


def year(value: object) -> int:
    """A financial year, 2026-27, as the calendar year in which it begins."""
    match = _YEAR.fullmatch(value) if isinstance(value, str) else None
    if match and int(match[2]) == (int(match[1]) + 1) % 100:
        return int(match[1])
    near = _NEARLY_A_YEAR.fullmatch(str(value)) if isinstance(value, str | int) else None
    raise refuse(f"{shown(value)} is not a financial year",
                 f"write {year_name(int(near[1]) if near else 2026)}" + ("" if near else ", say"))


def year_within(value: object, horizon: Horizon | None) -> int:
    """A financial year of the plan; refused where the plan does not reach. Without a horizon only the form counts."""
    start = year(value)
    if horizon and not horizon.first <= start <= horizon.last:
        raise refuse(f"{year_name(start)} is outside the plan's years, {horizon}",
                     "choose a year inside them, or change first_year or years")
    return start


def over(value: object, horizon: Horizon | None) -> tuple[int, int]:
    """The years in which money moves: the first and last of `2026-27 to 2028-29`, or one year alone."""
    match = _OVER.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise refuse(f"{shown(value)} is not a span of financial years", "write it as 2026-27 to 2028-29")
    first, last = year_within(match[1], horizon), year_within(match[2] or match[1], horizon)
    if last < first:
        raise refuse(f"{value} ends before it begins", f"did you mean {match[2]} to {match[1]}?")
    return first, last


def when(value: object, horizon: Horizon | None) -> tuple[int, int]:
    """The week in which something happens: `2028-29 week 40` as the year's start and the week from 0."""
    match = _WHEN.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise refuse(f"{shown(value)} is not a week of a financial year", "write it as 2028-29 week 40")
    week = int(match[2])
    if not 1 <= week <= WEEKS_A_YEAR:
        raise refuse(f"there is no week {week}", f"weeks of the financial year run from 1 to {WEEKS_A_YEAR}")
    return year_within(match[1], horizon), week - 1


def one_line(value: str) -> str:
    """A title or a question as a report can print it: not empty, one line, no hidden signs."""
    if not value.strip():
        raise refuse("this is empty", "write it in a few plain words")
    if any(unicodedata.category(c)[0] == "C" or unicodedata.category(c) in ("Zl", "Zp") for c in value):
        raise refuse("this has line breaks or hidden signs in it", "write one plain line")
    return value.strip()


def adds_up(shares: dict[str, Decimal]) -> dict[str, Decimal]:
    """Shares of one sum of money must make the whole of it, or some of a plan's pounds would vanish."""
    total = sum(shares.values(), Decimal(0))
    if total != 100:
        raise refuse(f"the shares add up to {total.normalize():f}%, not 100%", "make them add up to 100%")
    return shares
