"""Present values, payback and peak cost, against figures worked out by hand and against published worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.appraisal.discounting import STANDARD_YEARS, a_year, at_prices, cash, dearest_year, factors, peak_extra, present_value, repaid
from scenarios.appraisal.values import shipped
from simulation.errors import BadInput

RATE = 0.035


# Published ------------------------------------------------------------------------------------------------------------
def test_the_green_book_s_own_example_of_two_options() -> None:
    """HM Treasury, The Green Book (2003 edition), annex on discounting: £10.0m now for £2.5m a year, and £5.0m now for
    £1.5m a year, over four years at 3.5%, come to -£0.82m and +£0.51m.

    The example is quoted from memory; its factors, present values and sums agree with one another to the last digit.
    """
    np.testing.assert_allclose(np.round(factors(RATE, 5), 4), [1, 0.9662, 0.9335, 0.9019, 0.8714])
    a, b = np.array([-10.0, 2.5, 2.5, 2.5, 2.5]), np.array([-5.0, 1.5, 1.5, 1.5, 1.5])
    np.testing.assert_allclose(np.round(a * factors(RATE, 5), 2), [-10, 2.42, 2.33, 2.25, 2.18])
    assert round(float(present_value(a, RATE)), 2) == -0.82 and round(float(present_value(b, RATE)), 2) == 0.51


def test_a_published_wellby_example() -> None:
    """Jacobs, on HM Treasury's wellbeing guidance (2021): 0.2 points at £13,000 of 2019 are £2,600 a person a year, for two years."""
    entry = shipped().entries["wellby"]
    assert entry.value / entry.factor == pytest.approx(13_000)
    yearly = np.full(2, 0.2 * entry.value / entry.factor)
    np.testing.assert_allclose(yearly, [2_600, 2_600])
    assert float(present_value(yearly, shipped().discount_wellbeing)) == pytest.approx(2_600 + 2_600 / 1.015)


def test_the_rates_are_those_the_treasury_restated() -> None:
    """Terms of reference of the review of discounting, 16 December 2025: 3.5% in real terms for the first 30 years."""
    v = shipped()
    assert (v.discount_costs, v.discount_years) == (0.035, 30) and v.discount_wellbeing == 0.015
    assert v.discount_years + 1 == STANDARD_YEARS, "year 0 and thirty more"


# By hand --------------------------------------------------------------------------------------------------------------
def test_present_values_by_hand() -> None:
    assert float(present_value(np.array([100.0, 103.5, 107.1225]), RATE)) == pytest.approx(300)
    np.testing.assert_allclose(present_value(np.array([[100.0, 0.0], [0.0, 101.5]]), 0.015), [100, 100])
    np.testing.assert_array_equal(factors(0.0, 4), [1, 1, 1, 1])


def test_the_equal_sum_a_year_is_worth_the_same() -> None:
    """1,000 over three years at 3.5%: 1,000 / (1 + 0.966184 + 0.933511) = 344.86."""
    yearly = float(a_year(1000.0, RATE, 3))
    assert yearly == pytest.approx(344.864, abs=0.001)
    assert float(present_value(np.full(3, yearly), RATE)) == pytest.approx(1000)


def test_payback_is_when_the_last_debt_is_paid_and_not_the_first() -> None:
    gains = np.array([[-10.0, 10, -5, 5], [-10, 4, 4, 4], [5, 0, 0, 0], [-1, 0, 0, 0.9], [3, -4, 0, 5], [0, 0, 0, 0]])
    np.testing.assert_array_equal(repaid(gains), [3, 3, 0, np.inf, 3, 0])


def test_discounted_payback_comes_later_or_never() -> None:
    """12 back for 10 in three years: 4 + 4/1.1 + 4/1.21 + ... falls short of 10 at 10% until the fourth."""
    gains = np.array([[-10.0, 4, 4, 4, 4]])
    assert repaid(gains)[0] == 3 and repaid(gains, 0.1)[0] == 4  # 3.636 + 3.306 + 3.005 = 9.947, then 12.68
    assert repaid(gains[:, :4], 0.1)[0] == np.inf


def test_the_peak_is_of_all_years_together_and_the_dearest_year_of_one() -> None:
    gains = np.array([[-3.0, -4, 5, -6, 20], [1, 2, 3, 4, 5]])
    np.testing.assert_array_equal(peak_extra(gains).amount, [8, 0])  # -3, -7, -2, -8, +12
    assert peak_extra(gains).year[0] == 3
    np.testing.assert_array_equal(dearest_year(gains).amount, [6, 0])
    assert dearest_year(gains).year[0] == 3


def test_prices_and_cash() -> None:
    np.testing.assert_allclose(at_prices(np.array([100.0]), 1.237), [123.7])
    np.testing.assert_allclose(cash(np.array([100.0, 100.0]), 0.02, first=2), [104.04, 106.1208])


def test_beyond_thirty_years_nothing_is_guessed() -> None:
    assert len(factors(RATE, 31)) == 31
    with pytest.raises(BadInput, match="32 years are more than the 31"):
        factors(RATE, 32)
    with pytest.raises(BadInput, match="no discount rate"):
        factors(-1.0, 2)


# Laws -------------------------------------------------------------------------------------------------------------------
AMOUNTS = st.lists(st.floats(-1e7, 1e7), min_size=1, max_size=20)


@given(AMOUNTS, st.floats(0.0, 0.2))
def test_discounting_is_linear_and_brings_amounts_of_one_sign_nearer_nought(amounts: list[float], rate: float) -> None:
    x = np.array(amounts)
    assert float(present_value(2 * x, rate)) == pytest.approx(2 * float(present_value(x, rate)), rel=1e-9, abs=1e-3)
    assert float(present_value(np.abs(x), rate)) <= np.abs(x).sum() + 1e-6


@given(AMOUNTS, st.floats(0.0, 0.2))
def test_what_is_repaid_discounted_is_repaid_undiscounted_where_costs_come_first(amounts: list[float], rate: float) -> None:
    x = np.sort(np.array(amounts))[None, :]  # costs first
    assert repaid(x)[0] <= repaid(x, rate)[0]
