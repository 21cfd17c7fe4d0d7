"""Every place founds and lives through a year in which nobody and no penny is lost."""

from __future__ import annotations

import pytest

from simulation.evidence.register import central
from simulation.model import CareSystem
from simulation.places import known, load
from simulation.plan import Plan
from tests.test_laws import Watch

ONE_IN, YEAR = 20, 52


@pytest.mark.slow
@pytest.mark.parametrize("name", known())
def test_a_place_founds_and_lives_through_a_year_without_losing_anybody(name: str) -> None:
    there, one_in = load(name), ONE_IN if name != "riverton" else 1
    system = CareSystem(there, central(), Plan(years=1), seed=1, one_in=one_in, burn_in=YEAR, events="counts")
    town = system.town
    r = town.residents
    assert r.present.sum() * one_in == pytest.approx(there["adults"], rel=0.01)
    assert (r.present & (r.age >= 65)).sum() * one_in == pytest.approx(there["people_65_plus"], rel=0.02)
    assert set(r.neighbourhood[r.present]) == set(range(len(there.neighbourhoods)))
    watch = Watch(system)
    for _ in range(YEAR):
        watch.week()
    told = {(m, g): v for year, m, _, g, v in system.recorder.yearly(town, -1) if year == -1}
    assert told["care_home_residents", "65+"] > 0.5 * there["care_home_residents_65_plus"]
    assert told["clients_in_year", "all"] > 0.5 * (there["long_term_clients_65_plus"] + there["long_term_clients_18_64"])
    assert told["council_gross", "all"] == pytest.approx(there["gross_current_spend"], rel=0.35)
    system.close()
