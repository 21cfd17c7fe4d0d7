"""Money by payer, line and purpose, as the ledger has it; the council's two identities hold: T = G + I, G = N + C."""

from __future__ import annotations

from simulation.budget import SPENDING, on_top
from simulation.measures.kinds import Now, Side, measure, pounds, ratio

OLD = ("65+", "Support for people aged 65 and over")
YOUNG = ("18-64", "Support for people aged 18 to 64")
COMMON = ("all ages", "What serves everybody")

# The council's budget lines, in one place: name -> (title, who it is for, the lines of the ledger it holds).
BUDGET_LINES: dict[str, tuple[str, tuple[str, str], tuple[str, ...]]] = {
    "older_residential_and_nursing": ("Care homes, 65+", OLD, ("older_residential_and_nursing", "older_residential",
                                                              "older_nursing")),
    "older_home_care": ("Home care, 65+", OLD, ("older_home_care",)),
    "older_direct_payments": ("Direct payments, 65+", OLD, ("older_direct_payments",)),
    "older_other_support": ("Supported living, Shared Lives and other support, 65+", OLD, (
        "older_supported_living", "older_shared_lives", "older_community_support", "older_community")),
    "working_age_residential": ("Care homes, 18-64", YOUNG, ("working_age_residential", "working_age_nursing")),
    "working_age_supported_living": ("Supported living, 18-64", YOUNG, ("working_age_supported_living",)),
    "working_age_community_support": ("Community support and home care, 18-64", YOUNG, (
        "working_age_community_support", "working_age_community", "working_age_home_care")),
    "working_age_direct_payments": ("Direct payments, 18-64", YOUNG, ("working_age_direct_payments",)),
    "working_age_shared_lives": ("Shared Lives, 18-64", YOUNG, ("working_age_shared_lives",)),
    "shared_lives_schemes": ("Shared Lives schemes", COMMON, ("shared_lives",)),
    "direct_payment_support": ("Help with direct payments", COMMON, ("direct_payments",)),
    "reablement": ("Reablement", COMMON, ("reablement", "older_reablement", "working_age_reablement")),
    "prevention_and_community": ("Prevention and community", COMMON, ("prevention_and_community",)),
    "assessment_and_commissioning": ("Assessment, commissioning and overheads", COMMON, (
        "assessment_and_commissioning",)),
    "nhs_and_joint_services": ("Services paid for by the NHS and partners", COMMON, ("nhs_and_joint_services",)),
}
CARE_HOMES = ("residential", "nursing")
_AT_HOME = ("older_home_care", "older_direct_payments", "older_other_support")

# From gross money moved to what is left, for the line of care homes at 65 and over: (step, measures, sign). A step is
# the sign times the difference of the measures between plan and baseline; the last is net spending, and a step without
# measures is what the others leave over. (Empty block places are inside the first.) Other purses and hours: BESIDE.
WATERFALL: tuple[tuple[str, tuple[str, ...], int], ...] = (
    ("Care home places no longer paid for", ("spend_older_residential_and_nursing",), -1),
    ("Contributions, less (-) or more (+)", ("contributions",), 1),
    ("Other support for the people concerned", tuple(f"spend_{line}" for line in _AT_HOME), -1),
    ("Set-up", ("set_up",), -1),
    ("Standing empty", ("new_places_empty",), -1),
    ("Coordination", ("coordination",), -1),
    ("Everything else the council pays", (), -1),
    ("Left to the council", ("council_net",), -1),
)
BESIDE: tuple[tuple[str, str], ...] = (
    ("Transition money received", "transition_money"), ("Price of an hour of home care", "home_care_cost_an_hour"),
    ("Places taken by people who pay themselves", "care_home_own"),
    ("Places taken by people from elsewhere", "residents_from_elsewhere"),
    ("Moved to the benefits system", "dwp"), ("Moved to people's own money", "people_pay"),
    ("Moved to the NHS, hospital and community cash", "nhs_cash"),
    ("Moved to the NHS, care it pays for", "nhs_continuing_care"), ("Moved to families, hours a week", "unpaid_hours"))
HELD = frozenset(line for _, _, lines in BUDGET_LINES.values() for line in lines)
SPENT = Side(payer="council", purposes=SPENDING)
INCOME = Side(-1, payee="council", purposes=("income",))
CONTRIBUTED = Side(payee="council", purposes=("contribution",))
CHARGED = Side(-1, payee="council", purposes=("contribution",))

# The council --------------------------------------------------------------------------------------------------------
pounds("council_total", "Council, total expenditure", "neither", "All that the council pays for adult social care.",
       SPENT)
pounds("nhs_and_other_income", "NHS and other income of the council", "neither",
       "What the NHS and partners pay the council towards it; total expenditure less gross.",
       Side(payee="council", purposes=("income",)))
pounds("council_gross", "Council, gross current expenditure", "down",
       "Total expenditure less NHS and other income: what official figures call gross.", SPENT, INCOME)
