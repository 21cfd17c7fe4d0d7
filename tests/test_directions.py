"""What must come out of plans without being put in: each test is named after the sentence it holds the model to.

Paired runs of one adult in five of Doncaster, central values, one seed: same people, same luck, so a difference is the plan's
doing, through places, queues, pay and budgets that are shared. A sample this small shows directions and rough sizes, no more.
Money is that of the whole place. Direction 1 (no investment, no effect) is a law: tests/test_laws_of_luck.py.
"""

from __future__ import annotations

import gc
from functools import lru_cache

import numpy as np
import pytest

from simulation.evidence.register import central
from simulation.plan import Plan, Shift, Shock, Transition
from tests.paired import HEADLINE, ONE_IN, SEED, Ran, as_now, believing, from_library, run
from tests.paired import headline as shift

MODELS = ("shared_lives", "reablement", "local_area_coordination", "homeshare", "direct_payments")
OLDER, WORKING_AGE = "older_residential_and_nursing", "working_age_residential"
LAST = 5  # years of the runs that test one thing
LONGER_WAITS = {"package_size": -0.2, "assessments": -0.4}
LATER, SEEDS = (3, 6), (1, 2, 3)  # years and seeds over which placements that longer waits put off, or called for, are counted


@lru_cache(maxsize=1)
def shift_without() -> Ran:
    """The headline plan without transition money."""
    return run(from_library(HEADLINE, transition=Transition(), years=3), against=as_now())


@lru_cache(maxsize=1)
def more_home_care() -> Ran:
    """Five million pounds a year more for hours of home care: a stress dose, about a quarter more hours."""
    return run(Plan(years=LAST, invest={"home_care": {y: 5e6 for y in range(LAST)}}), against=as_now())


@lru_cache(maxsize=1)
def smaller_packages() -> Ran:
    """New packages half as large as the need assessed: a stress dose."""
    return run(Plan(years=LAST, levers={"package_size": -0.5}), against=as_now())


@lru_cache(maxsize=1)
def longer_waits() -> Ran:
    """New packages a fifth smaller, two fifths less time for assessments: a stress dose. Every event is kept."""
    return run(Plan(years=LATER[1], levers=LONGER_WAITS), against=as_now(), events="all")


def more(plan: Ran, measure: str, first: int, last: int, group: str = "all") -> float:
    """How much more of something there is with the plan, as a mean over these years."""
    return plan.over(measure, first, last, group) - as_now().over(measure, first, last, group)


# 2. Transition money ---------------------------------------------------------------------------------------------------
def test_without_transition_money_the_shift_is_slower_in_its_first_three_years() -> None:
    """Less is set up, and fewer people reach the models of the plan. The budget of all runs follows demand."""
    reached = {name: sum(plan.over(f"users_{m}", 1, 3) for m in MODELS) for name, plan in (("with", shift()), ("without", shift_without()))}
    assert reached["without"] < reached["with"]
    assert shift_without().over("set_up", 1, 3) < shift().over("set_up", 1, 3)


def test_without_transition_money_the_shift_is_worse_in_its_first_three_years() -> None:
    """More need unmet, more care by families, more of them under strain.

    Four tenths of the line in one year, with five times the money or none: a stress dose, since a tenth in three years moves
    unmet need by less than a sample's chance.
    """
    line = Shift(OLDER, 0.4, 0, 52, {"shared_lives": 0.3, "reablement": 0.3, "local_area_coordination": 0.2, "direct_payments": 0.2})
    helped, alone = (run(Plan(years=3, shifts=(line,), transition=money), against=as_now())
                     for money in (Transition({0: 15e6, 1: 9e6, 2: 6e6}), Transition()))
    for measure in ("unmet_hours", "unpaid_hours"):
        assert more(alone, measure, 1, 3) > more(helped, measure, 1, 3), measure
    assert more(alone, "carers_strained", 1, 3) > 0.9 * more(helped, "carers_strained", 1, 3) > 0, "either way more, by as much as chance can tell"


# 3. The pace of emptying -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("line", "group", "most"), [(OLDER, "65+", 0.45), (WORKING_AGE, "18-64", 0.16)])
def test_spending_on_care_homes_cannot_fall_faster_than_places_empty(line: str, group: str, most: float) -> None:
    """Even where the whole line is to move at once: nobody is moved out, so a year takes at most those who leave by themselves.

    (How many do: tests/test_directions_people.py.)
    """
    hurried = run(Plan(years=1, shifts=(Shift(line, 1.0, 0, 0, {"home_care": 1.0}),)), against=as_now())
    before, after = (plan.weekly[f"spend_{line}"][39:52].mean() for plan in (as_now(), hurried))
    assert -0.05 < 1 - after / before < most, "a little more is chance among 38 people of working age"
    assert hurried("council_admissions_new", 1, group) < as_now()("council_admissions_new", 1, group)


