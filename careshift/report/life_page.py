"""One invented person's two lives as a page: who, how chosen, a line of time, and the weeks side by side. No script."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, select_autoescape
from markupsafe import Markup
from matplotlib.patches import Patch

from careshift.report import charts
from careshift.report.figures import Picture, Table
from careshift.report.report import true_minus
from scenarios import keeping
from scenarios import lives_words as words
from scenarios.lives import WEEKS, Lives

FOLDER = Path(__file__).parent
ENOUGH = 3  # weeks that a spell in hospital is drawn as at least, to be seen
LOOKS = (("#dfe5ea", ""), ("#8fb3d1", ".."), (charts.TEAL, "//"), ("#8a3b0a", "xx"), (charts.TEXT, ""))


def write(file: Path, lives: Lives) -> Path:
    """The page of two lives. Returns the path."""
    return keeping.whole_text(file, render(lives))


def render(lives: Lives) -> str:
    """The page as text; the same for the same lives."""
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"], env.filters["first"] = true_minus, words.capital
    shared, apart = words.side_by_side(lives)
    return env.get_template("life.html").render(
        lives=lives, about=lives.about, invented=words.INVENTED, one_life=words.ONE_LIFE, spells=words.SPELLS, who=words.described(lives),
        chosen=words.chosen(lives), parting=words.parting(lives), shared=shared, apart=apart, picture_of=line_of_time(lives))


def line_of_time(lives: Lives) -> Picture:
    """Where each of the two lives is lived, week by week, and where they part."""
    rows, names = [], ("As it is now", "With the plan")
    with charts.drawing(2.9) as (figure, axes):
        ax, used = axes[0, 0], set()
        for k, life in enumerate((lives.base, lives.plan)):
            for first, last, at in words.spells(life):
                colour, hatch = LOOKS[at]
                ax.barh(k, max(last + 1 - first, ENOUGH if at == 4 else 0), left=first, height=0.5, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
                used.add(at)
                rows.append((names[k], words.when(first, lives.about["first_year"]), str(last + 1), words.SPELL[at]))
            end = words.spells(life)[-1][1] + 1
            if end < lives.weeks:
                gone = "dies" if any(e.what == "dies" for e in life.events) else "moves away"
                ax.text(end + 2, k, gone, va="center", ha="left")
        if lives.parts >= 0:
            ax.axvline(lives.parts, color=charts.ORANGE, linestyle="--", linewidth=1.6)
            right = lives.parts > lives.weeks / 2
            ax.text(lives.parts + (-2 if right else 2), -0.48, "here they part", color="#9a4a0a", ha="right" if right else "left", va="center")
        ax.set_yticks((0, 1), names)
        ax.set_ylim(1.5, -0.7)
        ax.set_xlim(0, lives.weeks)
        years = range(lives.about["years"] + 1)
        ax.set_xticks([WEEKS * y for y in years], [f"April {lives.about['first_year'] + y}" for y in years])
        ax.tick_params(axis="y", length=0)
        handles = [Patch(facecolor=LOOKS[a][0], hatch=LOOKS[a][1], edgecolor="white", label=words.SPELL[a]) for a in sorted(used)]
        figure.legend(handles=handles, loc="outside lower left", ncols=3, frameon=False, fontsize=10, handlelength=2.6, handleheight=1.2)
        title = "Where the two lives are lived"
        said = "; ".join(f"{name}: {where} from {start} to week {last}" for name, start, last, where in rows)
        drawn = charts.svg(figure, "life", title, said)
    caption = "Two lives of one invented person, with the same luck. A stay in hospital is drawn a little longer than it is, to be seen."
    return Picture(title, Markup(drawn), caption, Table(("Life", "From", "To week", "Where"), rows))
