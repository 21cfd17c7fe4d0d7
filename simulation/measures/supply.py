"""What support there is: services and their room, homes, care workers, volunteers, ties, the council's practice."""

from __future__ import annotations

import numpy as np

from simulation.measures.kinds import Now, measure, ratio
from simulation.schemes import working_for_themselves
from simulation.services import found
from simulation.world.columns import Array
from simulation.world.town import COUNCIL, SELF

HOMES = ("residential", "nursing")


# Services: who uses them, what room there is ------------------------------------------------------------------------
def _service_measures(name: str, title: str) -> None:
    def users(now: Now) -> Array:
        if not now.town.has(name):
            return np.empty(0, dtype=np.int32)
        return np.asarray(now.p.person[now.users(now.town.service(name))])

    def room(now: Now) -> float:
        if not now.town.has(name):
            return 0.0
        p = now.town.providers
        return float(p.room[(p.service == now.town.service(name)) & p.open].sum())

    def used(now: Now) -> float:
        if not now.town.has(name):
            return 0.0
        p = now.town.providers
        return float(p.used[(p.service == now.town.service(name)) & p.open].sum())

    users.__name__, users.__doc__ = f"users_{name}", f"People with support from {title}, whoever pays."
    measure(f"{title}: people", "people", "system", "neither", "mean")(users)
    room.__name__, room.__doc__ = f"room_{name}", f"What {title} could give: places, hours a week or people at once."
    measure(f"{title}: room", "places, hours or people", "system", "neither", "mean")(room)
    used.__name__, used.__doc__ = f"used_{name}", f"What is in use of {title}."
    measure(f"{title}: in use", "places, hours or people", "system", "neither", "mean")(used)


def _sufficiency_measures(name: str, title: str) -> None:
    """What is lacking of a kind of lasting support, and how many of those who give it close."""
    def waited(now: Now) -> float:
        if not now.town.has(name):
            return 0.0
        k = now.town.service(name)
        rows = now.wanting[now.r.wants_service[now.wanting] == k]
        hours = now.r.hours_wanted[rows].astype(np.float64)
        return float(now.town.services[k].uses(rows, hours, now.town).sum()) if len(rows) else 0.0

    def closed(now: Now) -> float:
        if not now.town.has(name):
            return 0.0
        p = now.town.providers
        return float(np.count_nonzero((p.service == now.town.service(name)) & (p.closes == now.week)))

    waited.__name__, waited.__doc__ = f"waited_{name}", f"What people found eligible wait for of {title}."
    measure(f"{title}: waited for", "places, hours or people", "system", "down", "mean")(waited)
    closed.__name__, closed.__doc__ = f"closed_{name}", f"Those who give {title} whose last day fell in the year."
    measure(f"{title}: closed", "providers", "system", "down", "sum", 1)(closed)


for _name, _kind in found().items():
    _service_measures(_name, _kind.title or _name)
    if _kind.long_term and not _kind.keeps_funder:
        _sufficiency_measures(_name, _kind.title or _name)


def _hours(name: str, funder: int, title: str) -> None:
    def look(now: Now) -> object:
        if not now.town.has("home_care"):
            return 0.0
        mine = now.users(now.town.service("home_care"))
        mine = mine[now.p.funder[mine] == funder]
        return now.p.person[mine], now.p.given[mine]

    look.__name__, look.__doc__ = name, f"Hours of home care that really come: {title}."
    measure(f"Home care hours, {title}", "hours a week", "system", "neither", "mean")(look)


_hours("home_care_hours_council", COUNCIL, "paid for by the council")
_hours("home_care_hours_own", SELF, "paid for by people themselves")


ratio("home_care_cost_an_hour", "What an hour of home care costs the council", "pounds an hour", "costs", "neither",
      "What the council pays agencies over the hours that come: price, and what dearer care work adds to it.",
      "home_care_paid", "home_care_hours_council", 1 / 52)


# The market and the workforce ---------------------------------------------------------------------------------------
def _homes(now: Now) -> Array:
    kinds = np.array([s.name in HOMES for s in now.town.services], dtype=bool)
    return np.asarray(kinds[now.town.providers.service])


