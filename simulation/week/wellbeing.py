"""How life is, for people who need help and for carers: eight domains of daily life, control and company, satisfaction.

Each domain has a latent that falls with help that does not come (hours count less the more there are), with need
itself and with loneliness, and rises with say over one's day and known faces; some domains stand higher in a care home
and some lower, so that a home of one's own with all the help needed is on the whole worth only a little more. Levels
are cut where people the council supports answer as the survey found; the cuts are learnt in the burn-in, then frozen.

Sizes of effects are given as points of the ASCOT index and spread over the domains they reach. For carers without need
of their own the same eight domains are used. Nothing here acts on anything else.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import numpy as np

from simulation import ascot
from simulation.draws import Draws
from simulation.evidence.lists import DOMAIN, NEED, SETTING
from simulation.evidence.units import (
    By,
    Contacts,
    Factor,
    Hours,
    HoursList,
    LogOdds,
    LogOddses,
    Points,
    PointsList,
    Ratios,
    Shares,
    WeightsList,
)
from simulation.process import B1, F4, F8, I1, I4, changes, kernel, rule
from simulation.rules import logistic, standard_normal
from simulation.world.columns import Array
from simulation.world.town import COUNCIL, Town

MONTH = 4  # weeks from one look to the next
DOMAINS, CUTS = len(DOMAIN), ascot.CUTS
CONTROL, SOCIAL, SAFETY = DOMAIN.index("control"), DOMAIN.index("social"), DOMAIN.index("safety")
A_HOME, HIGHEST = SETTING.index("residential"), len(NEED) - 1
HIGHEST_SCORE, BEST, KEPT, DIGITS = 12.0, 10.0, 256, 3
OWN, ALL_IN_ALL = "wellbeing: each person's own", "wellbeing: all in all"
IN_HOMES = "wellbeing: help short in care homes"
UNTOUCHED = "wellbeing: index of somebody without need or care"  # read by the measures
# What moves the latents: rows of `Life.pulls`. Help that does not come, and need itself, have a row for each level.
SHORT, NEEDING, HOME, LONELY, SAY, FACES, STRAIN, DAYS = 0, 5, 10, 11, 12, 13, 14, 15


class Life(NamedTuple):
    """What the kernel must know: effects by domain, cuts, weights, and the simpler measures' numbers."""

    pulls: F8  # [effect, domain] log odds
    usual: float  # log odds of loneliness from which social domains are measured
    cuts: F8  # [domain, cut]
    weights: F8  # [domain, level], already times the slope
    constant: float
    content: float  # satisfaction of somebody without any of the following
    content_lonely: float
    content_need: F8
    content_unmet: float
    content_strain: float
    content_spread: float
    carer_at: float
    carer_strain: float
    carer_hours: float
    carer_spread: float


@rule
def of_help(unmet: float) -> float:
    """What is lost by help that does not come, 0 to 1: the first hours count most."""
    return 1.0 - math.sqrt(max(1.0 - unmet, 0.0))


@rule
def level_of_help(need: int, band: int) -> int:
    """The level of need in daily life that a person's hours correspond to."""
    return max(need, min(band, HIGHEST))


@rule
def satisfied(content: float, lonely: float, need: float, unmet: float, strain: float, own: float) -> float:
    """Satisfaction with life, 0 to 10."""
    return min(max(content + lonely + need + unmet + strain + own, 0.0), BEST)


@rule
def quality_of_caring(at: float, strain: float, hours: float, own: float) -> float:
    """A carer's quality of life as the carers' survey asks it, 0 to 12."""
    return float(HIGHEST_SCORE * logistic(at + strain + hours + own))


@rule
def centre_of(d: int, level: int, unmet: float, home: bool, loneliness: float, control: float, continuity: float,
              strain: float, days: float, pulls: F8) -> float:
    """Where a person's latent of one domain is centred, in log odds."""
    centre = pulls[NEEDING + level, d] + pulls[SHORT + level, d] * of_help(unmet) + pulls[LONELY, d] * loneliness
    centre += pulls[SAY, d] * control + pulls[FACES, d] * continuity + pulls[STRAIN, d] * strain
    centre += pulls[DAYS, d] * days
    return float(centre + (pulls[HOME, d] if home else 0.0))


