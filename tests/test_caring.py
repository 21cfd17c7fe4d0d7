"""Families: who cares, what paid help takes the place of, how carers tire, and what happens when they stop."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.draws import certain, never
from simulation.evidence.lists import KIN
from simulation.evidence.register import Beliefs, central
from simulation.founding import NAMES as FOUNDING
from simulation.process import bind
from simulation.week import caring
from simulation.world.town import Town
from tests.founded import founded
from tests.towns import TinyTown, a_town, resident

STOPS = "caring: cannot go on"
MIDDLE = np.uint64(1052)  # luck that leaves Mr K in the middle
WILLING = certain("willing to care")
HOURS = st.floats(0, 100)
SHARE = st.floats(0, 1)


def believing(**values: object) -> Beliefs:
    beliefs = central()
    beliefs.values = {**beliefs.values, **{name.replace("__", "."): value for name, value in values.items()}}
    return beliefs


def couple(need: int = 3, paid: float = 0.0, beliefs: Beliefs | None = None, **carer: Any) -> TinyTown:
    """Mrs K needs help; Mr K is her husband, seventy-nine and well unless told otherwise."""
    hours = float(central().values["shared.hours_by_need"][need])
    return a_town(resident("Mrs K", age=82, need=need, hours_needed=hours, hours_paid=paid, partner="Mr K"),
                  resident("Mr K", age=79, partner="Mrs K", **carer), services=[], beliefs=beliefs)


def mother_and(kin: str, beliefs: Beliefs | None = None, **state: Any) -> TinyTown:
    mother = resident("Mrs M", **{"age": 84.0, "need": 3, "hours_needed": 28.0} | state)
    tiny = a_town(mother, resident("Child", age=55, sex=1), services=[], beliefs=beliefs)
    tiny.town.residents.kin[0, 0], tiny.town.residents.kin_kind[0, 0] = 1, KIN.index(kin)
    return tiny


def weeks(tiny: TinyTown, n: int, **luck: np.uint64) -> TinyTown:
    """So many weeks of caring and nothing else; nobody stops."""
    town, process = tiny.town, bind(caring.caring, tiny.beliefs)
    for _ in range(n):
        town.draws.fixed = never(STOPS) | WILLING | luck
        town.draws.begin(town.week)
        town.events.week = town.week
        process.run(town)
        town.week += 1
    return tiny


# Who cares ------------------------------------------------------------------------------------------------------------
def test_a_partner_cares_first() -> None:
    tiny = weeks(couple(), 1)
    assert tiny["Mrs K"].carer == 1 and tiny["Mr K"].cares_for == 0
    assert tiny["Mrs K"].hours_family > 0
    assert tiny["Mr K"].care_hours == pytest.approx(tiny["Mrs K"].hours_family)


def test_a_daughter_near_cares_where_there_is_no_partner_and_one_who_is_far_does_not() -> None:
    assert weeks(mother_and("child near"), 1)["Mrs M"].carer == 1
    assert weeks(mother_and("child far"), 1)["Mrs M"].carer == -1


def test_nobody_can_be_made_to_care() -> None:
    tiny = mother_and("child near")
    tiny.week("caring", luck=never("willing to care"))
    assert tiny["Mrs M"].carer == -1 and tiny["Mrs M"].hours_family == 0 and tiny["Mrs M"].unmet == 1


def test_parents_care_for_a_son_with_a_learning_disability_who_lives_with_them() -> None:
    tom = resident("Tom", age=30, band=3, group=2, setting=1, hours_needed=35)
    tiny = a_town(tom, resident("Mother", age=60, sex=1), services=[])
    tiny.town.residents.kin[0, 0], tiny.town.residents.kin_kind[0, 0] = 1, KIN.index("parent")
    weeks(tiny, 1)
    assert tiny["Tom"].carer == 1
    assert tiny["Mother"].care_hours > central().values["shared.care_near"], "as one who lives with him"


@pytest.mark.parametrize("state", [{"need": 3}, {"present": False}, {"setting": 4}])
def test_a_carer_who_is_gone_or_in_need_is_let_go(state: dict[str, Any]) -> None:
    tiny = weeks(couple(), 1)
    for column, value in state.items():
        setattr(tiny["Mr K"], column, value)
    tiny.town.week = 4
    weeks(tiny, 1)
    assert tiny["Mrs K"].carer == -1 and tiny["Mr K"].cares_for == -1 and tiny["Mr K"].care_hours == 0


def test_when_need_is_over_so_is_caring() -> None:
    tiny = weeks(couple(), 1)
    tiny["Mrs K"].need, tiny["Mrs K"].hours_needed, tiny.town.week = 0, 0.0, 4
    weeks(tiny, 1)
    assert tiny["Mr K"].cares_for == -1 and tiny["Mrs K"].hours_family == 0 and tiny["Mrs K"].unmet == 0


def test_in_a_care_home_the_family_gives_no_hours_of_care_and_what_staff_give_counts() -> None:
    tiny = couple(paid=21.0, setting=0)
    tiny["Mrs K"].setting = 4
    weeks(tiny, 1)
    assert tiny["Mrs K"].hours_family == 0 and tiny["Mrs K"].unmet == pytest.approx(0.25)


def test_a_child_just_outside_the_place_helps_parents_of_65_and_over_and_is_never_displaced() -> None:
    given = []
    for age, paid in ((64.0, 0.0), (70.0, 0.0), (70.0, 20.0)):
        tiny = a_town(resident("Ada", age=age, need=3, hours_needed=28.0, hours_paid=paid, outside_hours=18.0,
                               usual_unmet=1.0), services=[])
        given.append(weeks(tiny, 1)["Ada"].hours_family)
    assert given == [0.0, 18.0, 18.0]


def test_as_many_will_have_a_child_near_at_65_as_have_now() -> None:
    r = town_of_families().residents
    founders, later = r.present & (r.age >= 65), r.age < 65
    child = (r.kin_kind == KIN.index("child near")).any(axis=1)
    would = float(np.mean(central().values["shared.care_willing"]))
    assert (r.outside_hours[later] > 0).mean() == pytest.approx(r.child_near[founders].mean() * would, rel=0.1)
    assert not (r.outside_hours[child] > 0).any(), "nobody's child is told twice"


def test_friends_help_a_little() -> None:
    tiny = a_town(resident("Ada", need=2, hours_needed=12, usual_unmet=1.0), services=[])
    tiny.town.residents.tie_strength[0, :3] = 100
    weeks(tiny, 1)
    assert tiny["Ada"].hours_family == pytest.approx(3 * central().values["shared.care_of_friends"])


# What one can give ----------------------------------------------------------------------------------------------------
@given(most=HOURS, own=SHARE, beside=SHARE, strain=SHARE, more=SHARE, under=SHARE)
def test_work_need_and_strain_never_add_hours(most: float, own: float, beside: float, strain: float, more: float,
                                              under: float) -> None:
    free = caring.hours_one_can_give(most, own, False, beside, strain, under)
    assert 0 <= free <= most
    assert caring.hours_one_can_give(most, own, True, beside, strain, under) <= free
    assert caring.hours_one_can_give(most, own, False, beside, min(strain + more, 1.0), under) <= free


# Sharing with paid help -----------------------------------------------------------------------------------------------
@given(needed=st.floats(0.1, 100), formal=HOURS, more=HOURS, together=HOURS, outside=HOURS, displaced=SHARE)
def test_paid_help_never_lowers_the_help_that_comes(needed: float, formal: float, more: float, together: float,
                                                    outside: float, displaced: float) -> None:
    def met(paid: float) -> float:
        return min(paid + sum(caring.family_hours(needed, paid, together, outside, displaced)), needed)

    assert met(formal + more) >= met(formal) - 1e-9
    assert sum(caring.family_hours(needed, formal, together, outside, displaced)) <= needed + 1e-9


@given(needed=st.floats(0.1, 100), formal=HOURS, together=HOURS, outside=HOURS, displaced=SHARE)
def test_paid_help_takes_no_place_below_unmet_need_and_none_of_those_outside(
        needed: float, formal: float, together: float, outside: float, displaced: float) -> None:
    alone = caring.family_hours(needed, 0.0, together, outside, displaced)
    here, there = caring.family_hours(needed, formal, together, outside, displaced)
    assert there == alone[1], "those outside give as before"
    if formal <= needed - sum(alone):
        assert here == pytest.approx(alone[0]), "what nobody did comes first"
    assert caring.family_hours(needed, formal, together, outside, 0.0) == alone, "with no displacement nothing moves"


def test_with_full_displacement_every_spare_hour_takes_one_and_couples_gain_only_what_was_unmet() -> None:
    for displaced, left in ((0.0, 20.0), (0.4, 17.6), (1.0, 14.0)):
        here, _ = caring.family_hours(28.0, 14.0, 20.0, 0.0, displaced)
        assert here == pytest.approx(left)
        assert min(28.0, 14.0 + here) == 28.0
    assert sum(caring.family_hours(28.0, 6.0, 20.0, 0.0, 1.0)) == 20.0, "unmet need was eight hours"


@given(needed=st.floats(0.1, 100), short=SHARE, usual=SHARE, made_up=SHARE, room=HOURS)
def test_a_shortage_is_made_up_in_part_within_room(needed: float, short: float, usual: float, made_up: float,
                                                   room: float) -> None:
    more = caring.hours_made_up(needed, short, usual, made_up, room)
    assert 0 <= more <= room and more <= made_up * max(short - usual, 0) * needed + 1e-9


def test_half_of_a_cut_is_made_up_at_once_and_it_wears_off() -> None:
    tiny = weeks(couple(need=4, paid=20.0), 200)
    before, usual = tiny["Mrs K"].hours_family, tiny["Mrs K"].unmet
    tiny["Mrs K"].hours_paid = 10.0
    weeks(tiny, 1)
    at_once = tiny["Mrs K"].hours_family - before
    assert at_once == pytest.approx(5.0, abs=0.3), "ten hours were cut"
    assert tiny["Mrs K"].unmet > usual
    weeks(tiny, 100)
    assert tiny["Mrs K"].hours_family - before < at_once / 2


def test_more_paid_hours_lower_what_is_unmet_also_of_couples() -> None:
    unmet = [weeks(couple(need=4, paid=paid), 60)["Mrs K"].unmet for paid in (0.0, 10.0, 20.0, 40.0)]
    assert all(np.diff(unmet) < 0)


def test_a_week_in_hospital_leaves_the_home_as_it_was() -> None:
    tiny = weeks(couple(paid=10.0), 30)
    before = (tiny["Mrs K"].unmet, tiny["Mrs K"].hours_family)
    tiny["Mrs K"].hospital, tiny["Mrs K"].hours_paid = 1, 0.0
    weeks(tiny, 1)
    assert (tiny["Mrs K"].unmet, tiny["Mrs K"].hours_family) == before
    assert tiny["Mr K"].care_hours == 0, "a rest for him"
    tiny["Mrs K"].hospital, tiny["Mrs K"].discharged = 0, tiny.town.week - 1
    weeks(tiny, 1)
    assert tiny["Mrs K"].unmet == before[0], "support has not come back yet"


# Strain ---------------------------------------------------------------------------------------------------------------
def strain_after(years: int = 2, **state: Any) -> float:
    carer = {k: v for k, v in state.items() if k in ("lonely", "works", "break_hours", "company")}
    tiny = couple(state.get("need", 3), state.get("paid", 0.0), **carer)
    tiny["Mrs K"].dementia = state.get("dementia", False)
    weeks(tiny, 52 * years, **{caring.BEARING: MIDDLE})
    return float(tiny["Mr K"].strain)


def test_strain_builds_with_hours_nights_dementia_and_loneliness_and_drains_with_breaks_help_and_company() -> None:
    usual = strain_after()
    assert strain_after(need=1) < strain_after(need=2) < usual < strain_after(need=4)
    assert strain_after(dementia=True) > usual < strain_after(lonely=True)
    for ease in ({"break_hours": 8.0}, {"paid": 20.0}, {"company": 3.0}):
        assert strain_after(**ease) < usual


@given(hours=HOURS, nights=st.booleans(), dementia=st.booleans(), lonely=st.booleans(), works=st.booleans(),
       breaks=st.floats(0, 40), helped=SHARE, company=st.floats(0, 10), differs=st.floats(-1, 1))
def test_strain_stays_between_none_and_cannot_go_on(**state: Any) -> None:
    assert 0.0 <= caring.strain_led_to(*(state[k] for k in ("hours", "nights", "dementia", "lonely", "works", "breaks",
                                                            "helped", "company", "differs")), the_ways()) <= 1.0


@lru_cache(maxsize=1)
def the_ways() -> caring.Ways:
    values = central().values
    return caring.ways({k: np.array(values[f"shared.{k}"]) if isinstance(values[f"shared.{k}"], tuple)
                        else values[f"shared.{k}"] for k in caring.Ways._fields})


@given(strain=SHARE, more=SHARE)
def test_nobody_stops_below_high_strain_and_more_strain_never_means_fewer_stops(strain: float, more: float) -> None:
    rate = caring.cannot_go_on(strain, 0.5, 0.4)
    assert (rate == 0) == (strain <= 0.5)
    assert rate <= caring.cannot_go_on(min(strain + more, 1.0), 0.5, 0.4) <= 0.4


def test_a_carer_who_cannot_go_on_rests_and_the_person_asks_at_once() -> None:
    tiny = weeks(couple(need=4), 1)
    tiny["Mr K"].strain = 0.9
    tiny.town.week = 5  # the week in which he (row 1) is looked at
    tiny.week("caring", luck=certain(STOPS) | WILLING)
    assert tiny.story("Mr K") == [("could not go on", "", "")]
    assert tiny.story("Mrs K") == [("asks", "", "carer could not go on")]
    person = tiny["Mrs K"]
    assert (person.stage, person.reason) == ("waiting for assessment", "carer could not go on")
    assert person.long_term and person.asked == 5
    weeks(tiny, 1)
    assert tiny["Mr K"].care_hours == 0 and person.hours_family == 0 and person.unmet == 1
    strained = tiny["Mr K"].strain
    weeks(tiny, 16)
    assert tiny["Mr K"].care_hours > 0 and tiny["Mr K"].strain < strained, "rested, and may care again"


def test_somebody_who_has_asked_already_does_not_ask_twice() -> None:
    tiny = weeks(couple(need=4), 1)
    tiny["Mr K"].strain, tiny["Mrs K"].stage, tiny.town.week = 0.9, 1, 5
    tiny.week("caring", luck=certain(STOPS) | WILLING)
    assert tiny.story("Mrs K") == []


def test_losing_a_carer_with_heavy_need_is_a_crisis_but_not_with_light_need() -> None:
    for need, told in ((3, [("lost their carer", "", ""), ("asks", "", "carer could not go on")]), (1, [])):
        tiny = weeks(couple(need=need), 2)
        r = tiny.town.residents
        r.present[1], r.partner[0], r.alone[0], r.carer[0], r.cares_for[1] = False, -1, True, -1, -1
        weeks(tiny, 1)
        assert tiny.story("Mrs K") == told


def test_those_who_care_for_somebody_touched_by_support_are_touched_too() -> None:
    tiny = weeks(couple(), 1)
    tiny["Mrs K"].touched = True
    weeks(tiny, 4)
    assert tiny["Mr K"].touched


def test_shorter_paid_hours_tire_carers_and_more_of_them_stop() -> None:
    less, more = (strain_after(need=4, dementia=True, paid=paid) for paid in (0.0, 40.0))
    assert caring.cannot_go_on(less, 0.5, 0.4) > caring.cannot_go_on(more, 0.5, 0.4)


# A founded town -------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=1)
def town_of_families() -> Town:
    return founded(one_in=20, steps=tuple(s for s in FOUNDING if s not in ("prices", "care", "market")))


def test_links_between_carers_and_those_cared_for_agree() -> None:
    r = town_of_families().residents
    carers = np.flatnonzero(r.cares_for >= 0)
    cared = r.cares_for[carers]
    assert ((r.carer[cared] == carers) | (r.second_carer[cared] == carers)).all()
    for column in (r.carer, r.second_carer):
        who = np.flatnonzero(column >= 0)
        assert (r.cares_for[column[who]] == who).all()
        assert r.present[column[who]].all() and (r.need[column[who]] < 3).all()


def test_hours_and_carers_come_near_what_the_census_and_assumed_need_say() -> None:
    town, k = town_of_families(), 20
    r = town.residents
    assert 0.35e6 < r.hours_family[r.present].sum() * k < 0.8e6, "hours of unpaid care a week in Doncaster"
    census = sum(town.place[f"unpaid_carers_{band}"] for band in ("1_19", "20_49", "50_plus"))
    assert np.count_nonzero(r.care_hours > 0) * k == pytest.approx(census, rel=0.15)
    women = (r.sex[r.care_hours > 0] == 1).mean()
    assert 0.47 < women < 0.65


def test_what_carers_give_is_part_of_what_people_get_and_nothing_is_negative() -> None:
    r = town_of_families().residents
    got = np.zeros(len(r))
    carers = np.flatnonzero(r.care_hours > 0)
    np.add.at(got, r.cares_for[carers], r.care_hours[carers])
    assert (got <= r.hours_family + 1e-3).all()
    for column in (r.hours_family, r.unmet, r.care_hours, r.strain):
        assert column.min() >= 0
    assert r.unmet.max() <= 1 and r.strain.max() <= 1
    met = np.minimum(r.hours_family + r.hours_paid, r.hours_needed)
    needs = r.present & (r.hours_needed > 0)
    assert np.allclose(1 - met[needs] / r.hours_needed[needs], r.unmet[needs], atol=1e-3)


def test_nothing_happens_at_founding_and_unmet_need_is_usual() -> None:
    town = town_of_families()
    r = town.residents
    assert not r.stage.any() and not town.events.counts.get(("could not go on", "", ""))
    needs = r.present & (r.need > 0)
    assert np.abs(r.unmet[needs] - r.usual_unmet[needs]).mean() < 0.01


def test_carers_of_people_with_dementia_are_under_heavy_strain_more_often() -> None:
    r = town_of_families().residents
    carers = np.flatnonzero(r.care_hours > 0)
    heavy, dementia = r.strain[carers] >= 0.5, r.dementia[r.cares_for[carers]]
    assert 0.2 < heavy[dementia].mean() < 0.6 and heavy[~dementia].mean() < 0.15
