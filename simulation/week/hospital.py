"""People come to A&E, stay in hospital, get ready to leave, and wait where support or a place is not to be had."""

from __future__ import annotations

import math
from typing import Annotated, Any

import numpy as np

from simulation.draws import Draws, uniform
from simulation.evidence.lists import FRAILTY, HOSPITAL, LISTS, NEED, REASON, SETTING, STAGE
from simulation.evidence.units import (
    By,
    Days,
    DaysList,
    Elasticity,
    Factor,
    Log,
    PerYears,
    Ratio,
    Ratios,
    Share,
    Shares,
    Weeks,
)
from simulation.process import B1, F4, F8, I1, I4, I8, changes, kernel, rule
from simulation.rules import WEEKS
from simulation.world.columns import Array
from simulation.world.ledger import Events
from simulation.world.providers import Hospital
from simulation.world.town import Town

TREATED, READY = HOSPITAL.index("being treated"), HOSPITAL.index("ready to leave")
ASKS, DISCHARGE = STAGE.index("waiting for assessment"), REASON.index("discharge")
RESIDENTIAL = SETTING.index("residential")
PERSONAL = NEED.index("one or two personal tasks")
NEEDING = "hospital: people at home who need help with personal tasks"
SORTS = len(FRAILTY)
VISIT, SAME_DAY, OVERNIGHT = 1, 2, 3
OLDER = 65
DAYS = 7
EDGES = np.array([int(label.split("-")[0].rstrip("+")) for label in LISTS["hospital age"]][1:], dtype=np.float64)
STAY_EDGES = np.array([int(label.split("-")[0].rstrip("+")) for label in LISTS["stay age"]][1:], dtype=np.float64)
BANDS, SUMS = len(EDGES) + 1, 3  # age bands; of each: visits, stays, people
FARTHEST = 16.0  # how many times the usual home care is still told apart
MONTH = 4  # weeks in which coming back counts as a readmission
ABSENT = 2.0**10  # luck of people who cannot come: beyond anybody's


@changes("residents.hospital", "residents.days_left", "residents.delayed_days", "residents.stay_days",
         "residents.bed_days", "residents.discharged", "residents.stage", "residents.reason", "residents.asked",
         "residents.long_term", "residents.sent")
def hospital(residents: Any, hospital: Hospital, draws: Draws, events: Events, town: Town, *,
             ae: Annotated[PerYears, By("hospital age")], stays: Annotated[PerYears, By("hospital age")],
             same_day: Ratio, by_need: Annotated[Ratios, By("need")], by_frailty: Annotated[Ratios, By("frailty")],
             frailty_weight: Share, ae_power: Factor, in_care_home: Ratio, acute_ae: Log, acute_stay: Log,
             unmet_ae: Log, unmet_stay: Log, lonely_ae: Ratio, came_home_lately: Ratio, fall_overnight: Share,
             winter: Share, winter_peak: Weeks, length: Annotated[DaysList, By("stay age")], length_shape: Factor,
             delayed: Annotated[Shares, By("need")], delayed_working_age: Share, delayed_resident: Ratio,
             arranging: Days, new_support: Annotated[Shares, By("need")], new_support_working_age: Ratio,
             home_first: Share, patience: Weeks, planned_beds: Share, usual_occupancy: Share, home_care_part: Share,
             home_care_quickens: Elasticity) -> None:
    """One week at the hospital: who comes, who stays, who is ready to leave, who waits and for what.

    Rates are means by age as published; everything that raises one person's above another's is centred in the base run.
    """
    rates = _Rates(town, by_need, by_frailty, frailty_weight, ae_power, in_care_home, acute_ae, acute_stay, unmet_ae,
                   unmet_stay, lonely_ae, came_home_lately)
    season = (1.0 + winter * math.cos(2 * math.pi * (town.week - winter_peak) / WEEKS)) * hospital.winter
    rows, kinds = _come(residents, draws, town, rates, ae, stays, same_day, fall_overnight, season)
    inside = np.flatnonzero(residents.hospital != 0)
    gone = inside[~residents.present[inside]]
    residents.hospital[gone], residents.days_left[gone] = 0, 0.0
    inside = inside[residents.present[inside]]
    residents.stay_days[:] = 0.0
    residents.delayed_days[:] = 0.0
    new = rows[kinds == OVERNIGHT]
    free = np.concatenate([np.full(len(inside), float(DAYS)),
                           _stay(new, residents, draws, events, town, length, length_shape)])
    inside = np.concatenate([inside, new])
    plan = _Plan(delayed, delayed_working_age, delayed_resident, new_support, new_support_working_age, home_first,
                 arranging, patience, _pace(town, home_care_part, home_care_quickens))
    _days(inside, free, residents, draws, events, town, plan)
    residents.bed_days[inside] += residents.stay_days[inside]
    _beds(hospital, town, float(residents.stay_days[inside].sum()) / DAYS, planned_beds, usual_occupancy)
    events.note("A&E", rows)
    events.note("same-day emergency", rows[kinds == SAME_DAY])