@kernel
def centres(rows: I4, need: I1, band: I1, setting: I1, unmet: F4, loneliness: F4, outlook: F4, control: F4,
            continuity: F4, strain: F4, days: F4, life: Life, out: F8) -> None:
    """The centres of these people's latents, `out[person, domain]`."""
    for n in range(len(rows)):
        i = rows[n]
        level = level_of_help(int(need[i]), int(band[i]))
        for d in range(out.shape[1]):
            out[n, d] = centre_of(d, level, np.float64(unmet[i]), setting[i] >= A_HOME,
                                  np.float64(loneliness[i]) + np.float64(outlook[i]) - life.usual,
                                  np.float64(control[i]), np.float64(continuity[i]), np.float64(strain[i]),
                                  np.float64(days[i]), life.pulls)


@kernel
def live(present: B1, need: I1, band: I1, setting: I1, unmet: F4, loneliness: F4, outlook: F4, lonely: B1, control: F4,
         continuity: F4, strain: F4, days: F4, care_hours: F4, touched: B1, own: F4, scrqol: F4,
         ascof: F4, satisfaction: F4, carer_quality: F4, social_met: B1, in_control: B1, life: Life) -> None:
    """How life is this month: satisfaction of everybody, the rest of everybody who is asked."""
    for i in range(len(present)):
        needs, cares = need[i] > 0 or band[i] > 0, care_hours[i] > 0.0
        known = scrqol[i] == scrqol[i]
        if not present[i]:
            continue
        luck = np.float64(own[i, DOMAINS])
        satisfaction[i] = satisfied(life.content, life.content_lonely * lonely[i], life.content_need[need[i]],
                                    life.content_unmet * np.float64(unmet[i]),
                                    life.content_strain * np.float64(strain[i]) * cares, life.content_spread * luck)
        if not (needs or cares or touched[i] or known):
            continue
        carer_quality[i] = quality_of_caring(life.carer_at, life.carer_strain * np.float64(strain[i]),
                                             life.carer_hours * np.float64(care_hours[i]),
                                             life.carer_spread * luck) if cares else np.nan
        if not (needs or cares):
            scrqol[i] = ascof[i] = np.nan
            continue
        total, score = 0.0, 0.0
        level = level_of_help(int(need[i]), int(band[i]))
        for d in range(DOMAINS):
            latent = np.float64(own[i, d]) + centre_of(
                d, level, np.float64(unmet[i]), setting[i] >= A_HOME,
                np.float64(loneliness[i]) + np.float64(outlook[i]) - life.usual, np.float64(control[i]),
                np.float64(continuity[i]), np.float64(strain[i]) * cares, np.float64(days[i]), life.pulls)
            k = 0
            for c in range(CUTS):  # each cut lies below the one before
                k += latent <= life.cuts[d, c]
            total += life.weights[d, k]
            score += CUTS - k
            if d == SOCIAL:
                social_met[i] = k == 0
            if d == CONTROL:
                in_control[i] = k <= 1
        scrqol[i] = total - life.constant
        ascof[i] = score if needs else np.nan


@changes("residents.scrqol", "residents.ascof", "residents.satisfaction", "residents.carer_quality",
         "residents.social_met", "residents.in_control", every=MONTH)
