"""Everybody who lives here: what a person's life is made of, as far as this model knows it."""

from __future__ import annotations

from simulation.evidence.lists import (
    BAND,
    FIFTH,
    FRAILTY,
    FUNDER,
    GROUP,
    HOSPITAL,
    KIN,
    NEED,
    REASON,
    SETTING,
    SEX,
    STAGE,
    VOLUNTEERING,
)
from simulation.world.columns import Column, Link, View


class Resident(View):
    """An adult of the place. People who have died or left, and people who have not yet come, are not `present`."""

    # Who somebody is. A row is a person's id for life: founders first, then arrivals in the order they come.
    present = Column("?", "lives here and is alive")
    arrives = Column("i4", "week of coming, for people who have not come yet", start=-(10**6))
    left = Column("i4", "week of death or of moving away; far future while present", start=10**6)
    age = Column("f4", "years")
    sex = Column("i1", codes=SEX)
    neighbourhood = Column("i2", "row of neighbourhoods")
    fifth = Column("i1", codes=FIFTH)
    outlook = Column("f4", "log odds: a person's fixed leaning towards loneliness; standard logistic, for life")

    # Family and friends.
    alone = Column("?", "lives alone")
    partner = Link("resident")
    kin = Link("residents: children and parents who live in the place", slots=3)
    kin_kind = Column("i1", "code of KIN for each kin", slots=3, codes=())
    child_near = Column("?", "has a grown-up child near, in the place or just outside it")
    friends = Link("residents", slots=6)
    tie_strength = Column("i1", "0 to 100 for each friend", slots=6)
    company = Column("f4", "contacts a week that support brings beyond one's own ties: set by services, fades", start=0)
    loneliness = Column("f4", "log odds of being lonely often, before the person's own outlook")
    lonely = Column("?", "lonely often or always: outlook + loneliness > 0")

    # Health and need.
    need = Column("i1", codes=NEED)
    dementia = Column("?", "")
    worsened = Column("f4", "weeks since need last rose or began", start=500)
    frailty = Column("i1", codes=FRAILTY)
    acute = Column("f4", "standard deviations: passing ups and downs of health, mean 0, sd 1")
    limiting = Column("?", "a long-standing limiting condition, as surveys ask it")
    group = Column("i1", codes=GROUP)
    band = Column("i1", codes=BAND)
    recovering = Column("f4", "extra recovery from reablement, as a ratio added to the recovery rate; halves in months")
    bed_days = Column("f4", "days in a hospital bed in the last weeks, fading: what deconditions")
    falls = Column("f4", "falls in the last year, fading")
    needs_entry = Column("?", "met the test for a care home, whether or not they moved in: carries the entry's higher death rate")

    # Hours of help a week.
    hours_needed = Column("f4", "hours a week of help needed from all sources, nights included")
    hours_paid = Column("f4", "hours a week of paid help that come (self-funded or council-funded)")
    hours_family = Column("f4", "hours a week that family and friends give")
    hours_other = Column("f4", "hours a week from homeshare, Shared Lives, volunteers and the like")
    unmet = Column("f4", "share of the hours needed that nobody meets, 0 to 1")
    usual_unmet = Column("f4", "slow average of unmet (26 weeks), so that a change stands out")
    spread = Column("f4", "a person's own factor on hours needed; lognormal, for life", start=1)
    carer = Link("resident who gives most of the unpaid care")
    second_carer = Link("resident who gives some")
    outside_hours = Column("f4", "hours a week that somebody living outside the place would give")

    # Caring for somebody.
    cares_for = Link("resident cared for")
    care_hours = Column("f4", "hours of unpaid care given a week")
    strain = Column("f4", "0 none to 1 cannot go on")
    break_hours = Column("f4", "hours of break a week that support gives this carer: set by services")
    resting = Column("i2", "weeks until a carer who could not go on may care again")
    works = Column("?", "in paid work")

    # Home and support.
    setting = Column("i1", codes=SETTING)
    funder = Column("i1", codes=FUNDER)
    supports = Column("u4", "bits of the services this person has now; bit k is service k of town.services")
    wants_home = Column("f4", "0 to 1: how strongly a person wants to stay in their own home; for life")
    wants_company = Column("f4", "0 to 1; for life")
    wants_control = Column("f4", "0 to 1; for life")
    control = Column("f4", "0 to 1: say over daily life that support adds or takes; set by services")
    continuity = Column("f4", "0 to 1: the same few faces; set by services")
    days = Column("f4", "days a week with work, company or something worth doing that support brings; set by services")

    # Asking.
    stage = Column("i1", codes=STAGE)
    reason = Column("i1", codes=REASON)
    long_term = Column("?", "asks for long-term support; otherwise for advice, equipment or a little help")
    asked = Column("i4", "week of asking", start=-(10**6))
    wants_service = Column("i1", "service wanted and waited for, -1 none", start=-1)
    hours_wanted = Column("f4", "hours a week agreed and waited for")
    last_assessed = Column("i4", "week of the last assessment or review", start=-(10**6))
    diverted = Column("?", "the council's plan, not the person's first wish, led to another answer than a care home")
    touched = Column("?", "has had any support, or waited for it, since the plan began; or cares for somebody who has")

    # Hospital.
    hospital = Column("i1", codes=HOSPITAL)
    days_left = Column("f4", "days of treatment, then of arranging discharge, still to come in this stay")
    delayed_days = Column("f4", "days spent ready to leave, this week")
    stay_days = Column("f4", "days in a hospital bed this week")
    discharged = Column("i4", "week of the last discharge", start=-(10**6))
    sent = Column("?", "somebody who looks after them sees illness and sends them to hospital this week: set by services")

    # Money.
    owns_home = Column("?", "")
    house = Column("f4", "pounds: value of the home owned, price year of the model")
    savings = Column("f4", "pounds")
    income = Column("f4", "pounds a week, pension and benefits before any care-related benefit")
    contribution = Column("f4", "pounds a week the person is charged by the council now")
    deferred = Column("f4", "pounds owed to the council under a deferred payment")
    disregard = Column("i2", "weeks left in which the home is not counted")
    entered_home = Column("i4", "week of moving into a care home", start=-(10**6))

    # Wellbeing, filled every four weeks for people with need and for carers.
    scrqol = Column("f4", "ASCOT index, about -0.17 to 1; nan where it is not asked")
    ascof = Column("f4", "ASCOF 1A, 0 to 24; nan where it is not asked")
    satisfaction = Column("f4", "life satisfaction, 0 to 10")
    carer_quality = Column("f4", "ASCOF 1C, 0 to 12, for carers; nan for others")
    social_met = Column("?", "has as much social contact as wanted (5A)")
    in_control = Column("?", "has enough control over daily life (3A)")

    volunteers_as = Column("i1", codes=VOLUNTEERING)
    kinds_of_kin = KIN


class Volunteer(View):
    """Somebody who gives time, unpaid, to people beyond family and friends. One pool for all that need volunteers."""

    active = Column("?", "")
    resident = Link("resident who volunteers")
    hours = Column("f4", "hours a week given")
    load = Column("f4", "share of the hours given that are asked for")
    strain = Column("f4", "0 to 1")
    since = Column("i4", "week of joining")


class Carer(View):
    """A paid care worker: employer, role, hours, pay, how long in the job. Joins from one local labour pool."""

    employed = Column("?", "")
    provider = Link("provider who employs")
    role = Column("i1", codes=("home care", "care home", "personal assistant", "reablement", "supported living"))
    hours = Column("f4", "paid hours a week")
    pay = Column("f4", "pounds an hour")
    since = Column("i4", "week of starting")


class Neighbourhood(View):
    """A part of the place: how poor, how strong its ties, how many meeting places."""

    people = Column("f4", "adults at founding")
    fifth = Column("f4", "mean deprivation fifth of its people, 0 most deprived to 4 least")
    strength = Column("f4", "community strength, mean 0, sd 1 over England: how easily ties form here")
    meeting_places = Column("f4", "places to meet, per 1,000 adults")
