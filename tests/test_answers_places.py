"""What takes over from care home places: the same people traced through two runs, adding up to the places that are fewer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from scenarios import answers_models, answers_places, design
from scenarios import plan as files
from scenarios.results import Results
from scenarios.runs import Job, Replication, run_one
from simulation import places
from simulation.measures import MEASURES
from simulation.measures.instead import GONE, KINDS, LIVES_ON, PLACE, WAITING, WITHOUT, instead, lives_on
from simulation.measures.kinds import Now
from tests.towns import a_town, resident

CODE = {name: k for k, name in enumerate(LIVES_ON)}


def codes(*names: str, older: bool = True) -> np.ndarray:
    return np.array([CODE[n] + older * KINDS for n in names], dtype=np.uint8)


def test_people_are_told_by_what_they_live_on_first_of_all() -> None:
    tiny = a_town(
        resident("Home", age=80, need=3, lives_in="residential"), resident("Care", age=80, need=2, has="home_care", hours=5.0, stage=1, long_term=True),
        resident("Waits", age=80, need=2, stage=1, long_term=True, unmet=0.9), resident("Without", age=80, need=2, unmet=0.9, has="befriending"),
        resident("Friend", age=80, need=1, has="befriending", hours_family=3.0), resident("Family", age=40, need=1, hours_family=3.0),
        resident("Well", age=80), resident("Gone", age=80, present=False), services=["befriending", "home_care", "residential"])
    tiny.town.door.__dict__["unmet_counts"] = 0.2
    told = lives_on(Now(tiny.town))
    assert [LIVES_ON[k % KINDS] for k in told] == [PLACE, "home_care", WAITING, WITHOUT, "befriending", "family", "little_need", GONE]
    assert [bool(k // KINDS) for k in told] == [True] * 5 + [False, True, True]


def test_each_place_fewer_is_traced_to_the_same_person_and_swaps_cancel() -> None:
    there = codes(PLACE, PLACE, PLACE, "home_care", PLACE)
    here = codes("home_care", PLACE, WITHOUT, PLACE, GONE)
    told = instead(here, there)[1]
    assert told[CODE["home_care"]] == 0, "one came home to it, another left it for a place"
    assert told[CODE[WITHOUT]] == told[CODE[GONE]] == 1 and told[CODE[PLACE]] == 2, "two places fewer, and two people instead"
    assert not instead(there, there).any()


def test_ages_are_told_apart() -> None:
    told = instead(codes("home_care", older=False), codes(PLACE, older=False))
    assert told[0, CODE["home_care"]] == 1 and not told[1].any()


# A small paired run -----------------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def paired() -> Iterator[Results]:
    """The headline plan, five years, one adult in ten, one world of central values."""
    known = places.known()
    asked = files.load("ten_percent_to_community", places=known)
    asked = replace(asked, years=5, plan=replace(asked.plan, years=5))
    runs = design.runs_for(asked, places=known, rivals=False, variants=False, all_rules=False)
    runs = [replace(run, plan=replace(run.plan, years=5)) for run in runs]
    yield Results(asked, runs, [run_one(Job("doncaster", tuple(runs), 1, 0, 10, "central"))], 10, "central")


@pytest.mark.slow
def test_what_takes_over_adds_up_to_the_places_that_are_fewer(paired: Results) -> None:
    run = answers_places.main_run(paired)
    parts = sum(np.nan_to_num(paired.of(run, m, "65+")) for m in MEASURES if m.startswith("instead_"))
    *kinds, whole = answers_places.taken(paired)
    assert whole.people[-1].mean == pytest.approx(sum(np.nan_to_num(k.people[-1].mean) for k in kinds)) == pytest.approx(parts[0, 4])
    assert whole.people[-1].mean == pytest.approx(-paired.paired(run, "care_home_council", "65+")[0, 4], abs=40), "the year's end, against its mean"


@pytest.mark.slow
def test_the_named_models_do_not_by_themselves_fill_the_places(paired: Results) -> None:
    """Shared Lives, reablement, coordinators and Homeshare carry some; most is ordinary home care, direct payments, family or nothing."""
    named, *_, whole = answers_places.taken(paired)
    assert set(named.parts) == {"shared_lives", "reablement", "local_area_coordination", "homeshare"}
    assert whole.people[-1].mean >= 30
    assert named.people[-1].mean <= whole.people[-1].mean * 0.6
    said = answers_places.said(paired)
    assert "council-paid care home places that are fewer" in said and "home care" in said and "in place of the rest" in said


@pytest.mark.slow
def test_present_policy_beside_itself_has_nothing_instead(paired: Results) -> None:
    base = paired.runs[0]
    assert not any(np.nan_to_num(paired.of(base, m, "all")).any() for m in MEASURES if m.startswith("instead_"))


def test_a_replication_that_was_kept_before_has_nothing_to_tell(paired_without: Results) -> None:
    assert not answers_places.recorded(paired_without) and answers_places.written(paired_without)[-1][1] == "not recorded"


@pytest.fixture
def paired_without() -> Results:
    """Results in which only one other measure was recorded."""
    known = places.known()
    asked = files.load("ten_percent_to_community", places=known)
    runs = design.runs_for(asked, places=known, rivals=False, variants=False, all_rules=False)
    index = [(y, "people", MEASURES["people"].unit, "all") for y in range(10)]
    return Results(asked, runs, [Replication(0, [r.key for r in runs], index, np.ones((len(runs), 10)), {})], 1, "drawn")


# Where hours and money go ----------------------------------------------------------------------------------------------------
def made_of(name: str, **with_it: float) -> Results:
    """Results in which these measures are so much in the last year with the plan, and nought without."""
    known = places.known()
    asked = files.load(name, places=known)
    runs = design.runs_for(asked, places=known, rivals=False, variants=False, all_rules=False)
    last = asked.years - 1
    index = [(last, measure, MEASURES[measure].unit, "all") for measure in with_it]
    r = Results(asked, runs, [Replication(0, [r.key for r in runs], index, np.zeros((len(runs), len(index))), {})], 1, "drawn")
    plans = [run.key == answers_places.main_run(r).key for run in runs]
    values = np.outer(plans, list(with_it.values()))
    return Results(asked, runs, [Replication(0, [r.key for r in runs], index, values, {})], 1, "drawn")


def test_hours_are_told_by_where_they_come_from_for_everybody() -> None:
    """The people who do not go to a care home have home care, whose hours models have freed: both are said."""
    r = made_of("community_everything", used_micro_enterprises=720.0, used_wellbeing_teams=750.0, used_home_care=-300.0, used_direct_payments=400.0)
    said = answers_models.hours_said(r)
    assert "give 1,470 more a week" in said and "community micro-enterprises 720" in said and "home care 300 fewer" in said
    assert {one.name for one in answers_models.hours(r) if one.model} == {"micro_enterprises", "wellbeing_teams"}, "direct payments stand apart"
    assert answers_models.hours_said(made_of("ten_percent_to_community", used_home_care=900.0)) == "", "no model of this plan gives hours"


def test_money_is_told_by_whom_it_follows_before_models() -> None:
    r = made_of("community_everything", released=5_400_000.0, other_support=4_100_000.0, income_lost=700_000.0, left_for_models=500_000.0)
    said = answers_models.money_said(r)
    assert "of £5.40m" in said and "£4.10m goes to the ordinary support" in said and "£0.50m is left for 23 models" in said
    short = made_of("community_everything", released=1_000_000.0, other_support=1_200_000.0, income_lost=200_000.0, left_for_models=-400_000.0)
    assert "£0.00m is left" in answers_models.money_said(short)
    assert answers_models.money_said(made_of("reablement_alone", released=0.0, other_support=0.0, income_lost=0.0, left_for_models=0.0)) == ""
