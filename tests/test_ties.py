"""Ties, loneliness and volunteers: who meets whom, who is lonely, why a drive without coordinators ends with fewer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import schemes
from simulation.draws import certain, never
from simulation.evidence.register import Beliefs, central
from simulation.founding import NAMES as FOUNDING
from simulation.founding import ties as founding_ties
from simulation.plan import Plan
from simulation.process import Bound, bind
from simulation.week import loneliness, meeting, volunteering
from simulation.world.columns import Table
from simulation.world.residents import Neighbourhood, Resident
from simulation.world.town import Town
from tests.founded import founded
from tests.towns import TinyTown, a_town, resident

SLOTS = 5  # for friends; the sixth is the partner's
ENDS, FORMS = "meeting: ties end", "meeting: ties form"


def believing(**values: object) -> Beliefs:
    """The central beliefs with some numbers changed ("page.name" with __ for the dot)."""
    beliefs = central()
    beliefs.values = {**beliefs.values, **{name.replace("__", "."): value for name, value in values.items()}}
    return beliefs


@lru_cache(maxsize=1)
def town_with_ties() -> Town:
    return founded(one_in=20, steps=FOUNDING[: FOUNDING.index("ties") + 1])


def made_friends(tiny: TinyTown, a: int, b: int, strength: int = 100) -> None:
    r = tiny.town.residents
    r.friends[a, 0], r.friends[b, 0] = b, a
    r.tie_strength[a, 0] = r.tie_strength[b, 0] = strength


# Meeting --------------------------------------------------------------------------------------------------------------
def test_a_tie_is_held_by_both_and_nobody_befriends_themselves_or_a_partner() -> None:
    r = town_with_ties().residents
    here = np.flatnonzero(r.present)
    for k in range(SLOTS):
        friend = r.friends[here, k]
        who, other = here[friend >= 0], friend[friend >= 0]
        assert (who != other).all() and (r.partner[who] != other).all()
        assert (r.friends[other, :SLOTS] == who[:, None]).sum(axis=1).min() == 1, "held by the other, once"
        assert (r.tie_strength[who, k] > 0).all()
    assert (r.tie_strength[r.friends < 0] == 0).all()


def test_two_people_meet_and_the_tie_grows_firm() -> None:
    tiny = a_town(resident("Ada", age=70), resident("Bea", age=72), week=0)
    while tiny.town.residents.friends[0, 0] < 0 and tiny.town.week < 52:
        tiny.week("meeting", luck=certain(FORMS) | never(ENDS))
        tiny.town.week += 3
    assert 1 in tiny.town.residents.friends[0] and 0 in tiny.town.residents.friends[1]
    before = int(tiny.town.residents.tie_strength[0].max())
    for _ in range(12):
        tiny.week("meeting", luck=never(FORMS) | never(ENDS))
        tiny.town.week += 3
    assert tiny.town.residents.tie_strength[0].max() > before


def test_a_tie_to_somebody_who_has_died_is_cleared() -> None:
    tiny = a_town(resident("Ada", age=70), resident("Bea", age=72), week=4)
    made_friends(tiny, 0, 1)
    r = tiny.town.residents
    r.present[1], r.left[1] = False, 3
    tiny.week("meeting", luck=never(FORMS) | never(ENDS))
    assert (r.friends[0] == -1).all() and (r.tie_strength[0] == 0).all()


def test_heavy_need_thins_a_tie_until_it_ends() -> None:
    tiny = a_town(resident("Ada", age=80, need=4), resident("Bea", age=80), week=0)
    made_friends(tiny, 0, 1, strength=20)
    for _ in range(30):
        tiny.week("meeting", luck=never(FORMS) | never(ENDS))
        tiny.town.week += 3
    assert tiny.town.residents.friends[1, 0] == -1


@given(unaided=st.floats(0, 1), introduced=st.floats(0, 2), company=st.floats(0, 10))
def test_support_that_introduces_never_makes_a_friend_less_likely(unaided: float, introduced: float,
                                                                  company: float) -> None:
    chance = meeting.chance_of_a_tie(unaided, introduced, company)
    assert unaided - 1e-12 <= chance <= 1.0


def test_new_ties_end_sooner_than_firm_ones_and_need_and_weak_communities_make_fewer() -> None:
    ends = meeting.chances_of_ends(0.5, 0.1)
    assert (np.diff(ends) <= 0).all()
    easy = meeting.ease(town_with_ties().neighbourhoods, town_with_ties(), 0.15, 0.1)
    forms = meeting.chances_of_ties(0.2, np.array([1.0, 0.85, 0.6, 0.3, 0.15]), easy)
    assert (np.diff(forms, axis=1) < 0).all()
    order = np.argsort(town_with_ties().neighbourhoods.strength)
    assert (np.diff(forms[order, 0]) > 0).all()


def test_community_strength_returns_to_what_it_was_when_nothing_is_done() -> None:
    tiny = a_town(resident("Ada"), week=0)
    tiny.town.tables[meeting.USUAL_STRENGTH] = np.array([-0.5], dtype=np.float32)
    tiny.town.neighbourhoods.strength[:] = 1.0
    seen = []
    for _ in range(5):
        tiny.week("meeting")
        tiny.town.week += 3
        seen.append(float(tiny.town.neighbourhoods.strength[0]))
    assert (np.diff([1.0, *seen]) < 0).all() and seen[-1] > -0.5


def test_people_keep_about_as_many_ties_as_at_founding() -> None:
    town = town_with_ties()
    friends = (town.residents.friends[:, :SLOTS] >= 0).sum(axis=1)
    here = town.residents.present
    for low, high in ((18, 35), (35, 65), (65, 110)):
        of = here & (town.residents.age >= low) & (town.residents.age < high)
        assert 2.0 < friends[of].mean() < 4.5


# Loneliness -----------------------------------------------------------------------------------------------------------
def test_as_many_are_lonely_at_each_age_as_surveys_find() -> None:
    town = town_with_ties()
    r, band = town.residents, loneliness.bands()
    for k, share in enumerate(loneliness.lonely_often(town)):
        of = r.present & (band[r.age.astype(int)] == k)
        expected = (1.0 / (1.0 + np.exp(-r.loneliness[of].astype(float)))).mean()
        assert expected == pytest.approx(share, abs=0.001), "the chance, person by person"
        assert r.lonely[of].mean() == pytest.approx(share, abs=4 * np.sqrt(share / of.sum())), "and who is"


def test_nobody_who_is_yet_to_come_is_lonely_by_default() -> None:
    r = town_with_ties().residents
    assert r.lonely[~r.present].mean() < 0.2


def test_loneliness_stays_put_when_nobody_is_born_ages_or_dies() -> None:
    town, b = founded(one_in=20, steps=FOUNDING[: FOUNDING.index("ties") + 1]), central()
    steps = [bind(meeting.meeting, b), bind(loneliness.loneliness, b)]
    before = town.residents.lonely[town.residents.present].mean()
    ages = town.residents.age.copy()
    for week in range(0, 260, 4):
        town.week = week
        town.draws.begin(week)
        for step in steps:
            _without_ageing(town, step)
    assert (town.residents.age == ages).all()
    assert town.residents.lonely[town.residents.present].mean() == pytest.approx(before, abs=0.005)


def _without_ageing(town: Town, step: Bound) -> None:
    """No year has passed since people were sorted by age."""
    town.burn_in, kept = -town.week, town.burn_in
    step.run(town)
    town.burn_in = kept


def test_people_who_live_alone_or_with_a_limiting_condition_are_lonely_more_often() -> None:
    r = town_with_ties().residents
    for column in ("alone", "limiting"):
        has = r.arrays[column]
        assert r.lonely[r.present & has].mean() > 1.5 * r.lonely[r.present & ~has].mean()


def test_company_lowers_loneliness_by_one_path_and_slowly() -> None:
    tiny = a_town(resident("Ada", age=80, company=3.0), resident("Bea", age=80), week=0)
    r, seen = tiny.town.residents, []
    r.loneliness[:] = loneliness.levels(tiny.town)[-1] + 1.0  # both live alone
    for _ in range(30):
        tiny.week("loneliness")
        tiny.town.week += 3
        seen.append(float(r.loneliness[1] - r.loneliness[0]))
    contact = central().values["shared.lonely_contact"]
    assert 0 < seen[0] < 0.3 * seen[-1] and (np.diff(seen) > 0).all()
    assert seen[-1] == pytest.approx(-3.0 * contact, rel=0.02)


def test_without_an_effect_of_contacts_company_changes_nothing() -> None:
    tiny = a_town(resident("Ada", age=80, company=5.0), resident("Bea", age=80), week=0,
                  beliefs=believing(shared__lonely_contact=0.0))
    tiny.week("loneliness")
    assert tiny["Ada"].loneliness == tiny["Bea"].loneliness


def test_a_bereaved_partner_is_lonelier_at_once_and_it_fades() -> None:
    people = (resident("Ada", age=80, partner="Bob"), resident("Bob", age=80, partner="Ada"), resident("Cat", age=80))
    tiny = a_town(*people, week=0)
    r = tiny.town.residents
    tiny.week("loneliness")
    r.alone[:] = True  # so that only the loss itself differs from Cat
    r.partner[0], r.present[1], r.left[1], r.partner[1] = -1, False, 3, -1
    tiny.town.week, start = 4, float(r.loneliness[0])
    tiny.week("loneliness")
    jump = float(r.loneliness[0]) - start
    assert jump > 0.9 * central().values["loneliness.lonely_bereaved"]
    for week in range(8, 300, 4):
        tiny.town.week = week
        tiny.week("loneliness")
    assert r.loneliness[0] == pytest.approx(r.loneliness[2], abs=0.05)


def test_parting_is_not_a_bereavement() -> None:
    tiny = a_town(resident("Ada", age=50, partner="Bob"), resident("Bob", age=50, partner="Ada"), week=0)
    tiny.week("loneliness")
    r = tiny.town.residents
    r.partner[:] = -1
    tiny.town.week, before = 4, float(r.loneliness[0])
    tiny.week("loneliness")
    assert r.loneliness[0] == pytest.approx(before, abs=0.5)
    assert (r.friends == -1).all()


# Volunteers -----------------------------------------------------------------------------------------------------------
def volunteers_by_month(beliefs: Beliefs | None = None, asked: float = 0.0, **levers: float) -> np.ndarray:
    """Active volunteers, month by month over eight years, of a town of 100,000 with 2,000 volunteers."""
    tiny = a_town(resident("Ada"), plan=Plan(levers=levers), services=[], week=-104,
                  beliefs=beliefs or believing(volunteering__joining_trend=1.0))
    town = tiny.town
    town.residents, town.events.cell = Table(Resident, 100_000), None
    town.residents.present[:] = True
    rows = np.arange(0, 100_000, 50)
    ago = 150 * -np.log1p(-town.draws.traits("since", rows))
    volunteering.begin(rows, town.residents, town.volunteers, 2.0, town.week - ago.astype(int))
    seen = []
    for week in range(-104, 8 * 52, 4):
        town.week = week
        if week >= 0:
            town.memory[schemes.ASKED + "befriending"] = asked
        tiny.week("volunteering")
        town.events.cell = None
        if week >= 0:
            seen.append(np.count_nonzero(town.volunteers.active))
    return np.array(seen)


@lru_cache(maxsize=1)
def usual_volunteers() -> np.ndarray:
    return volunteers_by_month()


def test_without_a_plan_volunteers_stay_about_as_many() -> None:
    assert usual_volunteers()[26:].mean() == pytest.approx(2000, rel=0.06)


def test_a_drive_without_coordinators_is_a_short_rise_then_burnout_and_fewer_than_before() -> None:
    drive = volunteers_by_month(volunteer_drive=8000)
    more = drive - usual_volunteers()
    assert more[3:8].mean() > 80, "a rise in the first year"
    assert more[26:].mean() < -20, "and fewer afterwards"


def test_coordinators_let_volunteers_stay_and_a_drive_with_them_lasts() -> None:
    with_both = volunteers_by_month(volunteer_drive=8000, volunteer_coordinators=60)
    assert with_both[26:].mean() > 1.2 * usual_volunteers()[26:].mean()


def test_asking_more_hours_than_are_given_drives_volunteers_away() -> None:
    fewer = volunteers_by_month(asked=8_000.0)
    assert fewer[13:].mean() < usual_volunteers()[13:].mean() - 200


def test_a_volunteer_who_dies_moves_into_care_or_needs_help_stops() -> None:
    people = [resident(name, **state) for name, state in
              (("dies", {"present": False}), ("in care", {"setting": 4}), ("in need", {"need": 2}), ("well", {}))]
    tiny = a_town(*people, services=[])
    v, r = tiny.town.volunteers, tiny.town.residents
    volunteering.begin(np.arange(4), r, v, 2.0, -100)
    tiny.week("volunteering", luck=never("volunteering: leaves") | never("volunteering: joins"))
    assert list(v.active) == [False, False, False, True]
    assert list(r.volunteers_as) == [0, 0, 0, 1]


@settings(max_examples=50)
@given(load=st.floats(0, 5), stretch=st.floats(0, 5), more=st.floats(0, 5))
def test_strain_of_volunteers_is_bounded_and_rises_with_load_and_stretch(load: float, stretch: float,
                                                                         more: float) -> None:
    goal = volunteering.strain_goal(load, stretch, 1.0, 2.0)
    assert 0.0 <= goal <= 1.0
    assert volunteering.strain_goal(load + more, stretch, 1.0, 2.0) >= goal
    assert volunteering.strain_goal(load, stretch + more, 1.0, 2.0) >= goal
    assert volunteering.strain_goal(min(load, 1.0), min(stretch, 1.0), 1.0, 2.0) == 0.0


# Neighbourhoods -------------------------------------------------------------------------------------------------------
def test_community_strength_rests_on_deprivation_by_one_coefficient() -> None:
    tiny = a_town(resident("Ada"))
    tiny.town.neighbourhoods = Table(Neighbourhood, 2000)
    tiny.town.neighbourhoods.fifth[:] = np.arange(2000) % 5
    for coefficient in (0.0, 0.5):
        founding_ties._neighbourhoods(tiny.town, tiny.town.neighbourhoods, tiny.town.draws, coefficient, 1.0)
        n = tiny.town.neighbourhoods
        assert np.corrcoef(n.fifth, n.strength)[0, 1] == pytest.approx(coefficient, abs=0.06)
        assert n.strength.std() == pytest.approx(1.0, abs=0.06)
        assert len(set(n.meeting_places.tolist())) == 1, "places to meet do not carry deprivation a second time"


def test_volunteers_are_founded_as_the_survey_and_the_share_in_caring_roles_say() -> None:
    town, values = town_with_ties(), central().values
    share = values["founding_ties.volunteers_monthly"] * values["founding_ties.in_caring_roles"]
    adults = np.count_nonzero(town.residents.present)
    assert np.count_nonzero(town.volunteers.active) == pytest.approx(share * adults, abs=4 * np.sqrt(share * adults))
    assert town.residents.volunteers_as[town.volunteers.resident].all()


def test_the_last_friend_slot_is_the_partners() -> None:
    r = town_with_ties().residents
    here = r.present
    assert (r.friends[here, SLOTS] == r.partner[here]).all()
