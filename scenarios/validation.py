"""How near the founded place and its base run come to what is published: a table with every gap told."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from simulation.founding import readiness

MILLION = 1_000_000

SETTLED = -1  # the second year of the burn-in, 2025-26: settled, and nearest to figures of 2024-25
FIRST = -2  # the first year after founding, for figures that only ageing moves
TARGETS: tuple[tuple[str, str, str, float, int], ...] = (
    # figure of the place, measure, group, the gap that is accepted, the year of the run it is set beside
    ("adults", "people", "all", 0.01, FIRST),
    ("people_65_plus", "people", "65+", 0.01, FIRST),
    ("deaths_65_plus", "deaths", "65+", 0.05, FIRST),
    ("council_residents_65_plus", "care_home_council", "65+", 0.07, SETTLED),
    ("care_home_residents_65_plus", "care_home_residents", "65+", 0.07, SETTLED),
    ("residents_18_64", "care_home_residents", "18-64", 0.10, SETTLED),
    ("council_admissions_65_plus", "council_admissions", "65+", 0.10, SETTLED),
    ("admissions_18_64", "council_admissions", "18-64", 0.10, SETTLED),
    ("council_stay_65_plus", "care_home_stay", "65+", 0.10, SETTLED),
    ("long_term_clients_65_plus", "clients_in_year", "65+", 0.05, SETTLED),
    ("long_term_clients_18_64", "clients_in_year", "18-64", 0.05, SETTLED),
    ("community_clients_year_end", "community_clients_end", "all", 0.05, SETTLED),
    ("requests_65_plus", "requests", "65+", 0.10, SETTLED),
    ("requests_18_64", "requests", "18-64", 0.10, SETTLED),
    ("emergency_stays_65_plus_per_1000", "emergency_stays_per_1000", "65+", 0.10, SETTLED),
    ("ae_65_plus_per_1000", "ae_visits_per_1000", "65+", 0.10, SETTLED),
    ("ae_adults", "ae_visits", "all", 0.10, SETTLED),
    ("delayed_patients", "delayed_people_a_day", "all", 0.15, SETTLED),
    ("gross_current_spend", "council_gross", "all", 0.07, SETTLED),
    ("net_current_spend", "council_net", "all", 0.07, SETTLED),
    ("contributions", "contributions", "all", 0.15, SETTLED),
    ("ascof_1a", "ascof_1a", "all", 0.026, SETTLED),
    ("ascof_3a", "control_3a", "all", 0.05, SETTLED),
    ("ascof_5a1", "social_contact_5a", "all", 0.10, SETTLED),
    ("carer_quality_of_life", "carer_quality", "all", 0.05, SETTLED),
    ("lonely_often_adults", "lonely_often", "all", 0.24, SETTLED),
    ("workforce_turnover", "staff_turnover", "all", 0.15, SETTLED),
)
# What a figure of everybody in social care must be multiplied by to speak of the people the model has, by a number of
# the register: turnover is published for all posts, and the model has care workers only.
OF_THE_FEW = {"workforce_turnover": "founding_market.direct_care_turnover"}


# What the founding or the burn-in already took from a figure. Where it did, meeting the figure shows that the machinery holds what
# it was given, and tests nothing; only an outcome tests the model.
INPUT, LEARNT, PARTLY, OUTCOME = "input", "learnt", "in part", "outcome"
TAKEN = {"adults": INPUT, "people_65_plus": INPUT, "deaths_65_plus": INPUT, "workforce_turnover": INPUT, "ascof_1a": LEARNT, "ascof_3a": LEARNT,
         "ascof_5a1": LEARNT, "carer_quality_of_life": LEARNT, "lonely_often_adults": LEARNT, "gross_current_spend": PARTLY,
         "net_current_spend": PARTLY, **dict.fromkeys(readiness.INPUTS, INPUT)}


class Line(NamedTuple):
    """One published figure beside the model's, by year of the run."""

    name: str
    unit: str
    year: str
    basis: str
    published: float
    by_year: dict[int, float]
    accepted: float
    beside: int  # the year of the run that the figure is set beside
    founded: float = float("nan")  # counts alone have one: a flow has not flowed on the first day
    used: str = OUTCOME

    @property
    def model(self) -> float:
        """The run's figure of the year that the published one is set beside."""
        return self.by_year.get(self.beside, float("nan"))

    @property
    def met(self) -> bool:
        """Whether the gap is within what is accepted."""
        return abs(self.gap) <= self.accepted

    @property
    def gap(self) -> float:
        """Model over published, less one."""
        return self.model / self.published - 1.0


