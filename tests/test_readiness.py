"""How readily a council arranges support follows from its own counts, on the first day and for those who come later."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scenarios.fit_readiness import PLACE, fitted, scales
from scenarios.validation import INPUT, OUTCOME, used
from simulation import door
from simulation.evidence.lists import GROUP
from simulation.evidence.register import central
from simulation.founding import readiness
from simulation.model import CareSystem
from simulation.places import Place, load
from simulation.plan import Plan
from simulation.world.town import CARE_HOME, COUNCIL
from tests.test_door import door_town, mrs_k

ONE_IN = 5
LEARNING = GROUP.index("learning disability")


def with_figures(**values: float) -> Place:
    """Doncaster, had it counted this of itself."""
    place = load("doncaster")
    return replace(place, hash=f"{place.hash} {values}", figures={
        **place.figures, **{name: replace(place.figures[name], value=value, basis="local") for name, value in values.items()}})


def founded(place: Place, one_in: int = ONE_IN) -> CareSystem:
    return CareSystem(place, central(), Plan(years=1), seed=1, one_in=one_in, events="counts")


def paid_for(system: CareSystem, *, in_home: bool, older: bool, learning: bool = False) -> float:
    """People the council pays for, counted up to the whole place."""
    r = system.town.residents
    here = r.present & (r.funder == COUNCIL) & ((r.setting >= CARE_HOME[0]) == in_home) & ((r.age >= 65) == older)
    return float((here & ((r.group == LEARNING) == learning)).sum()) * system.town.one_in


@pytest.fixture(scope="module")
def doncaster() -> CareSystem:
    return founded(load("doncaster"))


@pytest.mark.slow
def test_doncaster_whose_figures_the_rates_were_fitted_to_has_scales_of_one() -> None:
    """If this fails, the common rates were set again: `python -m scenarios.fit_readiness` tells the numbers that go with them."""
    system = scales()
    memory, values = system.town.memory, system.beliefs.values
    assert system.town.place.name == PLACE
    for kind in readiness.KINDS:
        assert memory[readiness.FIRST_DAY + kind] == pytest.approx(1.0, abs=0.06), kind
    for kind, key in door.READY.items():
        assert memory[key] == pytest.approx(1.0, abs=0.06), kind
    for told, name in zip(fitted(system), ("founded_over_counted", "asks_that_keep_up"), strict=True):
        assert told == pytest.approx(np.asarray(values[f"founding_readiness.{name}"]), rel=0.06)
    system.close()


def test_twice_the_clients_are_founded_twice_and_come_twice_as_often(doncaster: CareSystem) -> None:
    """Twice as many older people supported at home by the council's own count: twice on the first day, twice the rate of asking."""
    there = load("doncaster")
    homes = there["council_residents_65_plus"] + there["council_admissions_65_plus"]
    twice = founded(with_figures(long_term_clients_65_plus=2 * (there["long_term_clients_65_plus"] - homes) + homes))
    before, after = (paid_for(s, in_home=False, older=True) for s in (doncaster, twice))
    assert after / before == pytest.approx(2.0, rel=0.06)
    kind = "at home 65+"
    assert twice.town.memory[door.READY[kind]] == pytest.approx(2 * doncaster.town.memory[door.READY[kind]])
    assert paid_for(twice, in_home=True, older=True) == pytest.approx(paid_for(doncaster, in_home=True, older=True), rel=0.03)


@pytest.mark.slow
def test_more_residents_of_the_councils_are_fewer_who_pay_for_themselves_and_come_more_often() -> None:
    """The whole place: who pays answers to the scale by a third of it, so in a sample the chance of a few residents moves the scale by half."""
    there = load("doncaster")
    doncaster, more = (founded(with_figures(council_residents_65_plus=there["council_residents_65_plus"] * by), one_in=1) for by in (1.0, 1.2))
    before, after = (paid_for(s, in_home=True, older=True) for s in (doncaster, more))
    assert after / before == pytest.approx(1.2, rel=0.05)
    everybody = [np.count_nonzero(s.town.in_care_home() & (s.town.residents.age >= 65)) for s in (doncaster, more)]
    assert everybody[1] == pytest.approx(everybody[0], rel=0.02), "as many live in care homes, whoever pays"
    council, own = door.READY["care home 65+"], door.READY["own care home 65+"]
    assert more.town.memory[council] > 1.15 * doncaster.town.memory[council]
    assert more.town.memory[own] < doncaster.town.memory[own]


