"""How life is for people who draw on support, for carers and for everybody; and what they need of the hospital."""

from __future__ import annotations

import numpy as np

from simulation.evidence.lists import SETTING
from simulation.measures.kinds import Now, each_once, happens, measure, ratio
from simulation.world.columns import Array

UNTOUCHED = "wellbeing: index of somebody without need or care"  # set by wellbeing
WITH_FAMILY = SETTING.index("with family")
DAYS_A_YEAR = 52 * 7


def _asked(rows: Array, values: Array) -> tuple[Array, Array]:
    """Those of whom something is known, with what is known."""
    known = np.isfinite(values[rows])
    return rows[known], values[rows[known]]


# Wellbeing ----------------------------------------------------------------------------------------------------------
@measure("Years of life, weighted by its quality (ASCOT)", "ASCOT-years", "wellbeing", "up", "mean")
def ascot_years(now: Now) -> object:
    """Sum of the ASCOT index over all adults: person-years in a year, full quality counting one.

    Nobody is asked who has no need and cares for nobody; they count as somebody whom neither touches, so that recovering,
    or beginning to care, does not itself add or take years.
    """
    index = now.r.scrqol[now.adults]
    return now.adults, np.where(np.isfinite(index), index, now.town.memory.get(UNTOUCHED, 1.0))


@measure("Quality of life, people with needs (ASCOT)", "ASCOT index", "wellbeing", "up", "ratio")
def scrqol(now: Now) -> object:
    """Mean ASCOT index of people with needs, from about -0.17 to 1."""
    rows, values = _asked(now.with_needs, now.r.scrqol)
    return (rows, values), rows


@measure("Quality of life of people the council supports (ASCOF 1A)", "score 0-24", "wellbeing", "up", "ratio")
def ascof_1a(now: Now) -> object:
    """Mean over people the yearly survey would reach: eight answers scored 3 to 0, added up."""
    rows, values = _asked(now.surveyed, now.r.ascof)
    return (rows, values), rows


@measure("Enough control over daily life (ASCOF 3A)", "share", "wellbeing", "up", "ratio")
def control_3a(now: Now) -> object:
    """Share of people the survey would reach who have as much control as they want, or enough."""
    return (now.surveyed, now.r.in_control[now.surveyed]), now.surveyed


@measure("As much social contact as wanted (ASCOF 5A1)", "share", "wellbeing", "up", "ratio")
def social_contact_5a(now: Now) -> object:
    """Share of people the survey would reach who have as much company as they want."""
    return (now.surveyed, now.r.social_met[now.surveyed]), now.surveyed


@measure("Often lonely", "share", "wellbeing", "down", "ratio")
def lonely_often(now: Now) -> object:
    """Share of adults who are often or always lonely."""
    return np.flatnonzero(now.r.lonely & now.r.present), now.adults


@measure("Often lonely, people with needs", "share", "wellbeing", "down", "ratio")
def lonely_with_needs(now: Now) -> object:
    """Share of people with needs who are often or always lonely."""
    return now.with_needs[now.r.lonely[now.with_needs]], now.with_needs


@measure("Satisfaction with life", "score 0-10", "wellbeing", "up", "ratio")
def life_satisfaction(now: Now) -> object:
    """Mean over people with needs and carers."""
    rows, values = _asked(now.asked, now.r.satisfaction)
    return (rows, values), rows


@measure("Satisfaction with life, people touched by support", "score 0-10", "wellbeing", "up", "ratio", every=52)
def life_satisfaction_touched(now: Now) -> object:
    """Mean over people who have had support or waited for it since the plan began, and those who care for them."""
    rows, values = _asked(np.flatnonzero(now.r.touched & now.r.present), now.r.satisfaction)
    return (rows, values), rows


@measure("Unpaid carers", "people", "wellbeing", "neither", "mean")
def unpaid_carers(now: Now) -> object:
    """Adults who give unpaid care."""
    return now.carers


@measure("Carers under heavy strain", "share", "wellbeing", "down", "ratio")
def carers_strained(now: Now) -> object:
    """Share of unpaid carers who are at least half way to not being able to go on."""
    return now.carers[now.r.strain[now.carers] >= 0.5], now.carers


