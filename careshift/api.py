"""The public front door: a dozen plain functions that the command, the report and notebooks share."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import careshift as package
from scenarios import as_shipped, attributing, design, keeping, runs, service_facts
from scenarios import plan as files
from scenarios.appraisal.opened import opened
from scenarios.appraisal.values import Wellbeing
from scenarios.appraisal.whole import Appraisal
from scenarios.appraisal.whole import appraise as worked_out
from scenarios.attributing import Shared
from scenarios.form import LARGEST_SEED
from scenarios.lives import Lives
from scenarios.plan import Scenario
from scenarios.results import Results
from simulation import places as place_files
from simulation.errors import BadInput, Problem, did_you_mean
from simulation.evidence import register
from simulation.plan import Plan

__all__ = ["Comparison", "Experiment", "Results", "Scenario", "appraise", "attribute", "check", "check_place", "compare", "evaluated", "evidence", "experiment",
           "follow", "found", "measures", "new_place", "places", "scenarios", "services", "week"]

MOST_REPLICATIONS, MOST_WORKERS, THINNEST = 10_000, 512, 200  # THINNEST: a sample of one in so many
APPRAISAL = "appraisal"
COUNTING = 20.0  # seconds to wait for somebody else who writes to the store
Progress = Callable[[runs.Replication, int, int], None]


@dataclass
class Comparison:
    """A finished comparison: its results, the folder they are in, and how long it took."""

    results: Results
    folder: Path
    about: dict[str, Any]


def places() -> list[str]:
    """The names of the places careshift knows."""
    return place_files.known()


def scenarios() -> list[str]:
    """The names of the questions that come with careshift."""
    return files.library()


def check(path: str | Path) -> list[Problem]:
    """Everything wrong with a scenario file; an empty list where all is well."""
    return files.check(path, places=places())


def services(place: str = "doncaster") -> list[dict[str, Any]]:
    """Every service and community model: what it is, what a person costs here, its lead time, capacity rule, evidence.

    All of it is read from the service itself and from the register; no list of services is kept anywhere.
    """
    return service_facts.services(place)


def week() -> list[Any]:
    """The processes of the week in order, each with what it reads, changes and believes."""
    from simulation.process import bind
    from simulation.week import week as processes

    beliefs = register.central()
    return [bind(p, beliefs) for p in processes()]


def evidence(*, grade: str | None = None, used_by: str | None = None, kind: str | None = None) -> list[register.Entry]:
    """Entries of the evidence register, filtered by grade, by the process or service that believes them, by kind."""
    entries: Sequence[register.Entry] = list(register.load(register.APPRAISAL if used_by == APPRAISAL else register.FOLDER).entries.values())
    users = readers() if used_by and used_by != APPRAISAL else {}
    return [e for e in entries
            if (grade is None or e.grade == grade.upper()) and (kind is None or e.kind == kind)
            and (used_by is None or e.page == used_by or used_by in users.get(e.key, set()))]


def readers() -> dict[str, set[str]]:
    """What each entry of the register feeds: the services, processes and steps of the founding that believe it."""
    from simulation.model import readers as found

    return found(register.central())


def evidence_page(file: str | Path = "evidence.html") -> Path:
    """The whole register as one page of HTML, grouped by grade, with what each number feeds. Returns the path."""
    from careshift.report import register_page

    with keeping.written(Path(file).parent):
        return register_page.write(Path(file), readers())


def measures() -> dict[str, Any]:
    """What is measured, by name: title, unit, family, which way is good."""
    from simulation.measures import MEASURES

    return dict(MEASURES)


def found(place: str, *, one_in: int = 1, seed: int = 1, replication: int = 0) -> Any:
    """A place's people and services, founded and not yet moving: a Mesa model (`CareSystem`)."""
    from simulation.model import CareSystem

    return CareSystem(place_files.load(place), register.central(), Plan(), seed=seed, replication=replication, one_in=one_in)