pounds("contributions", "Client contributions", "neither", "What people are charged by the council for support.",
       CONTRIBUTED)
pounds("council_net", "Council, net current expenditure", "down",
       "Gross less client contributions: what council tax, grants and reserves (and any transition money) pay.",
       SPENT, INCOME, CHARGED)
pounds("council_net_own", "Council, net current expenditure less what transition money paid", "down",
       "What falls on council tax, standing grants and reserves: net less the transition money used.",
       Side(payee="council", purposes=("grant",)), Side(-1, payer="council", lines=("general_fund",)))
pounds("contributions_older_care_homes", "Client contributions, care homes 65+", "neither",
       "What council-funded residents aged 65 and over are charged.",
       Side(payee="council", lines=BUDGET_LINES["older_residential_and_nursing"][2], purposes=("contribution",)))
for _name, (_title, (_ages, _), _lines) in BUDGET_LINES.items():
    pounds(f"spend_{_name}", _title, "neither", f"Gross spending on this line ({_ages}).",
           Side(payer="council", purposes=SPENDING, lines=_lines))
pounds("spend_other", "Other lines", "neither", "Gross spending on lines that no other name holds.",
       SPENT, Side(-1, payer="council", purposes=SPENDING, lines=HELD))
pounds("paid_by_council_tax", "Paid by council tax and business rates", "down", "The council's own money.",
       Side(payer="council_tax", payee="council", purposes=("grant",)))
pounds("paid_by_grants", "Paid by social care and better care grants", "neither", "Standing central grants.",
       Side(payer="government", payee="council", lines=("social_care_grant", "better_care_grant"), purposes=("grant",)))
pounds("paid_from_reserves", "Drawn from reserves", "down", "Overspending met from reserves.",
       Side(payer="reserves", payee="council"))
pounds("exceptional_support", "Exceptional financial support", "down", "Overspending beyond what reserves hold.",
       Side(payer="government", payee="council", lines=("exceptional_support",)))
pounds("transition_money", "Transition money received", "neither", "Money up front from outside the base budget.",
       Side(payee="council", purposes=("transition",)))

pounds("home_care_paid", "Home care, whatever the line", "neither", "What the council pays agencies.",
       Side(payer="council", payees=("home_care",), purposes=("support",)))

# Double running, in its three tags ----------------------------------------------------------------------------------
pounds("set_up", "Set-up", "down", "Schemes and coordinators paid for before they are of use.",
       Side(payer="council", purposes=("start_up",)))
pounds("new_places_empty", "New capacity paid for and not filled", "down", "Room in models paid for and not used.",
       Side(payer="council", purposes=("standing_empty",), not_payees=CARE_HOMES))
pounds("block_places_empty", "Block places in care homes paid for and empty", "down",
       "Places bought in block that stand empty until the contract runs out.",
       Side(payer="council", purposes=("standing_empty",), payees=CARE_HOMES))
pounds("double_running", "Double running", "down", "Set-up, new capacity not filled, empty block places. Read it as a "
       "difference from the run compared with.", Side(payer="council", purposes=("start_up", "standing_empty")))
pounds("coordination", "Coordination", "neither", "Schemes, coordinators and teams at work.",
       Side(payer="council", purposes=("coordination",)))

# Others who pay -----------------------------------------------------------------------------------------------------
pounds("nhs_cash", "NHS, cash for hospital and community work", "down", "The little of hospital work and of nursing at "
       "home that moves cash; care placements that the NHS pays for are apart.", Side(payer="nhs", purposes=("activity",)))
pounds("nhs_continuing_care", "NHS-funded care placements (continuing healthcare)", "down", "Care in homes and at home that "
       "the NHS pays for in full.", Side(payer="nhs", purposes=("support",)),
       Side(-1, payer="nhs", lines=("funded_nursing_care",), purposes=("support",)))
pounds("nhs_pays", "NHS, everything it pays in cash", "down", "Hospital and community work, continuing healthcare, nursing in "
       "care homes, and what it pays the council.", Side(payer="nhs", purposes=("support", "income", "activity")))
pounds("nhs_funded_nursing", "NHS-funded nursing care", "down", "What the NHS pays nursing homes for each resident.",
       Side(payer="nhs", lines=("funded_nursing_care",)))
pounds("hospital_value", "Hospital work at average cost", "down", "Visits, emergency stays and days of delay at "
       "average cost. A value to look at: no purse holds it, and it is never added to cash.",
       Side(payer="nhs", payee="hospital", purposes=("value",)))
pounds("community_nursing_value", "Community nursing at average cost", "down", "Nursing at home for people who need "
       "help round the clock. A value, not cash.", Side(payer="nhs", payee="community_nursing", purposes=("value",)))
pounds("dwp", "Benefits system", "down", "Rents in supported living and Shared Lives, and benefits for care needs.",
       Side(payer="dwp"))
