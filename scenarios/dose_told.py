"""Dose and response told: a table, a sentence that says no more than the band does, and a picture with words beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from io import StringIO
from math import floor, log10

import numpy as np

from scenarios.dose import DOSES, KEPT, WITHOUT

MILLION = 1_000_000
FINEST = 0.001  # millions of pounds
LOW, HIGH = 0.1, 0.9  # the band holds 8 in 10 of the worlds
LEAST = 4  # worlds of which all must agree before a difference is told
NAMES = {0.5: "half", 1.0: "once", 2.0: "twice"}
UNCLEAR = "no difference that could be told from chance"
# measure -> (in the table, in a sentence, whether it is pounds, more, less)
TOLD: Mapping[str, tuple[str, str, bool, str, str]] = {
    "invested": ("Put in by the plan", "what the plan puts in", True, "more", "less"),
    "council_net": ("Net council cost", "net council cost", True, "more", "less"),
    "nhs_pays": ("Cash that the NHS pays", "cash that the NHS pays", True, "more", "less"),
    "double_running": ("Set-up and places not filled (double running)", "double running", True, "more", "less"),
    "unpaid_hours": ("Unpaid care, hours a week", "unpaid care", False, "more hours a week", "fewer hours a week"),
    "ascot_years": ("Years of life weighted by its quality (ASCOT-years)", "ASCOT-years", False, "more", "fewer"),
    "emergency_stays": ("Emergency stays in hospital", "emergency stays", False, "more", "fewer"),
    "bed_days": ("Bed days in emergency stays", "bed days", False, "more", "fewer"),
    "delayed_days": ("Days ready to leave hospital and not able to", "days of delay in hospital", False, "more", "fewer"),
    "care_home_residents": ("People in care homes, last year", "people in care homes in the last year", False, "more", "fewer"),
    "unmet_hours": ("Help needed and not met, hours a week", "help needed and not met", False, "more hours a week", "fewer hours a week"),
}
PANELS = ("people", "council_net", "unpaid_hours", "ascot_years", "emergency_stays", "bed_days")
SAID = ("council_net", "unpaid_hours", "ascot_years", "emergency_stays", "bed_days", "delayed_days", "care_home_residents", "unmet_hours")
INK, BAND, GREY = "#12395b", "#b9d0e4", "#5f6670"
STYLE = {"svg.hashsalt": "careshift", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 10, "axes.edgecolor": GREY,
         "axes.spines.top": False, "axes.spines.right": False}


@dataclass(frozen=True)
class Doses:
    """The runs of one service: differences from the same world without the money, [dose, world]; people as they are."""

    name: str
    differs: Mapping[str, np.ndarray]
    people: np.ndarray
    enrols: bool  # whether people are on its books; if not, `people` is what is in use of it
    made: Mapping[str, str]  # settings, code and evidence of the runs

    @property
    def worlds(self) -> int:
        return self.people.shape[1]

    @property
    def years(self) -> int:
        return int(self.made["years"])


def doses(name: str, rows: Sequence[Mapping[str, str]]) -> Doses | None:
    """The runs of a service that are complete: worlds in which every dose was run."""
    def of(row: Mapping[str, str]) -> tuple[str, ...]:
        return tuple(row[k] for k in ("world", "place", "seed", "one_in", "years", "code", "evidence"))

    bases = {of(r): r for r in rows if r["service"] == WITHOUT}
    own: dict[tuple[str, ...], dict[float, Mapping[str, str]]] = {}
    for r in rows:
        if r["service"] == name and of(r) in bases:
            own.setdefault(of(r), {})[float(r["dose"])] = r
    full = sorted(k for k, by in own.items() if set(by) == set(DOSES) - {0.0})
    if not full:
        return None
    runs = [[bases[k], *(own[k][d] for d in DOSES if d)] for k in full]  # [world][dose]
    differs = {m: np.array([[float(w[d][m]) - float(w[0][m]) for w in runs] for d in range(len(DOSES))]) for m in KEPT}
    users, used = (np.array([[_of(w[d], column, name) for w in runs] for d in range(len(DOSES))]) for column in ("people", "in_use"))
    return Doses(name, differs, users if users.any() else used, bool(users.any()), runs[0][1])


def _of(row: Mapping[str, str], column: str, name: str) -> float:
    told = row[column]
    return float(dict(part.split("=") for part in told.split(";"))[name] if "=" in told else told)


def band(values: np.ndarray) -> tuple[float, float, float]:
    """Median, and the ends that hold 8 in 10 of the worlds."""
    low, middle, high = np.quantile(values, (LOW, 0.5, HIGH))
    return float(middle), float(low), float(high)


def clear(d: Doses, measure: str) -> bool:
    """Whether every world, of four at least, moves the same way at the question's money and at twice as much."""
    signs = np.sign(d.differs[measure][[DOSES.index(1.0), DOSES.index(2.0)]])
    return d.worlds >= LEAST and bool(signs.all()) and len(np.unique(signs)) == 1