def wellbeing(residents: Any, draws: Draws, town: Town, *,
              index_weights: Annotated[WeightsList, By("domain and level")], index_slope: Factor,
              index_constant: Points, answers_england: Annotated[Shares, By("domain and level")],
              help_some: Points, help_much: Points,
              help_hours: Hours, help_most: Points, help_reach: Annotated[Ratios, By("domain")],
              hours_by_need: Annotated[HoursList, By("need")], need_itself: Annotated[PointsList, By("need")],
              home_over_care_home: Points, care_home_pattern: Annotated[LogOddses, By("domain")],
              home_company: Contacts, home_control: Points, home_continuity: Points, lonely_contact: LogOdds,
              lonely_usual: LogOdds, loneliness_costs: Points, company_reach: Annotated[Ratios, By("domain")],
              say_brings: Points, say_reach: Annotated[Ratios, By("domain")], faces_bring: Points,
              faces_reach: Annotated[Ratios, By("domain")], strain_costs: Points,
              strain_reach: Annotated[Ratios, By("domain")], days_bring: Points,
              days_reach: Annotated[Ratios, By("domain")], satisfaction_lonely: Points,
              satisfaction_by_need: Annotated[PointsList, By("need")], satisfaction_unmet: Points,
              satisfaction_strain: Points, satisfaction_spread: Points, carer_strain_costs: LogOdds,
              carer_hours_cost: LogOdds, carer_spread: LogOdds, care_together: Hours) -> None:
    """How life is this month for people with need and for carers; in the burn-in, where the survey's cuts lie."""
    given = {k: v for k, v in locals().items() if isinstance(v, (float, np.ndarray))}
    found, pulls = sizes(tuple((k, tuple(v) if isinstance(v, np.ndarray) else float(v)) for k, v in given.items()),
                         figures(town), round(town.centres.get(IN_HOMES, 0.0), DIGITS))
    life = Life(pulls, float(lonely_usual), cuts(town, found), float(index_slope) * _table(index_weights),
                float(index_constant), town.memory.get("wellbeing: content", town.place["life_satisfaction"]),
                float(satisfaction_lonely), satisfaction_by_need, float(satisfaction_unmet), float(satisfaction_strain),
                float(satisfaction_spread), town.memory.get("wellbeing: carers", usual_of_carers(town)),
                float(carer_strain_costs), float(carer_hours_cost) / float(care_together), float(carer_spread))
    if town.burning_in:
        life = learn(town, life, found, draws)
    town.memory[UNTOUCHED] = float((ascot.shares(life.cuts, np.zeros(DOMAINS)) * life.weights).sum()) - life.constant
    live(residents.present, residents.need, residents.band, residents.setting, residents.unmet, residents.loneliness,
         residents.outlook, residents.lonely, residents.control, residents.continuity, residents.strain,
         residents.days, residents.care_hours, residents.touched, leanings(town, draws), residents.scrqol, residents.ascof,
         residents.satisfaction, residents.carer_quality, residents.social_met, residents.in_control, life)


# Sizes ----------------------------------------------------------------------------------------------------------------
def figures(town: Town) -> tuple[float, ...]:
    """What the survey found in the place: control, safety, company (shares), and the mean score of 0 to 24."""
    return tuple(town.place[name] for name in ("ascof_3a", "ascof_4a", "ascof_5a1", "ascof_1a"))


def leanings(town: Town, draws: Draws) -> F4:
    """What is each person's own, for life: a standard logistic for each domain, and a standard normal all in all."""
    if OWN not in town.tables or len(town.tables[OWN]) != len(town.residents):
        rows, tiny = np.arange(len(town.residents)), 1.0 / 2**40
        own = [ascot.logit(np.clip(draws.traits(f"wellbeing: {domain}", rows), tiny, 1.0 - tiny)) for domain in DOMAIN]
        own.append(standard_normal(draws.traits(ALL_IN_ALL, rows)))
        town.tables[OWN] = np.stack(own, axis=1).astype(np.float32)
    return town.tables[OWN]


def _table(flat: Array) -> F8:
    return np.asarray(flat, dtype=np.float64).reshape(DOMAINS, -1)


Given = tuple[tuple[str, Any], ...]


@lru_cache(maxsize=KEPT)
def sizes(given: Given, survey: tuple[float, ...], short_in_homes: float) -> tuple[F8, F8]:
    """Shares at or above each cut that the survey finds [domain, cut]; effects in log odds [effect, domain].

    A care home stands where it does with the staff homes usually have (`short_in_homes`: what is usually lost there, as
    in `of_help`).
    """
    b, index, at, found, effects = _at_home(given, survey)
    pulls = effects.copy()
    inside = b["care_home_pattern"] + pulls[SAY] * b["home_control"] + pulls[FACES] * b["home_continuity"]
    inside = inside + pulls[LONELY] * b["lonely_contact"] * b["home_company"]
    inside = inside + pulls[SHORT + HIGHEST - 1] * short_in_homes
    own_home = index.expected(at, np.zeros(DOMAINS))
    shift = ascot.solve(lambda x: index.expected(at, inside + x), own_home - b["home_over_care_home"])
    pulls[HOME] = b["care_home_pattern"] + shift
    return found, pulls


