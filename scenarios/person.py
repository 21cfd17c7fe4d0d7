"""Who is looked for: "82, lives alone, falls" becomes tests on the columns of a place, or help with the words not known."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from simulation.errors import BadInput, Problem, did_you_mean
from simulation.evidence.lists import BAND, FRAILTY, FUNDER, GROUP, NEED, SETTING, SEX, STAGE
from simulation.world.columns import Array

NEAR = 2  # years either side of an age that is given as one number
LATELY = 12  # weeks after leaving hospital in which somebody counts as in or lately in hospital
OLDEST = 130
Test = Callable[[Any], Array]  # of a town: who fits (mask over residents)


class Criterion(NamedTuple):
    """One thing asked of a person: as it was said, as it was understood, and who fits."""

    said: str
    means: str
    fits: Test


def _is(column: str, code: int) -> Test:
    return lambda town: np.asarray(town.residents.arrays[column] == code)


def _at_least(column: str, level: float) -> Test:
    return lambda town: np.asarray(town.residents.arrays[column] >= level)


def _linked(column: str) -> Test:
    return _at_least(column, 0)


def _between(low: float, high: float) -> Test:
    return lambda town: np.asarray((town.residents.age >= low) & (town.residents.age < high))


def _in_hospital(town: Any) -> Array:
    r = town.residents
    return np.asarray((r.hospital > 0) | (town.week - r.discharged <= LATELY))


def _supported(town: Any) -> Array:
    return np.asarray(town.residents.supports != 0)


def _has(name: str) -> Test:
    return lambda town: np.asarray(town.supported_by(town.service(name)))


# What may be said, the ways of saying it, and what it comes to
WORDS: dict[str, tuple[tuple[str, ...], str, Test]] = {
    "a woman": (("woman", "female"), "", _is("sex", SEX.index("woman"))),
    "a man": (("man", "male"), "", _is("sex", SEX.index("man"))),
    "lives alone": (("lives alone", "alone", "living alone"), "", _at_least("alone", 1)),
    "has a partner": (("with partner", "partner", "has a partner", "lives with partner", "couple", "married"), "", _linked("partner")),
    "cares for somebody": (("carer", "is a carer", "cares for somebody", "unpaid carer"), "gives unpaid care", _linked("cares_for")),
    "has a carer": (("has a carer", "family carer", "cared for by family"), "somebody here gives unpaid care", _linked("carer")),
    "has a child near": (("child near", "children near", "daughter", "son", "daughter near", "son near"), "a grown-up child near", _at_least("child_near", 1)),
    "falls": (("falls", "fell", "has fallen", "fall"), "has fallen in the last year or so", _at_least("falls", 0.5)),
    "frail": (("frail", "frailty"), "moderate or severe frailty", _at_least("frailty", FRAILTY.index("moderate"))),
    "dementia": (("dementia", "lives with dementia", "alzheimer's"), "", _at_least("dementia", 1)),
    "learning disability": (("learning disability", "learning disabled"), "", _is("group", GROUP.index("learning disability"))),
    "mental health": (("mental health", "mental illness"), "support for mental health", _is("group", GROUP.index("mental health"))),
    "physical disability": (("physical disability", "disabled"), "", _is("group", GROUP.index("physical disability"))),
    "needs some help": (("needs some help", "some help"), "needs some help, not yet with personal care", _is("need", NEED.index("some help"))),
    "needs personal care": (("needs personal care", "personal care"), "needs help with washing, dressing or eating, or support by band",
                            lambda town: np.asarray((town.residents.need >= 2) | (town.residents.band > BAND.index("none")))),
    "round the clock": (("round the clock", "day and night"), "needs somebody near day and night", _is("need", NEED.index("round the clock"))),
    "no need": (("no need", "well", "needs nothing"), "no need of help", _is("need", 0)),
    "lonely": (("lonely", "often lonely"), "often lonely", _at_least("lonely", 1)),
    "in a care home": (("care home", "in a care home", "lives in a care home"), "residential or nursing", _at_least("setting", SETTING.index("residential"))),
    "in a nursing home": (("nursing home", "nursing"), "", _is("setting", SETTING.index("nursing"))),
    "in supported living": (("supported living",), "", _is("setting", SETTING.index("supported living"))),
    "in Shared Lives": (("shared lives",), "", _is("setting", SETTING.index("shared lives"))),
    "with family": (("with family", "lives with family", "with parents"), "lives with family", _is("setting", SETTING.index("with family"))),
    "at home": (("at home", "own home"), "lives in a home of their own", _is("setting", SETTING.index("own home"))),
    "hospital": (("hospital", "in hospital", "from hospital"), f"in hospital, or left in the last {LATELY} weeks", _in_hospital),
    "homeowner": (("homeowner", "owns home", "owner", "owns"), "", _at_least("owns_home", 1)),
    "rents": (("rents", "renter", "tenant"), "", lambda town: ~np.asarray(town.residents.owns_home)),
    "deprived": (("deprived", "poor", "poorest"), "in the most deprived fifth of neighbourhoods", _is("fifth", 0)),
    "well off": (("well off", "least deprived", "affluent"), "in the least deprived fifth", _is("fifth", 4)),
    "supported": (("supported", "draws on support", "has support"), "has some support", _supported),
    "council pays": (("council pays", "council funded"), "the council pays for support", _is("funder", FUNDER.index("council"))),
    "pays own way": (("pays own way", "self funder", "self-funder"), "pays for support", _is("funder", FUNDER.index("self"))),
    "waiting": (("waiting", "waits"), "waits for an assessment or for support", _at_least("stage", STAGE.index("waiting for assessment"))),
    "home care": (("home care",), "has home care", _has("home_care")),
    "direct payments": (("direct payments", "direct payment"), "has direct payments", _has("direct_payments")),
    "reablement": (("reablement",), "has reablement", _has("reablement")),
}
BY_WORD = {way: name for name, (ways, _, _) in WORDS.items() for way in (*ways, name.lower())}
AGES = ((re.compile(r"(?:aged? )?(\d{1,3})(?: years old)?"), lambda a: (a - NEAR, a + NEAR + 1)),
        (re.compile(r"(\d{1,3})\s*(?:-|to)\s*(\d{1,3})"), lambda a, b: (a, b + 1)),
        (re.compile(r"(?:over |above )(\d{1,3})"), lambda a: (a, OLDEST)),
        (re.compile(r"(\d{1,3}) ?(?:\+|and over|or over)"), lambda a: (a, OLDEST)),
        (re.compile(r"(?:under |below )(\d{1,3})"), lambda a: (0, a)),
        (re.compile(r"(\d0)s"), lambda a: (a, a + 10)))
YOUNGEST = 18
NOT = ("no ", "not ", "without ", "never ")


def read(told: str) -> list[Criterion]:
    """The criteria in a description, parts set apart by commas. Raises BadInput naming every part that is not known."""
    parts = [p for p in (re.sub(r"\s+", " ", part.strip().lower()) for part in re.split(r"[,;]", told)) if p]
    if not parts:
        raise BadInput(Problem("", 0, "--person", "nobody is described", "say for example: 82, lives alone, falls"))
    found, wrong = [], []
    for part in parts:
        one = _age(part) or _word(part)
        (found if isinstance(one, Criterion) else wrong).append(one)
    if wrong:
        last = wrong[-1]
        wrong[-1] = Problem(last.file, last.line, last.field, last.what, f"{last.todo}; what may be said: an age (82, 75-84, over 85, 80s), {', '.join(WORDS)};"
                            " and each with 'not' before it. People here are invented, and are looked for by such things alone")
        raise BadInput(*wrong)
    return found


def _age(part: str) -> Criterion | Problem | None:
    for form, ages in AGES:
        if got := form.fullmatch(part):
            low, high = ages(*map(int, got.groups()))  # type: ignore[operator]
            if not (low < high and high > YOUNGEST and low < 110):
                return Problem("", 0, "--person", f"{part!r} is no age of an adult", "ages run from 18 to 109")
            low = max(low, YOUNGEST)
            means = f"{low} and over" if high == OLDEST else f"aged {low} to {high - 1}"
            return Criterion(part, means, _between(low, high))
    return None


def _word(part: str) -> Criterion | Problem:
    turned = next((n for n in NOT if part.startswith(n) and part not in BY_WORD), "")
    name = BY_WORD.get(part.removeprefix(turned).removeprefix("a "))
    if name is None:
        return Problem("", 0, "--person", f"{part!r} is nothing that is known of people here",
                       did_you_mean(part.removeprefix(turned), BY_WORD) or "say it otherwise")
    _, means, fits = WORDS[name]
    means = means or name
    return Criterion(part, f"not: {means}", lambda town: ~fits(town)) if turned else Criterion(part, means, fits)


def who_fits(criteria: list[Criterion], town: Any) -> Array:
    """Rows of everybody who lives here now and fits all of it. Raises BadInput where nobody does, saying what is rare."""
    here = town.residents.present
    masks = [c.fits(town) & here for c in criteria]
    rows = np.flatnonzero(np.logical_and.reduce(masks))
    if not len(rows):
        alone = "; ".join(f"{c.said}: {np.count_nonzero(m):,}" for c, m in zip(criteria, masks, strict=True))
        raise BadInput(Problem("", 0, "--person", f"nobody among {np.count_nonzero(here):,} people here is all of this at once ({alone})",
                               "say less of them, or follow more people with a smaller --one-in"))
    return rows