class _Rates:
    """What makes one person more likely than another to need the hospital, as tables and log ratios."""

    def __init__(self, town: Town, by_need: F8, by_frailty: F8, frailty_weight: float, ae_power: float,
                 in_care_home: float, acute_ae: float, acute_stay: float, unmet_ae: float, unmet_stay: float,
                 lonely_ae: float, came_home_lately: float):
        both = np.outer(by_need ** (1.0 - frailty_weight), by_frailty ** frailty_weight).ravel()
        self.stay_level, self.ae_level = both, both ** ae_power
        self.home = float(in_care_home) * town.memory.get("care home emergency ratio", 1.0)
        self.logs = np.array([acute_ae, acute_stay, unmet_ae, unmet_stay, math.log(lonely_ae),
                              math.log(came_home_lately)], dtype=np.float64)

    def most(self, ae: F8) -> tuple[float, float, float]:
        """The highest usual rate of coming to A&E without need under 65, without need, and with need."""
        levels = self.ae_level.reshape(-1, SORTS) * max(self.home, 1.0)
        under = int(np.searchsorted(EDGES, OLDER)) + 1  # bands that begin before 65
        well = float(levels[0].max())
        return well * float(ae[:under].max()), well * float(ae.max()), float(levels[1:].max() * ae.max())


def _come(r: Any, draws: Draws, town: Town, rates: _Rates, ae: F8, stays: F8, same_day: float, fall_overnight: float,
          season: float) -> tuple[Array, Array]:
    """Who comes to A&E this week, and who is admitted: rows, and what became of it (VISIT, SAME_DAY or OVERNIGHT)."""
    fell = town.tables["fell"]
    who = (r.present, r.hospital, r.age, r.need, r.frailty, r.setting)
    if town.burning_in and (town.week % 2 == 0 or "hospital: A&E 0" not in town.centres):
        sums = _weigh(*who, r.unmet, r.lonely, r.discharged, rates.ae_level, rates.stay_level, rates.home, rates.logs,
                      int(town.week))
        for b in range(BANDS):
            town.tell(f"hospital: A&E {b}", float(sums[0, b]), float(sums[2, b]))
            town.tell(f"hospital: stays {b}", float(sums[1, b]), float(sums[2, b]))
    falls_ae, falls_stays = _falls(town, fell, ae, stays, fall_overnight)
    ae_weekly = [ae[b] / town.centre(f"hospital: A&E {b}") for b in range(BANDS)] * (1.0 - falls_ae)
    stay_weekly = [stays[b] / town.centre(f"hospital: stays {b}") for b in range(BANDS)] * (1.0 - falls_stays)
    luck, might = draws.key("hospital: comes to A&E"), np.empty(len(r), dtype=np.bool_)
    ae_weekly, stay_weekly = ae_weekly * season / WEEKS, stay_weekly * season / WEEKS
    life, least = (r.acute, r.unmet, r.lonely, r.discharged), np.empty(len(r))
    _least_luck(r.present, r.hospital, *life, rates.logs, int(town.week), luck, least)
    _might_come(least, r.age, r.need, fell, r.sent, *rates.most(ae_weekly), might)
    rows, kinds = _visits(np.flatnonzero(might), *who[2:], *life, fell, r.sent, ae_weekly, stay_weekly, rates.ae_level,
                          rates.stay_level, rates.home, rates.logs, float(same_day), float(fall_overnight),
                          int(town.week), luck, draws.key("hospital: is admitted"))
    if r.sent.any():
        r.sent[:] = False
    return rows, kinds


def _falls(town: Town, fell: Array, ae: F8, stays: F8, fall_overnight: float) -> F8:
    """The share of visits and of stays that are serious falls, by age: counted one by one, so not drawn again."""
    m, r = town.memory, town.residents
    if town.burning_in:
        fallen = np.bincount(np.searchsorted(EDGES, r.age[np.flatnonzero(fell)], side="right"), minlength=BANDS)
        if town.week % MONTH == 0 or "hospital: people 0" not in m:
            here = np.bincount(np.searchsorted(EDGES, r.age[r.present], side="right"), minlength=BANDS)
            m.update({f"hospital: people {b}": float(here[b]) for b in range(BANDS)})
        for b in range(BANDS):
            m[f"hospital: falls {b}"] = m.get(f"hospital: falls {b}", 0.0) + float(fallen[b])
            m[f"hospital: exposed {b}"] = m.get(f"hospital: exposed {b}", 0.0) + m[f"hospital: people {b}"] / WEEKS
    rate = np.array([m.get(f"hospital: falls {b}", 0.0) / max(m.get(f"hospital: exposed {b}", 0.0), 1.0)
                     for b in range(BANDS)])
    return np.minimum(np.vstack([rate / ae, rate * fall_overnight / stays]), 0.5)