def test_people_with_a_learning_disability_are_as_many_as_the_council_knows(doncaster: CareSystem) -> None:
    half = founded(with_figures(learning_disability_clients=load("doncaster")["learning_disability_clients"] / 2))
    now, then = (sum(paid_for(s, in_home=h, older=False, learning=True) for h in (True, False)) for s in (half, doncaster))
    assert now / then == pytest.approx(0.5, rel=0.05)


def test_a_place_without_a_count_takes_englands_and_says_so() -> None:
    bristol, wigan = load("bristol"), load("wigan")
    for kind in readiness.KINDS[:-1]:
        assert readiness.of_england(kind, bristol) == list(readiness.COUNTED[kind]), kind
        assert readiness.of_england(kind, wigan) == [], kind
    system = CareSystem(bristol, central(), Plan(years=1), seed=1, one_in=20, events="counts")
    memory = system.town.memory
    assert memory[readiness.WANTED + "learning disability"] * 20 == pytest.approx(
        0.96 * 0.4386 * 0.00882 * bristol.people[:, 18:65].sum(), rel=0.01), "England's clients for each person of working age"
    assert memory[readiness.FIRST_DAY + "care home 65+"] == 1.0, "England's rate does not know who pays for a home here"
    assert used("council_residents_65_plus", bristol) == OUTCOME and used("council_residents_65_plus", wigan) == INPUT
    system.close()


def test_from_a_whole_that_is_englands_englands_parts_are_taken_off() -> None:
    """A council that tells its care homes and not its clients: many residents do not make few clients at home."""
    bristol = load("bristol")
    told = replace(bristol, figures={**bristol.figures, "council_residents_65_plus": replace(
        bristol.figures["council_residents_65_plus"], value=3 * bristol["council_residents_65_plus"], basis="local")})
    assert readiness.counted("care home 65+", told) == 3 * bristol["council_residents_65_plus"]
    assert readiness.counted("at home 65+", told) == pytest.approx(readiness.counted("at home 65+", bristol))


def test_a_team_for_reablement_is_no_larger_than_discharges_allow() -> None:
    for name in ("wigan", "devon", "doncaster"):
        there = load(name)
        discharged = there["reablement_share_of_discharges"] * there["emergency_stays_65_plus_per_1000"] * there["people_65_plus"] / 1000
        system = CareSystem(there, central(), Plan(years=1), seed=1, one_in=50, events="counts")
        assert system.town.memory[door.REABLEMENT] == pytest.approx(min(there["reablement_episodes"], 1.54 * discharged))
        assert (name == "doncaster") == (system.town.memory[door.REABLEMENT] == there["reablement_episodes"])
        system.close()


def test_readiness_reaches_those_the_council_would_pay_for() -> None:
    """A scale at home doubles the rate of somebody with little, and leaves somebody with means as they were."""
    town = door_town(mrs_k(savings=5_000.0), mrs_k(savings=90_000.0)).town
    rows = np.array([0, 1])
    home, care = door.rates(rows, town)
    town.memory[door.READY["at home 65+"]] = 2.0
    town.memory[door.READY["care home 65+"]], town.memory[door.READY["own care home 65+"]] = 3.0, 0.5
    then_home, then_care = door.rates(rows, town)
    assert then_home / home == pytest.approx([2.0, 1.0]) and then_care / care == pytest.approx([3.0, 0.5])
    assert (then_home + then_care <= town.door.most_a_year(100.0, town.memory)[1, 2]).all()
    town.residents.reason[:] = door.PLANNED
    assert door.found_to_need_it(rows, town).tolist() == [1.0, 1.0], "a planned request carries it in its rate already"
    town.residents.reason[:] = door.ENDED
    assert door.found_to_need_it(rows, town).tolist() == [2.0, 1.0]


def test_a_scale_is_never_beyond_what_is_believed() -> None:
    system = founded(with_figures(council_residents_65_plus=1.0))
    least = central().values["founding_readiness.least"]
    assert system.town.memory[readiness.FIRST_DAY + "care home 65+"] == pytest.approx(least, rel=0.01)
    system.close()
