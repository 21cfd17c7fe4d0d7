"""Who is supported where and by whom, who asks, who waits, and whose needs go unmet."""

from __future__ import annotations

import numpy as np

from simulation.evidence.lists import NEED
from simulation.measures.kinds import InYear, Now, each_once, happens, measure, ratio, register
from simulation.world.columns import Array
from simulation.world.town import CARE_HOME, COUNCIL, NHS, SELF

PERSONAL = NEED.index("one or two personal tasks")
HOMES = ("residential", "nursing")
NEW = ("outgrown", "wants to move on", "closing", "support ended", "household leaves")


# People and support -------------------------------------------------------------------------------------------------
register(InYear("clients_in_year", "People supported by the council during the year", "people", "system", "neither",
                "sum", 0, "Everybody with long-term support from the council at any time in the year, counted once."))


@measure("People supported by the council", "people", "system", "neither", "mean")
def clients(now: Now) -> object:
    """People with long-term support from the council."""
    return now.clients


@measure("People supported outside care homes at the year's end", "people", "system", "neither", "end")
def community_clients_end(now: Now) -> object:
    """People with long-term support from the council who do not live in a care home, at the last look of the year."""
    return now.clients[now.r.setting[now.clients] < CARE_HOME[0]]


@measure("People who pay for support at home", "people", "system", "neither", "mean")
def own_clients_at_home(now: Now) -> object:
    """People at home with long-term support they pay for themselves."""
    mine = now.lasting[now.p.funder[now.lasting] == SELF]
    rows = each_once(now.p.person[mine])
    return rows[now.r.setting[rows] < CARE_HOME[0]]


@measure("Care home residents", "people", "system", "neither", "mean")
def care_home_residents(now: Now) -> object:
    """People who live in residential or nursing homes, whoever pays."""
    return now.residents


def _residents_by(name: str, funder: int, title: str) -> None:
    def look(now: Now) -> Array:
        return np.asarray(now.residents[now.r.funder[now.residents] == funder])

    look.__name__, look.__doc__ = name, f"Care home residents: {title}."
    measure(f"Care home residents, {title}", "people", "system", "neither", "mean")(look)


_residents_by("care_home_council", COUNCIL, "paid for by the council")
_residents_by("care_home_own", SELF, "who pay themselves")
_residents_by("care_home_nhs", NHS, "paid for by the NHS")


@measure("Nursing home residents", "people", "system", "neither", "mean")
def nursing_residents(now: Now) -> object:
    """People who live in nursing homes, whoever pays."""
    return now.residents[now.r.setting[now.residents] == CARE_HOME[1]]


@measure("Living at home after another answer than a care home", "people", "system", "neither", "mean")
def diverted_at_home(now: Now) -> object:
    """People whom the plan led to another answer than the care home they first wished for, living outside one."""
    rows = np.flatnonzero(now.r.diverted & now.r.present)
    return rows[(now.r.setting[rows] < CARE_HOME[0]) & (now.r.stage[rows] == 0)]


happens("diverted", "Led to another answer than a care home", "people", "system", "neither",
        "People whose first wish was a care home and who agreed to another answer that the plan put first.", "diverted")
happens("declined", "Offered another answer and said no", "people", "system", "neither",
        "People who kept to their wish for a care home.", "declines")
happens("council_admissions", "Admissions to care homes paid for by the council", "people", "system", "down",
        "New residents whom the council pays for, and residents whose own money has run out.", "council admission",
        without=("home not yet counted",))
happens("council_admissions_new", "New admissions to care homes paid for by the council", "people", "system", "down",
        "Those of them who move in.", "council admission", causes=("new",))
happens("twelve_week_admissions", "Admissions with a home not yet counted", "people", "system", "neither",
        "People the council pays for in the first weeks, until their home counts.", "council admission",
        causes=("home not yet counted",))
happens("money_ran_out", "Own money ran out", "people", "system", "down",
        "People who paid for support themselves and whom the council pays for from now on.", "money ran out")
happens("money_ran_out_care_home", "Own money ran out in a care home", "people", "system", "down",
        "Those of them who live in a care home.", "money ran out", causes=("care home",))
happens("care_home_admissions", "Admissions to care homes", "people", "system", "neither",
        "Everybody who moves into a care home, whoever pays.", "begins", services=HOMES)
