"""Hospital: who comes, who stays, who waits to leave and for what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.evidence.register import central
from simulation.week import hospital as h
from tests.towns import TinyTown, a_town, resident

COMES = certain("hospital: comes to A&E")
STAYS = {**COMES, **certain("hospital: is admitted"), **certain("hospital: day of coming")}
LONG = never("hospital: length of stay")
NOTHING = never("hospital: comes to A&E")


def crowd(n: int = 4000, **columns: object) -> TinyTown:
    """Many people alike but for passing ill health, for rates."""
    town = a_town(*[resident(f"p{i}", age=80.0) for i in range(n)], week=-104)
    town.town.residents.acute[:] = np.random.default_rng(0).standard_normal(n)
    for column, value in columns.items():
        town.town.residents.arrays[column][:] = value
    return town


def count(town: TinyTown, kind: str, **how: object) -> float:
    return float(town.town.events.happened(kind, range(-200, 700), **how).sum())


def test_a_visit_a_stay_and_home_again() -> None:
    town = a_town(resident("Mrs K", age=84.0, need=0), week=1)
    luck = {**STAYS, **certain("hospital: length of stay"), **never("hospital: takes arranging"),
            **never("hospital: needs new support")}
    town.week("hospital", luck=luck)
    assert {(what, why) for what, _, why in town.story("Mrs K")} == {
        ("A&E", ""), ("emergency stay", ""), ("goes home from hospital", "")}
    assert town["Mrs K"].hospital == "no" and town["Mrs K"].discharged == 1


def test_a_long_stay_takes_whole_weeks_and_counts_bed_days() -> None:
    town = a_town(resident("Mr B", age=84.0), week=1)
    town.week("hospital", luck={**STAYS, **LONG})
    assert town["Mr B"].hospital == "being treated" and town["Mr B"].stay_days == 7
    town.week("hospital", luck=NOTHING)
    assert town["Mr B"].stay_days == 7 and town["Mr B"].bed_days == 14 and town["Mr B"].delayed_days == 0


def test_who_is_sent_comes_once_whatever_their_luck_and_is_admitted_as_others_are() -> None:
    town = a_town(resident("Mrs K", age=84.0, sent=True), resident("Mr B", age=84.0), week=1)
    for _ in range(3):
        town.week("hospital", luck={**NOTHING, **never("hospital: is admitted")})
    assert town.story("Mrs K") == [("A&E", "", "")] and not town.story("Mr B") and not town["Mrs K"].sent


def waiting(days: float = 0.0, stage: int = 1) -> TinyTown:
    """Somebody ready to leave who has asked for support to go home with."""
    town = a_town(resident("Mrs K", age=84.0, need=3, hospital="ready to leave", days_left=days, stage=stage,
                           reason="discharge", long_term=True), week=10)
    return town


def test_somebody_ready_to_leave_waits_until_support_is_there() -> None:
    town = waiting()
    stays = {**NOTHING, **never("hospital: goes without")}
    town.week("hospital", luck=stays)
    assert town["Mrs K"].hospital == "ready to leave" and town["Mrs K"].delayed_days == 7
    town.town.residents.stage[0] = 0
    town.week("hospital", luck={**stays, **certain("hospital: day of going")})
    assert town["Mrs K"].hospital == "no" and town["Mrs K"].delayed_days == 0
    assert count(town, "waits to leave", cause="support not to be had", amounts=True) == 7


def test_arranging_takes_its_days_whatever_support_there_is() -> None:
    town = waiting(days=10.0, stage=0)
    town.week("hospital", luck=NOTHING)
    assert town["Mrs K"].hospital == "ready to leave" and town["Mrs K"].delayed_days == 7
    town.week("hospital", luck=NOTHING)
    assert town["Mrs K"].hospital == "no" and town["Mrs K"].delayed_days == pytest.approx(3.0)


def test_patience_ends_and_the_request_stays_open() -> None:
    town = waiting()
    town.week("hospital", luck={**NOTHING, **certain("hospital: goes without")})
    assert ("goes home from hospital", "", "without the support asked for") in town.story("Mrs K")
    assert town["Mrs K"].hospital == "no" and town["Mrs K"].stage == "waiting for assessment"


def test_support_is_asked_for_before_treatment_ends_but_not_from_a_care_home() -> None:
    ill = {"age": 84.0, "need": 3, "hospital": "being treated", "days_left": 9.0}
    town = a_town(resident("home", **ill), resident("resident", **ill, setting="residential"), week=10)
    town.week("hospital", luck={**NOTHING, **certain("hospital: needs new support")})
    assert town["home"].stage == "waiting for assessment" and town["home"].reason == "discharge"
    assert town["home"].hospital == "being treated"
    assert town["resident"].stage == "not asking"


def test_who_has_died_leaves_the_bed() -> None:
    town = waiting()
    town.town.residents.present[0] = False
    town.week("hospital", luck=NOTHING)
    assert town["Mrs K"].hospital == "no" and town["Mrs K"].stay_days == 0


def test_rates_keep_the_published_mean_whoever_the_people_are() -> None:
    """Need, frailty, loneliness and unmet need change who comes, never how many come in all."""
    seen = []
    for need, frailty, lonely in ((0, 0, False), (4, 3, True)):
        town = crowd(need=need, frailty=frailty, lonely=lonely, unmet=0.3 * lonely)
        town.run(52, "hospital")
        seen.append(count(town, "emergency stay") / 4000)
    published = float(central().values["hospital.stays"][3])
    assert seen[0] == pytest.approx(published, rel=0.12) and seen[1] == pytest.approx(published, rel=0.12)


def test_more_need_and_more_frailty_mean_more_stays() -> None:
    town = crowd()
    r = town.town.residents
    r.need[2000:], r.frailty[2000:] = 3, 2
    town.run(26, "hospital")
    people = town.town.events.table()
    stays = people["person"][people["kind"] == town.town.events.kinds.index("emergency stay")]
    assert 2.0 < np.count_nonzero(stays >= 2000) / np.count_nonzero(stays < 2000) < 4.5


def test_falls_are_counted_inside_the_published_rate() -> None:
    town = crowd(8000)
    falls = np.random.default_rng(1)
    for _ in range(104):
        town.town.tables["fell"] = falls.random(8000) < 0.05 / 52
        town.week("hospital")
    stays = float(town.town.events.happened("emergency stay", range(-52, 0)).sum()) / 8000
    assert stays == pytest.approx(float(central().values["hospital.stays"][3]), rel=0.08)


def test_a_serious_fall_brings_somebody_to_hospital() -> None:
    town = a_town(resident("Mr B", age=84.0), week=1)
    town.town.tables["fell"] = np.array([True])
    town.week("hospital", luck={**NOTHING, **certain("hospital: is admitted"), **LONG})
    assert town["Mr B"].hospital == "being treated"


def test_health_support_in_care_homes_reaches_residents_only() -> None:
    seen = {}
    for ratio in (1.0, 0.5):
        town = crowd(need=3)
        r = town.town.residents
        r.setting[2000:] = 4
        town.run(4, "hospital")  # the base run: rates are centred
        town.town.week = 0
        town.town.memory["care home emergency ratio"] = ratio
        town.run(52, "hospital")
        table = town.town.events.table()
        table = table[(table["kind"] == town.town.events.kinds.index("A&E")) & (table["week"] >= 0)]
        seen[ratio] = np.bincount(table["person"] >= 2000, minlength=2)
    assert seen[0.5][0] == pytest.approx(seen[1.0][0], rel=0.06)
    assert 0.4 < seen[0.5][1] / seen[1.0][1] < 0.62


def test_days_add_up_and_free_beds_are_used_again() -> None:
    town = crowd(2000, need=3, frailty=2)
    for _ in range(40):
        town.week("hospital")
        r = town.town.residents
        assert (r.delayed_days <= r.stay_days + 1e-4).all() and (r.stay_days <= 7 + 1e-4).all()
        assert (r.days_left[r.hospital == 0] == 0).all()
    emergency = float(r.stay_days.sum()) / 7
    planned, hospital = town.town.memory["hospital: planned care beds"], town.town.hospital
    assert hospital.occupied == pytest.approx(emergency + planned)
    assert hospital.occupied >= 0.93 * hospital.beds - 1e-6


def test_fewer_days_of_waiting_when_support_is_there_sooner() -> None:
    """Support that takes three weeks to come instead of one adds waiting days; arranging days stay as they are."""
    days = {}
    for weeks in (1, 3):
        town = crowd(3000, need=3, frailty=2)
        r = town.town.residents
        for _ in range(60):
            done = (r.stage > 0) & (town.town.week - r.asked >= weeks)
            r.stage[done], r.reason[done] = 0, 0
            town.week("hospital")
        days[weeks] = [count(town, "waits to leave", cause=c, amounts=True)
                       for c in ("support not to be had", "arrangements")]
    assert days[3][0] > 1.5 * days[1][0]
    assert days[3][1] == pytest.approx(days[1][1], rel=0.1)


AE_RATES, STAY_RATES, LEVELS = np.linspace(0.002, 0.02, 5), np.full(5, 0.1), np.linspace(0.5, 6, 20)
LOGS = np.array([0.5, 0.7, 0.3, 0.05, 0.4, 0.7])  # of the size of what is believed
LUCK, ADMITTED = np.uint64(12345), np.uint64(67890)


def many(people: int) -> tuple[Any, Any]:
    """A crowd of every age, need and health, some of them hurt; and who fell."""
    r = crowd(people).town.residents
    of = np.random.default_rng(8)
    r.age[:], r.need[:], r.frailty[:] = of.uniform(18, 100, people), of.integers(0, 5, people), of.integers(0, 4, people)
    r.acute[:], r.unmet[:], r.lonely[:] = of.normal(0, 1.5, people), of.random(people), of.random(people) < 0.2
    r.setting[:], r.discharged[:] = of.integers(0, 2, people) * h.RESIDENTIAL, of.integers(0, 10, people)
    r.hospital[:], r.present[:] = of.random(people) < 0.05, of.random(people) < 0.9
    return r, of.random(people) < 0.01


def sifted(r: Any, fell: Any, least_luck: Any, might_come: Any) -> Any:
    least, might = np.empty(len(r)), np.empty(len(r), dtype=bool)
    least_luck(r.present, r.hospital, r.acute, r.unmet, r.lonely, r.discharged, LOGS, 10, LUCK, least)
    rates = h._Rates(a_town(resident("Mrs K")).town, np.ones(5), np.ones(4), 0.5, 1.0, 0.95, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0)
    rates.ae_level = LEVELS
    might_come(least, r.age, r.need, fell, r.sent, *rates.most(AE_RATES), might)
    return np.flatnonzero(might)


def visits(rows: Any, r: Any, fell: Any, kernel: Any) -> Any:
    return kernel(rows, r.age, r.need, r.frailty, r.setting, r.acute, r.unmet, r.lonely, r.discharged, fell, r.sent, AE_RATES, STAY_RATES,
                  LEVELS, LEVELS, 0.95, LOGS, 0.33, 0.8, 10, LUCK, ADMITTED)


def test_the_kernels_and_plain_python_agree() -> None:
    r, fell = many(3000)
    rows = sifted(r, fell, h._least_luck, h._might_come)
    assert np.array_equal(rows, sifted(r, fell, *(getattr(k, "py_func", k) for k in (h._least_luck, h._might_come))))
    kernel, plain = visits(rows, r, fell, h._visits), visits(rows, r, fell, getattr(h._visits, "py_func", h._visits))
    assert len(kernel[0]) and np.array_equal(kernel[0], plain[0]) and np.array_equal(kernel[1], plain[1])


def test_the_first_look_at_luck_leaves_nobody_out_who_comes_and_most_people_who_do_not() -> None:
    r, fell = many(100_000)
    could = np.flatnonzero(r.present & (r.hospital == 0))
    rows = sifted(r, fell, h._least_luck, h._might_come)
    everybody, some = visits(could, r, fell, h._visits), visits(rows, r, fell, h._visits)
    assert len(everybody[0]) > 1000 and np.array_equal(everybody[0], some[0]) and np.array_equal(everybody[1], some[1])
    assert len(rows) < len(could) / 2
