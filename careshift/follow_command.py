"""`careshift follow`: one invented person's life, week by week, beside the same life under a plan."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from scenarios.lives import Lives

PIPE = 140  # characters a line where nobody's window sets the width


def follow(person: Annotated[str, typer.Option(help='Who is looked for, with commas: "82, lives alone, falls".')],
           scenario: Annotated[str, typer.Option(help="A scenario file, or the name of one in the library.")] = "ten_percent_to_community",
           place: Annotated[str | None, typer.Option(help="Another place than the file's (careshift places), or a council's own page.")] = None,
           one_in: Annotated[int, typer.Option("--one-in", min=1, max=200, help="Sample: every k-th person, homes of true size.")] = 20,
           seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the file's.")] = None,
           years: Annotated[int, typer.Option(min=1, help="So many years from the plan's first week.")] = 5,
           differs: Annotated[bool, typer.Option("--differs", help="Choose among those whose two lives differ.")] = False,
           html: Annotated[Path | None, typer.Option("--html", help="Write it as a page as well.")] = None,
           as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")] = False) -> None:
    """Tell an invented person's life week by week, beside the same person's life with the plan."""
    from careshift import api
    from scenarios import keeping

    with _progress(as_json) as tell:
        lives = api.follow(person, scenario, place=place, one_in=one_in, seed=seed, years=years, differs=differs, progress=tell)
    page = None
    if html is not None:
        from careshift.report import life_page

        with keeping.written(html.parent):
            page = life_page.write(html, lives)
    if as_json:
        print(json.dumps(as_object(lives, page), default=str))
        return
    show(lives)
    if page:
        print(f"\nPage: {page}")


def as_object(lives: Lives, page: Path | None = None) -> dict[str, Any]:
    """Two lives as one JSON object, with what must be said of them."""
    from scenarios import lives_words as words

    told = [[{"first_week": e.first, "last_week": e.last, "text": e.text, "quiet": e.quiet} for e in words.entries(life, lives)]
            for life in (lives.base, lives.plan)]
    return {"invented": words.INVENTED, "person": words.described(lives), "chosen": words.chosen(lives), "fits": lives.fits, "same": lives.same,
            "parts_in_week": lives.parts if lives.parts >= 0 else None, "parting": words.parting(lives),
            "lives": [{"run": title, "entries": entries} for title, entries in zip(lives.titles, told, strict=True)],
            "caveat": words.ONE_LIFE, "run": lives.about, "page": str(page) if page else None}


def show(lives: Lives) -> None:
    """Two lives on stdout: who, how chosen, the weeks they share, then side by side from where they part."""
    from rich.console import Console
    from rich.table import Table

    from scenarios import lives_words as words

    out = Console(highlight=False, markup=False, soft_wrap=False, width=None if sys.stdout.isatty() else PIPE)
    out.print(f"\n{words.INVENTED}\n", style="bold")
    out.print(words.described(lives))
    out.print()
    out.print(words.chosen(lives))
    out.print(f"\n{words.parting(lives)}\n", style="bold")
    shared, apart = words.side_by_side(lives)
    table = Table("weeks", "both lives: " + lives.about["place"].replace("_", " "), box=None, pad_edge=False, header_style="bold")
    table.columns[0].no_wrap = True
    for weeks, text in shared:
        table.add_row(weeks, text)
    out.print(table)
    if apart:
        table = Table("weeks", "as it is now", "with the plan", box=None, pad_edge=False, header_style="bold")
        table.columns[0].no_wrap = True
        for row in apart:
            table.add_row(*row)
        out.print("\nFrom here the two lives part\n", style="bold")
        out.print(table)
    out.print(f"\n{words.SPELLS}")
    out.print(f"\n{words.INVENTED}", style="bold")
    out.print(words.ONE_LIFE)


@contextmanager
def _progress(quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on stderr, only where somebody is watching."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("the place before the plan", total=None)
        yield lambda done, total: bar.update(task, description="weeks lived", completed=done, total=total)