def figures(values: np.ndarray, pounds: bool = False, signed: bool = True) -> str:
    """+1,200 (+800 to +1,500): median and band, no more digits than the band can bear; counts are whole."""
    middle, low, high = (x / MILLION if pounds else x for x in band(values))
    step = _step(low, high, middle, FINEST if pounds else 1.0)
    a, b, c = (_plain(x, step, signed, pounds) for x in (middle, low, high))
    return a if b == c else f"{a} ({b} to {c})"


def _step(low: float, high: float, middle: float, finest: float) -> float:
    width = high - low or abs(middle) / 20
    return max(10.0 ** floor(log10(width / 5)) if width > 0 else 0.0, finest)


def _plain(x: float, step: float, signed: bool, pounds: bool) -> str:
    rounded = round(x / step) * step
    decimals = max(0, -floor(log10(step)))
    sign = "-" if rounded < 0 else "+" if signed and rounded > 0 else ""
    text = f"{abs(rounded):,.{decimals}f}"
    if not float(text.replace(",", "")):
        return "0"
    return f"{sign}£{text}m" if pounds else f"{sign}{text}"


def people_word(d: Doses) -> str:
    """What the first row counts."""
    return "People with it, last year" if d.enrols else "In use of it, last year (nobody is on its books)"


def table(d: Doses) -> str:
    """Median and band by dose, as Markdown; without money all differences are nought."""
    head = f"| over {d.years} years, against the same world without the money | no money | half | once | twice |\n|---|---:|---:|---:|---:|"
    rows = [f"| {people_word(d)} | " + " | ".join(figures(d.people[k], signed=False) for k in range(len(DOSES))) + " |"]
    for measure, (title, _, pounds, *_) in TOLD.items():
        cells = [figures(d.differs[measure][k], pounds) for k in range(1, len(DOSES))]
        rows.append(f"| {title} | 0 | " + " | ".join(cells) + " |")
    return "\n".join([head, *rows])


def words(d: Doses) -> str:
    """What the band says, and no more."""
    told = [_reach(d)]
    once = DOSES.index(1.0)
    plain = [m for m in SAID if clear(d, m)]
    for measure in plain:
        _, name, pounds, more, less = TOLD[measure]
        values = d.differs[measure][once]
        direction = more if np.median(values) > 0 else less
        amount = figures(np.abs(values), pounds, signed=False)
        told.append(f"{name[0].upper()}{name[1:]}: {amount} {direction}.")
    still = [m for m in SAID if not d.differs[m].any()]
    if unclear := [TOLD[m][1] for m in SAID if m not in (*plain, *still)]:
        told.append(f"In {_list(unclear)}: {UNCLEAR}.")
    if still:
        told.append(f"Not moved at all in any run: {_list([TOLD[m][1] for m in still])}.")
    return " ".join(told)