@rule
def log_ratio(unmet: float, lonely: bool, lately: bool, of_unmet: float, of_lonely: float, of_lately: float) -> float:
    """What unmet need, loneliness and having come home lately add to the log rate of coming to hospital."""
    more = of_unmet * unmet
    if lonely:
        more += of_lonely
    if lately:
        more += of_lately
    return more


@rule
def band_of(age: float) -> int:
    """Which age band of the published rates somebody is in."""
    band = 0
    for edge in EDGES:
        if age >= edge:
            band += 1
    return band


@kernel
def _weigh(present: B1, hospital: I1, age: F4, need: I1, frailty: I1, setting: I1, unmet: F4, lonely: B1,
           discharged: I4, ae_level: F8, stay_level: F8, home: float, logs: F8, week: int) -> F8:
    sums = np.zeros((SUMS, BANDS))
    for i in range(len(present)):
        if not present[i] or hospital[i] != 0:
            continue
        band, sort = band_of(np.float64(age[i])), int(need[i]) * SORTS + int(frailty[i])
        met, lately = np.float64(unmet[i]), week - discharged[i] <= MONTH
        at_home = home if setting[i] >= RESIDENTIAL else 1.0
        more_visits = log_ratio(met, lonely[i], lately, logs[2], logs[4], logs[5])
        more_stays = log_ratio(met, False, lately, logs[3], 0.0, logs[5])
        sums[0, band] += ae_level[sort] * at_home * math.exp(more_visits)
        sums[1, band] += stay_level[sort] * at_home * math.exp(more_stays)
        sums[2, band] += 1.0
    return sums


@kernel
def _least_luck(present: B1, hospital: I1, acute: F4, unmet: F4, lonely: B1, discharged: I4, logs: F8, week: int,
                comes: np.uint64, luck: F8) -> None:
    """Luck in coming to A&E over at least what one's own life makes of the usual rate; nobody comes who is not here.

    What one's own life adds to the log rate, x, raises it by less than 1/(1 - x/8)^8, which needs no exponential.
    """
    for i in range(len(present)):  # without a branch, so that a compiler can look at several people at once
        more = logs[2] * np.float64(unmet[i]) + logs[0] * np.float64(acute[i]) - logs[0] * logs[0] / 2
        more += logs[4] if lonely[i] else 0.0
        more += logs[5] if week - discharged[i] <= MONTH else 0.0
        part = max(1.0 - more / 8.0, 0.0)
        part *= part
        part *= part
        part *= part
        luck[i] = uniform(comes, i) * part if present[i] & (hospital[i] == 0) else ABSENT


@kernel
def _might_come(luck: F8, age: F4, need: I1, fell: B1, sent: B1, young: float, old: float, needy: float,
                might: B1) -> None:
    """Who comes for certain, or might at the highest usual rate: without need under 65, without need, with need."""
    for i in range(len(luck)):
        most = needy if need[i] > 0 else (old if age[i] >= OLDER else young)
        might[i] = (luck[i] < most) | ((luck[i] < ABSENT) & (fell[i] | sent[i]))