@measure("Carers' quality of life (ASCOF 1C)", "score 0-12", "wellbeing", "up", "ratio")
def carer_quality(now: Now) -> object:
    """Mean over unpaid carers."""
    rows, values = _asked(now.carers, now.r.carer_quality)
    return (rows, values), rows


@measure("Carers of working age in paid work", "share", "wellbeing", "up", "ratio")
def carers_in_work(now: Now) -> object:
    """Share of unpaid carers under 65 who are in paid work."""
    rows = now.carers[now.r.age[now.carers] < 65]
    return rows[now.r.works[rows]], rows


happens("carers_could_not_go_on", "Carers who could not go on", "carers", "wellbeing", "down",
        "Unpaid carers who had to stop, so that the person they care for needs help at once.", "could not go on")


@measure("Supported at home", "people", "wellbeing", "up", "mean")
def supported_at_home(now: Now) -> object:
    """People with long-term support who live in their own home or with family, whoever pays."""
    people = each_once(now.p.person[now.lasting])
    return people[now.r.setting[people] <= WITH_FAMILY]


# Hospital -----------------------------------------------------------------------------------------------------------
happens("ae_visits", "Visits to A&E", "visits", "hospital", "down", "Visits to A&E by adults of the place.", "A&E")
happens("emergency_stays", "Emergency stays in hospital", "stays", "hospital", "down",
        "Emergency admissions with at least one night.", "emergency stay")
happens("same_day_emergencies", "Emergency admissions ending the same day", "stays", "hospital", "down",
        "Emergency admissions without a night in hospital; a type of their own.", "same-day emergency")
happens("readmissions", "Emergency stays again within a month", "stays", "hospital", "down",
        "Emergency stays that begin within four weeks of leaving hospital.", "emergency stay",
        causes=("again within a month",))
happens("waits_for_support", "Days waiting in hospital for support", "days", "hospital", "down",
        "Days of delay because support at home or a place was not to be had.", "waits to leave",
        causes=("support not to be had",), amounts=True)
happens("waits_for_arrangements", "Days waiting in hospital for arrangements", "days", "hospital", "down",
        "Days of delay while discharge is arranged.", "waits to leave", causes=("arrangements",), amounts=True)


@measure("Bed days", "days", "hospital", "down", "sum", 1)
def bed_days(now: Now) -> object:
    """Days in a hospital bed in emergency stays."""
    return now.in_bed, now.r.stay_days[now.in_bed]


@measure("Days ready to leave hospital and not able to", "days", "hospital", "down", "sum", 1)
def delayed_days(now: Now) -> object:
    """Days spent in hospital by people who no longer need to be there."""
    return now.in_bed, now.r.delayed_days[now.in_bed]


@measure("Care home residents in hospital", "people", "hospital", "neither", "mean")
def care_home_residents_in_hospital(now: Now) -> object:
    """Residents of care homes who are in hospital."""
    rows = now.residents
    return rows[now.r.hospital[rows] > 0]


@measure("People", "people", "system", "neither", "mean")
def people(now: Now) -> object:
    """Adults who live in the place."""
    return now.adults


ratio("delayed_people_a_day", "People a day ready to leave hospital and not able to", "people a day", "hospital",
      "down", "Days of delay in a year over the days of a model year.", "delayed_days", "", 1 / DAYS_A_YEAR)
ratio("readmission_share", "Emergency stays that are a return within a month", "share", "hospital", "down",
      "Readmissions over emergency stays.", "readmissions", "emergency_stays")
ratio("ae_visits_per_1000", "Visits to A&E", "per 1000 people", "hospital", "down", "Visits over people.",
      "ae_visits", "people", 1000)
ratio("emergency_stays_per_1000", "Emergency stays", "per 1000 people", "hospital", "down", "Stays over people.",
      "emergency_stays", "people", 1000)
ratio("bed_days_per_1000", "Bed days", "per 1000 people", "hospital", "down", "Bed days over people.",
      "bed_days", "people", 1000)
