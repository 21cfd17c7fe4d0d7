"""Stories of reablement: straight from hospital, able again, blocked exits, a queue, too few workers, whom it takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation import door
from simulation.draws import certain, never
from simulation.evidence.lists import STAGE
from simulation.service import Users
from simulation.world.town import COUNCIL
from tests.test_services import begin, go
from tests.towns import TinyTown, a_town, resident

READY, DISCHARGE = 2, 2
GAINS = certain("reablement: could gain")


def team(*people: dict[str, Any], money: float = 5000.0) -> TinyTown:
    return a_town(*people, services=["reablement"], room={"reablement": 10}, money={"reablement": money})


def test_the_team_takes_somebody_straight_from_hospital_and_recovery_quickens() -> None:
    tiny = team(resident("Mr A", age=82, need=2, hours_needed=12.0, hospital=2, stage=1, reason=2, long_term=True))
    go(tiny, 1, "supporting", "paying", luck=GAINS)
    assert tiny.story("Mr A") == [("begins", "reablement", "discharge")] and tiny["Mr A"].stage == STAGE[0]
    tiny["Mr A"].hospital = 0
    go(tiny, 1, "supporting", "paying", luck=GAINS)
    assert tiny["Mr A"].recovering > 0.3 and tiny["Mr A"].hours_paid > 5
    assert tiny.paid("people", "council") == 0, "free for up to six weeks"


def test_who_is_able_again_is_done() -> None:
    tiny = team(resident("Mr A", age=82, need=1))
    begin(tiny, "reablement", ["Mr A"])
    go(tiny, 6)
    assert tiny.story("Mr A") == [("begins", "reablement", ""), ("ends", "reablement", "goals met")]


def test_it_silts_up_when_nobody_can_take_over() -> None:
    tiny = team(resident("Mr A", age=82, need=3, hours_needed=20.0))
    begin(tiny, "reablement", ["Mr A"])
    go(tiny, 20)
    assert ("asks", "", "support ended") in tiny.story("Mr A")
    assert len(Users(tiny.town, 0)) == 1, "stays while waiting for a package"
    tiny["Mr A"].funder, tiny["Mr A"].stage = COUNCIL, 0
    go(tiny, 1)
    assert tiny.story("Mr A")[-1] == ("ends", "reablement", "handed over")


def test_a_team_grows_over_months_and_is_paid_for_meanwhile() -> None:
    tiny = a_town(services=["reablement"], room={"reablement": 10}, money={"reablement": 4000.0})
    go(tiny, 4, "supporting", "paying")
    tiny.town.commissioner.funding["reablement"] = 12_000.0
    go(tiny, 12, "supporting", "paying")
    after_a_quarter = float(tiny.town.providers.room[0])
    go(tiny, 120, "supporting", "paying")
    assert after_a_quarter < 16 and tiny.town.providers.room[0] > 24
    assert tiny.town.money.by_week("council", "reablement", purpose="start_up").sum() > 0


def ready(name: str) -> dict[str, Any]:
    """Somebody who waits in hospital for help to leave with."""
    return resident(name, age=82, need=2, hours_needed=12.0, hospital=READY, stage=1, reason=DISCHARGE, long_term=True)


def test_while_exits_are_blocked_the_next_waits_in_hospital_and_the_days_are_counted() -> None:
    stuck = [resident(f"stuck {i}", age=82, need=3, hours_needed=20.0) for i in range(2)]
    days = []
    for taken_over in (False, True):
        tiny = a_town(*stuck, ready("next"), services=["reablement"], room={"reablement": 2}, money={"reablement": 813.0})
        begin(tiny, "reablement", ["stuck 0", "stuck 1"])
        if taken_over:
            tiny.town.residents.funder[:2] = COUNCIL
        go(tiny, 12, "supporting", "hospital", luck=GAINS | never("hospital: goes without") | never("hospital: comes to A&E"))
        assert (("begins", "reablement", "discharge") in tiny.story("next")) is taken_over
        days.append(float(tiny.town.events.happened("waits to leave", range(12), cause="support not to be had", amounts=True).sum()))
    assert days[0] == pytest.approx(84) and 28 < days[1] < 49, "twelve weeks, against the rest of two episodes"


def test_those_who_are_ready_queue_for_the_team_and_leave_as_places_come_free() -> None:
    tiny = a_town(*[ready(f"P{i}") for i in range(8)], services=["reablement"], room={"reablement": 2}, money={"reablement": 813.0})
    waits_on = never("hospital: goes without") | never("hospital: comes to A&E")
    left = []
    for _ in range(30):
        go(tiny, 1, "supporting", "hospital", luck=GAINS | waits_on)
        tiny.town.residents.need[tiny.town.supported_by(0)] = 1  # able again at the end
        left.append(int((tiny.town.residents.hospital == 0).sum()))
    assert left[0] <= 2 and left[6] <= 4 and left[-1] == 8 and left == sorted(left)
    days = tiny.town.events.happened("waits to leave", range(30), cause="support not to be had", amounts=True).sum()
    assert days > 150, "the last waited three weeks and more"


def test_with_few_workers_fewer_are_taken_on() -> None:
    def taken(staffing: float) -> int:
        tiny = team(*[ready(f"P{i}") for i in range(12)])
        tiny.town.providers.staffing[:] = staffing
        return len(Users(go(tiny, 1, luck=GAINS).town, 0))
    assert 0 < taken(0.4) < taken(1.0)


def test_it_takes_those_who_could_gain_and_fewer_people_with_dementia() -> None:
    """A selective intake flatters results: whoever it passes over goes straight to lasting support."""
    people = [resident(f"P{i}", age=82, need=2, dementia=i % 2 == 1) for i in range(2000)]
    tiny = a_town(*people, services=["reablement"])
    fits = np.isfinite(tiny.town.services[0].suits(np.arange(2000), tiny.town))
    assert 0.55 < fits[::2].mean() < 0.75 and 0.2 < fits[1::2].mean() < 0.4


def test_nobody_in_reablement_is_offered_it_again() -> None:
    """Somebody who is taken to hospital out of it asks for support on leaving: it goes on, and is not begun beside itself."""
    tiny = team(resident("Mr A", age=82, need=2), resident("Mrs B", age=82, need=2))
    tiny.town.draws.fixed = dict(GAINS)
    service, both = tiny.town.services[0], np.arange(2)
    assert np.isfinite(service.suits(both, tiny.town)).all()
    begin(tiny, "reablement", ["Mr A"])
    assert np.isfinite(service.suits(both, tiny.town)).tolist() == [False, True]


LASTS, PASSES = certain("door: need lasts"), never("door: need lasts")
NOTHING_NEW = never("reablement: comes to light")


def after_six_weeks(luck: dict[str, Any], **columns: Any) -> TinyTown:
    """Somebody taken from hospital with much need, looked at when the weeks are over."""
    tiny = team({**ready("Mr A"), "need": 3, "hours_needed": 20.0, **columns})
    go(tiny, 1, luck=GAINS | luck)
    tiny.town.residents.hospital[:] = 0
    return go(tiny, 8, luck=GAINS | luck)


def test_whose_need_lasts_asks_at_the_end_and_whose_need_passes_does_not() -> None:
    assert ("asks", "", "support ended") in after_six_weeks(LASTS | NOTHING_NEW).story("Mr A")
    story = after_six_weeks(PASSES | NOTHING_NEW).story("Mr A")
    assert story[-1] == ("ends", "reablement", "planned end") and not any(kind == "asks" for kind, *_ in story)


def test_a_need_nobody_would_have_supported_may_come_to_light() -> None:
    assert ("asks", "", "support ended") in after_six_weeks(PASSES | certain("reablement: comes to light")).story("Mr A")
    with_family = after_six_weeks(PASSES | certain("reablement: comes to light"), hours_family=18.0)
    assert not any(kind == "asks" for kind, *_ in with_family.story("Mr A")), "nothing is lacking"


def test_of_many_whose_need_would_have_passed_few_are_found() -> None:
    """Case-finding is a number of its own, and small beside those who would have asked anyway."""
    tiny = a_town(*[resident(f"P{i}", age=82, need=2, hours_needed=12.0) for i in range(3000)], services=["reablement"], room={"reablement": 3000},
                  money={"reablement": 10**6})
    tiny.town.begin(0, np.arange(3000), 0, until=5)
    go(tiny, 7)
    found = float((tiny.town.residents.stage > 0).mean())
    assert found == pytest.approx(float(tiny.town.services[0].comes_to_light), abs=0.015) and 0.01 < found < 0.15


def test_with_few_places_the_team_takes_rather_those_whose_need_will_last() -> None:
    tiny = a_town(*[ready(f"P{i}") for i in range(800)], services=["reablement"], room={"reablement": 100}, money={"reablement": 40_650.0})
    lasting = door.outlasts(np.arange(800), tiny.town)
    taken = go(tiny, 1, luck=GAINS).town.supported_by(0)
    assert 0.1 < lasting.mean() < 0.35 and lasting[taken].mean() > 1.6 * lasting.mean()


def test_who_asked_for_nothing_is_not_taken_from_hospital() -> None:
    tiny = team({**ready("Mr A"), "stage": 0, "reason": 0, "long_term": False}, ready("Mrs B"))
    go(tiny, 1, luck=GAINS)
    assert tiny.story("Mr A") == [] and tiny.story("Mrs B") == [("begins", "reablement", "discharge")]
