"""Every number about the world that the model believes: its value, range, unit, price year, source, grade and doubt.

One YAML page per process or service, plus `shared.yaml`. The loader refuses a number without unit or source, a range
that does not contain its value, a number nobody reads and a number somebody asks for that is not there.
Low to high is the central 90% of what we think possible. Money is brought to the model's price year on loading.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np

from simulation.draws import uniforms_for
from simulation.errors import EvidenceError, Problem, did_you_mean
from simulation.evidence.lists import LISTS
from simulation.evidence.units import NON_NEGATIVE, SCALARS, UNITS, By, Quantity
from simulation.reading import Page, read_page

FOLDER = Path(__file__).parent
APPRAISAL = FOLDER / "appraisal"  # what results are valued at afterwards: `load(APPRAISAL)`; no run depends on it
PRICE_YEAR = "2024-25"
GRADES = ("A", "B", "C", "D")
SHAPES = ("fixed", "normal", "lognormal", "beta", "uniform")
KINDS = ("evidence", "calibrated", "assumption", "rule")
HELD = ("calibrated", "rule")
FIELDS = {"says", "value", "low", "high", "shape", "unit", "by", "price_year", "index", "place", "year", "source",
          "grade", "kind", "doubt", "verify", "none", "others", "url"}
NEEDED = ("says", "value", "unit", "source", "grade")
REFUSED = ("core_substitution", "core_effect_rr_mortality", "marginal_closable_cost_share", "capacity_refill_share",
           "optimism_bias", "double_running_months", "share_time_bed_refilled", "raid_probability", "deadweight",
           "cashable_roi")
RIVAL = {"value", "year", "price_year", "source", "says"}
JUDGED = "Judged, not measured: value and range are this project's own."  # true of whatever calls itself an assumption
Z90 = 1.6448536269514722


@dataclass(frozen=True)
class Entry:
    """One number (or table of numbers) about the world, with all we know of where it comes from."""

    page: str
    name: str
    says: str
    value: Any  # float or tuple of floats
    low: Any
    high: Any
    shape: str
    unit: str
    by: str
    price_year: str
    place: str
    year: str
    source: str
    grade: str
    kind: str  # evidence, calibrated (set so that the model meets a published total), assumption, rule (law, arithmetic)
    doubt: str
    verify: bool
    none: float | None  # the value that means "no effect"; entries that have it are effects
    others: tuple[Mapping[str, Any], ...]
    line: int
    index: str = ""  # what brought money from its price year to the model's, and by how much
    factor: float = 1.0

    @property
    def key(self) -> str:
        return f"{self.page}.{self.name}"

    @property
    def is_effect(self) -> bool:
        return self.none is not None

    @property
    def is_drawn(self) -> bool:
        """True of a number whose range, not only its value, is in the worlds that are run."""
        return self.kind not in HELD and self.shape != "fixed" and self.low != self.high

    def at(self, u: float) -> Any:
        """The value at quantile u of its distribution; a table moves as one, so a monotone table stays so."""
        if isinstance(self.value, tuple):
            return tuple(self._one(u, *three) for three in zip(self.value, self.low, self.high, strict=True))
        return self._one(u, self.value, self.low, self.high)

    def _one(self, u: float, value: float, low: float, high: float) -> float:
        if self.shape == "fixed" or low == high:
            return value
        if self.shape == "uniform":
            edge = (high - low) / 18.0
            drawn = low - edge + u * (high - low + 2 * edge)
        elif self.shape == "beta":
            drawn = _beta_at(round(u, 12), value, (high - low) / (2 * Z90))
        else:
            from scipy.special import ndtri

            z = float(ndtri(u))
            if self.shape == "lognormal":
                drawn = value * math.exp(z * math.log(high / low) / (2 * Z90))
            else:
                drawn = value + z * (high - low) / (2 * Z90)
        kind = SCALARS.get(self.unit, Quantity)
        return min(max(drawn, kind.lowest), kind.highest)


@lru_cache(maxsize=4096)
def _beta_at(u: float, mean: float, sd: float) -> float:
    from scipy.special import betaincinv

    spread = mean * (1 - mean) / sd**2 - 1
    if spread <= 0:
        spread = 1.0
    return float(betaincinv(mean * spread, (1 - mean) * spread, u))


@dataclass(frozen=True)
class Register:
    """All pages, as loaded: `entries["falling.serious"]`."""

    entries: Mapping[str, Entry]
    hash: str

    def page(self, name: str) -> dict[str, Entry]:
        return {e.name: e for e in self.entries.values() if e.page == name}

    def pages(self) -> list[str]:
        return sorted({e.page for e in self.entries.values()})


@dataclass
class Beliefs:
    """One set of values for every number: central, drawn from the ranges, or with doubtful effects taken away."""

    register: Register
    values: Mapping[str, Any]
    variant: str = "central"
    readers: dict[str, set[str]] = field(default_factory=dict)  # entry -> who asked for it

    @property
    def hash(self) -> str:
        told = json.dumps({k: self.values[k] for k in sorted(self.values)}, default=list)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def given(self, page: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Values for the names asked, from the page and then the shared page. Raises EvidenceError naming all that lack."""
        found, missing = {}, []
        for name, kind in asked.items():
            key = next((k for k in (f"{page}.{name}", f"shared.{name}") if k in self.values), None)
            if key is None:
                near = did_you_mean(name, (e.name for e in self.register.entries.values() if e.page in (page, "shared")))
                missing.append(Problem(f"simulation/evidence/{page}.yaml", 0, name,
                                       f"{page} asks for this number and the register has none", near))
                continue
            self.readers.setdefault(key, set()).add(page)
            found[name] = self._as(key, kind, missing)
        if missing:
            raise EvidenceError(*missing)
        return found

    def _as(self, key: str, kind: Any, missing: list[Problem]) -> Any:
        entry, value = self.register.entries[key], self.values[key]
        where = Problem(f"simulation/evidence/{entry.page}.yaml", entry.line, entry.name, "")
        if get_origin(kind) is not None and hasattr(kind, "__metadata__"):
            unit = next((m for m in kind.__metadata__ if isinstance(m, str)), "")
            by = next((m.name for m in kind.__metadata__ if isinstance(m, By)), "")
            if (unit and unit != entry.unit) or by != entry.by:
                missing.append(Problem(where.file, where.line, where.field,
                                       f"is {entry.unit} by {entry.by or 'nothing'}; asked for as {unit} by {by}"))
            return np.array(value, dtype=np.float64)
        if isinstance(kind, type) and issubclass(kind, Quantity):
            if kind.unit != entry.unit or isinstance(value, tuple):
                missing.append(Problem(where.file, where.line, where.field,
                                       f"is {entry.unit}{' by ' + entry.by if entry.by else ''}; asked for as {kind.unit}"))
                return None
            return kind(value)
        missing.append(Problem(where.file, where.line, where.field, f"asked for as {get_args(kind) or kind}: not a unit"))
        return None

    def unread(self) -> list[Entry]:
        """Entries nobody has asked for yet: after the whole model is bound there may be none."""
        return [e for k, e in self.register.entries.items() if k not in self.readers]