# 4. The old closed before the new is there -----------------------------------------------------------------------------
def test_closing_places_before_there_is_support_at_home_raises_delays_and_strain() -> None:
    """A third of the residential homes close in the fourth week, with nothing built: a stress dose.

    Most residents find a place in the seventh that stands empty elsewhere or go home, so delays rise by a few people a day in
    the quarter that follows, and not in the year.
    """
    homes = int(np.count_nonzero(as_now().town.providers.service == as_now().town.service("residential")))
    closed = run(Plan(years=2, shocks=(Shock("provider_closes", 4, round(homes / 3), "residential"),)), against=as_now())
    quarter = slice(4, 17)
    delayed = (closed.weekly["delayed_days"] - as_now().weekly["delayed_days"][:104])[quarter].mean() / 7
    assert 0.4 < delayed < 60, delayed
    assert more(closed, "carers_strained", 2, 2) > 0.0002
    assert more(closed, "unpaid_hours", 1, 2) > 0


# 5. Home care and delays -------------------------------------------------------------------------------------------------
def test_more_home_care_hours_mean_fewer_delayed_days_as_a_small_elasticity() -> None:
    base = as_now()
    hours = more(more_home_care(), "home_care_hours_council", 2, LAST) / base.over("home_care_hours_council", 2, LAST)
    delays = more(more_home_care(), "delayed_days", 2, LAST) / base.over("delayed_days", 2, LAST)
    assert hours > 0.05
    assert -0.5 < delays / hours < 0.01, "small, and in one world not to be told from nothing"


def test_where_few_would_do_the_work_the_price_rises_before_hours_do() -> None:
    """The same money, with people who do not follow pay: an hour costs more, and fewer hours come. (The labour market alone:
    tests/test_market.py.)"""
    beliefs = believing(working__pay_attracts=0.0)
    base = run(Plan(years=3), beliefs=beliefs)
    plan = run(Plan(years=3, invest={"home_care": {y: 5e6 for y in range(3)}}), against=base, beliefs=beliefs)
    assert plan("home_care_cost_an_hour", 1) > 1.005 * base("home_care_cost_an_hour", 1), "dearer within a year"
    come = {name: with_plan.over("home_care_hours_council", 2, 3) - without.over("home_care_hours_council", 2, 3)
            for name, with_plan, without in (("few", plan, base), ("many", more_home_care(), as_now()))}
    assert come["few"] < come["many"]


# 6. Volunteers -------------------------------------------------------------------------------------------------------------
def test_volunteers_without_coordinators_are_a_short_rise_and_then_fewer_than_before() -> None:
    """A drive that asks ten thousand people a year: a stress dose. (The pool alone: tests/test_ties.py.)"""
    drive = run(Plan(years=4, levers={"volunteer_drive": 10_000.0}), against=as_now())
    first = (drive.weekly["volunteers"] - as_now().weekly["volunteers"][:208])[:26]
    assert first.max() > 0 and more(drive, "volunteers", 3, 4) < 0
    held = run(Plan(years=4, levers={"volunteer_drive": 10_000.0, "volunteer_coordinators": 60.0}), against=as_now())
    assert more(held, "volunteers", 3, 4) > 0


# 7. Tighter practice -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("plan", [smaller_packages, longer_waits])
def test_tighter_practice_saves_this_year_and_costs_a_and_e_and_strain(plan: object) -> None:
    tight: Ran = plan()  # type: ignore[operator]
    assert more(tight, "council_net", 1, 1) < 0
    assert more(tight, "unmet_hours", 1, LAST) > 0
    assert more(tight, "ae_visits", 2, LAST) > 0
    assert more(tight, "carers_strained", 2, LAST) > 0


def test_longer_waits_are_seen_in_waits_and_delays() -> None:
    assert more(longer_waits(), "assessment_wait", 2, LAST) > 0
    assert more(longer_waits(), "delayed_days", 2, LAST) > 0


@pytest.mark.parametrize("plan", [smaller_packages, longer_waits])
def test_tighter_practice_moves_admissions_to_hospital_little(plan: object) -> None:
    tight: Ran = plan()  # type: ignore[operator]
    assert abs(more(tight, "emergency_stays", 2, LAST)) < 0.01 * as_now().over("emergency_stays", 2, LAST)


