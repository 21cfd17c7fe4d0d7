"""Supported employment: a coach, a job of few hours; too few employers; jobs lost; coaches who go."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from simulation.draws import certain, never
from tests.test_services import go
from tests.towns import TinyTown, a_town, resident

NAME = "supported_employment"
WANTS = certain(f"{NAME}: wants a job") | never(f"{NAME}: fears for benefits") | never(f"{NAME}: stops coming")
KEEPS = never(f"{NAME}: loses the job")
COACH = 46_000 / 52


def seeker(name: str, **columns: Any) -> dict[str, Any]:
    return resident(name, **{"age": 30, "group": 2, "band": 2, "hours_needed": 14.0, **columns})


def coaches(number: float, *people: dict[str, Any], adults: float = 250_000) -> TinyTown:
    tiny = a_town(*people, services=[NAME], room={NAME: 18 * number}, money={NAME: COACH * number})
    tiny.town.neighbourhoods.people[:] = adults
    return tiny


def jobs(tiny: TinyTown) -> int:
    return int(np.count_nonzero(tiny.town.residents.works))


def test_a_job_brings_days_company_and_say() -> None:
    tiny = coaches(1, seeker("Tom"))
    go(tiny, 1, luck=WANTS | KEEPS)
    assert not tiny["Tom"].works and tiny["Tom"].days == 0
    go(tiny, 1, luck=WANTS | KEEPS | certain(f"{NAME}: finds a job"))
    tom = tiny["Tom"]
    assert tom.works and tom.days == pytest.approx(2) and tom.company > 1 and tom.control > 0
    assert tiny.town.events.happened("begins a job", range(5)).sum() == 1


def test_people_in_these_groups_who_want_one_and_do_not_fear_for_their_benefits_are_taken_on() -> None:
    people = [seeker("learning"), seeker("mental", group=3), seeker("older", age=70), seeker("frail", group=1),
              seeker("works", works=True), seeker("much support", band=5)]
    tiny = go(coaches(1, *people), 1, luck=WANTS)
    assert tiny.town.supported_by(0).tolist() == [True, True, False, False, False, False]
    fearful = go(coaches(1, *people), 1, luck=WANTS | certain(f"{NAME}: fears for benefits"))
    assert not fearful.town.supported_by(0).any()


def test_about_a_quarter_find_a_job_that_they_would_not_have_found_and_it_takes_months() -> None:
    tiny = coaches(10, *[seeker(f"P{i}") for i in range(180)])
    go(tiny, 8, luck=WANTS | KEEPS)
    soon = jobs(tiny)
    go(tiny, 52, luck=WANTS | KEEPS)
    assert soon <= 15 and 25 <= jobs(tiny) <= 65
    go(tiny, 4, luck=WANTS | KEEPS)
    assert tiny.town.events.happened("ends", range(70), cause="planned end").sum() > 80, "most find none in good time"


def test_a_coach_whose_people_work_has_less_time_for_others() -> None:
    tiny = coaches(1, *[seeker(f"P{i}") for i in range(60)])
    go(tiny, 1, luck=WANTS)
    assert len(tiny.town.placements.of(0)) == 18
    go(tiny, 5, luck=WANTS | KEEPS | certain(f"{NAME}: finds a job"))
    assert 18 < len(tiny.town.placements.of(0)) < 60
    go(tiny, 60, luck=WANTS | KEEPS | certain(f"{NAME}: finds a job"))
    assert len(tiny.town.placements.of(0)) <= 18 / 0.3 and tiny.town.providers.used[0] <= 18.5


def test_few_employers_few_jobs_whatever_the_coaches() -> None:
    people = [seeker(f"P{i}") for i in range(180)]
    many, few = (go(coaches(10, *people, adults=adults), 104, luck=WANTS | KEEPS) for adults in (250_000, 15_000))
    assert jobs(few) <= 9 < jobs(many) / 2


def test_a_lost_job_means_looking_again() -> None:
    tiny = coaches(1, seeker("Tom"))
    go(tiny, 1, luck=WANTS | KEEPS | certain(f"{NAME}: finds a job"))
    go(tiny, 1, luck=WANTS | certain(f"{NAME}: loses the job"))
    assert not tiny["Tom"].works and tiny["Tom"].days == 0 and len(tiny.town.placements.of(0)) == 1


def test_when_the_coaches_go_half_of_the_jobs_go_too() -> None:
    tiny = coaches(10, *[seeker(f"P{i}") for i in range(180)])
    go(tiny, 2, luck=WANTS | KEEPS | certain(f"{NAME}: finds a job"))
    had = jobs(tiny)
    tiny.town.commissioner.funding.clear()
    go(tiny, 150, luck=WANTS | never(f"{NAME}: finds a job"))
    assert had > 100 and jobs(tiny) < 0.65 * had and not len(tiny.town.placements.of(0))
    assert not tiny.town.residents.days.any()
