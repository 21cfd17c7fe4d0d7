"""The care system as a simulator to calibrate: which numbers may move, how far the register lets them, and what was published.

A run founds the place, lives through its two years of burn-in and gives the year's figures that `scenarios.validation` sets beside the
published ones. Nothing after burn-in is run: no plan has a part in calibration.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calibration.targets import Target, register
from scenarios import validation
from scenarios.parameters import changed
from simulation.errors import BadInput, Problem, did_you_mean
from simulation.evidence.register import Z90, Entry
from simulation.evidence.register import load as load_register
from simulation.evidence.units import SCALARS, Quantity

if TYPE_CHECKING:
    from simulation.places import Place

DEFAULT = ("asking.scale_requests", "door.scale_care_home", "door.scale_home", "door.working_age_care_home", "door.working_age_needing",
           "founding_care.slow_deaths", "home_care.ends_needed", "shared.ends_working_age", "hospital.arranging", "hospital.came_home_lately",
           "means.third_parties", "reablement.recovery")
FAMILIES = {"council_residents_65_plus": "care home residents 65+", "care_home_residents_65_plus": "care home residents 65+",
            "residents_18_64": "care homes 18-64", "admissions_18_64": "care homes 18-64", "council_admissions_65_plus": "care home admissions 65+",
            "long_term_clients_65_plus": "clients", "long_term_clients_18_64": "clients", "community_clients_year_end": "clients",
            "requests_65_plus": "requests", "requests_18_64": "requests", "emergency_stays_65_plus_per_1000": "emergency stays",
            "ae_65_plus_per_1000": "A&E", "ae_adults": "A&E", "delayed_patients": "delays to leaving hospital",
            "gross_current_spend": "spending", "net_current_spend": "spending", "contributions": "contributions"}
DERIVED = ("council_stay_65_plus",)  # residents over admissions: said already by the two
GIVEN = (validation.INPUT, validation.LEARNT)  # what founding or burn-in took from a figure cannot be tested by it

# Judged, and told in every report: counts of a return are good to two per cent, a rate of England put to a place to ten;
# and the best version of the model is thought to be five per cent off all the same.
COUNTED, OF_ENGLAND, DISCREPANCY = 0.02, 0.10, 0.05


@dataclass(frozen=True)
class Simulator:
    """A place's base run with some numbers of the register held at other values; its luck is the seed's."""

    place: str
    one_in: int = 10

    @cached_property
    def there(self) -> Place:
        """The place, read once."""
        from simulation.places import load

        return load(self.place)

    @cached_property
    def version(self) -> str:
        """Names all that decides a run but its parameters and luck: code, evidence, place, sample."""
        from scenarios.runs import code_hash

        told = [code_hash(), load_register().hash, self.there.hash, self.one_in, hashlib.sha256(Path(validation.__file__).read_bytes()).hexdigest()]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:20]

    def __call__(self, parameters: Mapping[str, float], seed: int) -> dict[str, float]:
        """Found the place, burn it in, and count what the published figures count. Figures in the units they are published in."""
        from simulation.evidence.register import central
        from simulation.model import CareSystem
        from simulation.plan import Plan

        system = CareSystem(self.there, changed(central(), as_register(parameters)), Plan(years=1), seed=seed, one_in=self.one_in, events="counts")
        try:
            system.burn_in()
            return {line.name: line.model for line in validation.table(system)}
        finally:
            system.close()


def as_register(parameters: Mapping[str, float]) -> dict[str, Any]:
    """The numbers as the register holds them. A table (stays by age) is moved as one: its parameter is a ratio to the table."""
    known = load_register().entries
    out: dict[str, Any] = {}
    for name, value in parameters.items():
        table = known[name].value
        out[name] = tuple(one * value for one in table) if isinstance(table, tuple) else value
    return out


def entries(names: Sequence[str] = DEFAULT) -> list[Entry]:
    """The numbers of the register that are to be learned. Raises BadInput naming every one that cannot be."""
    known, wrong = load_register().entries, []
    for name in names:
        if name not in known:
            wrong.append(Problem("", 0, name, "is not a number of the register", did_you_mean(name, known)))
        elif isinstance(known[name].value, tuple):
            wrong.append(Problem("", 0, name, f"is a table by {known[name].by}; single numbers alone are calibrated"))
        elif known[name].kind == "rule":
            wrong.append(Problem("", 0, name, "is a rule of law or arithmetic, and not to be learned"))
        elif known[name].low == known[name].high:
            wrong.append(Problem("", 0, name, "has no range in the register", "give it low and high before it is calibrated"))
    wrong += [Problem("", 0, name, "is named twice") for name in sorted({n for n in names if list(names).count(n) > 1})]
    if not names:
        wrong.append(Problem("", 0, "--parameters", "names nothing to learn", "leave the option out for the usual list"))
    if wrong:
        raise BadInput(*wrong)
    return [known[name] for name in names]


def priors(chosen: Sequence[Entry]) -> dict[str, Any]:
    """What is believed of each number before the figures are seen: the register's own range, low to high its central 90%."""
    return {entry.key: prior(entry) for entry in chosen}


def prior(entry: Entry) -> Any:
    """The register's distribution of one number, within what its unit allows.

    A fixed shape with a range is read as normal. What the register would heap at the end of a unit (no recovery at all) is spread
    over the rest, since a prior needs a density.
    """
    from scipy import stats

    spread = (entry.high - entry.low) / (2 * Z90)
    if entry.shape == "lognormal":
        return stats.lognorm(math.log(entry.high / entry.low) / (2 * Z90), scale=entry.value)
    if entry.shape == "uniform":
        edge = (entry.high - entry.low) / 18.0
        return stats.uniform(entry.low - edge, entry.high - entry.low + 2 * edge)
    if entry.shape == "beta":
        both = entry.value * (1 - entry.value) / spread**2 - 1
        both = both if both > 0 else 1.0
        return stats.beta(entry.value * both, (1 - entry.value) * both)
    kind = SCALARS.get(entry.unit, Quantity)
    return stats.truncnorm((kind.lowest - entry.value) / spread, (kind.highest - entry.value) / spread, loc=entry.value, scale=spread)


def targets(place: Any, discrepancy: float = DISCREPANCY) -> list[Target]:
    """The place's published figures that test the model, a third of their families held out by hash; sds on the log scale."""
    found = []
    for name, *_ in validation.TARGETS:
        figure = place.figures.get(name)
        if figure is None or validation.used(name, place) in GIVEN or figure.value <= 0:
            continue
        sd = OF_ENGLAND if figure.basis == "england" else COUNTED
        found.append(Target(name, figure.value, sd, discrepancy, "log", family=FAMILIES.get(name, name)))
    return register(found, place.name, DERIVED)


def of_england(place: Any) -> dict[str, float]:
    """England's rate put to this place, for figures that are the place's own: the forecast of somebody who has no model.

    A figure that is itself England's rate has no such rival: it would be right by construction.
    """
    from simulation.places import england

    gives = england.england().gives()
    names = [name for name, *_ in validation.TARGETS if name in place.figures and place.figures[name].basis == "local" and name in gives]
    found = {}
    for name in names:
        try:
            found |= {key: figure.value for key, figure in
                      england.taken([name], place.figures, place.people, place.life_table, place.neighbourhoods).items()}
        except BadInput:  # the rate is for each of something this place does not tell
            continue
    return found