happens("care_home_departures", "Departures from care homes", "people", "system", "neither",
        "Everybody who leaves a care home, by death or otherwise.", "ends", services=HOMES)
happens("deaths", "Deaths", "people", "system", "neither", "People of the place who died.", "dies")
happens("falls", "Falls", "people", "hospital", "down", "Falls of frail people.", "falls")
happens("moved_when_closing", "Moved because a home or agency closed", "people", "system", "down",
        "People who had to change provider.", "moves")
ratio("care_home_stay", "Stay in a care home", "years", "system", "neither",
      "Residents over departures: the mean stay while numbers are steady.", "care_home_residents",
      "care_home_departures")
ratio("council_admissions_per_100k", "Council-funded admissions to care homes", "per 100,000 people", "system", "down",
      "Admissions over people of the group.", "council_admissions", "people", 100 * 1000)
ratio("clients_per_100k", "People supported by the council during the year", "per 100,000 people", "system", "neither",
      "Clients over people of the group.", "clients_in_year", "people", 100 * 1000)

# Asking and waiting -------------------------------------------------------------------------------------------------
happens("requests", "Requests for support from new people", "requests", "system", "neither",
        "Requests by people without support from the council, for a little help or for long-term support.",
        "asks", "asks for a little help", without=NEW)
happens("requests_long_term", "Requests for long-term support", "requests", "system", "neither",
        "All requests for long-term support, from people with or without it.", "asks")
happens("crises", "Requests in a crisis", "requests", "system", "down",
        "Requests after a hospital stay, a fall, or because a carer could not go on.", "asks",
        causes=("discharge", "fall", "carer could not go on"))
happens("assessments", "Assessments by the council", "people", "system", "neither", "Assessments made.", "assessed",
        causes=("council",))
happens("assessment_weeks", "Weeks waited for assessments", "weeks", "system", "down", "Added up over assessments.",
        "assessed", causes=("council",), amounts=True)
happens("settled_going_without", "Requests that ended in going without", "people", "system", "down",
        "People who got nothing, have needs and nobody to meet them.", "settled", causes=("going without",))
happens("settled_by_family", "Requests met by family", "people", "system", "neither",
        "People who got nothing because family and friends meet the need.", "settled", causes=("family",))
happens("support_begins", "Long-term support begun after waiting", "people", "system", "neither",
        "People whose long-term support began.", "waited")
happens("support_weeks", "Weeks waited for support", "weeks", "system", "down", "Added up over beginnings.", "waited",
        amounts=True)
ratio("assessment_wait", "Wait for an assessment", "weeks", "system", "down", "Mean over assessments made.",
      "assessment_weeks", "assessments")
ratio("support_wait", "Wait from asking to support", "weeks", "system", "down", "Mean over support begun.",
      "support_weeks", "support_begins")


@measure("Waiting for an assessment or for support", "people", "system", "down", "mean")
def waiting(now: Now) -> object:
    """People who have asked for long-term support and do not have it."""
    return np.flatnonzero((now.r.stage > 0) & now.r.long_term & now.r.present)


@measure("Hours of help needed and not met", "hours a week", "system", "down", "mean")
def unmet_hours(now: Now) -> object:
    """Hours that neither support nor family meets, for people with needs outside care homes."""
    return now.at_home, now.r.unmet[now.at_home] * now.r.hours_needed[now.at_home]


@measure("People with unmet needs", "people", "system", "down", "mean")
def people_unmet(now: Now) -> object:
    """People with personal-care needs at home of whose hours a share goes unmet that an assessment would count."""
    counts = getattr(getattr(now.town, "door", None), "unmet_counts", 0.0)
    return now.at_home[(now.r.need[now.at_home] >= PERSONAL) & (now.r.unmet[now.at_home] > counts)]


@measure("Hours of help needed", "hours a week", "system", "neither", "mean")
def hours_needed(now: Now) -> object:
    """Hours of help that people with needs need from anybody, wherever they live."""
    return now.with_needs, now.r.hours_needed[now.with_needs]


@measure("Hours of help needed and not met, people an assessment would find eligible", "hours a week", "system", "down", "mean")
def unmet_eligible_hours(now: Now) -> object:
    """Those of the hours not met that belong to people with unmet personal-care needs at home."""
    rows = people_unmet(now)
    return rows, now.r.unmet[rows] * now.r.hours_needed[rows]
