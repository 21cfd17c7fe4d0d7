"""Who gains what: purses apart from people, transfers that cancel, wellbeing valued once, parts that add up."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from scenarios.answers_base import baseline
from scenarios.appraisal import saving
from scenarios.appraisal.additionality import WORDS, additionality, supported
from scenarios.appraisal.discounting import present_value
from scenarios.appraisal.distribution import FIFTHS, shares, weighted_gain, weights
from scenarios.appraisal.ledger import double_running, down_payment, ledger, more
from scenarios.appraisal.lines import FISCAL, PUBLIC, SOCIAL, Ledger, Line
from scenarios.appraisal.switching import over_down_payment, rate_at_nought, root, switching, two_way, worth
from scenarios.appraisal.values import Wellbeing, shipped
from scenarios.results import Results
from simulation.errors import BadInput
from simulation.measures.twins import WITHOUT_IT
from tests.appraisal import made


@lru_cache
def r() -> Results:
    return made.results(beside=False)


@lru_cache
def held(way: Wellbeing = Wellbeing.WELLBY) -> Ledger:
    return ledger(r(), way)


# Lines ------------------------------------------------------------------------------------------------------------------
def test_council_money_and_grant_make_the_council_s_net_spending() -> None:
    np.testing.assert_allclose(held()["council"].gain + held()["grant"].gain, -more(r(), "council_net"))
    np.testing.assert_allclose(held().gain(PUBLIC), -(more(r(), "council_net") + more(r(), "nhs_pays") + more(r(), "dwp")))


def test_a_benefit_that_people_draw_cancels_between_them_and_the_public_purse() -> None:
    """A pound more of benefits for care needs costs one purse a pound and gives people a pound: society gains nothing by it."""
    richer = made.results(beside=False, push={"dwp": (3e4 + 1e5, 1e4)})
    was, now = ledger(r()), ledger(richer)
    assert now.public_value.mean() < was.public_value.mean() - 5e5
    assert now.social_value.mean() == pytest.approx(was.social_value.mean(), abs=1.0)


def test_hospital_capacity_is_shown_and_never_counted_nor_its_cash_twice() -> None:
    line = held()["capacity"]
    assert not line.counted and line not in held().held_by((*FISCAL, *SOCIAL))
    np.testing.assert_allclose(line.gain, -(more(r(), "hospital_value") + more(r(), "community_nursing_value")) + more(r(), "nhs_cash"))


def test_net_present_social_value_is_the_sum_of_its_lines_each_at_its_rate() -> None:
    by_hand = sum(present_value(line.gain, 0.015 if line.wellbeing else 0.035) for line in held().lines if line.counted)
    np.testing.assert_allclose(held().social_value, by_hand)


def test_optimism_is_allowed_for_once_on_set_up_and_coordination_alone() -> None:
    begun = np.maximum(more(r(), "set_up") + more(r(), "coordination"), 0)
    np.testing.assert_allclose(held()["optimism"].gain, -0.41 * begun)
    assert held()["optimism"] not in held().held_by(PUBLIC), "cash is what the ledger has"


# Wellbeing once -----------------------------------------------------------------------------------------------------------
def test_one_gain_in_wellbeing_is_never_valued_twice() -> None:
    both = (*held().lines, replace(held(Wellbeing.ASCOT)["wellbeing"], name="again"))
    with pytest.raises(ValueError, match="valued twice"):
        Ledger(both, shipped(), held().years)
    assert [sum(line.wellbeing is not None for line in held(way).lines) for way in Wellbeing] == [1, 1, 1]


def test_each_way_of_valuing_has_its_own_measure_and_worth() -> None:
    v = shipped()
    np.testing.assert_allclose(held(Wellbeing.WELLBY)["wellbeing"].gain, more(r(), "wellbys") * v.wellby)
    np.testing.assert_allclose(held(Wellbeing.ASCOT)["wellbeing"].gain, more(r(), "ascot_years") * v.ascot)
    np.testing.assert_allclose(held(Wellbeing.QALY)["wellbeing"].gain, more(r(), "ascot_years") * v.qaly * v.ascot_of_qaly)
    assert v.grade(Wellbeing.QALY) == "D", "as weak as the rate at which one is exchanged for the other"


def test_runs_that_did_not_measure_it_are_refused_instead_of_counted_as_nought() -> None:
    old = made.results(2, beside=False)
    kept = [k for k in old.keys if k[1] != "wellbys"]
    for one in old.replications:
        columns = [one.index.index(k) for k in kept]
        one.index, one.values = kept, one.values[:, columns]
    with pytest.raises(BadInput, match=r"wellbys.*not measured"):
        ledger(Results(old.scenario, old.runs, old.replications, 1, "drawn"))


def test_every_line_has_its_grades() -> None:
    assert all(line.price_grade in ("A", "B", "C", "D") and line.effect_grade in ("A", "B", "C", "D", "-") and line.says for line in held().lines)


# Savings ------------------------------------------------------------------------------------------------------------------
def test_kinds_of_saving_by_hand() -> None:
    """10 is saved: 3 by the benefits system, 2 by people, spending falls from 102 to 100 where the first year's was 101: 1 is cash."""
    one = np.array([[10.0]])
    parts = saving.split(one, 3 * one / 10, 2 * one / 10, np.array([101.0]), np.array([[100.0]]))
    assert {k: float(v[0, 0]) for k, v in parts.items()} == {"dearer": 0, "public": 3, "people": 2, "cash": 1, "avoided": 4}
    lost = saving.split(-one, one, one, np.array([101.0]), np.array([[0.0]]))
    assert {k: float(v[0, 0]) for k, v in lost.items()} == {"dearer": -10, "public": 0, "people": 0, "cash": 0, "avoided": 0}


