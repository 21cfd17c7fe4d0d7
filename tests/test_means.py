"""Who pays for care: cases worked out by hand, and what must hold for everybody."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import means as the_means
from simulation.evidence.lists import SETTING
from simulation.evidence.register import central
from simulation.means import MeansTest
from simulation.process import believes
from simulation.world.columns import Table
from simulation.world.residents import Resident
from simulation.world.town import COUNCIL, SELF

MEANS = MeansTest(**believes(MeansTest, central(), "means"))


@pytest.mark.parametrize(("savings", "a_week"), [
    (0, 0), (14_250, 0), (14_251, 1), (14_500, 1), (14_501, 2), (20_000, 23), (23_250, 36), (50_000, 36)])
def test_each_started_250_pounds_above_the_lower_limit_counts_as_a_pound_a_week(savings: float, a_week: float) -> None:
    assert MEANS.tariff(np.array([savings]))[0] == a_week


def test_above_the_upper_limit_people_pay_for_themselves() -> None:
    assert MEANS.pays_own_way(np.array([23_250.0, 23_250.5])).tolist() == [False, True]
    assert MEANS.pays_own_way(np.array([5_000.0]), np.array([150_000.0])).tolist() == [True]


def test_a_council_funded_resident_keeps_the_personal_allowance() -> None:
    income, savings, price = np.array([300.0, 150.0, 300.0]), np.array([0.0, 0.0, 20_000.0]), np.full(3, 880.0)
    charged = MEANS.care_home_charge(income, savings, price) / MEANS.third_parties
    assert charged[0] == pytest.approx(300 - 30.65)
    assert charged[1] == pytest.approx(227.10 - 30.65)  # a low income is made up to the guarantee first
    assert charged[2] == pytest.approx(300 + 23 - 30.65)


def test_nobody_is_charged_more_than_the_price() -> None:
    assert MEANS.care_home_charge(np.array([2_000.0]), np.array([0.0]), np.array([880.0]))[0] == 880


def test_at_home_income_up_to_the_guarantee_and_disability_costs_is_left_alone() -> None:
    need, older, price = np.array([2, 2, 2]), np.array([True, True, False]), np.full(3, 300.0)
    charged = MEANS.community_charge(np.array([200.0, 260.0, 200.0]), np.zeros(3), need, older, price)
    benefit, costs = MEANS.care_benefit[2], MEANS.disability_costs
    left = np.array([232.60, 232.60, MEANS.guarantee_working_age]) + costs
    expected = np.array([200, 260, 200]) + benefit - left
    assert charged == pytest.approx(np.maximum(expected, 0) * MEANS.third_parties)


@given(st.floats(0, 2_000), st.floats(0, 2_000), st.floats(0, 60_000), st.floats(0, 1_500), st.integers(0, 4),
       st.booleans())
def test_more_income_is_never_charged_less(income: float, more: float, savings: float, price: float, need: int,
                                           older: bool) -> None:
    both = np.array([income, income + more])
    s, p, n, o = np.full(2, savings), np.full(2, price), np.full(2, need), np.full(2, older)
    for charged in (MEANS.care_home_charge(both, s, p), MEANS.community_charge(both, s, n, o, p)):
        assert 0 <= charged[0] <= charged[1] <= price


def people(**columns: list[float]) -> SimpleNamespace:
    """A town of a few people with homes, enough for the means test."""
    n = len(next(iter(columns.values())))
    residents = Table(Resident, n)
    residents.present[:] = True
    residents.alone[:] = True
    residents.owns_home[:] = True
    residents.house[:] = 150_000
    for name, value in columns.items():
        residents.arrays[name][:] = value
    draws = SimpleNamespace(traits=lambda purpose, rows: np.ones(len(rows)))
    return SimpleNamespace(residents=residents, means=MEANS, draws=draws)


def test_a_home_counts_only_where_its_owner_leaves_nobody_protected_there() -> None:
    town = people(partner=[-1, 2, 1, -1], alone=[1, 0, 0, 0])
    assert the_means.house_counted(np.arange(4), town).tolist() == [150_000, 0, 0, 150_000]
    town.residents.setting[2] = SETTING.index("residential")  # the partner moves to a care home too
    assert the_means.house_counted(np.array([1]), town)[0] == 150_000
    town.draws.traits = lambda purpose, rows: np.zeros(len(rows))
    assert the_means.house_counted(np.array([3]), town)[0] == 0, "a relative over 60 lives there"


def test_a_lone_owner_short_of_savings_costs_the_council_twelve_weeks_in_a_home_and_everything_at_home() -> None:
    town = people(savings=[5_000, 5_000, 40_000])
    town.residents.owns_home[1] = False
    rows = np.arange(3)
    funder, disregard = the_means.who_pays(rows, np.array([True, True, True]), town)
    assert funder.tolist() == [COUNCIL, COUNCIL, SELF]
    assert disregard.tolist() == [12, 0, 0]
    funder, disregard = the_means.who_pays(rows, np.array([False, False, False]), town)
    assert funder.tolist() == [COUNCIL, COUNCIL, SELF]
    assert disregard.tolist() == [0, 0, 0]


def test_the_council_lends_only_against_part_of_a_home() -> None:
    lends = MEANS.can_still_borrow(np.array([100_000.0, 100_000.0]), np.array([0.0, 90_000.0]))
    assert lends.tolist() == [True, False]