@measure("Care homes open", "homes", "system", "neither", "end")
def care_homes_open(now: Now) -> float:
    """Residential and nursing homes that are open."""
    return float(np.count_nonzero(_homes(now) & now.town.providers.open))


@measure("Care homes closed", "homes", "system", "down", "sum", 1)
def care_homes_closed(now: Now) -> float:
    """Homes whose last day fell in the year."""
    return float(np.count_nonzero(_homes(now) & (now.town.providers.closes == now.week)))


@measure("Care home occupancy by people of the place", "share", "system", "neither", "ratio")
def care_home_occupancy(now: Now) -> object:
    """Residents over places built."""
    p, mine = now.town.providers, _homes(now) & now.town.providers.open
    return float(p.used[mine].sum()), float(p.built[mine].sum())


@measure("Residents from elsewhere", "people", "system", "neither", "mean")
def residents_from_elsewhere(now: Now) -> float:
    """People in the place's care homes whom other councils or other places' NHS pay for: counted, not simulated."""
    return sum(n for key, n in now.memory.items() if key.startswith("home ") and key.endswith(": from elsewhere"))


@measure("Care workers in post", "people", "system", "up", "mean")
def care_workers(now: Now) -> float:
    """Paid care workers employed by homes, agencies and schemes."""
    return float(np.count_nonzero(now.town.carers.employed))


@measure("Hours taken from agencies", "hours a week", "system", "neither", "mean")
def hours_from_agencies(now: Now) -> float:
    """Hours a week given by people who work for themselves and would else be care workers of an agency."""
    return float(working_for_themselves(now.town))


@measure("Staff turnover", "share a year", "system", "down", "ratio", 1)
def staff_turnover(now: Now) -> object:
    """Care workers who left a job in the year over posts filled."""
    return now.memory.get("working.left", 0.0) * 52, now.memory.get("working.posts", 0.0)


@measure("Care posts that stand empty", "share", "system", "down", "mean", counts=False)
def vacancies(now: Now) -> float:
    """Whole-time posts wanted and not filled, over posts wanted."""
    return now.memory.get("working.vacancy", 0.0)


@measure("Pay above the going rate", "share", "system", "neither", "mean", counts=False)
def pay_premium(now: Now) -> float:
    """What a tight labour market or a plan adds to care workers' pay."""
    return now.memory.get("price premium", 0.0)


# Community ----------------------------------------------------------------------------------------------------------
@measure("Volunteers", "people", "system", "up", "mean")
def volunteers(now: Now) -> float:
    """Active volunteers beyond family and friends."""
    return float(np.count_nonzero(now.town.volunteers.active))


@measure("Friends a person has", "friends", "system", "up", "ratio", 52)
def ties(now: Now) -> object:
    """Friendships over adults."""
    rows = now.adults
    return (rows, (now.r.friends[rows] >= 0).sum(axis=1)), rows


# How the council's practice stands ----------------------------------------------------------------------------------
def _practice(name: str, title: str, says: str) -> None:
    def look(now: Now) -> float:
        return float(getattr(now.town.commissioner, name))

    look.__name__, look.__doc__ = f"practice_{name}", says
    measure(title, "ratio" if "steer" not in name else "log odds", "system", "neither", "mean", counts=False)(look)


for _name, _title, _says in (
        ("prevention_share", "Prevention and community lines kept", "Over what they were; cut first."),
        ("assessment_share", "Assessment capacity kept", "Over what it was, the plan's own lever left out."),
        ("package_size", "Size of new packages", "Over assessed need, the plan's own lever left out."),
        ("fee_drift", "Council fees over the cost of care", "Over what they were at founding."),
        ("practice", "Share found eligible", "Over what it was: practice drifts, the law does not."),
        ("steer", "Lean towards other answers than a care home, 65+", "What the plan adds to their weight."),
        ("steer_working_age", "Lean towards other answers than a care home, 18-64", "As above.")):
    _practice(_name, _title, _says)


@measure("Weeks under a section 114 notice", "weeks", "system", "down", "sum", 1, counts=False)
def section_114(now: Now) -> float:
    """Weeks in which reserves are gone and non-statutory spending is frozen."""
    return float(now.week >= 0 and now.town.commissioner.section_114 > now.week)