def central(register: Register | None = None) -> Beliefs:
    """The central value of every number."""
    register = register or load()
    return Beliefs(register, {k: e.value for k, e in register.entries.items()})


def drawn(seed: int, i: int, register: Register | None = None) -> Beliefs:
    """The i-th set of values drawn from every number's range, each by its own address: adding a number moves no other.

    Rules of law and numbers set so that the model meets a published total (kind calibrated) keep their value: drawn apart
    from the numbers they were fitted with, they would found a place that is not this one.
    """
    register = register or load()
    values = {}
    for key, entry in register.entries.items():
        if entry.kind in HELD:
            values[key] = entry.value
            continue
        told = hashlib.blake2b(f"{seed}:{key}".encode(), digest_size=8).digest()
        u = float(uniforms_for(np.uint64(int.from_bytes(told, "little") | 2), np.array([i]))[0])
        values[key] = entry.at(min(max(u, 1e-6), 1 - 1e-6))
    return Beliefs(register, values, f"drawn {seed}/{i}")


def without_effects(beliefs: Beliefs, grades: Iterable[str], variant: str) -> Beliefs:
    """The same beliefs with every effect of these grades taken away (costs kept): a sceptic's run, an evidence-only run."""
    grades = set(grades)
    values = dict(beliefs.values)
    for key, entry in beliefs.register.entries.items():
        if entry.is_effect and entry.grade in grades:
            none = float(entry.none or 0.0)
            values[key] = (none,) * len(entry.value) if isinstance(entry.value, tuple) else none
    return Beliefs(beliefs.register, values, variant)


