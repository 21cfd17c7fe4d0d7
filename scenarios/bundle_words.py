"""The words of a bundle: how to check it and run it again, a container recipe, and checklists filled from the run itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios import odd

OPEN = "*To be written by the authors.*"
FOLDERS = {"answers": "what was found", "asked": "what was asked, file by file", "place": "the place's figures, with their sources",
           "evidence": "every number that is believed, with range, source, grade and doubt", "checklists": "reporting checklists",
           "code": "the code that gave the answers, with its evidence, places and scenarios"}
FILES = {"summary.csv": "paired differences with intervals and Monte Carlo errors", "codebook.csv": "what each measure means",
         "weekly.csv.gz": "weekly series, means over replications", "run.json": "versions, seeds, hashes, the plans as they were run",
         "report.html": "the page for readers", "means.csv": "means and differences with their errors", "runs.csv": "each run's own figures, to the last bit",
         "tried.json": "every plan ever put to these places in that store, deleted ones too",
         "events.csv.gz": "every event of one replication of the plan: week, what, why, to whom (invented people), from which service"}


def _believed(f: Mapping[str, Any]) -> str:
    """Where the values of the evidence come from, world by world."""
    rest = "drawn from the register's ranges" if f["worlds"] == "drawn" else "at the register's central values"
    if "posterior" not in f:
        return f"No posterior was used: worlds are {rest}."
    told = f["posterior"]
    return (f"A posterior was used (`asked/posterior.json`, hash `{told['hash']}`), another set of it in each {_own(f)}: calibrated are "
            f"{', '.join(told['calibrated']) or 'no numbers'}; not informed by data, and varying as the register has them, "
            f"{', '.join(told['not_informed']) or 'none'}. "
            f"All other numbers are {rest}.")


def _own(f: Mapping[str, Any]) -> str:
    """What has a set of numbers of its own: a replication, or so many together."""
    return "replication" if (k := int(f.get("seeds_per_set", 1))) == 1 else f"{k} replications"


def readme(f: Mapping[str, Any], names: Sequence[str]) -> str:
    """What is inside, how to check it, how to run it again."""
    folders = [f"* `{folder}/`: {says} ({sum(n.startswith(folder + '/') for n in names)} files)" for folder, says in FOLDERS.items()
               if any(n.startswith(folder + "/") for n in names)]
    answers = [f"  * `{n.removeprefix('answers/')}`: {FILES.get(n.removeprefix('answers/'), '')}" for n in names if n.startswith("answers/")]
    compare = "cmp again/summary.csv answers/summary.csv" if f["what"] == "comparison" else (
        f"PYTHONPATH=code python -m careshift.cli experiment export {f['name']} --store again/store.db --to again/means.csv\n"
        "    cmp again/means.csv answers/means.csv")
    return f"""# {f['title']}

{f.get('question', '')}

A {f['what']} of careshift, an agent-based simulation of a local care system: a model, not a forecast. Place: {', '.join(map(str, f['places']))};
{f['replications']} replications; seed {f['seed']}; one adult in {f['one_in']}; {f['worlds']} values of the evidence; {f['years']} years.{_tried(f)}
{_believed(f)}

## What is inside

{chr(10).join([folders[0], *answers, *folders[1:]])}
* `Containerfile`, `requirements.txt`: the environment, every library at its version
* `MANIFEST.sha256`: the hash of every other file

{_log(f['log'])}

## To check that nothing was changed

    sha256sum --check MANIFEST.sha256          # after unpacking
    careshift bundle --check FILE.zip          # the zip itself, where careshift is installed

This finds any change to a file. It does not say who made the bundle: compare the hash of `MANIFEST.sha256` with the published one.

## To run it again

    podman build -t study .                    # or docker
    podman run --rm -v "$PWD/again:/study/again" study

or, with Python {'.'.join(str(f.get('python', '3.11')).split('.')[:2])} and nothing of careshift installed:

    pip install -r requirements.txt
    PYTHONPATH=code python -m careshift.cli {f['command']}
    {compare}

