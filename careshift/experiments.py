"""The command `careshift experiment`: run many worlds overnight, see how far they are, put stores together, check one again."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

app = typer.Typer(no_args_is_help=True, help="Scenarios by places by parameter sets by replications: stored, resumable, verifiable.")

File = Annotated[str, typer.Argument(help="An experiment file, or the name of one in the library.")]
Name = Annotated[str, typer.Argument(help="An experiment in the store, by name or by the beginning of its key.")]
StoreAt = Annotated[str | None, typer.Option("--store", help="A file, or postgresql+psycopg://user@host/name [results/store.db].")]
Precision = Annotated[float, typer.Option(min=0.0001, max=10, help="Wished Monte Carlo error, as a share of each figure.")]


@app.command()
def run(file: File, store: StoreAt = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Run a small pilot and say how many runs, minutes and bytes.")] = False,
        resume: Annotated[bool, typer.Option("--resume", help="Go on with what is not finished; failed runs are tried again.")] = False,
        workers: Annotated[int, typer.Option(min=0, max=512, help="Processes side by side; 0 takes one a core.")] = 0,
        cluster: Annotated[str, typer.Option(help="The workers of a Dask scheduler instead: tcp://host:port (docs/scaling.md).")] = "",
        shard: Annotated[str, typer.Option(help="Only a part: 2/5 is the second of five; merge puts them together.")] = "1/1") -> None:
    """Run an experiment and keep every answer the moment it is there; whatever happens, --resume goes on."""
    from careshift import api
    from scenarios import experiment, experiment_form
    from scenarios.store import Store
    from simulation.errors import Problem, RunStopped

    asked = experiment_form.load(file, places=api.places())
    part = experiment.shard_of(shard)
    every = experiment.tasks(asked, places=api.places())
    hands = _hands(cluster, workers, every)
    _say(asked, every)
    if dry_run:
        _foretell(asked, every, part, store, hands)
        return
    try:
        with Store(store) as kept, kept.writing():
            _carry_out(asked, every, kept, part, resume, hands)
    except KeyboardInterrupt:
        raise RunStopped(Problem("", 0, "", "stopped by you; what is finished is kept", "the same command with --resume goes on")) from None


def _say(asked: Any, every: list[Any]) -> None:
    places = list(dict.fromkeys(t.place for t in every))
    print(f"{asked.name}: {asked.title}")
    structures = f"{_of(len(asked.structures), 'combination')} of structure; " if len(asked.structures) > 1 else ""
    print(f"  {sum(len(t.keys) for t in every):,} runs: {_of(len(every), 'world')} ({', '.join(places)}; {_of(len(asked.sets), 'parameter set')}, "
          f"{asked.combine}; {structures}{_of(asked.replications, 'replication')}), each with its baselines and plans, {_of(asked.years, 'year')}")
    if asked.seeds_per_set > 1:
        print(f"  {asked.seeds_per_set} replications share each drawn set of numbers: chance and not knowing are told apart, errors are of sets")
    for note in asked.notes:
        print(f"  note: {note}")
    if asked.one_in > 1:
        print(f"  note: a sample of one adult in {asked.one_in}: for trying out; money and hospital use from it are no result")


class Hands(NamedTuple):
    """Who runs the replications: how many side by side for so many tasks, and how to get them afresh."""

    count: Callable[[int], int]
    workers: Callable[[int], Any]
    compiles: bool  # whether kernels are compiled here, before anybody starts


def _hands(cluster: str, workers: int, every: list[Any]) -> Hands:
    from scenarios import runs
    from scenarios import workers as here
    from simulation.errors import BadInput, Problem

    if not cluster:
        return Hands(lambda tasks: runs.worker_count(workers, tasks), here.local, True)
    from scenarios import cluster as there

    if workers:
        raise BadInput(Problem("", 0, "--workers", "a cluster brings its own workers", "give --workers or --cluster"))
    places = list(dict.fromkeys(t.place for t in every))
    with there.cluster(cluster, places) as afar:  # says what is wrong before anything is written down
        count = afar.workers
    print(f"{cluster}: {_of(count, 'worker')}")
    return Hands(lambda _: count, lambda _: there.cluster(cluster, places), False)


def _foretell(asked: Any, every: list[Any], part: tuple[int, int], store: str | None, hands: Hands) -> None:
    from scenarios import again, experiment, runs
    from scenarios.store import Store, address

    done: set[str] = set()
    url = address(store)
    if not url.startswith("sqlite") or Path(url.removeprefix("sqlite:///")).exists():
        with Store(store, make=False) as kept:
            done = kept.finished({key for t in every for key in t.keys})
    left = experiment.to_do(every, done, part)
    runs.warm(every[0].place)
    told = again.pilot(asked, every, left)
    count = hands.count(len(left))
    print(f"  finished in this store: {len(done):,} runs; to do in this part: {sum(len(t.todo) for t in left):,}")
    print(f"  expected: {_minutes(told.seconds / count)} with {count} side by side, {_bytes(told.bytes)} on disk, "
          f"from a pilot of {told.pilot_seconds:.0f} seconds (a process beside others is slower than one alone)")
    print("  nothing was run or stored")


def _carry_out(asked: Any, every: list[Any], kept: Any, part: tuple[int, int], resume: bool, hands: Hands) -> None:
    import signal

    from scenarios import experiment, runs
    from simulation.errors import BadInput, Problem

    mine = [t for t in every if t.share_key % part[1] == part[0] - 1]
    keys = {key for t in mine for key in t.keys}
    begun = kept.states(asked.key)
    kept.begin(experiment.asked(asked, every))
    done = kept.finished(keys)
    left = experiment.to_do(mine, done)
    if begun and left and not resume and any(begun.get(key) in ("finished", "failed") for key in keys):
        raise BadInput(Problem(str(kept), 0, "", f"{len(done)} of {len(keys)} runs of {asked.name} are finished in this store",
                               "give --resume to go on with the others"))
    tally = experiment.Tally(len(keys), len(done))
    if left:
        if hasattr(signal, "SIGTERM"):
            signal.signal(signal.SIGTERM, _as_ctrl_c)
        count = hands.count(len(left))
        for place in dict.fromkeys(t.place for t in left if hands.compiles):
            runs.warm(place)
        with _progress(tally) as tell:
            experiment.carry_out(left, kept, lambda: hands.workers(count), at_once=2 * count if count > 1 else 1, tally=tally, progress=tell)
    failed = f", {tally.failed} failed (careshift experiment failed {asked.name})" if tally.failed else ""
    print(f"  {tally.told} in {kept}{failed}")
    _count(kept, [t.place for t in mine])


def _as_ctrl_c(*_: object) -> None:
    raise KeyboardInterrupt


def _count(kept: Any, places: list[str], every: bool = False) -> None:
    for s in kept.scenarios():
        if s["place"] in places and (s["number"] or every):
            gone = f"; deleted {s['deleted'][:10]}: {s['why_deleted']}" if s["deleted"] else ""
            number = f"scenario {s['number']} of {s['of']} ever put to {s['place']}" if s["number"] else f"the baseline of {s['place']}"
            print(f"  {s['name']} ({s['budget_rule']}): {number}{gone}")


def _progress(tally: Any) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def bar() -> Any:
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        with Progress(BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True) as shown:
            task = shown.add_task("runs", total=tally.total, completed=tally.before)
            yield lambda t: shown.update(task, completed=t.before + t.finished + t.failed)
    return bar()


@app.command()
def status(store: StoreAt = None) -> None:
    """How far every experiment in the store is, and which scenarios were ever put to each place."""
    from scenarios.store import Store

    with Store(store, make=False) as kept:
        for e in kept.experiments():
            total = e["planned"] + e["finished"] + e["failed"]
            print(f"{e['name']} ({e['key'][:8]}): {e['finished']:,} of {total:,} runs finished, {e['failed']:,} failed; "
                  f"{_minutes(e['seconds'])} of work; begun {e['begun'][:16]}")
        _count(kept, [s["place"] for s in kept.scenarios()], every=True)


@app.command()
def failed(name: Name, store: StoreAt = None,
           whole: Annotated[bool, typer.Option("--whole", help="The whole error of each, for whoever mends it.")] = False) -> None:
    """Which runs ended in an error, and in which."""
    from scenarios.store import Store

    with Store(store, make=False) as kept:
        found = kept.runs(kept.experiment(name)["key"], "failed")
        for r in found:
            last = r["error"].strip().splitlines()[-1]
            print(f"{r['key'][:12]} {r['scenario_name']} at {r['place']}, replication {r['replication']}, tried {r['tries']} times: {r['error_kind']}: {last}")
            if whole:
                print(r["error"])
        print(f"{len(found)} failed runs")


@app.command()
def export(name: Name, store: StoreAt = None,
           to: Annotated[Path | None, typer.Option(help="The file [results/<name>.csv].")] = None, precision: Precision = 0.05,
           measure: Annotated[list[str] | None, typer.Option(help="Only these measures (may be given again).")] = None,
           by_run: Annotated[bool, typer.Option("--runs", help="Each run's own figures, to the last bit, instead of means.")] = False,
           parquet: Annotated[bool, typer.Option("--parquet", help="The weekly series of every run as one Parquet file, instead of CSV.")] = False) -> None:
    """Write what an experiment found as CSV: every figure with its Monte Carlo error and the replications it would need."""
    from careshift import api
    from scenarios import exporting
    from scenarios.store import Store
    from simulation.errors import BadInput, Problem, did_you_mean

    known = api.measures()
    if wrong := [m for m in measure or () if m not in known]:
        raise BadInput(*(Problem("", 0, "--measure", f"there is no measure {m!r}", did_you_mean(m, known)) for m in wrong))
    if parquet and by_run:
        raise BadInput(Problem("", 0, "--parquet", "holds weekly series, and --runs writes yearly figures", "give one of them"))
    with Store(store, make=False) as kept:
        asked = kept.experiment(name)
        if parquet:
            from scenarios import weekly

            file = to or Path("results") / f"{asked['name']}_weekly.parquet"
            print(f"{file}: {weekly.write(file, kept, asked, measure or ()):,} rows, weekly series of {asked['finished']:,} finished runs")
            return
        file = to or Path("results") / f"{asked['name']}{'_runs' if by_run else ''}.csv"
        table: Any = exporting.run_rows(kept, asked, measure or ()) if by_run else exporting.rows(kept, asked, precision=precision, measures=measure or ())
        count = exporting.write(file, exporting.RUN_COLUMNS if by_run else exporting.COLUMNS, table)
        print(f"{file}: {count:,} rows from {asked['finished']:,} finished runs" + (
            f"; {asked['planned'] + asked['failed']:,} runs are not finished" if asked["planned"] + asked["failed"] else ""))


@app.command()
def merge(into: Annotated[str, typer.Argument(help="The store that takes in the others; made where there is none.")],
          others: Annotated[list[str], typer.Argument(help="Stores to take in, such as those of an experiment's parts.")]) -> None:
    """Put stores together: what one has and the other has not is taken in once; nothing is counted twice."""
    from scenarios.store import Store

    with Store(into) as kept, kept.writing():
        for other in others:
            with Store(other, make=False) as theirs:
                print(f"{other}: {kept.take(theirs):,} finished runs were new to {kept}")


@app.command()
def verify(run: Annotated[str, typer.Argument(help="A run, by the beginning of its key (export --runs and failed show them).")],
           store: StoreAt = None) -> None:
    """Run one stored run again from what is stored of it, and compare every bit."""
    from scenarios import again
    from scenarios.store import Store

    with Store(store, make=False) as kept:
        found = again.verify(kept, run)
    for moved in found.moved:
        print(f"not as it was: {moved}")
    name = f"run {found.run['key'][:12]} ({found.run['scenario_name']} at {found.run['place']}, replication {found.run['replication']})"
    if found.same:
        print(f"{name}: the same to the last bit, {found.figures:,} figures and {found.weeks:,} weekly series")
        return
    print(f"{name}: {len(found.differing):,} figures and series differ, the first of them {', '.join(found.differing[:5])}")
    raise typer.Exit(1)


@app.command()
def forget(scenario: Annotated[str, typer.Argument(help="The scenario whose answers go.")],
           place: Annotated[str, typer.Option(help="Where it was tried.")], why: Annotated[str, typer.Option(help="Why, for those who come later.")],
           store: StoreAt = None) -> None:
    """Delete what a scenario's runs found at a place. That it was tried, its number and why it went stay on record."""
    from scenarios.store import Store

    with Store(store, make=False) as kept, kept.writing():
        print(f"{kept.forget(place, scenario, why)} runs of {scenario} at {place} are deleted; its number and a tombstone stay")


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _minutes(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 120 else f"{seconds / 60:,.0f} minutes" if seconds < 7200 else f"{seconds / 3600:,.1f} hours"


def _bytes(size: float) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.1f} GB"