def sceptic(beliefs: Beliefs) -> Beliefs:
    """Every effect that rests on assumption alone (grade D) is taken away; every cost is kept."""
    return without_effects(beliefs, "D", "sceptic")


def evidence_only(beliefs: Beliefs) -> Beliefs:
    """Only effects of grades A and B are left; every cost is kept."""
    return without_effects(beliefs, "CD", "evidence only")


@lru_cache(maxsize=4)
def load(folder: Path = FOLDER) -> Register:
    """Read and check every page. Raises EvidenceError with all problems at once, each with file and line."""
    problems: list[Problem] = []
    entries: dict[str, Entry] = {}
    told = hashlib.sha256()
    deflators = _deflators(FOLDER if folder == APPRAISAL else folder)
    for path in sorted(folder.glob("*.yaml")):
        if path.stem == "deflators":
            continue
        page = read_page(path, f"simulation/evidence/{'appraisal/' if folder == APPRAISAL else ''}{path.name}")
        told.update(path.read_bytes())
        if not isinstance(page.data, dict):
            problems.append(page.problem((), "a page is a list of named numbers"))
            continue
        for name, raw in page.data.items():
            entry = _entry(page, path.stem, name, raw, deflators, problems)
            if entry:
                entries[entry.key] = entry
    if problems:
        raise EvidenceError(*problems)
    return Register(entries, told.hexdigest()[:16])


def _deflators(folder: Path) -> Mapping[str, Mapping[str, float]]:
    path = folder / "deflators.yaml"
    if not path.exists():
        return {}
    return {index: entry["years"] for index, entry in deflators(folder).items()}


def deflators(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The indices that bring money to the model's price year: what each says, its source, doubt, and factor by year."""
    return dict(read_page(folder / "deflators.yaml", "simulation/evidence/deflators.yaml").data)


def _entry(page: Page, stem: str, name: str, raw: Any, deflators: Mapping[str, Mapping[str, float]],
           problems: list[Problem]) -> Entry | None:
    before = len(problems)
    if not isinstance(raw, dict):
        problems.append(page.problem((name,), "an entry has fields: says, value, unit, source, grade"))
        return None
    for key in raw:
        if key not in FIELDS:
            problems.append(page.problem((name, key), "unknown field", did_you_mean(key, FIELDS)))
    for key in NEEDED:
        if raw.get(key) in (None, ""):
            problems.append(page.problem((name,), f"has no {key}", "every number says what it is and where it comes from"))
    if len(problems) > before:
        return None
    for word in REFUSED:
        if name.startswith(word):
            problems.append(page.problem((name,), "is an outcome, not a state: it may check a result, never feed one"))
    value, low, high = _numbers(page, name, raw, problems)
    by, unit = raw.get("by", ""), raw["unit"]
    _check(page, name, raw, value, low, high, problems)
    factor = _factor(page, name, raw, deflators, problems)
    if len(problems) > before:
        return None
    if factor != 1.0:
        value, low, high = (_times(x, factor) for x in (value, low, high))
    doubt = raw.get("doubt") or (JUDGED if str(raw["source"]).lower().startswith("assumption") else "")
    return Entry(stem, name, raw["says"], value, low, high, raw.get("shape", "fixed"), unit, by,
                 str(raw.get("price_year") or ""), str(raw.get("place", "England")), str(raw.get("year", "")),
                 raw["source"], raw["grade"], raw.get("kind", "assumption" if raw["grade"] == "D" else "evidence"),
                 str(doubt), bool(raw.get("verify", False)), raw.get("none"), tuple(raw.get("others") or ()), page.line((name,)),
                 str(raw.get("index", "prices")) if factor != 1.0 else "", factor)


def _times(x: Any, factor: float) -> Any:
    return tuple(v * factor for v in x) if isinstance(x, tuple) else x * factor


def _numbers(page: Page, name: str, raw: Mapping[str, Any], problems: list[Problem]) -> tuple[Any, Any, Any]:
    out = []
    for key in ("value", "low", "high"):
        given = raw.get(key, raw["value"])
        many = isinstance(given, list)
        numbers = given if many else [given]
        if not all(isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x) for x in numbers):
            problems.append(page.problem((name, key), f"{given!r} is not a number"))
            return 0.0, 0.0, 0.0
        out.append(tuple(float(x) for x in numbers) if many else float(given))
    return out[0], out[1], out[2]