On the same kind of processor the same bytes are expected. Code {f['code_hash']}, evidence {f['evidence_hash'][:16]}, place {f['place_hash'][:16]}
(`run.json` and the checklists say the rest). {_experiment_note(f)}
Licence of the code: MIT. Figures of places: `place/ATTRIBUTION.md`.
"""


def _tried(f: Mapping[str, Any]) -> str:
    tried = f.get("tried") or {}
    return f"\nScenario {tried['number']} of {tried['of']} put to this place in the store of whoever ran it." if tried else ""


def _log(log: Mapping[str, Any]) -> str:
    if not log:
        return "No event log was packed (`--no-events`)."
    held = ("every one of its {figures:,} figures and its weekly series came out as kept, to the last bit" if log["compared"] else
            "the kept replication was not there to hold it against").format(**log)
    return f"When this was packed, replication {log['replication']} of the plan was run again with all its events ({log['events']:,}); {held}."


def _experiment_note(f: Mapping[str, Any]) -> str:
    return "" if f["what"] == "comparison" else (
        f"The experiment file names its scenarios ({', '.join(f['scenarios'])}): those of the library are in the code; of others, `asked/*.plan.json` "
        "holds what was decided.")


def containerfile(python: str, command: str) -> str:
    """A recipe for a container that gives the answers again."""
    words = ", ".join(f'"{w}"' for w in ("python", "-m", "careshift.cli", *command.split()))
    return f"""FROM python:{python}-slim
