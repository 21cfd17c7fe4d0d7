"""The command: `careshift compare`, and the lists that show what is believed and in what order it acts."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from careshift import (
    appraise,
    attribute_command,
    bundle_command,
    calibrate_command,
    decision_command,
    evaluate_command,
    experiments,
    follow_command,
    paper_command,
    place_command,
    structures_command,
)

if TYPE_CHECKING:
    from rich.console import Console

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False,
                  context_settings={"help_option_names": ["-h", "--help"]},
                  help="Try a council's plan for care and support on its own people, before anybody lives through it.")

app.add_typer(place_command.app, name="place")
app.add_typer(experiments.app, name="experiment")
app.command("appraise")(appraise.appraise)
app.command("attribute")(attribute_command.attribute)
app.command("structures")(structures_command.structures)
app.command("evaluate")(evaluate_command.evaluate)
app.command("calibrate")(calibrate_command.calibrate)
app.command("sensitivity")(decision_command.sensitivity)
app.command("voi")(decision_command.voi)
app.command("paper")(paper_command.paper)
app.command("track")(paper_command.track)
app.command()(bundle_command.bundle)
app.command("follow")(follow_command.follow)

DEMO: dict[str, Any] = {"one_in": 1, "replications": 4, "beside": "rules"}
Scenario = Annotated[str, typer.Argument(help="A scenario file, or the name of one in the library (careshift scenarios).")]
Place = Annotated[str | None, typer.Option(help="Another place than the file's (careshift places), or a council's own page.")]
OneIn = Annotated[int, typer.Option("--one-in", min=1, max=200, help="Sample: every k-th person, homes of true size.")]
Workers = Annotated[int, typer.Option(min=0, max=512, help="Processes side by side; 0 takes one a core.")]
ResultsTo = Annotated[Path | None, typer.Option("--results", help="Folder for the answers [results/<name>].")]
Beside = Annotated[str, typer.Option(help="What is run beside the plan: rules (other budget rules), rivals, beliefs (a sceptic's), futures, structures.")]
Alone = Annotated[bool, typer.Option("--alone", help="Only the plan and doing nothing: the same as --beside ''.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout and nothing else.")]


def main() -> None:
    """Run the command; errors a person can mend are told without a traceback, with exit code 2."""
    from simulation.errors import CareshiftError

    try:
        app()
    except CareshiftError as error:
        _stop(error)


def _stop(error: Any) -> NoReturn:
    for problem in error.problems:
        print(problem, file=sys.stderr)
    if len(error.problems) > 1:
        print(f"{len(error.problems)} things to mend", file=sys.stderr)
    raise SystemExit(error.exit_code)


def _console() -> Console:
    from rich.console import Console

    return Console(stderr=True)


@app.command()
def compare(scenario: Scenario, place: Place = None,
            replications: Annotated[int | None, typer.Option(min=1, max=10_000, help="Paired runs [the file's].")] = None,
            one_in: OneIn = 1, workers: Workers = 0, results: ResultsTo = None,
            seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the file's.")] = None,
            store: Annotated[str | None, typer.Option(help="Where plans tried are counted [store.db beside the folder of answers].")] = None,
            central: Annotated[bool, typer.Option(help="Central values of the evidence instead of drawn worlds.")] = False,
            posterior: Annotated[str | None, typer.Option(help="Sets of a calibration: one that is shipped (doncaster), or a file.")] = None,
            seeds_per_set: Annotated[int, typer.Option(min=1, max=10_000, help="Seeds for each set of numbers: 2 or more tell chance from not knowing.")] = 1,
            beside: Beside = "rules,rivals,beliefs", alone: Alone = False, as_json: Json = False) -> None:
    """Run a plan beside doing nothing, and say what it does to costs, wellbeing and hospital use."""
    _compare(scenario, "" if alone else beside, as_json, place=place, replications=replications, one_in=one_in, workers=workers,
             folder=results, seed=seed, store=store, worlds="central" if central else "drawn", posterior=posterior,
             seeds_per_set=seeds_per_set)


@app.command()
def demo(workers: Workers = 0, results: ResultsTo = None, beside: Beside = DEMO["beside"], alone: Alone = False,
         as_json: Json = False) -> None:
    """The headline question on the whole of Doncaster, in four worlds under three budget rules: minutes instead of hours."""
    _compare("ten_percent_to_community", "" if alone else beside, as_json, replications=DEMO["replications"],
             one_in=DEMO["one_in"], workers=workers, folder=results)


def _compare(scenario: str, beside: str, as_json: bool, **how: Any) -> None:
    from careshift import api, telling
    from careshift.report import report
    from scenarios import keeping
    from scenarios import plan as files
    from simulation import places as place_files
    from simulation.errors import Problem, RunStopped

    if how.get("place") is not None:
        place_files.load(how["place"])  # says what is wrong with the name
    asked = files.load(scenario, places=api.places())
    named = tuple(name.strip() for name in beside.split(",") if name.strip())
    try:
        with telling.progress(_console(), asked, as_json) as (tell, compiling):
            comparison = api.compare(asked, beside=named, progress=tell, compiling=compiling, **how)
        with keeping.written(comparison.folder):
            page = report.write(comparison)
    except KeyboardInterrupt:
        raise RunStopped(Problem("", 0, "", "stopped by you; what is finished is kept",
                                 "the same command goes on where this one stopped")) from None
    if as_json:
        print(json.dumps(telling.as_object(comparison, page), default=str))
    else:
        telling.show(comparison, page)


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A scenario file.")]) -> None:
    """Read a scenario file and say everything that is wrong with it, with line numbers."""
    from careshift import api
    from scenarios import plan as files

    problems = api.check(file if file.exists() or file.suffix else files.library_path(str(file)))
    if problems:
        from simulation.errors import BadInput
        raise BadInput(*problems)
    scenario = files.load(file if file.exists() else str(file), places=api.places())
    print(f"{file}: all is well")
    print(f"  {scenario.heading}")
    print(f"  {scenario.question}")
    for flag in scenario.flags:
        print(f"  note: {flag}")


@app.command("scenarios")
def scenarios_() -> None:
    """The questions that come with careshift."""
    from careshift import api
    from scenarios import plan as files

    _table(("name", "what it asks"), [(n, files.load(n, places=api.places()).title) for n in api.scenarios()])


@app.command()
def schema() -> None:
    """The form of a scenario file as JSON Schema, for editors that help while you write."""
    from scenarios import plan as files

    print(json.dumps(files.json_schema(), indent=1))


@app.command("places")
def places_() -> None:
    """The places careshift knows, with what is published there and what is England's rate."""
    from careshift import api
    from simulation import places as place_files

    rows = []
    for p in map(place_files.load, api.places()):
        local, england = len(p.figures) - len(p.from_england()), len(p.from_england())
        rows.append((p.name, f"{p.everybody:,.0f}", f"{p['people_65_plus'] / p.everybody:.1%}", f"{p.most_deprived:.0%}",
                     f"{p['gross_current_spend'] / 1e6:,.0f}", "invented" if p.invented else str(local), str(england), p.council))
    rows.append(_england())
    _table(("name", "people", "65+", "deprived", "gross £m", "own", "England's", "council"), rows)
    print("\nDeprived: share of people in England's most deprived fifth of neighbourhoods. Gross: current spending on adult social care.\n"
          "Own: figures published for the place itself; England's: figures that are the rate of England or of a wider area, applied to it.")