def base_run(place: str, *, one_in: int = 1, seed: int = 1, years: int = 1, founded_at: Callable[[], object] = lambda: None) -> Any:
    """A base run with central values of the evidence: found, burn in, and so many years of present policy."""
    from simulation.evidence.register import central
    from simulation.model import CareSystem
    from simulation.places import load
    from simulation.plan import Plan

    system = CareSystem(load(place), central(), Plan(years=years), seed=seed, one_in=one_in, events="counts")
    system.founded = founded(system)  # type: ignore[attr-defined]
    founded_at()
    return system.run()


def founded(system: Any) -> dict[tuple[str, str], float]:
    """What can be counted on the first day, before anybody has moved: people, and where they are supported."""
    from simulation.measures.kinds import MEASURES, Now, Seen
    from simulation.measures.recorder import GROUPS

    now, cells, out = Now(system.town), system.recorder.cell, {}
    for _, measure, group, _, _ in TARGETS:
        kind = MEASURES[measure]
        if isinstance(kind, Seen) and kind.counts and kind.over in ("mean", "end"):
            given = kind.look(now)
            if not isinstance(given, (float, tuple)):
                out[measure, group] = float(GROUPS[group] @ now.by_cell(given, cells)) * system.town.one_in
    return out


def table(system: Any) -> list[Line]:
    """Every target of the place beside the run's yearly figures; burn-in years are negative."""
    there, values = system.town.place, system.beliefs.values
    found: dict[tuple[str, str], dict[int, float]] = {}
    for year, measure, _, group, value in system.recorder.yearly(system.town, -2):
        found.setdefault((measure, group), {})[year] = float(value)
    out = []
    before = getattr(system, "founded", {})
    for name, measure, group, accepted, beside in TARGETS:
        if name not in there.figures:
            continue
        figure = there.figures[name]
        published = figure.value * (values[OF_THE_FEW[name]] if name in OF_THE_FEW else 1.0)
        out.append(Line(name, figure.unit, figure.year, figure.basis, published, found.get((measure, group), {}), accepted, beside,
                        before.get((measure, group), float("nan")), used(name, there)))
    return out


def used(name: str, there: Any) -> str:
    """What was taken from a figure already: England's rate says nothing of who pays for care homes here, so it was not."""
    if name == "council_residents_65_plus" and readiness.of_england(readiness.CARE_HOME, there):
        return OUTCOME
    return TAKEN.get(name, OUTCOME)


def markdown(lines: list[Line]) -> str:
    """The table as text: published, founded, the run's figure of the year set beside it, the gap, what is accepted, whether it is met."""
    rows = ["| figure | published | year | basis | founded | after burn-in | gap | accepted | used as | met |",
            "|---|---|---|---|---|---|---|---|---|---|"]
    for x in lines:
        met = "yes" if x.met else "**no**"
        first = "" if math.isnan(x.founded) else told(x.founded)
        rows.append(f"| {x.name.replace('_', ' ')} | {told(x.published)} {x.unit} | {x.year} | {x.basis} | {first} | "
                    f"{told(x.model)} | {x.gap:+.1%} | {x.accepted:.1%} | {x.used} | {met} |")
    return "\n".join(rows)


def told(value: float) -> str:
    """A figure as people read it: millions with a word, hundreds with a comma, small ones to three digits."""
    if math.isnan(value):
        return "not told"
    if abs(value) >= MILLION:
        return f"{value / MILLION:,.1f} million"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