def _reach(d: Doses) -> str:
    once, twice, none = (d.people[DOSES.index(x)] for x in (1.0, 2.0, 0.0))
    what = "people have it" if d.enrols else "places are in use"
    before = f", {figures(none, signed=False)} without the money" if none.any() else ""
    said = f"With the question's money {figures(once, signed=False)} {what} in the last of {d.years} years{before}."
    more, most = np.median(once - none), np.median(twice - none)
    if more <= 0 or not ((once > none).all() and (twice > none).all()):
        return f"{said} That more are reached than without it could not be told from chance."
    return f"{said} Twice the money reaches {most / more:.1f} times as many more as once does."


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def in_a_line(d: Doses) -> str:
    """The index's line: people, cost, and what else moved."""
    once = DOSES.index(1.0)
    told = [f"{'people' if d.enrols else 'in use'} {figures(d.people[once] - d.people[0])}",
            f"net council cost {figures(d.differs['council_net'][once], True)}" if clear(d, "council_net")
            else f"net council cost not told from chance, {figures(d.differs['council_net'][once], True)}"]
    others = [f"{TOLD[m][1]} {figures(d.differs[m][once])}" for m in SAID if m != "council_net" and clear(d, m)]
    return "; ".join(told + (others or ["nothing else told from chance"]))


def chart(d: Doses, title: str) -> str:
    """Small multiples: each measure by dose, median and band, as SVG with a title and a description."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        figure = Figure(figsize=(8.4, 4.8), layout="constrained")
        for ax, measure in zip(figure.subplots(2, 3).flat, PANELS):
            values = d.people if measure == "people" else d.differs[measure]
            values = values / MILLION if measure == "council_net" else values
            middle, low, high = zip(*(band(v) for v in values))
            ax.axhline(0, color=GREY, linewidth=0.8)
            ax.fill_between(DOSES, low, high, color=BAND, edgecolor=INK, linewidth=0.6)
            ax.plot(DOSES, middle, color=INK, marker="o", markersize=4)
            ax.set_title(_panel(d, measure), loc="left", fontsize=9.5, fontweight="bold")
            if measure != "people" and not clear(d, measure):
                ax.annotate("not told from chance", (0, 1), xycoords="axes fraction", va="top", color=GREY, fontsize=8.5)
            ax.set_xticks(DOSES, ["0", "half", "once", "twice"])
            ax.yaxis.set_major_formatter(lambda x, _: f"{x:,.6g}")
        figure.supxlabel(f"times the money of the question; differences over {d.years} years from the same world without it", fontsize=10)
        out = StringIO()
        figure.savefig(out, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", out.getvalue(), flags=re.S)
    text = re.sub(r"(\.\d\d)\d+", r"\1", text[text.index("<svg"):])  # a hundredth of a point is fine enough
    text = re.sub(r"\n\s*", "\n", re.sub(r"<!--.*?-->", "", text, flags=re.S))
    end = text.index(">") + 1
    said = f"<title>{escape(title)}: dose and response</title><desc>{escape(alt(d))}</desc>"
    return text[:end].replace("<svg ", '<svg role="img" ', 1) + said + text[end:]


def _panel(d: Doses, measure: str) -> str:
    if measure == "people":
        return "People, last year" if d.enrols else "In use, last year"
    return {"council_net": "Net council cost, £m", "unpaid_hours": "Unpaid care, hours a week", "ascot_years": "ASCOT-years",
            "emergency_stays": "Emergency stays", "bed_days": "Bed days"}[measure]


def alt(d: Doses) -> str:
    """The picture in words."""
    once = DOSES.index(1.0)
    told = [f"{_panel(d, m)}: {figures(d.people[once], signed=False) if m == 'people' else figures(d.differs[m][once], m == 'council_net')}"
            for m in PANELS]
    return ("Six panels by dose (no money, half, once and twice the money of the question), each with the median and a band that holds "
            "8 in 10 worlds. At once: " + "; ".join(told) + ".")