def compare(scenario: str | Path | Scenario, *, place: str | None = None, replications: int | None = None,
            one_in: int = 1, workers: int = 0, folder: str | Path | None = None, worlds: str = "drawn",
            seed: int | None = None, beside: Collection[str] = design.BESIDE, store: str | Path | None = None,
            progress: Progress | None = None, compiling: Callable[[], Any] | None = None, posterior: str | Path | None = None,
            seeds_per_set: int = 1) -> Comparison:
    """Run a plan against what it is compared with, in paired replications, and write the answers to a folder.

    `one_in` samples the people (10: every tenth, homes of true size); `worlds` is "drawn" (each replication its own
    values of the evidence) or "central". `beside` names what is run beside the plan: "rules" (the other two budget
    rules), "rivals", "beliefs" (a sceptic's run and one on evidence alone), "futures" (rivals in each), "structures" (every choice
    of structure: 32 answers in each world). The plan is counted in `store` (a file or URL;
    store.db beside the folder unless said). `posterior` (one that is shipped, or a file of `careshift calibrate`) holds the numbers it
    learned at a set of its own in each replication, the plan and doing nothing alike. `seeds_per_set` runs each set of numbers with so many
    seeds, so that chance is told from not knowing. Raises BadInput for a bad scenario, RunStopped when stopped early.
    """
    _counts(one_in=(one_in, 1, THINNEST), replications=(replications, 1, MOST_REPLICATIONS), workers=(workers, 0, MOST_WORKERS),
            seed=(seed, 0, LARGEST_SEED), seeds_per_set=(seeds_per_set, 1, MOST_REPLICATIONS))
    for name in beside:
        if name not in (known := (*design.BESIDE, design.FUTURES, design.STRUCTURES)):
            raise BadInput(Problem("", 0, "beside", f"there is no {name!r} to run beside a plan",
                                   did_you_mean(name, known) or f"choose from {', '.join(known)}"))
    asked = scenario if isinstance(scenario, Scenario) else files.load(scenario, places=places())
    where = place or asked.place
    place_files.load(where)  # says what is wrong with the name
    learned = _learned(posterior)
    folder = Path(folder or Path("results") / asked.name)
    keeping.writable(folder)
    plans = design.runs_for(asked, places=places(), rivals="rivals" in beside, variants="beliefs" in beside,
                            all_rules="rules" in beside, futures=design.FUTURES in beside)
    count = replications or asked.replications
    sets = runs.sets_of(count, seeds_per_set, worlds, learned is not None)
    changes = learned.changes(sets[-1] + 1) if learned else [{}] * count
    jobs = [runs.Job(where, tuple(plans), asked.seed if seed is None else seed, k, one_in, worlds, changes[own], own if worlds == "drawn" else None)
            for k, own in enumerate(sets)]
    with keeping.held(folder):
        if compiling:
            compiling()
        tried = _counted(plans, asked, where, folder.parent / "store.db" if store is None else store)
        began = time.perf_counter()
        runs.warm(where)
        done = runs.run_all(jobs, folder / "replications", workers=workers, progress=progress)
        results = Results(asked, plans, done, one_in, worlds, seeds_per_set)
        about = _about(asked, where, jobs, done, time.perf_counter() - began, runs.worker_count(workers, count), beside) | {"tried": tried}
        about |= {"seeds_per_set": seeds_per_set} if seeds_per_set > 1 else {}
        if learned:
            about |= {"posterior": learned.about["posterior"] | {"sets": [job.changes for job in jobs]}, "posterior_told": learned.told}
        if any(job.changes for job in jobs) and plans[1:]:
            unchanged = as_shipped.jobs(jobs)
            again = runs.run_all(unchanged, folder / "as_shipped", workers=workers)
            about |= {"as_shipped": as_shipped.found(Results(asked, unchanged[0].runs, again, one_in, worlds))}
        if design.STRUCTURES in beside and plans[1:]:
            about |= {"structures": _under_structures(asked, jobs, folder, workers)}
        with keeping.written(folder):
            results.write(folder, about, codebook())
            keeping.as_asked(folder / "asked", files.written(asked), [Path(where)] if place_files.own.is_own(where) else [])
            if learned:
                learned.posterior.to_file(folder / "asked" / keeping.POSTERIOR)
    return Comparison(results, folder, about)


def _under_structures(asked: Scenario, jobs: Sequence[runs.Job], folder: Path, workers: int) -> list[list[Any]]:
    """The plan under every combination of choices of structure, in the worlds of its comparison; kept in structures.csv as they end."""
    from scenarios import structures

    first, plan = jobs[0], replace(asked.plan, years=asked.years)
    settings = structures.Settings(len(jobs), first.one_in, first.seed, first.worlds)
    return structures.as_data(structures.run(replace(asked, place=first.place, plan=plan), settings, folder / structures.CSV,
                                             changes=[job.changes for job in jobs],
                                             sets=[k if job.drawn_set is None else job.drawn_set for k, job in enumerate(jobs)],
                                             side_by_side=runs.worker_count(workers, len(jobs))))