def test_kinds_add_up_to_what_each_payer_saves() -> None:
    council, nhs, dwp, hospital = saving.kinds(r(), held())
    for kind, measure in ((council, "council_net"), (nhs, "nhs_pays"), (dwp, "dwp")):
        np.testing.assert_allclose(kind.total, -more(r(), measure), atol=1e-6)
        assert all((part >= -1e-9).all() for name, part in kind.parts.items() if name != "dearer")
    np.testing.assert_allclose(hospital.total, held()["capacity"].gain)


def test_sources_add_up_to_the_fall_in_net_spending() -> None:
    found = saving.sources(r())
    np.testing.assert_allclose(sum(s.amount for s in found), -more(r(), "council_net"), atol=1e-3)
    assert [s.name for s in found] == ["need", "unmet", "families", "others", "price"]


def test_hours_that_go_unmet_are_a_source_of_saving_and_are_named() -> None:
    """100 hours a week of eligible need left unmet, at the price of an hour, 52 weeks a year."""
    worse = made.results(beside=False, push={"unmet_eligible_hours": (100.0, 0.0)})
    hour = baseline(worse, "home_care_cost_an_hour")
    unmet = next(s for s in saving.sources(worse) if s.name == "unmet")
    np.testing.assert_allclose(unmet.amount, 100 * 52 * hour)


# Additionality --------------------------------------------------------------------------------------------------------------
def test_the_four_words_are_all_there_and_what_is_not_measured_says_so() -> None:
    told = additionality(r())
    assert {t.word for t in told} == {*WORDS, "additional"}
    assert all(t.says.startswith("Not measured") for t in told if t.amount is None) and any(t.amount is None for t in told)


def test_shares_of_people_who_would_not_have_it_anyway_add_up_to_one() -> None:
    some = made.results(beside=False, push={f"without_plan_{what}": (10.0 * k, 0.0) for k, what in enumerate(WITHOUT_IT, 1)})
    told = [t for t in additionality(some) if t.share is not None]
    same = told[0]
    np.testing.assert_allclose(same.amount, 10)
    np.testing.assert_allclose(supported(some), 10 * sum(range(1, len(WITHOUT_IT) + 1)))
    rest = sum(t.share for t in told[1:])
    gone = 10 * len(WITHOUT_IT) / (supported(some) - 10)
    np.testing.assert_allclose(rest + gone, 1.0)


# Switching ------------------------------------------------------------------------------------------------------------------
def test_the_root_of_a_straight_line() -> None:
    assert root(-6.0, 2.0) == pytest.approx(3.0) and root(6.0, -1.5) == pytest.approx(4.0)
    assert root(0.0, 5.0) == 0.0 and np.isnan(root(-1.0, -1.0)) and np.isnan(root(1.0, 0.0))


def test_at_its_break_even_value_the_appraisal_comes_to_nought() -> None:
    found = {s.name: s for s in switching(held(), 30.0)}
    value = found["wellbeing"].breaks_even
    assert value > 0
    again = ledger(r(), values=replace(shipped(), wellby=value))
    assert again.social_value.mean() == pytest.approx(0, abs=1.0)


def test_the_discount_rate_that_breaks_even_is_found_by_search() -> None:
    """100 laid out for 110 a year later is worth nothing at 10%; for 90 a year later it never is, at any rate looked at."""
    def lent(back: float) -> Ledger:
        gain = np.array([[-100.0, back]])
        lines = (Line("council", "Council", "council", gain, "A", "A", "made up"),
                 Line("wellbeing", "Wellbeing", "wellbeing", 0 * gain, "A", "A", "made up", wellbeing=Wellbeing.WELLBY))
        return Ledger(lines, shipped(), ("2026-27", "2027-28"))

    assert rate_at_nought(lent(110.0)) == pytest.approx(0.10)
    assert rate_at_nought(lent(90.0)) == pytest.approx(-0.10)
    assert np.isnan(rate_at_nought(lent(-90.0)))


def test_two_values_at_once_lie_on_the_line() -> None:
    found = worth(held())
    for k, times in two_way(found, "families", "wellbeing", (0.5, 1.0, 2.0)):
        rest = sum(found.values()) - found["families"] - found["wellbeing"]
        assert rest + k * found["families"] + times * found["wellbeing"] == pytest.approx(0, abs=1e-3)


def test_no_ratio_but_over_the_down_payment() -> None:
    laid = down_payment(r())
    np.testing.assert_allclose(laid, sum(t.more for t in double_running(r())))
    whole = float(present_value(laid, 0.035).mean())
    assert whole > 0
    assert over_down_payment(held(), laid) == pytest.approx((held().social_value.mean() + whole) / whole)
    assert np.isnan(over_down_payment(held(), 0 * laid)), "without a down payment there is none"


# Distribution ---------------------------------------------------------------------------------------------------------------
def test_a_pound_is_worth_more_where_income_is_lower() -> None:
    heavy = weights(shipped())
    assert list(heavy) == sorted(heavy, reverse=True) and heavy[0] == pytest.approx(0.75 ** -1.3)


def test_weights_touch_money_alone_and_stand_beside_the_unweighted_sum() -> None:
    mine = [s for s in shares(r(), Wellbeing.WELLBY) if f"fifth: {s.group}" in FIFTHS]
    plain, heavy = weighted_gain(r(), Wellbeing.WELLBY)
    np.testing.assert_allclose(heavy - plain, sum((s.weight - 1) * s.money for s in mine))
    assert mine