pounds("dwp_rents", "Benefits system, rents", "down", "Rents met by housing benefit.",
       Side(payer="dwp", lines=("rent",)))
pounds("people_pay", "People's own money", "down", "Fees people pay themselves, and what the council charges.",
       Side(payer="people", purposes=("own_fees", "contribution", "support")))
pounds("own_fees", "Fees people pay themselves", "neither", "People who pay for their own support.",
       Side(payer="people", purposes=("own_fees",)))
pounds("loans_made", "Lent under deferred payments", "neither", "Cash out, an asset in: no spending.",
       Side(payer="council", purposes=("loan",)))
pounds("loans_repaid", "Paid back under deferred payments", "neither", "With interest, mostly from estates.",
       Side(payee="council", lines=("deferred_payments",), purposes=("repayment",)))


# What the plan does with money --------------------------------------------------------------------------------------
@measure("Invested by the plan", "pounds", "costs", "neither", "sum", 1)
def invested(now: Now) -> float:
    """What the plan adds to services beyond present policy and beyond any shift."""
    return on_top(now.town)


@measure("Released from care home places", "pounds", "costs", "up", "sum", 1)
def released(now: Now) -> float:
    """What the line of care homes has really stopped taking, as far as the plan asks, before anything else is paid."""
    return now.memory.get("commissioning.moved", 0.0)


@measure("Contributions lost", "pounds", "costs", "down", "sum", 1)
def income_lost(now: Now) -> float:
    """What people no longer contribute, in the age band whose care home money moves."""
    return now.memory.get("commissioning.income_lost", 0.0)


@measure("Other support for people concerned", "pounds", "costs", "neither", "sum", 1)
def other_support(now: Now) -> float:
    """What ordinary support takes beyond the run compared with: the money follows the person first."""
    return now.memory.get("commissioning.other_support", 0.0)


@measure("Left for the models", "pounds", "costs", "up", "sum", 1)
def left_for_models(now: Now) -> float:
    """What is released, less income lost and less other support for the people concerned."""
    return now.memory.get("commissioning.left", 0.0)


@measure("Unspent", "pounds", "costs", "neither", "end")
def unspent(now: Now) -> float:
    """Released and transition money that lies unspent; below nought where models were paid before money fell free."""
    return now.town.commissioner.pot + now.memory.get("commissioning.transition", 0.0) / 100


@measure("Reserves", "pounds", "costs", "up", "end")
def reserves(now: Now) -> float:
    """Reserves that adult social care can draw on."""
    return max(now.town.commissioner.reserves, 0.0)


@measure("Budget", "pounds a week", "costs", "neither", "mean")
def budget(now: Now) -> float:
    """The council's net budget in force."""
    return now.town.commissioner.budget_a_week


@measure("Forecast overspend", "share", "costs", "down", "mean", counts=False)
def forecast_gap(now: Now) -> float:
    """Forecast outturn over budget, less one, at the last quarterly review."""
    return now.town.commissioner.forecast_gap


def _price(name: str, key: str, title: str, unit: str, says: str) -> None:
    def look(now: Now) -> float:
        return now.town.prices.get(key, 0.0)

    look.__name__, look.__doc__ = name, says
    measure(title, unit, "costs", "neither", "mean", counts=False)(look)


for _name, _key, _title, _unit in (
        ("price_older_care_home", "older_residential", "Council fee, residential home 65+", "pounds a week"),
        ("price_own_care_home", "own_residential", "Own fee, residential home 65+", "pounds a week"),
        ("price_working_age_care_home", "working_age_residential", "Council fee, care home 18-64", "pounds a week"),
        ("price_supported_living", "supported_living", "Supported living", "pounds a week"),
        ("price_home_care", "home_care_hour", "Council price of home care", "pounds an hour"),
        ("price_pay", "pay_hour", "Going rate of care workers' pay", "pounds an hour"),
        ("price_care_index", "care_index", "Cost of giving care over that at founding", "ratio")):
    _price(_name, _key, _title, _unit, "In force, in real terms, before what a tight labour market adds.")


# Unpaid care: hours, and what they would cost to replace; never mixed with money ------------------------------------
@measure("Unpaid care", "hours a week", "costs", "neither", "mean")
def unpaid_hours(now: Now) -> object:
    """Hours that family and friends give, by who is cared for."""
    rows = now.with_needs
    return rows, now.r.hours_family[rows]


@measure("Unpaid care, valued", "pounds of value a year", "costs", "neither", "mean")
def unpaid_value(now: Now) -> object:
    """Unpaid hours at the price of replacing them. Nobody pays it; it is never added to money."""
    rows = now.with_needs
    return rows, now.r.hours_family[rows] * (now.town.prices.get("unpaid_hour", 0.0) * 52)


ratio("contributed_share", "Contributions over gross", "share", "costs", "neither",
      "Client contributions over gross spending.", "contributions", "council_gross")