WORKDIR /study
COPY . .
RUN pip install --no-cache-dir -r requirements.txt
ENV PYTHONPATH=/study/code CARESHIFT_CACHE=/tmp/careshift
CMD [{words}]
"""


def odd_parts() -> str:
    """What code tells of the ODD protocol, where the page with the rest was not installed."""
    return "# The model in ODD form: what the code tells\n\n" + "\n\n".join(f"## {name.capitalize()}\n\n{make()}" for name, make in odd.PARTS.items()) + "\n"


def stress(f: Mapping[str, Any]) -> str:
    """The items that STRESS asks of an agent-based simulation, in our words, filled from the run; what a run cannot know is left open."""
    from simulation.evidence.register import load
    from simulation.week import week

    entries = list(load().entries.values())
    by = {kind: sum(e.kind == kind for e in entries) for kind in ("evidence", "calibrated", "assumption", "rule")}
    plans = [p for p in f["plans"] if p["shifts"] or p["invest"] or p["levers"]]
    rows = [
        ("1.1 Purpose", f.get("question") or OPEN), ("1.2 Outputs", f"{', '.join(f['tables'])}; every measure with its unit in answers/codebook.csv"),
        ("1.3 Aims of the experiment", f"{f['title']}. {_design(f)}"),
        ("2.1 Overview", "checklists/odd.md, parts 1 to 3; the week in its order: careshift week"),
        ("2.2 Logic of the base model", f"{len(week())} processes a week, in order: {', '.join(p.__name__ for p in week())}"),
        ("2.3 Logic of scenarios", "; ".join(f"{p['title'] or p['name']}" for p in plans) or "present policy only; files in asked/"),
        ("2.4 Algorithms", "checklists/odd.md, part 7; code/simulation/week and code/simulation/services"),
        ("2.5.1 Environment", f"neighbourhoods, homes, agencies, hospital and council of {', '.join(map(str, f['places']))} (place/)"),
        ("2.5.2 Agents", "residents (also carers, friends and partners of others), paid carers, volunteers, providers: checklists/odd.md, part 2"),
        ("2.5.3 Who meets whom", "kin, partners and friends as explicit ties; neighbourhoods; shared pools of workers, places and money"),
        ("2.5.4 Entering and leaving", "births into adulthood, moves in and out and deaths by the place's rates; the same arrivals in every scenario"),
        ("3.1 Sources of data", "place/ and evidence/register.csv, column source, one source for each number"),
        ("3.2 Input parameters", f"{len(entries)} numbers: {', '.join(f'{n} {kind}' for kind, n in by.items())}"),
        ("3.3 Data before use", "what was done to a figure stands with its source; prices are brought to one price year (columns price_year, source)"),
        ("3.4 Assumptions", f"{by['assumption']} numbers are assumptions (kind: assumption; grade D); doubts in column doubt"),
        ("4.1 Start", "founded from the place's figures, then a burn-in of 104 weeks under present policy, once for each replication"),
        ("4.2 Length of runs", f"{f['years']} years of 52 weeks after the burn-in"),
        ("4.3 How estimates are made", f"{f['replications']} replications, each with its own luck and {f['worlds']} values of the evidence; differences are "
                                       "paired within a replication; intervals and Monte Carlo errors beside every figure"
                                       + ("" if int(f.get("seeds_per_set", 1)) == 1 else f"; each {_own(f)} share one set of values, and errors are "
                                          "reckoned over sets")),
        ("5.1 Software", f"careshift (code {f['code_hash']}) on Python {f.get('python', '')}, Mesa {f.get('mesa', '')}, NumPy {f.get('numpy', '')}, "
                         f"Numba {f.get('numba', '')}; all libraries in requirements.txt"),
        ("5.2 Random numbers", f"counter-based, addressed by seed ({f['seed']}), replication, purpose, week and person; the same luck in every scenario"),
        ("5.3 Order of events", "processes in a fixed order; within a process all act on the state as it was found; queues by urgency or risk, wait and lot"),
        ("5.4 The computer", f"{f.get('system') or 'not recorded by a comparison'}; {f.get('workers', 'any number of')} worker processes; answers do "
                             "not depend on how many"),
        ("6.1 Where the model is", f"code/ in this archive, MIT licence. Where the archive is: {OPEN}"),
    ]
    head = ("# Reporting checklist in the manner of STRESS for agent-based simulation\n\nFilled from the run; the order of items follows the "
            "guideline, the words are ours.\n")
    return head + "\n| item | here |\n|---|---|\n" + "".join(f"| {item} | {str(said).replace('|', '/')} |\n" for item, said in rows)


def trace(f: Mapping[str, Any]) -> str:
    """The eight elements of TRACE, which ask how a model was made and tested, in our words: where each is answered, and what is left open."""
    from simulation.evidence.register import load

    entries = list(load().entries.values())
    graded = ", ".join(f"{sum(e.grade == g for e in entries)} {g}" for g in "ABCD")
    unread = sum(bool(e.verify) for e in entries)
    said = f.get("posterior_told") or "No posterior was used: numbers are as the register has them."
    rows = [
        ("1 Problem formulation", f.get("question") or OPEN, "asked/; README of the code"),
        ("2 Model description", "In ODD form, with the processes of a week in their order", "checklists/odd.md"),
        ("3 Data evaluation", f"{len(entries)} numbers with unit, range, price year, source and doubt; by grade {graded}; {unread} were recalled and are to "
         "be verified", "evidence/register.csv; place/"),
        ("4 Conceptual model evaluation", "Each mechanism with what is simplified and what speaks against it; choices of structure that no trial settles "
         "can be run both ways (careshift structures)",
         "checklists/odd.md part 4; code/scenarios/structures.yaml"),
        ("5 Implementation verification", "Conservation of people, hours and pounds in every week of any plan; kernels against plain Python; the same bits "
         "from the same seed; each is a test of the project", "tests, with the published code; not in this archive"),
        ("6 Model output verification", f"Published figures beside the model's, and which of them the model was set to. {said}",
         "docs/validation.md and docs/calibration.md of the published code"),
        ("7 Model analysis", "Sensitivity and value of knowing on an emulator (careshift sensitivity, voi), attribution to parts of a plan (careshift "
         "attribute)", "not run for this bundle unless it is among its answers"),
        ("8 Model output corroboration", "Published evaluations done again inside the model, and programmes of the past put in as they were planned, misses "
         "kept", "docs/evaluations.md and docs/retrodiction.md of the published code")]
    head = ("# Development and testing, in the manner of TRACE\n\nAfter Grimm and others (2014), Ecological Modelling 280, 129-139; the words are ours.\n"
            f"\nWhat the authors did with this model for this question, and why it suffices: {OPEN}\n")
    return head + "\n| element | here | where |\n|---|---|---|\n" + "".join(f"| {' | '.join(str(x).replace('|', '/') for x in row)} |\n" for row in rows)


def _design(f: Mapping[str, Any]) -> str:
    if f["what"] == "comparison":
        return f"{len(f['plans'])} runs in each replication"
    return f"{f['runs']} runs: {len(f['scenarios'])} scenarios and baselines, {len(f['places'])} places, {f['sets']} parameter sets"
