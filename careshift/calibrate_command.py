"""`careshift calibrate`: what published figures say of the numbers that are known least, and which figures the model cannot meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from calibration import Posterior

QUICK = 80  # runs with --quick: eight for each of the usual numbers, and as many again through the posterior as are left
Place = Annotated[str, typer.Option(help="Whose published figures (careshift places).")]
OneIn = Annotated[int, typer.Option("--one-in", min=1, max=200, help="Sample: every k-th person, homes of true size.")]
Budget = Annotated[int, typer.Option(help="Runs of the model at most; those in the store count and are not made again.")]
Quick = Annotated[bool, typer.Option("--quick", help=f"A first look: {QUICK} runs.")]
Store = Annotated[Path | None, typer.Option(help="Where finished runs are kept [calibrations/PLACE.runs.jsonl].")]
Out = Annotated[Path | None, typer.Option(help="The posterior's file; the report is beside it [calibrations/PLACE.posterior.json].")]
Parameters = Annotated[str, typer.Option(help="Numbers of the register to learn, with commas [the usual twelve].")]
Seed = Annotated[int, typer.Option(min=0, help="Luck.")]


def calibrate(place: Place = "doncaster", one_in: OneIn = 10, budget: Budget = 200, quick: Quick = False, store: Store = None, out: Out = None,
              parameters: Parameters = "", seed: Seed = 1) -> None:
    """Learn from a place's published figures; say what was learned, what was not, and what the model cannot meet (exit code 3)."""
    from calibration import CalibrationFailed, care
    from calibration import calibrate as learned
    from careshift.report import calibration_page
    from scenarios import keeping
    from simulation.places import load

    there = load(place)
    chosen = care.entries([name.strip() for name in parameters.split(",") if name.strip()] if parameters else care.DEFAULT)
    targets = care.targets(there)
    folder = Path("calibrations")
    store, out = store or folder / f"{there.name}.runs.jsonl", out or folder / f"{there.name}.posterior.json"
    for file in (store, out):
        with keeping.written(file.parent):
            file.parent.mkdir(parents=True, exist_ok=True)
    page = out.with_suffix(".html")
    about = {"place": there.name, "council": there.council, "one_in": one_in, "model": care.Simulator(place, one_in).version, "priors": care.priors(chosen),
             "says": {entry.key: entry.says for entry in chosen}, "effects": [entry.key for entry in chosen if entry.is_effect],
             "england": care.of_england(there), "basis": {name: figure.basis for name, figure in there.figures.items()}}
    try:
        posterior = learned(care.Simulator(place, one_in), care.priors(chosen), targets, budget=QUICK if quick else budget, seed=seed, store=store)
    except CalibrationFailed as failed:
        with keeping.written(page):
            calibration_page.write_conflicts(page, about, failed.conflicts)
        print(f"No posterior: the page is {page}; finished runs are kept in {store}.")
        raise
    posterior.diagnostics["about"] = {key: about[key] for key in ("place", "one_in", "model", "effects")}
    posterior.to_file(out)
    with keeping.written(page):
        calibration_page.write(page, about, posterior)
    show(about, posterior, out, page)


def show(about: Mapping[str, Any], posterior: Posterior, out: Path, page: Path) -> None:
    """One screen: what was learned, how the figures come out, fitted and held aside, and what to know first."""
    from careshift.report.calibration_page import figures, learned, naive

    print(f"{about['council']}, one in {about['one_in']}, {posterior.diagnostics['runs_used']} runs ({posterior.diagnostics['runs_made_now']} made now)\n")
    lines(*learned(posterior, about["effects"]))
    for name in ("fit", "held_out"):
        print(f"\n{'Fitted' if name == 'fit' else 'Held aside'}: {told(posterior.diagnostics[f'{name}_summary'])}")
        lines(*figures(posterior.diagnostics[name], about))
    print("\n" + naive(posterior, about))
    for note in posterior.notes:
        print(f"Note: {note}")
    print(f"\nThe posterior: {out}\nThe report: {page}")


def told(summary: Mapping[str, float]) -> str:
    """Coverage and error in one line."""
    if not summary:
        return "no figures"
    return (f"{summary['coverage_90']:.0%} of {summary['targets']} figures inside their 90% interval, "
            f"mean error {summary['mean_absolute_percentage_error']:.1f}%")


def lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on the screen."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(*row)
    Console(markup=False, width=150).print(table)