@lru_cache(maxsize=KEPT)
def _at_home(given: Given, survey: tuple[float, ...]) -> tuple[Mapping[str, Any], ascot.Index, F8, F8, F8]:
    """All that does not hang on how care homes are staffed: what is believed, the index, cuts, shares and effects.

    Each effect is the fall or rise of all latents it reaches at which the mean index moves by as much as believed,
    beginning from people who answer as the survey found.
    """
    b: Mapping[str, Any] = {k: np.array(v) if isinstance(v, tuple) else v for k, v in given}
    control, safety, company, mean = survey
    anchors = {(CONTROL, 1): control, (SAFETY, 0): safety, (SOCIAL, 0): company}
    found = ascot.answers(_table(b["answers_england"]), anchors, mean)
    index, at = ascot.Index(_table(b["index_weights"]), b["index_slope"], b["index_constant"]), -ascot.logit(found)
    pulls = np.zeros((DAYS + 1, DOMAINS))
    steep = {reach: b[reach] / ascot.raising(index, at, b[reach])
             for reach in ("help_reach", "company_reach", "say_reach", "faces_reach", "strain_reach",
                           "days_reach")}
    for level in range(1, HIGHEST + 1):
        hours, at_six = b["hours_by_need"][level], b["help_some" if level <= 2 else "help_much"]
        whole = min(at_six * math.sqrt(hours / b["help_hours"]), b["help_most"]) if b["help_hours"] > 0 else 0.0
        pulls[SHORT + level] = -ascot.lowering(index, at, b["help_reach"], whole) * b["help_reach"]
    pulls[NEEDING:NEEDING + HIGHEST + 1] = b["need_itself"][:, None] * steep["help_reach"]
    pulls[LONELY] = b["loneliness_costs"] * steep["company_reach"]
    pulls[SAY] = b["say_brings"] * steep["say_reach"]
    pulls[FACES] = b["faces_bring"] * steep["faces_reach"]
    pulls[STRAIN] = b["strain_costs"] * steep["strain_reach"]
    pulls[DAYS] = b["days_bring"] * steep["days_reach"]
    return b, index, at, found, pulls


def cuts(town: Town, found: F8) -> F8:
    """Where the levels are cut [domain, cut]: as learnt, or as if everybody stood in the middle of those surveyed."""
    plain = -ascot.logit(found)
    return np.array([[town.memory.get(f"wellbeing: {name} {k}", plain[d, k]) for k in range(CUTS)]
                     for d, name in enumerate(DOMAIN)])


def usual_of_carers(town: Town) -> float:
    """Log odds of the mean score of carers whom the council knows."""
    return float(ascot.logit(town.place["carer_quality_of_life"] / HIGHEST_SCORE))


# Learning, in the burn-in ---------------------------------------------------------------------------------------------
def learn(town: Town, life: Life, found: F8, draws: Draws) -> Life:
    """Move the cuts, and what carers answer, a step towards the surveys' results among those whom they reach."""
    r = town.residents
    homes = r.present & (r.setting >= A_HOME)
    town.tell(IN_HOMES, float((1.0 - np.sqrt(1.0 - r.unmet[homes])).sum()), float(np.count_nonzero(homes)))
    rows = surveyed(town)
    if len(rows):
        out = np.empty((len(rows), DOMAINS))
        centres(rows, r.need, r.band, r.setting, r.unmet, r.loneliness, r.outlook, r.control, r.continuity,
                r.strain, r.days, life, out)
        life = life._replace(cuts=ascot.learn_cuts(life.cuts, out, found))
        town.memory.update({f"wellbeing: {name} {k}": float(life.cuts[d, k])
                            for d, name in enumerate(DOMAIN) for k in range(CUTS)})
    known = np.flatnonzero(r.present & (r.care_hours > 0))
    known = known[(r.cares_for[known] >= 0) & (r.funder[r.cares_for[known]] == COUNCIL)]
    if len(known):
        moved = life.carer_strain * r.strain[known] + life.carer_hours * r.care_hours[known]
        moved = moved + life.carer_spread * standard_normal(draws.traits(ALL_IN_ALL, known))
        mean = 1.0 / (1.0 + np.exp(-(life.carer_at + moved)))
        gap = town.place["carer_quality_of_life"] / HIGHEST_SCORE - mean.mean()
        at = life.carer_at + float(np.clip(gap / (mean * (1.0 - mean)).mean(), -1.0, 1.0))
        town.memory["wellbeing: carers"] = at
        life = life._replace(carer_at=at)
    return life


def surveyed(town: Town) -> Array:
    """People whom the yearly survey of council support reaches: in care homes, not those with dementia or need round
    the clock."""
    r = town.residents
    rows = np.flatnonzero(r.present & (r.funder == COUNCIL) & ((r.need > 0) | (r.band > 0)))
    unable = (r.setting[rows] >= A_HOME) & (r.dementia[rows] | (r.need[rows] == HIGHEST))
    return np.asarray(rows[~unable].astype(np.int32))
