"""What is recorded: every measure told in words, every sum equal to a plain count, every year folded as it says."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.evidence.lists import FIFTH, GROUP, TENURE
from simulation.measures import BUDGET_LINES, GROUPS, MEASURES, Recorder, codebook
from simulation.measures.kinds import Divided, Happened, Now, Pounds, Seen
from simulation.plan import Plan
from simulation.process import bind
from simulation.week import commissioning, paying, pricing
from tests.test_money import a_street, support
from tests.towns import TinyTown, a_town, resident


def watched(tiny: TinyTown, weeks: int, recorder: Recorder | None = None) -> Recorder:
    """So many weeks of paying and watching."""
    town = tiny.town
    recorder = recorder or Recorder(town)
    bound = [bind(p, tiny.beliefs) for p in (pricing.pricing, paying.paying, commissioning.commissioning)]
    for _ in range(weeks):
        town.draws.begin(town.week)
        town.events.week = town.money.week = town.week
        for process in bound:
            if town.week % process.every == 0:
                process.run(town)
        recorder.week(town)
        town.week += 1
    return recorder


def told(recorder: Recorder, tiny: TinyTown, year: int = 0) -> dict[tuple[str, str], float]:
    return {(name, group): value for y, name, _, group, value in recorder.yearly(tiny.town, -2) if y == year}


# In words ------------------------------------------------------------
def test_every_measure_says_what_it_is() -> None:
    for name, m in MEASURES.items():
        assert name.isidentifier() and m.title and m.unit and m.says, name
        assert m.family in ("costs", "wellbeing", "hospital", "system")
        assert m.says[0].isupper() and m.says.rstrip().endswith("."), f"{name} is explained in a sentence"
    rows = codebook()
    assert len(rows) == len(MEASURES) and all(all(row.values()) for row in rows)


def test_every_ratio_divides_measures_that_are_there_and_come_before() -> None:
    names = list(MEASURES)
    for m in MEASURES.values():
        if isinstance(m, Divided):
            assert names.index(m.above) < names.index(m.name)
            assert not m.below or names.index(m.below) < names.index(m.name)


def test_what_the_issue_of_measures_must_hold_is_there() -> None:
    needed = {"council_gross", "contributions", "council_net", "nhs_cash", "nhs_continuing_care", "hospital_value", "dwp", "people_pay",
              "invested", "double_running", "set_up", "new_places_empty", "block_places_empty", "unspent",
              "unpaid_hours", "unpaid_value", "ascot_years", "scrqol", "ascof_1a", "lonely_often", "carers_strained",
              "carer_quality", "life_satisfaction", "social_contact_5a", "control_3a", "supported_at_home", "ae_visits",
              "emergency_stays", "same_day_emergencies", "bed_days", "delayed_days", "delayed_people_a_day",
              "readmissions", "care_home_council", "care_home_own", "council_admissions", "money_ran_out",
              "council_admissions_per_100k", "care_home_stay", "clients_in_year", "community_clients_end", "requests",
              "waiting", "assessment_wait", "unmet_hours", "people_unmet", "staff_turnover", "vacancies", "volunteers",
              "ties", "diverted", "care_homes_closed", "people", *(f"spend_{line}" for line in BUDGET_LINES)}
    assert needed <= set(MEASURES)


# Cells and groups ------------------------------------------------------------
def test_each_person_is_in_one_group_of_each_kind() -> None:
    whole = GROUPS["all"][:-1]
    for labels in (("18-64", "65+"), [f"reason: {g}" for g in GROUP], [f"fifth: {f}" for f in FIFTH],
                   [f"tenure: {t}" for t in TENURE]):
        assert np.array_equal(sum(GROUPS[label][:-1] for label in labels), whole)
    assert all(mask[-1] == (name == "all") for name, mask in GROUPS.items())


def test_people_are_counted_under_their_age_reason_fifth_and_tenure() -> None:
    tiny = a_town(resident("A", age=70, group=1, fifth=0, owns_home=True), resident("B", age=30, group=2, fifth=4),
                  resident("C", age=64.9, fifth=4), resident("gone", present=False))
    seen = told(watched(tiny, 4), tiny)
    want = {"all": 3, "65+": 1, "18-64": 2, "reason: older frailty": 1, "reason: learning disability": 1,
            "reason: none": 1, "fifth: most deprived": 1, "fifth: least deprived": 2, "tenure: owns": 1,
            "tenure: rents": 2}
    assert {group: seen["people", group] for group in want} == want


def test_somebody_who_turns_65_moves_to_the_other_band() -> None:
    tiny = a_town(resident("A", age=64.5))
    recorder = watched(tiny, 26)
    tiny.town.residents.age[:] = 65.1
    watched(tiny, 26, recorder)
    seen = told(recorder, tiny)
    assert seen["people", "18-64"] + seen["people", "65+"] == 1
    assert 0.4 < seen["people", "65+"] < 0.6


# Sums ------------------------------------------------------------
def test_lines_add_up_to_what_the_council_spends_and_the_two_identities_hold() -> None:
    tiny = a_street()
    seen = told(watched(tiny, 52), tiny)
    lines = sum(seen[f"spend_{line}", "all"] for line in BUDGET_LINES) + seen["spend_other", "all"]
    assert lines == pytest.approx(seen["council_total", "all"])
    assert seen["spend_other", "all"] == pytest.approx(0, abs=0.01), "every line has a name"
    gross = seen["council_gross", "all"]
    assert seen["council_total", "all"] == pytest.approx(gross + seen["nhs_and_other_income", "all"])
    assert gross == pytest.approx(seen["council_net", "all"] + seen["contributions", "all"])
    assert seen["spend_older_residential_and_nursing", "65+"] == pytest.approx(
        seen["spend_older_residential_and_nursing", "all"])
    assert seen["spend_working_age_supported_living", "65+"] == 0


def test_events_are_counted_once_in_their_year_and_group() -> None:
    tiny = a_town(resident("A", age=85), resident("B", age=40))
    recorder = watched(tiny, 10)
    town = tiny.town
    town.events.note("A&E", np.array([0, 1]))
    town.events.note("A&E", np.array([0]))
    town.events.note("emergency stay", np.array([0]), cause="again within a month", amount=4.0)
    watched(tiny, 94, recorder)
    first, second = told(recorder, tiny, 0), told(recorder, tiny, 1)
    assert (first["ae_visits", "all"], first["ae_visits", "65+"]) == (3, 2)
    assert first["readmissions", "65+"] == 1 and first["readmission_share", "all"] == 1
    assert second["ae_visits", "all"] == 0


def test_stocks_fold_by_mean_and_end_and_ratios_are_never_averaged() -> None:
    tiny = a_town(*[resident(f"P{i}", age=80, need=2, scrqol=0.5) for i in range(4)])
    recorder = watched(tiny, 26)
    support(tiny, "P0", "home_care", hours=10)
    tiny.town.residents.scrqol[0] = 0.9
    tiny.town.residents.lonely[1] = True
    watched(tiny, 26, recorder)
    seen = told(recorder, tiny)
    assert seen["clients", "all"] == pytest.approx(6 / 13), "13 looks a year, the last six with support"
    assert seen["community_clients_end", "all"] == 1
    assert seen["clients_in_year", "all"] == 1
    assert seen["lonely_often", "all"] == pytest.approx(6 / (13 * 4))
    assert seen["ascot_years", "all"] == pytest.approx((7 * 2.0 + 6 * 2.4) / 13)
    assert seen["scrqol", "all"] == pytest.approx(seen["ascot_years", "all"] / 4)


def test_recovering_takes_no_years_of_quality_weighted_life_away() -> None:
    tiny = a_town(resident("A", age=80, need=2, scrqol=0.8), resident("B", age=40))
    well = a_town(resident("A", age=80, need=0), resident("B", age=40))
    for one in (well, tiny):
        one.town.residents.scrqol[one.town.residents.need == 0] = np.nan
    assert told(watched(well, 52), well)["ascot_years", "all"] == pytest.approx(2.0)
    assert told(watched(tiny, 52), tiny)["ascot_years", "all"] == pytest.approx(1.8), "who is not asked counts as somebody whom need does not touch"


def test_a_client_is_counted_once_a_year_and_again_in_the_next() -> None:
    tiny = a_town(resident("A", age=80, need=3), resident("B", age=81, need=3))
    row = support(tiny, "A", "home_care", hours=10)
    recorder = watched(tiny, 20)
    tiny.town.end(np.array([row]), "goals met")
    support(tiny, "A", "residential")
    watched(tiny, 10, recorder)
    brief = support(tiny, "B", "home_care", hours=5)
    watched(tiny, 1, recorder)
    tiny.town.end(np.array([brief]), "goals met")
    watched(tiny, 73, recorder)
    assert told(recorder, tiny, 0)["clients_in_year", "all"] == 2, "one week of support counts"
    assert told(recorder, tiny, 1)["clients_in_year", "all"] == 1


def test_the_survey_does_not_reach_people_with_dementia_in_care_homes() -> None:
    tiny = a_town(resident("A", age=85, need=3, dementia=True, ascof=4), resident("B", age=85, need=3, ascof=20),
                  resident("C", age=85, need=2, ascof=18), resident("self", age=85, need=2, ascof=1))
    for name in "AB":
        support(tiny, name, "residential")
    support(tiny, "C", "home_care", hours=8)
    tiny.town.residents.scrqol[:] = np.nan
    assert told(watched(tiny, 4), tiny)["ascof_1a", "all"] == 19


def test_a_sample_is_multiplied_up_and_ratios_are_not() -> None:
    tiny = a_street()
    tiny.town.one_in = 10
    seen = told(watched(tiny, 52), tiny)
    assert seen["people", "all"] == 60
    assert seen["care_home_residents", "all"] == 30
    assert seen["lonely_often", "all"] == 0
    assert seen["price_home_care", "all"] == pytest.approx(tiny.town.prices["home_care_hour"])
    assert seen["people", "all"] / 10 == len(tiny.names)


# Weeks and forks ------------------------------------------------------------
def test_weeks_of_money_and_events_add_up_to_their_year() -> None:
    tiny = a_street()
    recorder = watched(tiny, 52)
    weekly, seen = recorder.weekly(tiny.town), told(recorder, tiny)
    for name, m in MEASURES.items():
        if isinstance(m, (Pounds, Happened)) or (isinstance(m, Seen) and m.over == "sum"):
            assert len(weekly[name]) == 52
            assert weekly[name].sum() == pytest.approx(seen[name, "all"], abs=0.02), name


def test_a_recorder_taken_up_in_a_fork_goes_on_as_if_nothing_had_happened() -> None:
    one, two = a_street(), a_street()
    whole = watched(one, 60)
    half = watched(two, 30)
    fork = Recorder(two.town)
    fork.load(half.state())
    watched(two, 30, fork)
    assert whole.yearly(one.town) == fork.yearly(two.town)


def test_watching_changes_nothing() -> None:
    one, two = a_street(), a_street()
    watched(one, 30)
    for _ in range(30):
        two.week(*(["pricing"] if two.town.week % 52 == 0 else []), "paying", "commissioning")
    a, b = one.town.state(), two.town.state()
    assert a["memory"] == b["memory"] and a["prices"] == b["prices"]
    for table, columns in a["tables"].items():
        for name, values in columns.items():
            assert np.array_equal(values, b["tables"][table][name], equal_nan=values.dtype.kind == "f"), (table, name)


def test_an_empty_place_can_be_watched() -> None:
    tiny = a_town(resident("nobody", present=False), plan=Plan())
    seen = told(watched(tiny, 8), tiny)
    assert seen["people", "all"] == 0
    assert ("lonely_often", "all") not in seen, "a share of nobody is not told"
    assert len(Now(tiny.town).clients) == 0
