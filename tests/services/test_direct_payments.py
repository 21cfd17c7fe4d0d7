"""Stories of direct payments: control for the young, none from 75, willingness, handing back, few assistants to be had."""

from __future__ import annotations

import numpy as np
import pytest

from simulation.draws import certain, never
from simulation.evidence.register import central, sceptic
from tests.test_services import begin, go
from tests.towns import a_town, resident

KEEPS = never("direct_payments: hands it back") | never("direct_payments: no longer needed")


def test_a_direct_payment_gives_control_to_younger_people_and_none_from_75() -> None:
    tiny = a_town(*[resident(f"{age}", age=float(age), need=2, hours_needed=12.0) for age in (40, 68, 80)],
                  services=["direct_payments"], room={"direct_payments": 100})
    begin(tiny, "direct_payments", ["40", "68", "80"])
    go(tiny, 1, luck=never("direct_payments: hands it back") | never("direct_payments: no longer needed"))
    assert tiny["40"].control > tiny["68"].control > tiny["80"].control == 0


def test_about_as_many_hold_one_as_are_willing_here() -> None:
    people = [resident(f"P{i}", age=30.0 if i % 2 else 80.0, need=2) for i in range(4000)]
    tiny = a_town(*people, services=["direct_payments"])
    town = tiny.town
    fits = np.isfinite(town.services[0].suits(np.arange(4000), town))
    young = town.residents.age < 65
    assert 0.6 < fits[young].mean() < 0.85 and 0.3 < fits[~young].mean() < 0.5, "Doncaster is above England"
    town.memory["direct_payments.strength"] = 2.0
    assert np.isfinite(town.services[0].suits(np.arange(4000), town)).mean() > fits.mean()


def test_employing_people_is_work_and_some_hand_it_back() -> None:
    tiny = a_town(resident("Ms A", age=40, need=2), services=["direct_payments"], room={"direct_payments": 100})
    begin(tiny, "direct_payments", ["Ms A"])
    go(tiny, 1, luck=certain("direct_payments: hands it back") | never("direct_payments: no longer needed"))
    assert tiny.story("Ms A")[-2:] == [("ends", "direct_payments", "hands it back"), ("asks", "", "support ended")]


def test_assistants_are_found_one_by_one_and_people_wait_meanwhile() -> None:
    waiting = [resident(f"P{i}", age=40, need=2, stage=2, wants_service=0, hours_wanted=10.0) for i in range(20)]
    tiny = a_town(*waiting, services=["direct_payments"])
    soon, later = (float(go(tiny, n).town.providers.room[0]) for n in (4, 60))
    assert soon < 0.5 * 200 < later


def test_where_nobody_can_be_hired_people_take_what_else_there_is() -> None:
    """Thin supply: she would have chosen a payment; no assistant is to be had, so in the end an agency comes."""
    her = resident("Ms A", age=40, need=2, hours_needed=12.0, stage=2, long_term=True, asked=0, hours_wanted=10.0)
    tiny = a_town(her, services=["direct_payments", "home_care"], room={"home_care": 100.0})
    tiny.town.services[0] = type(tiny.town.services[0])(**{**vars(tiny.town.services[0]), "appeal": 50.0})
    go(tiny, 2, "choosing", luck=certain("direct_payments: willing and able"))
    assert tiny["Ms A"].stage == "waiting for support" and tiny["Ms A"].wants_service == 0
    go(tiny, 40, "choosing", luck=certain("direct_payments: willing and able"))
    assert tiny.story("Ms A")[-1][:2] == ("begins", "home_care")


def test_an_assistant_who_cannot_be_replaced_leaves_hours_ungiven() -> None:
    tiny = a_town(resident("Ms A", age=40, need=2, hours_needed=12.0), services=["direct_payments"], room={"direct_payments": 100})
    begin(tiny, "direct_payments", ["Ms A"], hours=12.0)
    tiny.town.providers.staffing[:] = 0.5
    go(tiny, 1, luck=KEEPS)
    assert tiny["Ms A"].hours_paid == pytest.approx(6) and tiny["Ms A"].control > 0


def test_without_help_with_payroll_and_audit_fewer_are_willing() -> None:
    people = [resident(f"P{i}", age=30.0 if i % 2 else 80.0, need=2) for i in range(2000)]
    tiny = a_town(*people, services=["direct_payments"])
    town, rows = tiny.town, np.arange(2000)
    usual = np.isfinite(town.services[0].suits(rows, town))
    town.memory["direct_payments.strength"] = 0.0
    thin = np.isfinite(town.services[0].suits(rows, town))
    assert thin.sum() < usual.sum() and not (thin & ~usual).any(), "nobody becomes willing for lack of help"


def test_a_sceptic_grants_no_gain_from_75_and_the_published_one_below_65() -> None:
    for beliefs in (central(), sceptic(central())):
        tiny = a_town(resident("old", age=80, need=2), resident("young", age=40, need=2), services=["direct_payments"],
                      room={"direct_payments": 100}, beliefs=beliefs)
        begin(tiny, "direct_payments", ["old", "young"])
        go(tiny, 1, luck=KEEPS)
        assert tiny["old"].control == 0 < tiny["young"].control
