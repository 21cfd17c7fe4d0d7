"""A life in words: what befell somebody, what they lived on in quiet weeks, and why two lives part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from scenarios.lives import CLOSE, HOURS, STATE, WEEKS, Event, Life, Lives
from simulation.evidence.lists import SETTING, STAGE

SHORTEST = 4  # weeks: a shorter quiet spell has no line of its own
MONTHS = ("April", "May", "June", "July", "August", "September", "October", "November", "December", "January", "February", "March")
INVENTED = ("This life is invented. The person is made up by a model from published totals of the place: nobody lives this life, "
            "and it stands for nobody and for no group.")
ONE_LIFE = ("One life shows how support works or fails to; it says nothing about how many fare better or worse. For that there is careshift compare. "
            "Not for decisions about anyone.")
NEEDS = ("no help", "some help", "help with one or two of washing, dressing, eating and moving about", "help with three or more of washing, dressing, "
         "eating and moving about", "somebody near day and night")
WHERE = {"own home": "at home", "with family": "at home with family", "shared lives": "in a Shared Lives household",
         "supported living": "in supported living", "residential": "in a residential home", "nursing": "in a nursing home"}
# {who} she or he, {whose}, {whom}; {s} the service; {why} the cause in words of its own, where there is one
TOLD = {
    "comes": "{who} comes to live here", "leaves": "{who} moves away", "dies": "{who} dies", "bereaved": "{whose} partner dies",
    "finds a partner": "{who} finds a partner, and they move in together", "parts": "{who} and {whose} partner part",
    "no longer alone": "somebody moves in: {who} no longer lives alone", "need rises": "{who} needs more help than before: {need}",
    "recovers": "{who} recovers somewhat: {who} needs {level}", "dementia begins": "signs of dementia begin",
    "falls": "{who} falls", "falls badly": "{who} falls and is hurt", "A&E": "a visit to A&E",
    "same-day emergency": "an emergency at the hospital, home the same day",
    "emergency stay": "an emergency stay in hospital begins", "ready to leave": "ready to leave hospital, support is arranged",
    "goes home from hospital": "leaves hospital{why}", "lost their carer": "whoever cared for {whom} no longer can",
    "could not go on": "{who} cannot go on caring as {who} did", "asks": "{who} asks for help that lasts{why}",
    "asks for a little help": "{who} asks for a little help{why}", "settled": "the request ends without lasting support{why}",
    "assessed": "{who} is assessed", "needs short-term help only": "only help for some weeks is thought needed", "not eligible": "{who} is not found eligible",
    "found eligible": "{who} is found eligible for support", "stays": "{who} keeps the support there is", "waits": "no room in {s} yet: {who} waits",
    "begins": "{s} begins{why}", "ends": "{s} ends{why}", "diverted": "the council's plan offers another answer before a care home, and {who} takes it",
    "declines": "the council's plan offers another answer than a care home, and {who} declines it", "moves": "{who} moves to another place of {s}",
    "sells home": "{whose} home is sold to pay for care", "pays own way": "{who} pays for the care home from now on",
    "money ran out": "{whose} money has run out: the council pays from now on", "reviewed": "support is reviewed",
    "comes to a crisis while waiting": "things come to a crisis while {who} waits", "stops volunteering": "{who} stops volunteering",
    "begins volunteering": "{who} begins to volunteer", "told of an ending": "the Shared Lives household will leave, {who} is told",
    "joins a group": "{who} joins a group", "no room in a group": "no group has room for {whom}", "gives up waiting": "{who} gives up waiting for {s}",
    "meets a befriender": "{who} meets a befriender", "befriender leaves": "{whose} befriender leaves", "no circle": "no circle can be formed for {whom}",
    "alarm answered": "{whose} alarm is answered", "coordinator leaves": "{whose} coordinator leaves", "begins a job": "{who} begins a job",
    "loses a job": "{who} loses a job",
}
HOUSEHOLD = {"no longer alone", "finds a partner", "parts", "bereaved"}  # events that say who lives with whom
WITHIN = {"A&E": ("emergency stay", "same-day emergency"), "falls": ("falls badly",), "recovers": (), "assessed": ("found eligible", "not eligible")}
WHY = {"planned": "", "none": "", "new": "", "discharge": "after hospital", "handed over": "another kind of support takes over",
       "carer could not go on": "whoever cared could not go on",
       "fall": "after a fall", "outgrown": "what there is no longer suffices", "arranged otherwise": "other support begins",
       "support ended": "earlier support has ended",
       "death": "", "family": "family see to it", "going without": "and some help that is needed goes missing", "own means": "arranged with own money",
       "got better": "it is no longer needed", "with support": "with support", "to a care home": "to a care home",
       "without the support asked for": "without the support asked for"}


class Entry(NamedTuple):
    """A line of a life: from and to which week, what happened, and whether it tells of weeks in which nothing changed."""

    first: int
    last: int
    text: str
    quiet: bool


def pronouns(lives: Lives) -> dict[str, str]:
    """How this person is spoken of."""
    woman = lives.person.sex == "woman"
    return {"who": "she" if woman else "he", "whose": "her" if woman else "his", "whom": "her" if woman else "him"}


def described(lives: Lives) -> str:
    """Who it is, in a sentence."""
    p, said = lives.person, pronouns(lives)
    s, parts = p.state, []
    where = WHERE[SETTING[int(s["setting"])]]
    if s["setting"] == SETTING.index("own home"):
        where += " alone" if s["alone"] else " with a partner" if s["partner"] else " with others"
    parts.append(f"lives {where}")
    if s["setting"] <= 1:
        parts.append("owns the home" if s["owns_home"] else "rents")
    if s["child_near"]:
        parts.append("has a grown-up child near")
    if s["falls"] >= 1 / 2:
        parts.append("has fallen lately")
    if s["dementia"]:
        parts.append("lives with dementia")
    if s["cares_for"]:
        parts.append("cares for somebody")
    needs = f"needs {_level(s['need'], s['band'])}"
    if s["need"] or s["band"]:
        needs += f" and {'is ' if s['setting'] >= SETTING.index('residential') else 'has '}{_help(s, lives)}"
    return f"A {p.sex} of {p.age}. At the beginning {said['who']} {_list(parts)}; {said['who']} {needs}."


def chosen(lives: Lives) -> str:
    """How the person was found and chosen, and of how many."""
    asked = "; ".join(c.means for c in lives.criteria)
    n, same = lives.fits, lives.same
    how = "Chosen is the most ordinary of them all, whatever the plan does for them"
    if lives.about["differs"]:
        how = f"Chosen is the most ordinary of the {n - same:,} whose two lives differ, for better or worse"
    if n == 1:
        how = "There is no choice among one"
    pairs = (f"In {same:,} of their {n:,} pairs of lives nothing that could be told here differs at all in {lives.about['years']} years"
             if n > 1 else "The two lives " + ("do not differ" if same else "differ"))
    return (f"Looked for: {asked}. {n:,} {'people' if n != 1 else 'person'} in the run fit at the beginning of the plan. {how}: nearest to their "
            f"middle in age, need, hours of help, frailty, savings, a carer's strain, falls and neighbourhood. {pairs}.")


def when(week: int, first_year: int) -> str:
    """A week of the plan as people say it: week 6 (May 2026)."""
    month = week % WEEKS * 12 // WEEKS
    return f"week {week + 1} ({MONTHS[month]} {first_year + week // WEEKS + (month > 8)})"


# Lines ----------------------------------------------------------------------------------------------------------------
def entries(life: Life, lives: Lives) -> list[Entry]:
    """A life as lines: each week in which something happened, and each longer spell of weeks in which nothing changed."""
    out: list[Entry] = []
    told, quiet = dict(_told(life, lives)), -1
    gone = int(np.argmin(life.state["present"])) if not life.state["present"].all() else lives.weeks
    for week in range(lives.weeks + 1):
        over = week > gone or week == lives.weeks
        if week in told or over:
            if quiet >= 0 and week - quiet >= SHORTEST:
                out.append(Entry(quiet, week - 1, f"nothing changed: {living(life, week - 1, lives)}", True))
            quiet = -1
        elif quiet < 0:
            quiet = week
        if over and week not in told:
            break
        if week in told:
            out.append(Entry(week, week, _sentence(told[week]), False))
    return out


def _told(life: Life, lives: Lives) -> Iterator[tuple[int, list[str]]]:
    """What is told of each week in which something is: events, then what changed without one."""
    s, said, by_week = life.state, pronouns(lives), {}
    for e in life.events:
        by_week.setdefault(e.week, []).append(e)
    held = float(sum(s[h][0] for h in HOURS))
    for week in range(lives.weeks):
        mine = by_week.get(week, [])
        kinds = {e.what for e in mine}
        kept = [e for e in mine if not any(k in kinds for k in WITHIN.get(e.what, ())) and e.what in TOLD and e.cause != "death"]
        level = {"level": _level(s["need"][week], s["band"][week]), "need": f"{said['who']} needs {_level(s['need'][week], s['band'][week])}"}
        parts = list(dict.fromkeys(_event(e, lives, level) for e in kept if e.what != "reviewed"))
        now = float(sum(s[h][week] for h in HOURS))
        away = s["hospital"][week] > 0 or s["hospital"][max(week - 1, 0)] > 0 or not s["present"][week]
        if week and not away and abs(now - held) > 2 * CLOSE and SETTING[int(s["setting"][week])] in ("own home", "with family"):
            review = "after a review, " if "reviewed" in kinds else ""
            parts.append(f"{review}{'more' if now > held else 'fewer'} hours of help: {_help(_at(s, week), lives)}")
        if parts and not away:
            held = now
        if week and s["present"][week] and s["alone"][week] != s["alone"][week - 1] and not kinds & HOUSEHOLD:
            partner = s["partner"][week] >= 0
            parts.append(f"{said['who']} {'is' if partner else 'begins to live'} alone{', for a partner now lives in a care home' if partner else ''}"
                         if s["alone"][week] else f"{said['who']} no longer lives alone")
        if week and s["present"][week] and s["lonely"][week] != s["lonely"][week - 1]:
            parts.append(f"{said['who']} is {'often lonely' if s['lonely'][week] else 'no longer often lonely'}")
        if parts:
            yield week, parts


def _event(e: Event, lives: Lives, more: dict[str, str]) -> str:
    title = dict(lives.services).get(e.service, e.service.replace("_", " "))
    why = WHY.get(e.cause, e.cause)
    joined = "" if not why else f" {why}" if e.what == "goes home from hospital" else f" ({why})"
    return TOLD[e.what].format(s=title, why=joined, **pronouns(lives), **more)


def living(life: Life, week: int, lives: Lives) -> str:
    """What somebody lives on in a week: where, with how much help, from whom."""
    s = _at(life.state, week)
    where = WHERE[SETTING[int(s["setting"])]]
    if s["setting"] == 0:
        where += " alone" if s["alone"] else ""
    if s["hospital"]:
        return f"in hospital (home is {where.removeprefix('at ')})"
    extra = [", often lonely"] if s["lonely"] else []
    missing = float(s["unmet"] * s["hours_needed"])
    if missing >= 2 and s["setting"] < SETTING.index("residential"):
        extra.append(f", {_hours(missing)} a week that nobody gives")
    if s["care_hours"] >= 1:
        extra.append(f", gives {_hours(s['care_hours'])} of care a week")
    if s["stage"]:
        extra.append(f", {STAGE[int(s['stage'])]}")
    return f"{where}, {_help(s, lives)}{''.join(extra)}"


def _help(s: dict[str, Any], lives: Lives) -> str:
    """The help of a week in words: hours rounded to whole hours, what they are called, who gives them."""
    named = [title for k, (_, title) in enumerate(lives.services) if int(s["supports"]) >> k & 1]
    if s["setting"] >= SETTING.index("residential"):
        return f"cared for there{', paid for by ' + _payer(s) if _payer(s) else ''}"
    parts = []
    if s["hours_paid"] >= 0.5:
        parts.append(f"{_hours(s['hours_paid'])} a week of {_list(named) if named else 'paid help'}")
    elif named:
        parts.append(_list(named))
    if s["hours_other"] >= 0.5:
        parts.append(f"{_hours(s['hours_other'])} from people near who help")
    if s["hours_family"] >= 0.5:
        parts.append(f"{_hours(s['hours_family'])} from family and friends")
    return _list(parts) if parts else "no help from others"


def _payer(s: dict[str, Any]) -> str:
    return ("", "the council", "own money", "the NHS")[int(s["funder"])]


def _hours(hours: float) -> str:
    whole = max(round(float(hours)), 1)
    return f"{whole} hour{'' if whole == 1 else 's'}"


def _level(need: int, band: int) -> str:
    return "support with daily life" if band and not need else NEEDS[int(need)]


def _at(state: dict[str, Any], week: int) -> dict[str, Any]:
    return {name: column[week] for name, column in state.items()}


def _list(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def _sentence(parts: Sequence[str]) -> str:
    return "; ".join(parts)


# Parting ----------------------------------------------------------------------------------------------------------------
def parting(lives: Lives) -> str:
    """Where the two lives part and why, as far as the ledgers say; or that they never do."""
    said = pronouns(lives)
    if lives.parts < 0:
        return f"The two lives never part: in {lives.about['years']} years nothing that could be told of {said['whom']} differs."
    week, base, plan = lives.parts, lives.base, lives.plan
    level = {"level": "", "need": "more than before"}
    mine, theirs = ([e for e in life.in_week(week) if e not in other.in_week(week) and e.what in TOLD]
                    for life, other in ((base, plan), (plan, base)))
    texts = ["; ".join(dict.fromkeys(_event(e, lives, level) for e in some if e.what != "reviewed")) for some in (mine, theirs)]
    differing = [name for name in STATE
                 if abs(float(base.state[name][week]) - float(plan.state[name][week])) > (CLOSE if name in HOURS else 0)]
    for k, (life, text) in enumerate(zip((base, plan), texts, strict=True)):
        texts[k] = text or (living(life, week, lives) if life.state["present"][week] else "gone")
    return (f"The two lives part in {when(week, lives.about['first_year'])}. As it is now: {texts[0]}. With the plan: {texts[1]}. "
            f"{_why(lives, mine, theirs, differing)}")


def _why(lives: Lives, mine: Sequence[Event], theirs: Sequence[Event], differing: Sequence[str]) -> str:
    said, titles = pronouns(lives), dict(lives.services)
    kinds = {e.what for e in theirs}
    if kinds & {"diverted", "declines"}:
        return "Why: the plan has the council offer other answers before a care home."
    paid = [titles[e.service] for e in theirs if e.what == "begins" and e.service in lives.paid]
    if paid:
        return f"Why: the plan pays for {_list(paid)}, and there was room for {said['whom']}."
    begun, waits = ({e.service for e in (*mine, *theirs) if e.what == kind} for kind in ("begins", "waits"))
    if begun or waits:
        return (f"Why: the plan does not name {said['whom']}. Others chose, waited or left differently because of it, so that at this moment there was "
                "room in one life and not, or elsewhere, in the other.")
    if set(differing) == {"alone"}:
        return f"Why: the plan does not name {said['whom']}. The life of somebody {said['who']} lived with came out otherwise."
    if set(differing) <= set(HOURS):
        return (f"Why: the plan does not name {said['whom']}. The hours that care workers or family could give came out otherwise, since others were "
                "helped otherwise.")
    return (f"Why: the plan does not name {said['whom']}. Something around {said['whom']} (staff, room, company, a carer's strength) had come to differ "
            "by less than is told here, and this was the week in which it tipped something over.")


# Side by side -------------------------------------------------------------------------------------------------------------
SPELLS = f"A spell of fewer than {SHORTEST} weeks in which nothing changed has no line."


def side_by_side(lives: Lives) -> tuple[list[tuple[str, str]], list[tuple[str, str, str]]]:
    """Lines both lives share, up to where they part: (weeks, text). And lines from there on: (weeks, as now, with the plan)."""
    base, plan = (entries(life, lives) for life in (lives.base, lives.plan))
    until = lives.parts if lives.parts >= 0 else lives.weeks
    first = lives.about["first_year"]
    shared = [(_weeks(e, first), capital(e.text)) for e in (e._replace(last=min(e.last, until - 1)) for e in base if e.first < until)]
    rest = [[e._replace(first=max(e.first, until)) for e in some if e.last >= until] for some in (base, plan)]
    rows = []
    for week in sorted({e.first for some in rest for e in some}):
        mine = [next((e for e in some if e.first == week), None) for some in rest]
        one, other = mine
        if one and other and one.text == other.text and one.last == other.last:
            rows.append((_weeks(one, first), capital(one.text), "the same"))
        else:
            rows.append((when(week, first), *(_cell(e) for e in mine)))
    return shared, rows


SPELL = ("at home, no support", "at home with support", "supported living, Shared Lives", "care home", "in hospital")


def spells(life: Life) -> list[tuple[int, int, int]]:
    """Where a life is lived: (first week, last week, which of SPELL), to its end or to the last week."""
    s = life.state
    at = np.where(s["setting"] >= SETTING.index("shared lives"), 2, (s["supports"] != 0).astype(int))
    at = np.where(s["setting"] >= SETTING.index("residential"), 3, at)
    at = np.where(s["hospital"] > 0, 4, at)
    at = at[:len(at) if s["present"].all() else int(np.argmin(s["present"]))]
    edges = [0, *(np.flatnonzero(np.diff(at)) + 1).tolist(), len(at)]
    return [(a, b - 1, int(at[a])) for a, b in pairwise(edges) if b > a]


def _cell(e: Entry | None) -> str:
    if e is None:
        return ""
    return f"To week {e.last + 1}: {e.text}" if e.last > e.first else capital(e.text)


def _weeks(e: Entry, first_year: int) -> str:
    return when(e.first, first_year) if e.last <= e.first else f"weeks {e.first + 1} to {e.last + 1}"


def capital(text: str) -> str:
    """The text with a capital first."""
    return text[:1].upper() + text[1:]