@kernel
def _visits(come: I8, age: F4, need: I1, frailty: I1, setting: I1, acute: F4, unmet: F4, lonely: B1,
            discharged: I4, fell: B1, sent: B1, ae: F8, stays: F8, ae_level: F8, stay_level: F8, home: float, logs: F8,
            same_day: float, fall_overnight: float, week: int, comes: np.uint64,
            is_admitted: np.uint64) -> tuple[I4, I1]:
    rows, kinds = np.empty(len(come), np.int32), np.empty(len(come), np.int8)
    n = 0
    for i in come:
        band, sort = band_of(np.float64(age[i])), int(need[i]) * SORTS + int(frailty[i])
        met, a, lately = np.float64(unmet[i]), np.float64(acute[i]), week - discharged[i] <= MONTH
        at_home = home if setting[i] >= RESIDENTIAL else 1.0
        more = log_ratio(met, lonely[i], lately, logs[2], logs[4], logs[5]) + logs[0] * a - logs[0] * logs[0] / 2
        visits, u = ae[band] * ae_level[sort] * at_home, uniform(comes, i)
        comes_anyway = fell[i] or sent[i]
        visits *= math.exp(more)
        if not comes_anyway and u >= 1.0 - math.exp(-visits):
            continue
        more = log_ratio(met, False, lately, logs[3], 0.0, logs[5])
        stay = stays[band] * stay_level[sort] * at_home * math.exp(more + logs[1] * a - logs[1] * logs[1] / 2)
        overnight = fall_overnight if fell[i] else min(stay / max(1.0 - math.exp(-visits), stay), 1.0)
        any_stay = 1.0 if fell[i] else min(overnight * (1.0 + same_day), 1.0)
        u = uniform(is_admitted, i)
        rows[n] = i
        kinds[n] = OVERNIGHT if u < overnight else SAME_DAY if u < any_stay else VISIT
        n += 1
    return rows[:n].copy(), kinds[:n].copy()


def _stay(new: Array, r: Any, draws: Draws, events: Events, town: Town, length: F8, shape: float) -> Array:
    """People are admitted on some day of the week, for some days of treatment. Returns the days left of this week."""
    band = np.searchsorted(STAY_EDGES, r.age[new], side="right")
    u = draws.uniforms("hospital: length of stay", new)
    days = length[band] / math.gamma(1.0 + 1.0 / shape) * (-np.log1p(-u)) ** (1.0 / shape)
    r.hospital[new], r.days_left[new] = TREATED, days
    again = town.week - r.discharged[new] <= MONTH
    events.note("emergency stay", new[~again], amount=days[~again])
    events.note("emergency stay", new[again], cause="again within a month", amount=days[again])
    return np.asarray(DAYS * (1.0 - draws.uniforms("hospital: day of coming", new)))


class _Plan:
    """What is believed about leaving hospital."""

    def __init__(self, delayed: F8, working_age: float, resident: float, new_support: F8, new_working_age: float,
                 home_first: float, arranging: float, patience: float, pace: float):
        self.delayed, self.working_age, self.resident = delayed, working_age, resident
        self.new_support, self.new_working_age = new_support, new_working_age
        self.home_first, self.arranging, self.patience, self.pace = home_first, arranging, patience, pace

    def chance_delayed(self, rows: Array, r: Any) -> Array:
        """Chance that leaving takes arranging, by need at 65 and over, little before."""
        chance = np.where(r.age[rows] >= OLDER, self.delayed[r.need[rows]], self.working_age)
        return np.asarray(np.where(r.setting[rows] >= RESIDENTIAL, chance * self.resident, chance))

    def days_arranging(self, rows: Array, r: Any) -> Array:
        """Mean days that leaving takes to arrange: for people who need help at home, as easy as home care is to find."""
        helped = (r.setting[rows] < RESIDENTIAL) & (r.need[rows] >= PERSONAL)
        return np.asarray(self.arranging * np.where(helped, self.pace, 1.0))

    def chance_new_support(self, rows: Array, r: Any) -> Array:
        """Chance of needing long-term support not there before; those who have some keep it, and are reviewed."""
        chance = self.new_support[r.need[rows]] * np.where(r.age[rows] >= OLDER, 1.0, self.new_working_age)
        return np.where((r.funder[rows] == 0) & (r.stage[rows] == 0), chance, 0.0)


def _pace(town: Town, part: float, quickens: float) -> float:
    """How long it takes to find home care to leave hospital with, over usual: less where there is more for each who needs it."""
    if not town.has("home_care"):
        return 1.0
    p, r, m = town.providers, town.residents, town.memory
    if town.week % MONTH == 0 or NEEDING not in m:
        m[NEEDING] = float(np.count_nonzero(r.present & (r.need >= PERSONAL) & (r.setting < RESIDENTIAL)))
    hours = float(p.room[(p.service == town.service("home_care")) & p.open].sum())
    town.tell("hospital: home care for each who needs help", hours, m[NEEDING])
    usual = town.centre("hospital: home care for each who needs help") * m[NEEDING]
    more = hours / usual if usual > 0 else 1.0
    return float(1.0 - part + part * min(max(more, 1.0 / FARTHEST), FARTHEST) ** -quickens)


def waits_for_support(rows: Array, r: Any) -> Array:
    """Who has asked for support to leave hospital with, and has none yet: mask."""
    return np.asarray((r.stage[rows] > 0) & (r.reason[rows] == DISCHARGE) & r.long_term[rows])


