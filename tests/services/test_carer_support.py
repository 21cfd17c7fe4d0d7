"""Stories of carer support: strain drains while it lasts, sessions fade, few are reached, sitters lack, needs come to light."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.evidence.register import central, evidence_only, sceptic
from simulation.service import Users
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

NAME = "carer_support"
QUIET = never("carer_support: need comes to light") | never("carer_support: stops coming") | never("caring: cannot go on")
SURE = QUIET | certain("carer_support: takes it up")


def couple(i: int = 0, **columns: Any) -> list[dict[str, Any]]:
    """She cares for him, who needs much help."""
    him = resident(f"him {i}", age=80, need=3, hours_needed=30.0, partner=f"her {i}", carer=f"her {i}", **columns)
    return [him, resident(f"her {i}", age=76, partner=f"him {i}", cares_for=f"him {i}", care_hours=30.0)]


def team(couples: int = 1, money: float = 600.0, room: float = 12.0, **columns: Any) -> TinyTown:
    people = [p for i in range(couples) for p in couple(i, **columns)]
    return a_town(*people, services=[NAME], room={NAME: room}, money={NAME: money})


def year(tiny: TinyTown, weeks: int = 52, luck: dict[str, np.uint64] | None = None) -> float:
    """Her strain after so many weeks of caring and support."""
    go(tiny, weeks, "caring", "supporting", luck=luck or SURE)
    return float(tiny["her 0"].strain)


def test_a_carer_is_reached_has_hours_of_her_own_and_strain_drains_while_they_last() -> None:
    alone, helped = team(money=0.0, room=0.0), team()
    begin(helped, NAME, ["her 0"], hours=3.0, until=52)
    assert year(helped, 48) < year(alone, 48) - 0.02
    assert helped["her 0"].break_hours == pytest.approx(3) and helped["her 0"].hours_paid == 0 == helped["him 0"].hours_paid
    assert helped["her 0"].company > 0
    helped.town.end(Users(helped.town, 0).placements, "stops coming")
    nobody = QUIET | never("carer_support: takes it up")
    assert year(helped, 150, nobody) == pytest.approx(year(alone, 150, nobody), abs=0.01), "and comes back when they end"


def test_workers_find_carers_who_do_much_and_nobody_else() -> None:
    tiny = team(couples=3, money=1200.0)
    go(tiny, 40, "caring", "supporting", luck=SURE)
    assert {tiny.names[i] for i in Users(tiny.town, 0).rows} == {"her 0", "her 1", "her 2"}
    assert not [x for x in tiny.story("him 0") if x[1] == NAME] and tiny["her 0"].funder == "nobody"


def test_few_are_reached_and_the_rest_go_on_as_before() -> None:
    tiny = team(couples=40, money=600.0, room=0.0)
    go(tiny, 26, "caring", "supporting", luck=SURE)
    half = len(Users(tiny.town, 0))
    go(tiny, 78, "caring", "supporting", luck=SURE)
    full = len(Users(tiny.town, 0))
    assert 0 < half < full <= 7, "600 pounds a week carry seven carers, reached over a year"
    without = [tiny[f"her {i}"] for i in range(40) if not any(s == NAME for _, s, _ in tiny.story(f"her {i}"))]
    assert len(without) > 25 and all(carer.break_hours == 0 for carer in without)


def test_many_would_not_take_it_up() -> None:
    tiny = team(couples=400)
    fits = np.isfinite(tiny.town.services[0].suits(np.arange(800), tiny.town))
    assert 0.15 < fits[1::2].mean() < 0.35 and not fits[::2].any()


def test_without_sitters_there_are_no_breaks() -> None:
    tiny = team()
    begin(tiny, NAME, ["her 0"], hours=3.0, until=52)
    tiny.town.providers.staffing[:] = 0.0
    go(tiny, 1, luck=SURE)
    assert tiny["her 0"].break_hours == 0


def test_what_sessions_taught_fades_over_years_and_outlasts_the_scheme() -> None:
    """Strain held where caring leads to: each week takes away its part of what the sessions are worth, and less each year."""
    tiny = team(dementia=True)
    begin(tiny, NAME, ["her 0"], hours=3.0, until=156)
    eased = []
    for weeks in (1, 25, 40, 60, 28):
        go(tiny, weeks - 1, luck=SURE)
        tiny["her 0"].strain = 0.6
        go(tiny, 1, luck=SURE)
        eased.append(0.6 - float(tiny["her 0"].strain))
        tiny.town.commissioner.funding.clear()
    full = 0.088 * (1 - np.exp(-4 / 26)) / 4
    assert eased[0] == pytest.approx(full, rel=0.02) and eased == sorted(eased, reverse=True)
    assert 0.3 * full < eased[2] < 0.7 * full and 0 < eased[3] < 0.3 * full, "two years on, a third is left"
    assert tiny["her 0"].break_hours == 0, "the sitter went with the money"
    go(tiny, 5, luck=SURE)
    assert tiny.story("her 0")[-1] == ("ends", NAME, "planned end")


def test_sessions_come_to_what_the_trial_found_and_need_no_belief_in_breaks() -> None:
    alone, taught = team(dementia=True, money=0.0, room=0.0), team(dementia=True)
    begin(taught, NAME, ["her 0"], hours=0.0, until=156)
    disbelieves = {"shared.strain_eased_by_break": 0.0, "shared.strain_eased_by_company": 0.0}
    for tiny in (alone, taught):
        tiny.beliefs = replace(tiny.beliefs, values={**tiny.beliefs.values, **disbelieves}, readers={})
        go(tiny, 60, "caring", "supporting", luck=SURE)
    assert 0.03 < alone["her 0"].strain - taught["her 0"].strain < 0.088


def test_sessions_alone_find_no_needs_of_the_person_cared_for() -> None:
    tiny = team(dementia=True)
    begin(tiny, NAME, ["her 0"], hours=0.0, until=156)
    go(tiny, 20, luck=certain("carer_support: need comes to light") | never("carer_support: stops coming"))
    assert tiny.story("him 0") == []


def test_sessions_are_for_carers_of_people_with_dementia_who_want_them() -> None:
    want = SURE | certain("carer_support: wants sessions")
    for dementia, lasts in ((True, 156), (False, 52)):
        tiny = team(dementia=dementia)
        go(tiny, 20, "caring", "supporting", luck=want)
        pl = tiny.town.placements
        assert len(pl) == 1 and int(pl.until[0] - pl.since[0]) == lasts


def test_a_sceptic_grants_the_trial_and_no_group_and_no_worth_of_a_break() -> None:
    page = {variant.variant: variant.values for variant in (sceptic(central()), evidence_only(central()))}
    assert page["sceptic"]["carer_support.coping"] == page["evidence only"]["carer_support.coping"] == 0.088
    assert page["sceptic"]["shared.strain_eased_by_break"] == 0 == page["sceptic"]["carer_support.company"]


def test_asking_a_carer_finds_what_the_person_cared_for_lacks() -> None:
    tiny = team()
    begin(tiny, NAME, ["her 0"], hours=3.0, until=52)
    go(tiny, 1, luck=certain("carer_support: need comes to light") | never("carer_support: stops coming"))
    assert tiny.story("him 0") == [("asks", "", "planned")]


def test_it_ends_with_caring_and_with_the_money() -> None:
    for change in ("caring", "money"):
        tiny = team()
        begin(tiny, NAME, ["her 0"], hours=3.0, until=1052, since=1000)
        go(tiny, 1, luck=SURE)
        if change == "caring":
            tiny["her 0"].cares_for = -1
        else:
            tiny.town.commissioner.funding.clear()
        go(tiny, 200, luck=SURE)
        assert tiny.story("her 0")[-1] == ("ends", NAME, "no longer needed" if change == "caring" else "scheme ends")