def appraise(folder: str | Path, *, value: str = "wellby", weights: bool = False) -> Appraisal:
    """Appraise a finished comparison in the manner of the Green Book, from the pairs of runs in its folder.

    `value` is how wellbeing is valued, once: "wellby", "qaly" or "ascot"; `weights` asks for welfare weights. Raises
    BadInput where the folder holds no whole comparison.
    """
    if value not in (known := [way.value for way in Wellbeing]):
        raise BadInput(Problem("", 0, "--value", f"{value!r} is no way of valuing wellbeing",
                               did_you_mean(value, known) or f"choose one of {', '.join(known)}; a gain is valued once"))
    where = Path(folder)
    where = Path("results") / where if not where.exists() and (Path("results") / where).exists() else where
    results, about = opened(where, places())
    return worked_out(results, about, Wellbeing(value), weighted=weights)


def attribute(scenario: str | Path | Scenario, *, place: str | None = None, replications: int | None = None, one_in: int = 1, workers: int = 0,
              folder: str | Path | None = None, seed: int | None = None, worlds: str = "drawn", transition_apart: bool = False,
              progress: Progress | None = None) -> tuple[Shared, Path]:
    """Run a plan with subsets of its parts and share out what it comes to (Shapley): shares add up to the whole in each world.

    `folder` is that of the plan's comparison; answers go into `attribution` in it, each world as soon as it is done.
    Returns the shares and the file they are in. Raises BadInput for a plan without parts, RunStopped when stopped early.
    """
    _counts(one_in=(one_in, 1, THINNEST), replications=(replications, 1, MOST_REPLICATIONS), workers=(workers, 0, MOST_WORKERS),
            seed=(seed, 0, LARGEST_SEED))
    asked = scenario if isinstance(scenario, Scenario) else files.load(scenario, places=places())
    where = place or asked.place
    place_files.load(where)  # says what is wrong with the name
    into = Path(folder or Path("results") / asked.name) / attributing.FOLDER
    keeping.writable(into)
    with keeping.held(into):
        runs.warm(where)
        shared = attributing.share_out(asked, where, into, places=places(), replications=replications or asked.replications, one_in=one_in,
                                       seed=asked.seed if seed is None else seed, workers=workers, worlds=worlds, apart=transition_apart, progress=progress)
    return shared, into / attributing.FILE


def _learned(posterior: str | Path | None) -> Any:
    if posterior is None:
        return None
    from calibration import shipped

    return shipped.used(posterior)


def _counted(plans: Sequence[design.Run], asked: Scenario, where: str, store: str | Path) -> dict[str, Any]:
    """Number this plan among all that were ever put to the place, before it is run; nothing for a plan that changes nothing."""
    from scenarios.experiment import as_row
    from scenarios.store import Store, now

    own = [run for run in plans if run.scenario == asked.name and run.budget_rule == asked.plan.budget.name and run.variant == "central"][:1]
    if not own or own[0].plan.changes_nothing:
        return {}
    with Store(store) as kept, kept.writing(COUNTING):
        there = place_files.load(where).name
        (number, of), = kept.count([as_row(there, own[0], now())])
        every = [{k: s[k] for k in ("number", "name", "title", "budget_rule", "deleted", "why_deleted")} for s in kept.scenarios(there) if s["number"]]
        return {"number": number, "of": of, "all": every}


def follow(person: str, scenario: str | Path | Scenario = "ten_percent_to_community", *, place: str | None = None, one_in: int = 20,
           seed: int | None = None, years: int = 5, differs: bool = False, progress: Callable[[int, int], None] | None = None) -> Lives:
    """The life of one invented person beside the same person's life under a plan.

    `person` is a description such as "82, lives alone, falls". Chosen is the most ordinary of those who fit, whatever the
    plan does for them; with `differs` the most ordinary of those whose two lives differ. `years` may be fewer than the
    scenario's. Raises BadInput naming every word that is not known, or where nobody fits.
    """
    from scenarios import lives
    from scenarios import person as people

    asked = scenario if isinstance(scenario, Scenario) else files.load(scenario, places=places())
    _counts(one_in=(one_in, 1, THINNEST), seed=(seed, 0, LARGEST_SEED), years=(years, 1, asked.years))
    where = place or asked.place
    place_files.load(where)  # says what is wrong with the name
    return lives.follow(asked, people.read(person), place=where, places=places(), one_in=one_in, seed=asked.seed if seed is None else seed,
                        years=years, differs=differs, progress=progress)


@dataclass
class Experiment:
    """An experiment that was carried out: its rows, as `careshift experiment export` writes them, and what it came to."""

    name: str
    rows: list[dict[str, Any]]
    finished: int
    failed: int

    def table(self, measure: str, group: str = "all") -> Any:
        """The rows of one measure as a pandas table, figures as numbers."""
        from pandas import DataFrame, to_numeric

        found = DataFrame([r for r in self.rows if r["measure"] == measure and r["group"] == group])
        figures = [c for c in found.columns if c.startswith(("mean", "difference", "replications"))]
        return found.assign(**{c: to_numeric(found[c], errors="coerce") for c in figures})


