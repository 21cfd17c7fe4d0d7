"""Pictures of who lives otherwise, of each fifth, of payers and of what an appraisal hangs on: words, tables and sums."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pytest

from careshift.report import appraisal_figures, people_figures
from scenarios import answers_flows
from scenarios.appraisal import tornado
from scenarios.appraisal.whole import Appraisal, appraise
from scenarios.results import Results
from simulation.errors import BadInput
from simulation.measures.twins import BROADLY
from tests.appraisal import made
from tests.test_report import made_up

EVERY = [f"flow_{a}_to_{b}" for a in BROADLY for b in BROADLY if a != b]


@lru_cache
def results(count: int = 20) -> Results:
    push = dict.fromkeys(EVERY, (0.0, 0.0)) | {"flow_council_place_to_plan_model": (30.0, 3.0), "flow_other_support_to_council_place": (4.0, 1.0)}
    r = made_up(count=count, beside=True, push=made.MONEY | push)
    for one in r.replications:  # a flow is nought in doing nothing
        for k, (_, measure, _, _) in enumerate(one.index):
            if measure in push and measure in EVERY:
                one.values[:, k] -= one.values[0, k]
    return Results(r.scenario, r.runs, r.replications, 1, "drawn")


@lru_cache
def appraised() -> Appraisal:
    return appraise(results(), made.about(results()))


def ten_words_or_fewer(title: str) -> bool:
    return 0 < len(title.split()) <= 10


# Flows --------------------------------------------------------------------------------------------------------------------
def test_people_who_leave_care_homes_and_enter_them_are_told_apart() -> None:
    held = answers_flows.flows(results())
    left, entered = answers_flows.left_and_entered(held)
    assert left.mean == pytest.approx(30, abs=3) and entered.mean == pytest.approx(4, abs=1)
    shown = people_figures.moved(results())
    assert shown is not None and re.fullmatch(r"Council-paid homes: \d+ live elsewhere, \d come instead", shown.title) and ten_words_or_fewer(shown.title)
    assert {(row[0], row[1]) for row in shown.table.rows} == {("A care home, the council pays", "a model the plan pays for"),
                                                              ("Other support at home", "a care home, the council pays")}
    assert 'role="img"' in shown.svg and "<desc" in shown.svg and "a model the plan pays for" in shown.words


def test_few_pairs_claim_nothing_and_runs_of_another_careshift_have_no_such_picture() -> None:
    few = people_figures.moved(results(2))
    assert few is not None and few.title == "Who lives otherwise: a first look"
    assert people_figures.moved(made.results(2, beside=False)) is None


def test_each_fifth_of_neighbourhoods_has_its_own_small_picture_on_one_scale() -> None:
    shown = people_figures.fifths(results())
    assert shown is not None and ten_words_or_fewer(shown.title)
    names = answers_flows.recorded_fifths(results())
    assert len(names) > 1 and len(shown.table.rows) == 3 * len(names)
    scales = [ax.get_ylim() for ax in shown.figure.axes[:len(names)]]
    assert len(set(scales)) == 1


# Payers -------------------------------------------------------------------------------------------------------------------
def test_parts_of_who_pays_add_up_to_the_public_purse_and_double_running_is_apart() -> None:
    a = appraised()
    parts = appraisal_figures.paid_by(a)
    assert [name for name, _ in parts][:4] == ["National grant: double running", "National grant: everything else", "Council: double running",
                                               "Council: everything else"]
    np.testing.assert_allclose(sum(x for _, x in parts), -a.public.mean(axis=0))
    double = sum(tag.more.mean(axis=0) for tag in a.tags)
    np.testing.assert_allclose(parts[0][1] + parts[2][1], np.maximum(double, 0))
    assert "not paid back within 10 years" in appraisal_figures.payers(a).words, "it costs a million a year, for ever"


# Tornado ------------------------------------------------------------------------------------------------------------------
def test_the_widest_swing_comes_first_and_each_lies_about_what_was_told() -> None:
    a = appraised()
    found = tornado.swings(a)
    widths = [s.width for s in found]
    assert widths == sorted(widths, reverse=True) and min(widths) > 0
    assert {"A year of wellbeing (WELLBY)", "How the budget grows", "What is believed", "Discount rate for money"} <= {s.title for s in found}
    assert all(s.low <= tornado.base(a) + 1e-6 and s.high >= tornado.base(a) - 1e-6 for s in found)
    assert ten_words_or_fewer(appraisal_figures.tornado(a).title)


def test_a_swing_of_wellbeings_worth_by_hand() -> None:
    a = appraised()
    entry, worth = a.ledger.values.entries["wellby"], float(a.ledger["wellbeing"].value(a.ledger.values).mean())
    swing = next(s for s in tornado.swings(a) if s.title.startswith("A year of wellbeing"))
    assert swing.width == pytest.approx(abs(worth) * (entry.high - entry.low) / entry.value)


def test_no_tornado_from_few_pairs() -> None:
    with pytest.raises(BadInput, match="it takes 20"):
        tornado.swings(appraise(results(2), made.about(results(2))))
