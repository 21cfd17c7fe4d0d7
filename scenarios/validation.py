"""How near the founded place and its base run come to what is published: a table with every gap told."""

from __future__ import annotations

from typing import Any, NamedTuple

TARGETS: tuple[tuple[str, str, str, float], ...] = (
    # figure of the place, measure, group, the gap that is accepted
    ("adults", "people", "all", 0.01),
    ("people_65_plus", "people", "65+", 0.01),
    ("deaths_65_plus", "deaths", "65+", 0.05),
    ("council_residents_65_plus", "care_home_council", "65+", 0.07),
    ("care_home_residents_65_plus", "care_home_residents", "65+", 0.07),
    ("residents_18_64", "care_home_residents", "18-64", 0.10),
    ("council_admissions_65_plus", "council_admissions", "65+", 0.10),
    ("admissions_18_64", "council_admissions", "18-64", 0.10),
    ("council_stay_65_plus", "care_home_stay", "65+", 0.10),
    ("long_term_clients_65_plus", "clients_in_year", "65+", 0.05),
    ("long_term_clients_18_64", "clients_in_year", "18-64", 0.05),
    ("community_clients_year_end", "community_clients_end", "all", 0.05),
    ("requests_65_plus", "requests", "65+", 0.10),
    ("requests_18_64", "requests", "18-64", 0.10),
    ("emergency_stays_65_plus_per_1000", "emergency_stays_per_1000", "65+", 0.10),
    ("ae_65_plus_per_1000", "ae_visits_per_1000", "65+", 0.10),
    ("ae_adults", "ae_visits", "all", 0.10),
    ("delayed_patients", "delayed_people_a_day", "all", 0.15),
    ("gross_current_spend", "council_gross", "all", 0.07),
    ("net_current_spend", "council_net", "all", 0.07),
    ("contributions", "contributions", "all", 0.15),
    ("ascof_1a", "ascof_1a", "all", 0.026),
    ("ascof_3a", "control_3a", "all", 0.05),
    ("ascof_5a1", "social_contact_5a", "all", 0.10),
    ("carer_quality_of_life", "carer_quality", "all", 0.05),
    ("lonely_often_adults", "lonely_often", "all", 0.24),
    ("life_satisfaction", "life_satisfaction", "all", 0.03),
    ("workforce_turnover", "staff_turnover", "all", 0.15),
)


class Line(NamedTuple):
    """One published figure beside the model's, by year of the run."""

    name: str
    unit: str
    year: str
    basis: str
    published: float
    by_year: dict[int, float]
    accepted: float

    def gap(self, year: int) -> float:
        """Model over published, less one."""
        return self.by_year.get(year, float("nan")) / self.published - 1.0


def base_run(place: str, *, one_in: int = 1, seed: int = 1, years: int = 1) -> Any:
    """A base run with central values of the evidence: found, burn in, and so many years of present policy."""
    from simulation.evidence.register import central
    from simulation.model import CareSystem
    from simulation.places import load
    from simulation.plan import Plan

    return CareSystem(load(place), central(), Plan(years=years), seed=seed, one_in=one_in, events="counts").run()


def table(system: Any) -> list[Line]:
    """Every target of the place beside the run's yearly figures; burn-in years are negative."""
    there = system.town.place
    found: dict[tuple[str, str], dict[int, float]] = {}
    for year, measure, _, group, value in system.recorder.yearly(system.town):
        found.setdefault((measure, group), {})[year] = float(value)
    out = []
    for name, measure, group, accepted in TARGETS:
        figure = there.figures[name]
        out.append(Line(name, figure.unit, figure.year, figure.basis, figure.value, found.get((measure, group), {}), accepted))
    return out


def markdown(lines: list[Line], year: int) -> str:
    """The table as text: published, the run's year, the gap, the gap accepted, and whether it is met."""
    rows = ["| figure | published | year | basis | model | gap | accepted | met |", "|---|---|---|---|---|---|---|---|"]
    for x in lines:
        gap = x.gap(year)
        met = "yes" if abs(gap) <= x.accepted else "**no**"
        rows.append(f"| {x.name.replace('_', ' ')} | {x.published:,.6g} {x.unit} | {x.year} | {x.basis} | "
                    f"{x.by_year.get(year, float('nan')):,.4g} | {gap:+.1%} | {x.accepted:.1%} | {met} |")
    return "\n".join(rows)