def _england() -> tuple[str, ...]:
    """England as a line of the list: rates that a place may take, not a place that can be run."""
    from simulation.places import england

    held = england.england()
    t = held.totals
    return ("(england)", f"{t['people']:,.0f}", f"{t['people_65_plus'] / t['people']:.1%}",
            f"{t['most_deprived_fifth']:.0%}", f"{t['gross_current_spend'] / 1e6:,.0f}", "", f"{len(held.gives())}", "rates only")


@app.command("services")
def services_(place: Annotated[str, typer.Option(help="Whose prices.")] = "doncaster") -> None:
    """Every service and community model: its evidence, what a person costs, how long it takes, what makes its capacity."""
    from careshift import api, telling

    telling.services(api.services(place))


@app.command()
def week() -> None:
    """The week, in the order it happens: what each process reads, changes and believes."""
    from careshift import api

    for k, b in enumerate(api.week(), 1):
        print(f"{k:2d}. {b.name}: {b.says}" + (f" (every {b.every} weeks)" if b.every > 1 else ""))
        for title, names in (("reads", b.reads), ("changes", b.changes), ("believes", b.beliefs)):
            if names:
                print(f"      {title}: {', '.join(names)}")


@app.command()
def evidence(grade: Annotated[str | None, typer.Option(help="A, B, C or D.")] = None,
             used_by: Annotated[str | None, typer.Option("--used-by", help="A process or service.")] = None,
             place: Annotated[str | None, typer.Option(help="The figures of a place instead.")] = None,
             kind: Annotated[str | None, typer.Option(help="evidence, calibrated, assumption or rule.")] = None,
             report: Annotated[bool, typer.Option("--report", help="Write the whole register as one page instead.")] = False,
             file: Annotated[Path | None, typer.Argument(help="Where --report writes to [evidence.html].")] = None) -> None:
    """What the model believes: every number with its range, unit, source and grade, and how much is assumed."""
    from careshift import api, telling
    from simulation.errors import BadInput, Problem

    if report or file:
        if not report or grade or used_by or place or kind:
            raise BadInput(Problem("", 0, "--report", "writes the whole register to a file, and nothing else does",
                                   "careshift evidence --report evidence.html, or the other options without a file"))
        print(f"The register: {api.evidence_page(file or 'evidence.html')}")
        return
    telling.evidence(grade, used_by, place, kind)


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(*head, box=None, pad_edge=False, header_style="bold")
    for column in table.columns[:-1]:
        column.no_wrap = True
    for row in rows:
        table.add_row(*row)
    Console(markup=False).print(table)


if __name__ == "__main__":
    main()