def test_smaller_packages_mean_more_care_home_placements_later() -> None:
    """More of those who managed at home need a care home in the end, because of what is believed of help that does not come.

    Where unmet need makes nobody worse, fall, ask or come to a crisis, most of the difference is gone.
    """
    assert more(smaller_packages(), "care_home_admissions", 4, LAST, "65+") > 0
    nothing = believing(needing__unmet_on_need=0.0, falling__unmet_on_falls=0.0, asking__unmet=0.0, asking__crisis_while_waiting=0.0,
                        door__care_home_unmet=1.0)
    base, small = (run(Plan(years=LAST, levers=x), beliefs=nothing) for x in ({}, {"package_size": -0.5}))
    without = small.over("care_home_admissions", 2, LAST, "65+") - base.over("care_home_admissions", 2, LAST, "65+")
    assert without < more(smaller_packages(), "care_home_admissions", 2, LAST, "65+") / 2


@lru_cache(maxsize=3)
def moves_to_care_homes(seed: int) -> np.ndarray:
    """Moves of older people to care homes, longer waits less present policy: [need rose between asking and moving in, or not; year]."""
    waits = longer_waits() if seed == SEED else run(Plan(years=LATER[1], levers=LONGER_WAITS), seed=seed, events="all")
    return np.asarray(by_what_came_between(waits) - by_what_came_between(run(Plan(years=LATER[1]), seed=seed, events="all")))


def moves_where_need_rises_in_nobody(seed: int) -> np.ndarray:
    """The same by year, in a place where need, once it has begun, rises no further."""
    begins, *_ = central().values["shared.need_rises_at"]
    steady = believing(shared__need_rises_at=(begins, -20.0, -20.0, -20.0))
    waits, base = (by_what_came_between(run(Plan(years=LATER[1], levers=x), seed=seed, beliefs=steady, events="all")) for x in (LONGER_WAITS, {}))
    return np.asarray((waits - base).sum(axis=0))