def _check(page: Page, name: str, raw: Mapping[str, Any], value: Any, low: Any, high: Any,
           problems: list[Problem]) -> None:
    def wrong(key: str, what: str, todo: str = "") -> None:
        problems.append(page.problem((name, key), what, todo))

    unit, by, shape = raw["unit"], raw.get("by", ""), raw.get("shape", "fixed")
    if unit not in UNITS:
        wrong("unit", f"unknown unit {unit!r}", did_you_mean(unit, UNITS))
    if raw["grade"] not in GRADES:
        wrong("grade", f"{raw['grade']!r} is not one of A, B, C, D")
    if raw.get("kind", "evidence") not in KINDS:
        wrong("kind", f"{raw['kind']!r} is not one of {', '.join(KINDS)}")
    if shape not in SHAPES:
        wrong("shape", f"unknown shape {shape!r}", did_you_mean(shape, SHAPES))
    many = isinstance(value, tuple)
    if many != bool(by):
        wrong("by", "a table says what it runs over, and only a table does")
    elif many and (by not in LISTS or len(value) != len(LISTS[by])):
        wrong("by", f"{by!r} has {len(LISTS.get(by, ()))} entries; the value has {len(value)}")
    triples = list(zip(value, low, high, strict=False)) if many else [(value, low, high)]
    if many and not len(value) == len(low) == len(high):
        wrong("low", "value, low and high are not equally long")
    for v, bottom, top in triples:
        if not bottom <= v <= top:
            wrong("low", f"the range {bottom:g} to {top:g} does not contain {v:g}")
        kind = SCALARS.get(unit, Quantity)
        if not kind.lowest <= v <= kind.highest:
            wrong("value", f"{v:g} cannot be a {unit}")
        if (shape == "beta" and (v <= 0 or v >= 1)) or (shape == "lognormal" and (v <= 0 or bottom <= 0)):
            wrong("shape", f"{shape} cannot hold {v:g} ({bottom:g} to {top:g})")
    if shape != "fixed" and "low" not in raw:
        wrong("shape", "a distribution needs low and high")
    if unit.startswith("pounds") and not raw.get("price_year"):
        wrong("price_year", "money needs a price year")
    _rivals(raw.get("others") or [], wrong)
    if unit in NON_NEGATIVE and any(t[1] < 0 for t in triples):
        wrong("low", f"a {unit} is never negative")


def _rivals(given: Any, wrong: Callable[..., None]) -> None:
    for rival in given if isinstance(given, list) else [given]:
        if not isinstance(rival, dict) or not {"value", "source"} <= rival.keys() <= RIVAL:
            wrong("others", f"a rival figure has value and source, and may have {', '.join(sorted(RIVAL - {'value', 'source'}))}")


def _factor(page: Page, name: str, raw: Mapping[str, Any], deflators: Mapping[str, Mapping[str, float]],
            problems: list[Problem]) -> float:
    year = raw.get("price_year")
    if not str(raw["unit"]).startswith("pounds") or year in (None, PRICE_YEAR, "any"):
        return 1.0
    index = raw.get("index", "prices")
    if index not in deflators:
        problems.append(page.problem((name, "index"), f"there is no index {index!r}", did_you_mean(str(index), deflators)))
    elif year not in deflators[index]:
        problems.append(page.problem((name, "price_year"), f"no {index} index from {year} to {PRICE_YEAR}"))
    else:
        return float(deflators[index][year])
    return 1.0