def experiment(file: str | Path, *, store: str | Path | None = None, workers: int = 1) -> Experiment:
    """Run an experiment (a file, or a name of the library) to its end, keeping every run the moment it is there.

    What a store has already is not run again. `store` is a file or a database's address [results/store.db]. Raises
    BadInput for a bad file, RunStopped when stopped early.
    """
    from scenarios import experiment as carried
    from scenarios import experiment_form, exporting
    from scenarios import workers as side_by_side
    from scenarios.store import Store

    _counts(workers=(workers, 0, MOST_WORKERS))
    asked = experiment_form.load(file, places=places())
    every = carried.tasks(asked, places=places())
    with Store(store) as kept, kept.writing():
        kept.begin(carried.asked(asked, every))
        keys = {key for task in every for key in task.keys}
        done = kept.finished(keys)
        left, tally = carried.to_do(every, done), carried.Tally(len(keys), len(done))
        count = runs.worker_count(workers, len(left))
        if left:
            carried.carry_out(left, kept, lambda: side_by_side.local(count), at_once=2 * count if count > 1 else 1, tally=tally)
        rows = list(exporting.rows(kept, kept.experiment(asked.name)))
    return Experiment(asked.name, rows, tally.before + tally.finished, tally.failed)


def evaluated(service: str = "living_well", *, place: str = "doncaster", one_in: int = 10, seed: int = 1, world: int = 0,
              worlds: str = "drawn") -> list[dict[str, Any]]:
    """What a before-and-after and a matched study find of a service in one invented world, beside what is true there.

    Three rows: design, change in emergency stays (a share), people. Raises BadInput for a service not judged so.
    """
    from scenarios import designs_side_by_side

    _counts(one_in=(one_in, 1, THINNEST), seed=(seed, 0, LARGEST_SEED), world=(world, 0, MOST_REPLICATIONS))
    place_files.load(place)  # says what is wrong with the name
    return designs_side_by_side.judged(service, place, one_in=one_in, seed=seed, world=world, worlds=worlds)


def new_place(file: str | Path, council: str | None = None) -> Path:
    """Write a page for a council of your own to fill in, commented line by line. Never over one that is there."""
    from careshift import own_page

    return own_page.write(Path(file), council)


def check_place(file: str | Path) -> list[str]:
    """What is missing, impossible or at odds in a council's page, and what England's rates fill, as lines to print."""
    from careshift import own_page

    return list(own_page.check(Path(file))[2])


def _counts(**given: tuple[int | None, int, int]) -> None:
    """Refuse an option outside its range, or that is no whole number. Raises BadInput."""
    wrong = [Problem("", 0, name, f"{value!r} is not a whole number from {low:,} to {high:,}")
             for name, (value, low, high) in given.items()
             if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high)]
    if wrong:
        raise BadInput(*wrong)


def codebook() -> list[dict[str, str]]:
    """What each measure of summary.csv means."""
    return [{"measure": name, "title": m.title, "unit": m.unit, "family": m.family, "good": m.good, "over": m.over,
             "says": m.says} for name, m in measures().items()]


def _about(asked: Scenario, place: str, jobs: Sequence[runs.Job], done: Sequence[runs.Replication],
           seconds: float, workers: int, beside: Collection[str]) -> dict[str, Any]:
    import mesa
    import numba
    import numpy

    held, there = register.load(), place_files.load(place)
    return {
        "scenario": asked.name, "title": asked.title, "question": asked.question, "scenario_hash": asked.hash,
        "place": place, "place_hash": there.hash, "evidence_hash": held.hash, "code_hash": runs.code_hash(),
        "careshift": package.__version__, "python": platform.python_version(), "mesa": mesa.__version__,
        "numpy": numpy.__version__, "numba": numba.__version__, "seed": jobs[0].seed, "replications": len(done),
        "one_in": jobs[0].one_in, "worlds": jobs[0].worlds, "years": asked.years, "first_year": asked.first_year,
        "burn_in_weeks": 104, "price_year": register.PRICE_YEAR, "seconds": round(seconds, 1),
        "workers": workers, "beside": list(beside), "runs": [asdict(r) for r in jobs[0].runs],
        "job_hashes": [j.hash for j in jobs], "seconds_by_replication": [round(r.seconds, 1) for r in done],
    }
