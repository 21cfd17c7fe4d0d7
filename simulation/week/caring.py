"""Families care: partner first, then grown-up children near and parents; they tire, rest, or cannot go on.

Hours come from those who live together, up to what their own health, work and strain allow, then from children who
live near and friends. Paid hours go first to what nobody did; only beyond that do they take the place of part of what
those who live together do, and never of what others do. When help suddenly falls short the family makes up a part at
once; it wears off over months, as the shortage becomes usual. Nobody can be made to care: a carer rests, stops or
never begins.

Simplified: a carer cares for one person; friends, relatives at home who are not told by name, and children who
live just outside the place give hours and feel no strain here; carers do not give up work.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, NamedTuple

import numpy as np

from simulation import door as the_door
from simulation.condition import OLDER
from simulation.draws import Draws, uniform
from simulation.evidence.lists import KIN, NEED, REASON, SETTING, STAGE
from simulation.evidence.units import By, Hours, PerYear, Points, Ratio, Ratios, Share, Shares, Weeks
from simulation.process import B1, F4, F8, I1, I2, I4, Key, changes, kernel, rule
from simulation.rules import between, normal, weekly
from simulation.world.ledger import Events
from simulation.world.town import Town

WITH_FAMILY = SETTING.index("with family")  # beyond it people live in other households, tenancies and homes
HEAVY, ROUND_THE_CLOCK = NEED.index("three or more"), NEED.index("round the clock")
MONTH = 4  # weeks from one look at a carer's strain to the next
FIRM = 100.0  # tie strength of an old friendship
CHILD, PARENT = KIN.index("child near"), KIN.index("parent")
CRISIS, PLANNED = REASON.index("carer could not go on"), REASON.index("planned")
WAITING = STAGE.index("waiting for assessment")
BEARING = "how one bears caring"


class Ways(NamedTuple):
    """What families can give, how they share it with paid help, and how carers tire (see the evidence page)."""

    care_together: float
    care_near: float
    care_others: float
    care_by_own_need: F8
    care_beside_work: float
    care_under_strain: float
    care_willing: F8  # by sex
    care_others_willing: float
    care_of_friends: float
    care_displaced: float
    care_made_up: float
    care_usual_after: float
    strain_least: float
    strain_of_hours: float
    strain_of_nights: float
    strain_of_dementia: float
    strain_of_loneliness: float
    strain_of_work: float
    strain_differs: float
    strain_eased_by_break: float
    strain_eased_by_help: float
    strain_eased_by_company: float
    strain_settles: float


@rule
def hours_one_can_give(most: float, by_own_need: float, works: bool, beside_work: float, strain: float,
                       under_strain: float) -> float:
    """Hours a week a carer can give: less with need of their own, beside a job, and under strain."""
    return most * by_own_need * (beside_work if works else 1.0) * (1.0 - under_strain * strain)


@rule
def family_hours(needed: float, formal: float, together: float, outside: float,
                 displaced: float) -> tuple[float, float]:
    """Hours a week those who live together, and those outside, give somebody who needs `needed` and has `formal` paid.

    Those who live together do what they can, others what is then left. Paid hours beyond what nobody did take the place
    of a share `displaced` of what those who live together do; of what others do, they take none.
    """
    first = min(together, needed)
    second = min(outside, needed - first)
    spare = max(formal - (needed - first - second), 0.0)
    return max(first - displaced * spare, 0.0), second


@rule
def hours_made_up(needed: float, short: float, usual: float, made_up: float, room: float) -> float:
    """Hours a week the family adds when more than usual goes unmet (`short`, `usual`: shares), within their room."""
    return min(made_up * max(short - usual, 0.0) * needed, room)


@rule
def strain_led_to(hours: float, nights: bool, dementia: bool, lonely: bool, works: bool, breaks: float, helped: float,
                  company: float, differs: float, w: Ways) -> float:
    """The strain, 0 to 1, that caring like this leads to: hours and nights build it, breaks and help drain it."""
    builds = w.strain_least + w.strain_of_hours * hours / w.care_together + differs
    builds += w.strain_of_nights * nights + w.strain_of_dementia * dementia
    builds += w.strain_of_loneliness * lonely + w.strain_of_work * works * hours / w.care_together
    drains = w.strain_eased_by_break * breaks + w.strain_eased_by_help * helped + w.strain_eased_by_company * company
    return float(between(builds - drains, 0.0, 1.0))


@rule
def cannot_go_on(strain: float, high: float, rate: float) -> float:
    """How often a carer cannot go on, times a year: never below high strain, then more the higher it is."""
    return rate * max(strain - high, 0.0) / (1.0 - high)


@kernel
def let_go(present: B1, need: I1, band: I1, setting: I1, partner: I4, kin: I4, carer: I4, second: I4,
           cares_for: I4) -> None:
    """Carers who are not there any more, are in need themselves, or whose person no longer needs them at home."""
    for c in range(len(present)):
        i = cares_for[c]
        if i < 0:
            continue
        near = partner[i] == c
        for k in range(kin.shape[1]):
            near = near or kin[i, k] == c
        able = present[c] and need[c] < HEAVY and setting[c] <= WITH_FAMILY
        needs = present[i] and (need[i] > 0 or band[i] > 0) and setting[i] <= WITH_FAMILY
        if able and needs and near and (carer[i] == c or second[i] == c):
            continue
        cares_for[c] = -1
        if carer[i] == c:
            carer[i] = second[i]
            second[i] = -1
        elif second[i] == c:
            second[i] = -1


@kernel
def find_carers(present: B1, need: I1, band: I1, setting: I1, partner: I4, kin: I4, kin_kind: I1, carer: I4, second: I4,
                cares_for: I4, resting: I2, sex: I1, wish: Key, willing: F8) -> None:
    """Whoever needs help at home turns to a partner, then to parents or children near who are able and willing."""
    for i in range(len(present)):
        if not present[i] or setting[i] > WITH_FAMILY or (need[i] == 0 and band[i] == 0):
            continue
        if carer[i] >= 0 and (second[i] >= 0 or need[i] < 2):
            continue
        for k in range(-1, kin.shape[1]):
            c = partner[i] if k < 0 else kin[i, k]
            if c < 0 or not present[c] or need[c] >= HEAVY or setting[c] > WITH_FAMILY or cares_for[c] >= 0:
                continue
            if resting[c] > 0 or (k >= 0 and kin_kind[i, k] != CHILD and kin_kind[i, k] != PARENT):
                continue
            if k >= 0 and kin_kind[i, k] == CHILD and uniform(wish, c) >= willing[sex[c]]:
                continue
            cares_for[c] = i
            if carer[i] < 0:
                carer[i] = c
                if need[i] < 2:
                    break
            else:
                second[i] = c
                break


@rule
def share_of(given: float, could: float) -> float:
    """The share given of what could be given."""
    return given / could if could > 0.0 else 0.0


@kernel
def share_hours(present: B1, age: F4, need: I1, band: I1, setting: I1, hospital: I1, discharged: I4, alone: B1,
                partner: I4, works: B1, carer: I4, second: I4, tie_strength: I1, care_hours: F4, strain: F4, resting: I2,
                outside_hours: F4, needed: F4, paid: F4, other: F4, family: F4, unmet: F4, usual_unmet: F4,
                others: Key, week: int, settled: bool, lost: B1, w: Ways) -> None:
    """Who gives how much this week, and what nobody gives. `lost` marks those who lost the help of a carer."""
    can, lives_in = np.zeros(2), np.zeros(2, dtype=np.bool_)
    for i in range(len(present)):
        if not present[i] or (need[i] == 0 and band[i] == 0):
            if week % MONTH == 0 and (unmet[i] > 0.0 or family[i] > 0.0 or usual_unmet[i] > 0.0):
                family[i] = unmet[i] = usual_unmet[i] = 0.0
            continue
        if hospital[i] > 0 or discharged[i] >= week - 1 or needed[i] <= 0.0:
            continue  # in hospital, or home so lately that support has not come back yet
        hours, formal = np.float64(needed[i]), np.float64(paid[i]) + np.float64(other[i])
        together, outside, strained = 0.0, 0.0, 0.0
        can[:] = 0.0
        at_home = setting[i] <= WITH_FAMILY
        if at_home:
            for k in range(2):
                c = carer[i] if k == 0 else second[i]
                if c < 0 or resting[c] > 0:
                    continue
                lives_in[k] = partner[i] == c or setting[i] == WITH_FAMILY or (band[i] > 0 and not alone[i])
                most = w.care_together if lives_in[k] else w.care_near
                can[k] = hours_one_can_give(most, w.care_by_own_need[need[c]], works[c], w.care_beside_work,
                                            np.float64(strain[c]), w.care_under_strain)
                together += can[k] if lives_in[k] else 0.0
                outside += 0.0 if lives_in[k] else can[k]
                strained = max(strained, np.float64(strain[c]))
            outside += np.float64(outside_hours[i]) if age[i] >= OLDER else 0.0
            for k in range(tie_strength.shape[1] - 1):
                outside += w.care_of_friends * np.float64(tie_strength[i, k]) / FIRM
            if carer[i] < 0 and not alone[i] and partner[i] < 0 and uniform(others, i) < w.care_others_willing:
                together += w.care_others
        here, there = family_hours(hours, formal, together, outside, w.care_displaced)
        short = max(1.0 - (formal + here + there) / hours, 0.0)
        if not settled:
            usual_unmet[i] = short
        room = w.care_made_up * (together + outside) * (1.0 - strained)
        more = hours_made_up(hours, short, np.float64(usual_unmet[i]), w.care_made_up, room)
        lost[i] = at_home and carer[i] < 0 and here + there + more < family[i] / 2
        family[i] = here + there + more
        unmet[i] = between(1.0 - (formal + family[i]) / hours, 0.0, 1.0)
        usual_unmet[i] += (short - usual_unmet[i]) / w.care_usual_after
        for k in range(2):
            if can[k] > 0.0:
                part = share_of(here, together) if lives_in[k] else share_of(there, outside)
                care_hours[carer[i] if k == 0 else second[i]] = can[k] * part * (1.0 + share_of(more, here + there))


@kernel
def tire(present: B1, need: I1, dementia: B1, lonely: B1, works: B1, company: F4, carer: I4, cares_for: I4, needed: F4,
         paid: F4, care_hours: F4, strain: F4, break_hours: F4, resting: I2, touched: B1, trait: Key, luck: Key,
         high: float, rate: float, rest: int, week: int, moves: float, w: Ways, stopped: I4) -> int:
    """Strain moves towards what caring now leads to; some cannot go on (rows in `stopped`); returns how many.

    Each week a fourth of all people are looked at, for the four weeks since the last look.
    """
    n = 0
    for c in range(week % MONTH, len(present), MONTH):
        i = cares_for[c]
        if resting[c] > 0:
            resting[c] = max(resting[c] - MONTH, 0)
        if i < 0:
            strain[c] = np.float64(strain[c]) - np.float64(strain[c]) * moves
            continue
        hours = np.float64(care_hours[c])
        if resting[c] > 0:
            goal = 0.0
        else:
            helped = between(np.float64(paid[i]) / max(np.float64(needed[i]), 1.0), 0.0, 1.0)
            goal = strain_led_to(hours, need[i] == ROUND_THE_CLOCK, dementia[i], lonely[c], works[c],
                                 np.float64(break_hours[c]), helped, np.float64(company[c]),
                                 w.strain_differs * normal(uniform(trait, c)), w)
        strain[c] = np.float64(strain[c]) + (goal - np.float64(strain[c])) * moves
        touched[c] = touched[c] or touched[i]
        stops = MONTH * cannot_go_on(np.float64(strain[c]), high, rate)
        if hours > 0.0 and carer[i] == c and uniform(luck, c) < weekly(stops):
            resting[c] = rest
            stopped[n] = c
            n += 1
    return n


@changes("residents.carer", "residents.second_carer", "residents.cares_for", "residents.care_hours", "residents.strain",
         "residents.resting", "residents.hours_family", "residents.unmet", "residents.usual_unmet", "residents.touched",
         "residents.stage", "residents.reason", "residents.asked", "residents.long_term", "residents.wants_service",
         "residents.hours_wanted", "residents.diverted")
def caring(residents: Any, draws: Draws, events: Events, town: Town, *,
           care_together: Hours, care_near: Hours, care_others: Hours, care_by_own_need: Annotated[Ratios, By("need")],
           care_beside_work: Ratio, care_under_strain: Share, care_willing: Annotated[Shares, By("sex")],
           care_others_willing: Share, care_of_friends: Hours, care_displaced: Share, care_made_up: Share,
           care_usual_after: Weeks, strain_least: Points, strain_of_hours: Points, strain_of_nights: Points,
           strain_of_dementia: Points, strain_of_loneliness: Points, strain_of_work: Points, strain_differs: Points,
           strain_eased_by_break: Points, strain_eased_by_help: Points, strain_eased_by_company: Points,
           strain_settles: Weeks, high_strain: Points, stops: PerYear, rest: Weeks) -> None:
    """Who cares this week, how much, what it takes out of them, and who cannot go on."""
    w = ways(locals())
    lost = share(residents, draws, w, town.week, True)
    stopped = np.empty(len(residents), dtype=np.int32)
    n = tire(residents.present, residents.need, residents.dementia, residents.lonely, residents.works,
             residents.company, residents.carer, residents.cares_for, residents.hours_needed, residents.hours_paid,
             residents.care_hours, residents.strain, residents.break_hours, residents.resting, residents.touched,
             draws.trait(BEARING), draws.key("caring: cannot go on"), float(high_strain), float(stops),
             math.ceil(rest), town.week, moves_in(w.strain_settles), w, stopped)
    events.note("could not go on", stopped[:n])
    in_crisis(town, residents.cares_for[stopped[:n]])
    alone = np.flatnonzero(lost)
    alone = alone[residents.need[alone] >= HEAVY]
    events.note("lost their carer", alone)
    in_crisis(town, alone)


def ways(given: dict[str, Any]) -> Ways:
    """The numbers a step or process was given, as the kernels take them."""
    numbers: dict[str, Any] = {k: v if isinstance(v, np.ndarray) else float(v) for k, v in given.items()
                               if k in Ways._fields}
    return Ways(**numbers)


def moves_in(weeks: float) -> float:
    """Share of the way something comes in four weeks that takes about so many weeks."""
    return 1.0 - math.exp(-MONTH / weeks) if weeks > 0 else 1.0


def share(residents: Any, draws: Draws, w: Ways, week: int, settled: bool) -> B1:
    """One week of who cares and how much; returns who lost a carer. Not `settled`: what is unmet is usual."""
    if week % MONTH == 0:  # families take some weeks to arrange themselves
        let_go(residents.present, residents.need, residents.band, residents.setting, residents.partner, residents.kin,
               residents.carer, residents.second_carer, residents.cares_for)
        find_carers(residents.present, residents.need, residents.band, residents.setting, residents.partner,
                    residents.kin, residents.kin_kind, residents.carer, residents.second_carer, residents.cares_for,
                    residents.resting, residents.sex, draws.trait("willing to care"), w.care_willing)
    residents.care_hours[:] = 0.0
    lost = np.zeros(len(residents), dtype=np.bool_)
    share_hours(residents.present, residents.age, residents.need, residents.band, residents.setting, residents.hospital,
                residents.discharged, residents.alone, residents.partner, residents.works, residents.carer,
                residents.second_carer, residents.tie_strength, residents.care_hours, residents.strain,
                residents.resting, residents.outside_hours, residents.hours_needed, residents.hours_paid,
                residents.hours_other, residents.hours_family, residents.unmet, residents.usual_unmet,
                draws.trait("others at home would care"), week, settled, lost, w)
    return lost


def in_crisis(town: Town, people: Any) -> None:
    """These people ask at once for lasting support, if they live at home; whoever waits for it already wants what they wanted."""
    r = town.residents
    rows = np.unique(people)
    rows = rows[(r.setting[rows] <= WITH_FAMILY) & (r.hospital[rows] == 0) & r.present[rows]]
    the_door.comes_to_a_crisis(rows[(r.stage[rows] == WAITING) & the_door.waits_its_turn(rows, town)], town, "lost their carer")
    little = rows[(r.stage[rows] == WAITING) & ~r.long_term[rows] & (r.reason[rows] == PLANNED)]
    r.reason[little], r.long_term[little] = CRISIS, True
    rows = rows[r.stage[rows] == 0]
    r.stage[rows] = WAITING
    r.reason[rows], r.asked[rows], r.long_term[rows] = CRISIS, town.week, True
    r.wants_service[rows], r.hours_wanted[rows], r.diverted[rows] = -1, 0, False
    town.events.note("asks", rows, cause=REASON[CRISIS])
