"""Stories of Homeshare: ten hours and company, few householders, a match that ends just when need rises."""

from __future__ import annotations

from typing import Any

import pytest

from simulation.draws import certain, never
from simulation.service import Users
from simulation.world.town import SELF
from tests.test_services import PLENTY, begin, go
from tests.towns import a_town, resident


def householder(name: str, **columns: Any) -> dict[str, Any]:
    return resident(name, age=78, need=1, alone=True, owns_home=True, hours_needed=4.0, **columns)


WOULD = certain("homeshare: would share a home")


def test_a_match_brings_ten_hours_and_company_at_the_householders_cost() -> None:
    tiny = a_town(householder("Mrs K"), services=["homeshare"], room={"homeshare": 5}, money={"homeshare": 4000})
    lasts = never("homeshare: match ends")
    go(tiny, 1, "supporting", "paying", luck=WOULD | certain("homeshare: comes forward") | lasts)
    assert tiny.story("Mrs K") == [("begins", "homeshare", "match")]
    go(tiny, 1, "supporting", "paying", luck=WOULD | lasts)
    assert tiny["Mrs K"].hours_other == pytest.approx(4) and tiny["Mrs K"].hours_paid == 0 and tiny["Mrs K"].company > 1
    assert tiny.paid("people", "homeshare") > 0 and tiny["Mrs K"].funder == "nobody"


def test_few_householders_come_forward_outside_london() -> None:
    people = [householder(f"P{i}") for i in range(2000)]
    tiny = a_town(*people, services=["homeshare"], money={"homeshare": PLENTY})
    go(tiny, 156, "supporting", "paying")
    assert 0 < len(Users(tiny.town, 0)) <= 10, "money does not make householders"
    empty = tiny.town.money.by_week("council", "homeshare", purpose="standing_empty").sum()
    assert empty > 0.5 * tiny.paid("council", "homeshare")


def test_the_match_ends_when_need_outgrows_it() -> None:
    tiny = a_town(householder("Mrs K"), services=["homeshare"], room={"homeshare": 5}, money={"homeshare": 4000})
    begin(tiny, "homeshare", ["Mrs K"], funder=SELF)
    tiny["Mrs K"].need = 2
    go(tiny, 1, luck=never("homeshare: match ends"))
    assert tiny.story("Mrs K")[-2:] == [("ends", "homeshare", "need outgrown"), ("asks", "", "outgrown")]


def test_help_and_company_go_with_the_sharer_when_need_has_risen() -> None:
    tiny = a_town(householder("Mrs K"), services=["homeshare"], room={"homeshare": 5}, money={"homeshare": 4000})
    begin(tiny, "homeshare", ["Mrs K"], funder=SELF)
    lasts = never("homeshare: match ends") | never("homeshare: comes forward")
    go(tiny, 10, luck=lasts)
    assert tiny["Mrs K"].company == pytest.approx(3) and tiny["Mrs K"].hours_other > 0
    tiny["Mrs K"].need, tiny["Mrs K"].hours_needed = 2, 12.0
    go(tiny, 2, luck=lasts)
    assert tiny["Mrs K"].company == 0 and tiny["Mrs K"].hours_other == 0 and tiny["Mrs K"].stage == "waiting for assessment"


def test_without_workers_nobody_is_matched() -> None:
    tiny = a_town(householder("Mrs K"), services=["homeshare"])
    go(tiny, 10, luck=WOULD | certain("homeshare: comes forward"))
    assert not tiny.story("Mrs K")


def test_who_needs_personal_care_or_lives_with_somebody_is_not_matched() -> None:
    tiny = a_town(householder("Mrs K") | {"need": 2}, householder("Mr B") | {"alone": False}, services=["homeshare"],
                  room={"homeshare": 5}, money={"homeshare": 4000})
    go(tiny, 10, luck=WOULD | certain("homeshare: comes forward"))
    assert not len(Users(tiny.town, 0))