def by_what_came_between(ran: Ran) -> np.ndarray:
    """Moves of people of 65 and over to a care home by year: [need rose between asking and moving in, or not; year]."""
    gc.collect()  # the run before: a model and its town hold one another, and here they hold every event
    events, told = ran.town.events, ran.town.events.table()
    asks, rises, begins = (events.kinds.index(kind) for kind in ("asks", "need rises", "begins"))
    homes = [events.services.index(name) for name in ("residential", "nursing")]
    told = told[np.isin(told["kind"], (asks, rises, begins)) & (ran.town.residents.age[told["person"]] >= 65)]
    told = told[np.argsort(told["person"], kind="stable")]
    at = np.arange(len(told))

    def last(of: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum.accumulate(np.where(of, at, -1)))

    first = last(np.append(True, told["person"][1:] != told["person"][:-1]))  # where this person's events begin
    rose = last(told["kind"] == rises) > np.maximum(last(told["kind"] == asks), first - 1)
    moves = (told["kind"] == begins) & np.isin(told["service"], homes) & (told["week"] >= 0)
    out = np.zeros((2, LATER[1]))
    np.add.at(out, (np.where(rose, 0, 1)[moves], told["week"][moves] // 52), 1)
    return out


def test_longer_waits_mean_more_care_home_placements_later() -> None:
    """At 65 and over, over three seeds: fewer in the first year, while people wait; more from the third on."""
    each = [moves_to_care_homes(seed).sum(axis=0) for seed in SEEDS]
    first, later = np.mean([change[0] for change in each]), np.mean([change[LATER[0] - 1:] for change in each])
    assert first < 0 < later, [change.round().tolist() for change in each]


def test_the_placements_that_longer_waits_add_are_those_of_people_who_got_worse_while_they_waited() -> None:
    """Help that comes late finds people who by then need more than help at home. Where need rises in nobody, nothing is added."""
    worse, others = (np.mean([moves_to_care_homes(seed)[k, LATER[0] - 1:] for seed in SEEDS]) for k in (0, 1))
    assert others < 0 < worse
    one = SEEDS[0]
    assert moves_where_need_rises_in_nobody(one)[LATER[0] - 1:].mean() < moves_to_care_homes(one).sum(axis=0)[LATER[0] - 1:].mean() / 2


# 8. Pay ----------------------------------------------------------------------------------------------------------------------
def test_raising_pay_lowers_turnover_raises_supply_with_a_lag_and_costs_at_once() -> None:
    """Ten per cent. In the first year many new workers come, and new workers leave more often; so turnover is read after it."""
    paid = run(Plan(years=4, levers={"care_worker_pay": 0.1}), against=as_now())
    assert more(paid, "staff_turnover", 2, 4) < 0
    assert 0 < more(paid, "care_workers", 1, 1) < more(paid, "care_workers", 2, 4)
    assert more(paid, "council_gross", 1, 1) > 0.7 * more(paid, "council_gross", 2, 4) > 0
    assert more(paid, "home_care_cost_an_hour", 1, 1) > 0.03 * as_now()("home_care_cost_an_hour", 1), "on every hour"


# 12. Spillover -----------------------------------------------------------------------------------------------------------
def test_people_whom_no_support_has_touched_are_reached_a_little_through_what_is_shared() -> None:
    """The spillover, measured: coordinators everywhere change the lives of few whom they never met, and not of none."""
    base = run(Plan(years=2))
    plan = run(Plan(years=2, invest={"local_area_coordination": {0: 3e6, 1: 3e6}}), against=as_now())
    a, b = base.town.residents, plan.town.residents
    untouched = a.present & b.present & ~a.touched & ~b.touched
    differs = np.zeros(len(a), dtype=bool)
    for column in ("need", "lonely", "setting", "hospital", "strain", "savings", "friends"):
        changed = a.arrays[column] != b.arrays[column]
        differs |= changed.any(axis=1) if changed.ndim > 1 else changed
    assert 0 < differs[untouched].mean() < 0.03


# 16. Double running and payback ---------------------------------------------------------------------------------------------
def test_double_running_peaks_in_the_first_two_years() -> None:
    each = [more(shift(), "double_running", y, y) for y in range(1, 11)]
    assert max(each) > 0 and int(np.argmax(each)) in (0, 1), [round(x) for x in each]


def test_there_is_no_saving_in_the_first_year_and_payback_comes_in_the_fourth_or_never() -> None:
    """All the council spends, whoever pays for it: transition money is money too."""
    net = [more(shift(), "council_net", y, y) for y in range(1, 11)]
    assert net[0] >= 0, "a saving in the first year is a fault"
    paid_back = np.flatnonzero(np.cumsum(net) < 0)
    assert not len(paid_back) or paid_back[0] >= 3, [round(x) for x in net]


# 17. Bounds by hand, for the headline plan in Doncaster -------------------------------------------------------------------
BOUNDS = [  # measure, group, years, least and most more than as_now, why
    ("council_net", "all", (4, 10), -1.5e6, 4e6, "84 people at 101 pounds a week are 0.44m, 1.5m at most"),
    ("delayed_people_a_day", "all", (3, 10), -3, 3, "a well-sequenced shift"),
    ("ascof_1a", "all", (3, 10), -0.2, 0.2, "84 of 3,163 people cannot move the mean more"),
    ("lonely_often", "all", (3, 10), -0.005, 0.001, "a thousand people moved a little are 0.1 of a point"),
    ("unpaid_hours", "all", (5, 10), 1, 3_500, "84 people at home take 800 to 2,500 family hours a week"),
    ("care_homes_closed", "all", (1, 10), -0.5, 1.0, "one to three homes at risk over ten years, not ten"),
    ("care_home_council", "65+", (6, 10), -130, -40, "a tenth of 844 places, half more or less"),
]


@pytest.mark.parametrize(("measure", "group", "years", "least", "most", "why"), BOUNDS)
def test_the_headline_plan_stays_within_what_arithmetic_allows(measure: str, group: str, years: tuple[int, int], least: float,
                                                               most: float, why: str) -> None:
    change = more(shift(), measure, *years, group)
    assert least <= change <= most, f"{change:g}, not within {least:g} to {most:g}: {why}; a sample of one in {ONE_IN}"


@pytest.mark.parametrize(("measure", "within"), [("emergency_stays", 0.01), ("ae_visits", 0.01), ("bed_days", 0.02)])
def test_the_headline_plan_moves_the_hospital_by_less_than_its_people_are(measure: str, within: float) -> None:
    """84 people have 59 of 15,200 emergency admissions. Every single year, so that no year hides another."""
    each = [more(shift(), measure, y, y) / as_now()(measure, y) for y in range(1, 11)]
    assert max(map(abs, each)) < within, [f"{x:+.2%}" for x in each]