def _days(inside: Array, free: Array, r: Any, draws: Draws, events: Events, town: Town, plan: _Plan) -> None:
    """The week's days of everybody in hospital: treatment, then arranging, then waiting for support to be had."""
    treated = r.hospital[inside] == TREATED
    used = np.where(treated, np.minimum(r.days_left[inside], free), 0.0)
    r.stay_days[inside] += used
    r.days_left[inside] -= used
    free = free - used
    soon = treated & (r.days_left[inside] <= DAYS)
    _ask(inside[soon], r, draws, events, town, plan)
    was_ready = ~treated
    had_to_wait = was_ready & (r.days_left[inside] <= 0)
    fit = treated & (r.days_left[inside] <= 0)
    goes = np.zeros(len(inside), dtype=bool)
    goes[fit] = ~_is_held(inside[fit], r, draws, events, plan)
    ready = was_ready | (fit & ~goes)
    arranging = np.where(ready, np.minimum(r.days_left[inside], free), 0.0)
    r.days_left[inside] -= arranging
    free = free - arranging
    arranged = ready & (r.days_left[inside] <= 0)
    waits = arranged & waits_for_support(inside, r)
    part = draws.uniforms("hospital: day of going", inside)
    waiting = np.where(waits, free, np.where(arranged & had_to_wait, free * part, 0.0))
    r.delayed_days[inside] = arranging + waiting
    r.stay_days[inside] += arranging + waiting
    held = arranging > 0
    events.note("waits to leave", inside[held], cause="arrangements", amount=arranging[held])
    events.note("waits to leave", inside[waiting > 0], cause="support not to be had", amount=waiting[waiting > 0])
    gives_up = waits & draws.happens("hospital: goes without", 1.0 - math.exp(-1.0 / plan.patience), inside)
    _go_home(inside[goes | (arranged & ~waits)], r, events, town)
    _go(inside[gives_up], r, events, town, "without the support asked for")


def _ask(rows: Array, r: Any, draws: Draws, events: Events, town: Town, plan: _Plan) -> None:
    """Leaving is planned in the last week of treatment: some will need support that they did not have."""
    first = rows[r.setting[rows] < RESIDENTIAL]
    asks = first[draws.happens("hospital: needs new support", plan.chance_new_support(first, r), first)]
    r.stage[asks], r.reason[asks], r.asked[asks], r.long_term[asks] = ASKS, DISCHARGE, town.week, True
    events.note("asks", asks, cause="discharge")


def _is_held(rows: Array, r: Any, draws: Draws, events: Events, plan: _Plan) -> Array:
    """Who, ready to leave, cannot yet: arrangements take days, or support asked for is not there. Mask."""
    asked = waits_for_support(rows, r)
    to_arrange = draws.happens("hospital: takes arranging", plan.chance_delayed(rows, r), rows)
    home_first = draws.happens("hospital: home first", plan.home_first, rows)
    held = to_arrange | (asked & ~home_first)
    days = -plan.days_arranging(rows, r) * np.log1p(-draws.uniforms("hospital: days of arranging", rows))
    r.hospital[rows[held]] = READY
    r.days_left[rows] = np.where(to_arrange, days, 0.0)
    events.note("ready to leave", rows[held], cause="with support asked for", amount=asked[held].astype(np.float64))
    return np.asarray(held)


def _go_home(rows: Array, r: Any, events: Events, town: Town) -> None:
    """People leave: to a care home, with support at home, or with none."""
    to_home, supported = r.setting[rows] >= RESIDENTIAL, r.supports[rows] != 0
    for mask, cause in ((to_home, "to a care home"), (~to_home & supported, "with support"),
                        (~to_home & ~supported, "")):
        _go(rows[mask], r, events, town, cause)


def _go(rows: Array, r: Any, events: Events, town: Town, cause: str) -> None:
    r.hospital[rows], r.days_left[rows], r.discharged[rows] = 0, 0.0, town.week
    events.note("goes home from hospital", rows, cause=cause)


def _beds(hospital: Hospital, town: Town, emergency: float, planned: float, usual: float) -> None:
    """Beds that emergencies leave free are used for planned care; they do not stand empty, and save no cash."""
    m = town.memory
    if town.burning_in:
        weeks = m.get("hospital: weeks learnt", 0.0) + 1.0
        m["hospital: weeks learnt"] = weeks
        m["hospital: emergency beds"] = m.get("hospital: emergency beds", 0.0) * (1 - 1 / weeks) + emergency / weeks
        hospital.beds = m["hospital: emergency beds"] / (1.0 - planned) / usual
    m["hospital: planned care beds"] = max(usual * hospital.beds - emergency, 0.0)
    hospital.occupied = emergency + m["hospital: planned care beds"]
