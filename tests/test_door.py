"""At the front door: asking, being assessed, choosing with consent, and what reviews find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import door as the_door
from simulation.draws import certain, never, uniforms_for
from simulation.evidence.lists import REASON
from simulation.founding import care as founding_care
from simulation.founding import suppliers
from simulation.plan import Plan
from simulation.process import believes
from simulation.week import asking as the_asking
from simulation.world.ledger import Events
from simulation.world.town import CARE_HOME, COUNCIL, SELF
from tests.towns import TinyTown, a_town, resident

SERVICES = ["home_care", "residential", "nursing", "direct_payments", "reablement", "supported_living"]


def door_town(*people: dict[str, Any], **kinds: Any) -> TinyTown:
    """A tiny town whose front door is bound to its evidence."""
    given = [(row, {key: person.pop(key) for key in ("lives_in", "has", "hours") if key in person})
             for row, person in enumerate(people)]
    town = a_town(*people, services=kinds.pop("services", SERVICES), **kinds)
    if getattr(town.town, "door", None) is None:
        town.town.door = the_door.Door(**believes(the_door.Door, town.beliefs, "door"))
    for row, what in given:
        if what:
            supported(town, row, what.get("lives_in") or what["has"], what.get("hours", 0.0))
    return town


def supported(town: TinyTown, row: int, service: str, hours: float) -> None:
    """This person has had support from this service, paid for by the council, for about two years."""
    t, rows = town.town, np.array([row])
    k = t.service(service)
    kept, t.events = t.events, Events()
    t.begin(k, rows, k, hours=hours, funder=COUNCIL, since=t.week - 100,
            price=t.services[k].price(rows, np.array([hours]), t))
    t.events = kept


def mrs_k(**columns: Any) -> dict[str, Any]:
    usual = {"age": 82.0, "need": 2, "alone": True, "hours_needed": 12.0, "child_near": True, "worsened": 500.0}
    return resident("Mrs K", **{**usual, **columns})


def waiting(**columns: Any) -> dict[str, Any]:
    """Mrs K, found eligible and waiting for support."""
    return mrs_k(**{"stage": 2, "reason": REASON.index("planned"), "long_term": True, "hours_wanted": 9.5, **columns})


# Asking --------------------------------------------------------------------------------------------------------------
def test_mrs_k_asks_for_long_term_support() -> None:
    town = door_town(mrs_k()).week("asking", luck=certain("asking: long term"))
    assert town.story("Mrs K") == [("asks", "", "planned")]
    assert town["Mrs K"].stage == "waiting for assessment"
    assert town["Mrs K"].long_term


def test_without_need_or_in_hospital_or_in_a_care_home_nobody_asks_for_long_term_support() -> None:
    for columns in ({"need": 0}, {"hospital": 1}, {"setting": "residential"}, {"present": False}, {"stage": 2}):
        luck = certain("asking: long term") | never("asking: a little help")
        town = door_town(mrs_k(**columns)).week("asking", luck=luck)
        assert town.story("Mrs K") == []


def test_a_little_help_is_asked_for_too() -> None:
    town = door_town(mrs_k(need=0)).week("asking", luck=never("asking: long term") | certain("asking: a little help"))
    assert town.story("Mrs K") == [("asks for a little help", "", "planned")]


def rates(**columns: Any) -> tuple[float, float]:
    town = door_town(mrs_k(**columns)).town
    home, care_home = the_door.rates(np.array([0]), town)
    return float(home[0]), float(care_home[0])


def test_rates_of_asking_for_a_care_home_match_worked_examples() -> None:
    """Worked by hand: at 82, most need, alone, no child near, dementia, need just risen; and one more stable."""
    door = door_town(mrs_k()).town.door
    most = rates(need=4, dementia=True, child_near=False, worsened=4.0)[1]
    assert most == pytest.approx(door.scale_care_home * 0.122 * 1.9 * 1.2 * 5.0 * 2.2)
    stable = rates(need=3, dementia=True, child_near=True)[1]
    assert stable == pytest.approx(door.scale_care_home * 0.0183 * 1.9 * 5.0 * 0.7)


@pytest.mark.parametrize(("less", "more"), [
    ({"need": 2}, {"need": 3}), ({"need": 3}, {"need": 4}), ({"child_near": True}, {"child_near": False}),
    ({"age": 75.0}, {"age": 90.0}), ({"dementia": False}, {"dementia": True}), ({"worsened": 500.0}, {"worsened": 3.0}),
    ({"alone": False}, {"alone": True}), ({"lonely": False}, {"lonely": True})])
def test_more_need_and_less_company_never_mean_asking_less_for_a_care_home(less: dict[str, Any],
                                                                           more: dict[str, Any]) -> None:
    assert rates(**{"need": 3, **less})[1] < rates(**{"need": 3, **more})[1]


def test_no_rate_is_above_the_ceiling_that_sifts_who_might_ask() -> None:
    door = door_town(mrs_k()).town.door
    worst = {"age": 100.0, "dementia": True, "child_near": False, "worsened": 0.0, "lonely": True}
    for need in range(1, 5):
        assert sum(rates(need=need, **worst)) <= door.most_a_year(100.0)[1, need] * (1 + 1e-12)


@pytest.mark.parametrize("older_from", [60.0, 65.0, 70.0])
def test_those_sifted_to_ask_are_all_who_can_ask_and_whose_luck_could_suffice(older_from: float) -> None:
    n, of = 20_000, np.random.default_rng(2)
    r = a_town(*[resident(f"p{i}") for i in range(n)]).town.residents
    r.age[:], r.need[:], r.stage[:] = of.uniform(18, 100, n), of.integers(0, 5, n), of.integers(0, 2, n)
    r.hospital[:], r.setting[:], r.present[:] = of.random(n) < 0.1, of.integers(0, 4, n), of.random(n) < 0.9
    sure, most = of.random(n) < 0.02, np.vstack([np.linspace(0.01, 0.3, 5), np.linspace(0.05, 0.4, 5)])
    luck = np.uint64(987654321)
    older = (r.age >= older_from).astype(int)
    can = r.present & (r.stage == 0) & (r.hospital == 0) & (r.setting < CARE_HOME[0])
    expected = np.flatnonzero(can & (sure | (uniforms_for(luck, np.arange(n)) < most[older, r.need])))
    rows = the_asking._sifted(r, sure, most, luck, older_from)
    assert len(rows) > 500 and np.array_equal(rows, expected)


def test_a_learning_disability_has_its_own_way_at_every_age() -> None:
    at_40, at_70 = (rates(age=age, group="learning disability", band="daily", need=0) for age in (40.0, 70.0))
    assert at_40 == at_70
    assert at_40[0] > 0


def test_a_son_asks_for_a_home_when_his_parents_are_gone() -> None:
    son = resident("Tom", age=45.0, group="learning disability", band="daily", setting="with family", funder="council",
                   kin=[1, -1, -1], kin_kind=[3, 0, 0])
    mother = resident("his mother", age=70.0)
    town = door_town(son, mother).town
    before = the_door.rates(np.array([0]), town)[0][0]
    town.residents.age[1] = 86
    assert the_door.rates(np.array([0]), town)[0][0] > before
    town.residents.age[1], town.residents.present[1] = 70, False
    assert the_door.rates(np.array([0]), town)[0][0] > before


# Deciding ------------------------------------------------------------------------------------------------------------
def asking(**columns: Any) -> dict[str, Any]:
    return mrs_k(**{"stage": 1, "reason": REASON.index("planned"), "long_term": True, "unmet": 0.5, **columns})


SEEN = certain("deciding: ready") | certain("deciding: found eligible")


def test_mrs_k_is_assessed_and_hours_are_agreed() -> None:
    town = door_town(asking(), week=-10).week("deciding", luck=SEEN)
    assert town.story("Mrs K") == [("assessed", "", "council"), ("found eligible", "", "")]
    assert town["Mrs K"].stage == "waiting for support"
    assert town["Mrs K"].hours_wanted == pytest.approx(town.town.door.hours_by_need[2])


def test_what_the_family_does_and_what_is_needed_limit_the_hours_agreed() -> None:
    door = door_town(mrs_k()).town.door
    town = door_town(asking(hours_family=10.0), week=-10).week("deciding", luck=SEEN)
    assert town["Mrs K"].hours_wanted == pytest.approx(12 - 10 * door.family_counted)
    town = door_town(asking(hours_family=40.0), week=-10).week("deciding", luck=SEEN)
    assert town["Mrs K"].hours_wanted == pytest.approx(door.least_hours)


def test_smaller_packages_are_a_lever_of_the_plan() -> None:
    town = door_town(asking(), week=-10, plan=Plan(levers={"package_size": -0.1})).week("deciding", luck=SEEN)
    assert town["Mrs K"].hours_wanted == pytest.approx(town.town.door.hours_by_need[2] * 0.9)


def test_some_help_needed_and_given_by_family_is_not_eligible_but_going_without_it_is() -> None:
    helped = asking(need=1, hours_needed=4.0, hours_family=3.0, unmet=0.1)
    town = door_town(helped, week=-10).week("deciding", luck=SEEN)
    assert town.story("Mrs K")[1:] == [("not eligible", "", ""), ("settled", "", "family")]
    assert town["Mrs K"].stage == "not asking"
    town = door_town(asking(need=1, hours_needed=4.0, unmet=0.9), week=-10).week("deciding", luck=SEEN)
    assert town.story("Mrs K")[-1] == ("found eligible", "", "")


def test_what_a_carer_meets_the_council_need_not() -> None:
    town = door_town(asking(unmet=0.0, hours_family=12.0), week=-10).week("deciding", luck=SEEN)
    assert town.story("Mrs K")[1:] == [("not eligible", "", ""), ("settled", "", "family")]


def test_need_after_a_hospital_stay_may_pass() -> None:
    crisis = asking(reason=REASON.index("discharge"))
    town = door_town(crisis, week=-10).week("deciding", luck=SEEN | never("door: need lasts"))
    assert town.story("Mrs K")[1:] == [("needs short-term help only", "", ""), ("settled", "", "going without")]
    town = door_town(crisis, week=-10).week("deciding", luck=SEEN | certain("door: need lasts"))
    assert town.story("Mrs K")[-1] == ("found eligible", "", "")


@pytest.mark.parametrize(("columns", "cause"), [
    ({"need": 0}, "got better"), ({"unmet": 0.1, "hours_family": 9.0}, "family"),
    ({"unmet": 0.9, "savings": 50_000.0}, "own means"), ({"unmet": 0.9}, "going without")])
def test_requests_that_end_without_support_are_told_apart(columns: dict[str, Any], cause: str) -> None:
    town = door_town(mrs_k(stage=1, reason=1, **columns)).week("deciding")
    assert town.story("Mrs K") == [("settled", "", cause)]


def test_short_term_help_comes_first_where_it_has_room() -> None:
    fits = {"worsened": 5.0, "stage": 1, "reason": 1}
    luck = certain("reablement: could gain")
    town = door_town(mrs_k(**fits), room={"reablement": 3}).week("deciding", "choosing", luck=luck)
    assert town.story("Mrs K") == [("begins", "reablement", "a little help")]
    assert town["Mrs K"].stage == "not asking"
    assert town["Mrs K"].funder == "nobody"
    town = door_town(mrs_k(**fits)).week("deciding", luck=luck)
    assert town.story("Mrs K")[0][0] == "settled", "no room, no reablement"


def test_in_a_crisis_reablement_comes_before_long_term_support_but_not_twice() -> None:
    crisis = {"worsened": 5.0, "stage": 1, "long_term": True, "unmet": 0.5}
    luck = certain("reablement: could gain") | SEEN
    town = door_town(mrs_k(**crisis, reason=REASON.index("discharge")), room={"reablement": 3})
    town.week("deciding", luck=luck)
    assert not town["Mrs K"].long_term and town["Mrs K"].stage == "waiting for support"
    again = door_town(mrs_k(**crisis, reason=REASON.index("support ended")), room={"reablement": 3}, week=-1)
    assert again.week("deciding", luck=luck)["Mrs K"].long_term


def test_with_little_time_crises_are_assessed_first_and_then_the_longest_wait() -> None:
    people = [resident(f"P{i}", age=80.0, need=2, hours_needed=12.0, unmet=0.5, stage=1, long_term=True, asked=-i,
                       reason=REASON.index("carer could not go on" if i == 3 else "planned")) for i in range(6)]
    town = door_town(*people, week=0)
    town.town.centres["deciding: requests"] = 2 / 6 / 1.06  # two assessments a week
    town.week("deciding", luck=SEEN)
    assert [p for p in town.names if town[p].stage == "waiting for support"] == ["P3", "P5"]


def test_people_with_means_do_not_wait_for_an_assessment() -> None:
    town = door_town(asking(savings=80_000.0), week=0)
    town.town.centres["deciding: requests"] = 0.0
    town.week("deciding", luck=certain("deciding: ready") | never("deciding: found eligible"))
    assert town.story("Mrs K") == [("assessed", "", "own means"), ("found eligible", "", "")]


# Choosing ------------------------------------------------------------------------------------------------------------
LIKES_HOME_CARE = never("choosing: home_care") | never("direct_payments: willing and able")


def test_support_begins_where_there_is_room_and_is_waited_for_where_there_is_none() -> None:
    town = door_town(waiting(), room={"home_care": 5}).week("choosing", luck=LIKES_HOME_CARE)
    assert town.story("Mrs K") == [("waits", "home_care", "")]
    town.week("choosing", luck=LIKES_HOME_CARE)
    assert len(town.story("Mrs K")) == 1, "a wait is told once"
    town.town.providers.room[:] = 20
    town.week("choosing", luck=LIKES_HOME_CARE)
    assert town.story("Mrs K")[1:] == [("waited", "home_care", ""), ("begins", "home_care", "planned")]
    assert town["Mrs K"].stage == "not asking" and town["Mrs K"].funder == "council"
    assert town.town.placements.at(0).hours == pytest.approx(9.5)
    assert 0 < town.town.placements.at(0).contribution <= town.town.placements.at(0).price


def test_after_long_waiting_the_next_best_with_room_is_taken() -> None:
    luck = certain("choosing: home_care") | never("choosing: direct_payments")
    luck |= certain("direct_payments: willing and able")
    town = door_town(waiting(asked=0, need=2, hours_wanted=9.0), room={"home_care": 50}, week=1)
    town.week("choosing", luck=luck)
    assert town.story("Mrs K") == [("waits", "direct_payments", "")]
    town.town.week = 30
    town.week("choosing", luck=luck)
    assert town.story("Mrs K")[-1] == ("begins", "home_care", "planned")


def test_a_crisis_gets_the_last_room() -> None:
    crisis = resident("Mr L", age=80.0, need=2, alone=True, stage=2, long_term=True, hours_wanted=9.5,
                      reason=REASON.index("carer could not go on"))
    town = door_town(waiting(asked=-9), crisis, room={"home_care": 10}).week("choosing", luck=LIKES_HOME_CARE)
    assert town["Mr L"].stage == "not asking" and town["Mrs K"].stage == "waiting for support"


FRAIL = {"need": 4, "dementia": True, "alone": True, "child_near": False, "worsened": 3.0, "hours_needed": 70.0}
LIKES_A_HOME = {**never("choosing: residential"), **certain("choosing: home_care"),
                **never("direct_payments: willing and able")}
FULL = {"home_care": 500.0, "residential": 50.0, "direct_payments": 500.0}


def test_a_care_home_is_a_new_home_with_a_charge_and_an_admission() -> None:
    town = door_town(waiting(**FRAIL, income=250.0), room=FULL).week("choosing", luck=LIKES_A_HOME)
    assert ("council admission", "residential", "new") in town.story("Mrs K")
    person = town["Mrs K"]
    assert person.setting == "residential" and person.needs_entry and person.entered_home == 0
    assert person.contribution == pytest.approx((250 - 30.65) * town.town.means.third_parties, abs=0.01)


def test_the_plan_may_steer_but_not_decide() -> None:
    """With a strong steer the council offers help at home first; some accept, some keep their first wish."""
    accepts, declines = never("choosing: declines"), certain("choosing: declines")
    for luck, service in ((accepts, "home_care"), (declines, "residential")):
        town = door_town(waiting(**FRAIL), room=FULL)
        town.town.commissioner.steer = 100.0
        town.week("choosing", luck=LIKES_A_HOME | luck)
        assert ("begins", service, "planned") in town.story("Mrs K")
        assert town["Mrs K"].needs_entry, "she met the test for a care home either way"
        assert town["Mrs K"].diverted == (service == "home_care")
    assert ("declines", "", "") in town.story("Mrs K")


def test_people_who_pay_their_own_way_are_not_steered() -> None:
    town = door_town(waiting(**FRAIL, savings=90_000.0), room=FULL)
    town.town.commissioner.steer = 100.0
    town.week("choosing", luck=LIKES_A_HOME | never("choosing: declines"))
    assert town["Mrs K"].setting == "residential" and town["Mrs K"].funder == "self"
    assert town["Mrs K"].contribution == 0


def test_a_package_in_place_of_a_care_home_is_larger() -> None:
    town = door_town(waiting(**FRAIL), room=FULL)
    ordinary = the_door.agreed_hours(np.array([0]), town.town)[0]
    town.town.commissioner.steer = 100.0
    town.week("choosing", luck=LIKES_A_HOME | never("choosing: declines"))
    more = town.town.door.hours_in_place_of_a_home
    assert town.town.placements.at(0).hours == pytest.approx(ordinary * more, rel=1e-5)


def a_crowd(n: int, **columns: Any) -> TinyTown:
    people = [{**waiting(**{**FRAIL, **columns}), "name": f"P{i}", "asked": -(i % 8)} for i in range(n)]
    return door_town(*people, room={"home_care": 1e6, "residential": 1e5, "nursing": 1e5, "direct_payments": 1e6})


def test_choosing_repeats_the_flows_that_asking_was_fitted_to() -> None:
    """Among people like these the share who move to a care home is that rate of asking over both rates."""
    town = a_crowd(1500, need=3, hours_needed=28.0)
    home, care_home = the_door.rates(np.array([0]), town.town)
    town.town.week = -20  # in the burn-in, so that what help at home is worth is learnt
    town.week("choosing")
    went = np.isin(town.town.residents.setting, (4, 5)).mean()
    assert went == pytest.approx(care_home[0] / (care_home[0] + home[0]), abs=0.035)


def test_taste_stays_the_same_while_waiting_and_does_not_depend_on_what_else_is_on_offer() -> None:
    first, second = a_crowd(120), a_crowd(120)
    for town, room in ((first, 1e6), (second, 0.0)):
        town.town.providers.room[town.town.service("home_care")] = room
        town.week("choosing")
    second.town.providers.room[:] = 1e6
    second.week("choosing")
    wanted = [np.flatnonzero(t.town.supported_by(t.town.service("residential"))) for t in (first, second)]
    assert len(wanted[0]) > 10
    assert wanted[0].tolist() == wanted[1].tolist()


# Reviewing -----------------------------------------------------------------------------------------------------------
HOUSE = {"savings": 5_000.0, "owns_home": True, "house": 150_000.0}


def resident_of_a_home(**columns: Any) -> TinyTown:
    """Mrs K has paid for her care home from the start."""
    town = door_town(mrs_k(**{**FRAIL, "lives_in": "residential", **columns}), room={"residential": 40})
    t = town.town
    t.placements.funder[0] = t.residents.funder[0] = SELF
    t.placements.price[0] = t.services[t.service("residential")].own_price(np.array([0]), np.zeros(1), t)[0]
    return town


def test_savings_are_spent_down_and_then_the_council_pays() -> None:
    town = resident_of_a_home(savings=24_500.0, income=250.0)
    out = town.town.placements.price[0] - town.town.means.own_money(np.array([250.0]), np.array([4]))[0]
    town.week("reviewing")
    assert town["Mrs K"].savings == pytest.approx(24_500 - out, abs=0.5)
    assert town["Mrs K"].funder == "self"
    town.week("reviewing")
    assert town["Mrs K"].funder == "council" and town.town.placements.at(0).funder == "council"
    assert town["Mrs K"].setting == "residential", "nobody moves because money ran out"
    assert [s for s in town.story("Mrs K") if s[0] != "reviewed"] == [
        ("council admission", "residential", "money ran out"), ("money ran out", "", "care home")]
    assert town["Mrs K"].contribution > 0


@pytest.mark.parametrize("defers", [True, False])
def test_a_lone_owner_sells_or_borrows_and_the_loan_comes_back_when_she_dies(defers: bool) -> None:
    town = resident_of_a_home(savings=5_000.0, owns_home=True, house=150_000.0)
    luck = never("means: a relative over 60 lives in the home")
    luck |= certain("reviewing: defers the payment") if defers else never("reviewing: defers the payment")
    town.week("reviewing", luck=luck).week("reviewing", luck=luck)
    person = town["Mrs K"]
    assert person.funder == "self"
    if not defers:
        assert not person.owns_home and person.savings > 150_000
        return
    owed = person.deferred
    assert person.owns_home and person.savings == 5_000 and owed > 1_000
    assert town.paid("council", "people") == pytest.approx(owed, rel=0.01)
    person.present, town.town.week = False, 4
    town.town.end(np.array([0]), "death")
    town.week("reviewing", luck=luck)
    assert town.paid("people", "council") == pytest.approx(owed, abs=0.01)
    assert person.deferred == 0


def test_a_home_begins_to_count_after_twelve_weeks() -> None:
    town = door_town(mrs_k(**FRAIL, lives_in="residential", **HOUSE, disregard=12), room={"residential": 40})
    luck = never("means: a relative over 60 lives in the home")
    for _ in range(11):
        town.week("reviewing", luck=luck)
    assert town["Mrs K"].funder == "council"
    town.week("reviewing", luck=luck)
    assert town["Mrs K"].funder == "self" and town["Mrs K"].contribution == 0
    assert town.town.placements.at(0).price > town.town.prices["older_residential"]


def test_a_partner_at_home_protects_the_home() -> None:
    mr = resident("Mr K", age=80.0, partner="Mrs K")
    town = door_town(mrs_k(**FRAIL, lives_in="residential", **HOUSE, partner="Mr K"), mr, room={"residential": 40})
    for _ in range(20):
        town.week("reviewing")
    assert town["Mrs K"].funder == "council"


def with_home_care(hours: float, **columns: Any) -> TinyTown:
    return door_town(mrs_k(has="home_care", hours=hours, last_assessed=-60, **columns), room={"home_care": 100})


def test_hours_follow_need_up_and_in_part_down() -> None:
    up = with_home_care(5.0).week("reviewing", luck=certain("reviewing: is done"))
    usual = up.town.door.hours_by_need[2]
    assert up.town.placements.at(0).hours == pytest.approx(usual)
    down = with_home_care(19.0).week("reviewing", luck=certain("reviewing: is done"))
    assert usual < down.town.placements.at(0).hours < 19
    full = with_home_care(5.0)
    full.town.providers.room[:] = 0
    full.week("reviewing", luck=certain("reviewing: is done"))
    assert full.town.placements.at(0).hours == 5, "no room for more"


def test_a_review_is_made_when_due_and_not_before() -> None:
    fresh = with_home_care(5.0, worsened=400.0)
    fresh.town.residents.last_assessed[0] = -20
    fresh.week("reviewing", luck=certain("reviewing: is done"))
    assert fresh.town.placements.at(0).hours == 5
    fresh.town.residents.worsened[0] = 3  # need has risen since
    fresh.week("reviewing", luck=certain("reviewing: is done"))
    assert fresh.town.placements.at(0).hours > 5


def test_nobody_of_working_age_is_moved_but_some_want_a_home_of_their_own() -> None:
    tom = resident("Tom", age=40.0, group="learning disability", band="daily", lives_in="residential",
                   hours_needed=14.0)
    town = door_town(tom, room={"residential": 40, "supported_living": 5})
    town.week("reviewing", luck=never("reviewing: wants to move on"))
    assert town["Tom"].stage == "not asking"
    town.week("reviewing", luck=certain("reviewing: wants to move on"))
    asked = int(town.town.residents.asked[0])
    town.town.week = -5
    town.week("deciding", luck=SEEN)
    likes = never("choosing: supported_living") | certain("door: finds a home")
    town.town.week = asked + int(town.town.door.finds_a_home_least) - 1
    town.week("choosing", luck=likes)
    assert town["Tom"].setting == "residential", "a home is not found at once, though there is room"
    assert town.town.services[town["Tom"].wants_service].name == "supported_living"
    town.week("choosing", luck=likes)
    assert town["Tom"].setting == "supported living"
    assert town["Tom"].funder == "council" and int(town.town.placements.active.sum()) == 1


def test_money_paid_for_care_at_home_runs_out_too() -> None:
    town = with_home_care(20.0, savings=23_300.0)
    town.town.placements.funder[0] = town.town.residents.funder[0] = SELF
    town.week("reviewing", luck=never("reviewing: is done"))
    assert town["Mrs K"].funder == "council" and town.town.placements.funder[0] == COUNCIL
    assert town.story("Mrs K") == [("money ran out", "", "at home")]


def test_the_council_does_not_pay_while_there_is_a_home_to_sell() -> None:
    town = resident_of_a_home(savings=23_400.0, owns_home=True, house=150_000.0)
    luck = never("means: a relative over 60 lives in the home") | never("reviewing: defers the payment")
    town.week("reviewing", luck=luck).week("reviewing", luck=luck)
    assert [what for what, *_ in town.story("Mrs K")] == ["sells home"]
    assert town["Mrs K"].funder == "self"


# The first day -------------------------------------------------------------------------------------------------------
SIZES = suppliers.Sizes(0.4, 0.1, 0.24, 0.6, 85, 200, 1.4, 5, 0.05)


@pytest.mark.parametrize("one_in", [1, 10, 100])
def test_a_sample_has_fewer_homes_of_true_size(one_in: int) -> None:
    town = door_town(mrs_k()).town
    town.one_in = one_in
    before = len(town.providers)
    suppliers.homes(town, town.place, SIZES)
    built, younger = town.providers.built[before:], town.providers.working_age[before:]
    homes, beds = town.place["care_homes"], town.place["care_home_beds"]
    if one_in == 1:
        assert len(built) == homes and built.sum() == pytest.approx(beds, abs=3)
    else:
        assert 3 <= len(built) <= max(homes / one_in * 1.2, 3)
    older = beds * 0.9 / (homes * 0.6)
    assert older * 0.35 < built[~younger].min() and built[~younger].max() < older * 1.65
    assert younger.any() and (~younger).any()
    assert set(town.providers.service[before:]) == {town.service("residential"), town.service("nursing")}


def test_people_have_lived_in_their_homes_as_long_as_a_stock_of_residents_has() -> None:
    """With one rate of dying the time lived so far is as long as the time still to come: its mean is 1 / rate."""
    town = door_town(mrs_k()).town
    weeks = founding_care._elapsed(town.draws, np.arange(4000), 0.0, 4.0, 0.4)
    assert weeks.mean() / 52 == pytest.approx(2.5, rel=0.02)


@pytest.mark.parametrize(("weeks", "savings", "house", "payer", "left", "home_left"), [
    (0, 10_000, 0, COUNCIL, 10_000, 0),
    (10, 50_000, 0, SELF, 50_000 - 10 * 800, 0),
    (100, 50_000, 0, COUNCIL, 23_250, 0),
    (10, 10_000, 100_000, COUNCIL, 10_000, 100_000),  # within the first twelve weeks
    (50, 10_000, 100_000, SELF, 110_000 - 38 * 800, 0),
    (300, 10_000, 100_000, COUNCIL, 23_250, 0)])
def test_what_people_own_is_spent_down_over_the_time_already_lived_in_the_home(
        weeks: int, savings: float, house: float, payer: int, left: float, home_left: float) -> None:
    town = door_town(mrs_k(savings=savings, house=house, owns_home=house > 0, need=4, income=300.0)).town
    town.draws.fixed = never("reviewing: defers the payment") | never("means: a relative over 60 lives in the home")
    price = 800 + town.means.own_money(np.array([300.0]), np.array([4]))
    assert founding_care._spent_down(town, np.array([0]), np.array([weeks]), price).tolist() == [payer]
    assert town.residents.savings[0] == pytest.approx(left, abs=0.5)
    assert town.residents.house[0] == home_left
