"""What goes into a bundle: answers, what was asked, place, evidence, events, checklists, and the code that made them all."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, distributions, requires, version
from pathlib import Path
from typing import Any

from scenarios import bundle_runs, bundle_words, exporting, keeping, odd
from scenarios.again import task_of
from scenarios.design import Run
from scenarios.experiment import Task, origins
from scenarios.packing import plan_from_text
from scenarios.parameters import Changes, from_stored
from scenarios.store import Store
from simulation.errors import BadInput, Problem

Parts = dict[str, bytes]
ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("careshift", "calibration", "scenarios", "simulation")
ENDINGS = (".py", ".yaml", ".csv", ".md", ".html", ".mako")
ANSWERS = ("summary.csv", "codebook.csv", "weekly.csv.gz", "run.json", "report.html")
REGISTER = ("key", "says", "value", "low", "high", "unit", "by", "shape", "price_year", "place", "year", "source", "grade", "kind", "doubt", "verify")


def of_results(folder: Path, *, events: bool = True) -> Parts:
    """The parts of a comparison's bundle. Raises BadInput for a folder that is none, or whose answers another code gave."""
    about = _about(folder)
    page = folder / "asked" / Path(about["place"]).name
    place = str(page) if page.is_file() else about["place"]
    _as_then(str(folder), about, origins(place))
    made = [Run(**{**r, "plan": plan_from_text(json.dumps(r["plan"]))}) for r in about["runs"]]
    plan = next((r for r in made if r.scenario == about["scenario"] and r.against), made[0])
    base = [r for r in made if r.key == plan.against]
    parts: Parts = {f"answers/{name}": (folder / name).read_bytes() for name in ANSWERS if (folder / name).is_file()}
    parts |= {f"asked/{f.name}": f.read_bytes() for f in sorted((folder / "asked").glob("*")) if f.is_file()}
    first = 0
    changes = _changes(about, first) if events else {}
    task = Task(place, changes, (*base, plan), ("",) * (len(base) + 1), about["seed"], first, about["one_in"], about["worlds"], about["years"])
    log = _events(parts, task, about["title"], bundle_runs.of_replication(folder, task, tuple(r.key for r in made))) if events else {}
    facts = {**about, "name": about["scenario"], "log": log, "what": "comparison", "places": [place], "plans": [asdict(r.plan) for r in made],
             "command": _command(about, page.is_file()), "tables": [n for n in ANSWERS if f"answers/{n}" in parts]}
    return _finished(parts, facts, [place])


def _about(folder: Path) -> dict[str, Any]:
    def wrong(what: str) -> BadInput:
        return BadInput(Problem(str(folder), 0, "", what, "name a folder that careshift compare wrote, such as results/NAME; "
                                                          "or write: careshift bundle experiment NAME"))

    if not folder.is_dir():
        raise wrong("there is no such folder")
    if missing := [name for name in ("run.json", "summary.csv", "codebook.csv") if not (folder / name).is_file()]:
        raise wrong(f"this is no folder of answers: there is no {' and no '.join(missing)} in it")
    try:
        about: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        for name in ("scenario", "title", "place", "runs", "code_hash", "evidence_hash", "place_hash", "seed", "one_in", "worlds", "years", "replications"):
            about[name]
    except (ValueError, KeyError, TypeError) as error:
        raise wrong(f"its run.json cannot be read ({type(error).__name__}: {error})") from None
    return about


def _changes(about: Mapping[str, Any], replication: int) -> Changes:
    """The numbers that this replication held at values of its own, as a posterior has them. Raises BadInput for answers that kept none."""
    if "posterior" not in about:
        return {}
    try:
        return from_stored(about["posterior"]["sets"][replication])
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise BadInput(Problem("run.json", 0, "posterior", "does not say which set of the posterior each replication had",
                               "make the comparison again with this careshift, or give --no-events")) from None


def _as_then(where: str, then: Mapping[str, Any], here: Mapping[str, str]) -> None:
    """Code, evidence and place are packed beside the answers, so they have to be those that gave them."""
    if other := [name.removesuffix("_hash") for name in here if then[name] != here[name]]:
        raise BadInput(Problem(where, 0, "", f"these answers were given by other {', '.join(other)} than are here now",
                               "pack them with the careshift that gave them, or run them again with this one"))


def _command(about: Mapping[str, Any], own_page: bool) -> str:
    words = [f"compare asked/{about['scenario']}.yaml", f"--place asked/{Path(about['place']).name}" if own_page else f"--place {about['place']}",
             f"--replications {about['replications']}", f"--seed {about['seed']}", f"--one-in {about['one_in']}"]
    words += [f"--seeds-per-set {about['seeds_per_set']}"] if about.get("seeds_per_set", 1) > 1 else []
    words += ["--central"] if about["worlds"] == "central" else []
    words += [f"--posterior asked/{keeping.POSTERIOR}"] if "posterior" in about else []
    return " ".join([*words, f"--beside {','.join(about['beside'])}" if about.get("beside") else "--alone", "--results again"])


def of_experiment(store: Store, name: str, *, events: bool = True) -> Parts:
    """The parts of an experiment's bundle, all of whose runs are finished. Raises BadInput."""
    asked = store.experiment(name)
    if not asked["finished"] or asked["planned"] or asked["failed"]:
        raise BadInput(Problem(str(store), 0, "", f"of {name}, {asked['planned'] + asked['failed']} runs are not finished", "go on with --resume first"))
    runs = store.runs(asked["key"])
    for key in dict.fromkeys(r["provenance"] for r in runs):
        place = next(r["place"] for r in runs if r["provenance"] == key)
        _as_then(f"{store}: {name}", store.provenance(key), origins(place))
    places = list(dict.fromkeys(r["place"] for r in runs))
    parts: Parts = {f"asked/{asked['name']}.yaml": asked["text"].encode(),
                    "answers/means.csv": _table(exporting.COLUMNS, exporting.rows(store, asked)),
                    "answers/runs.csv": _table(exporting.RUN_COLUMNS, exporting.run_rows(store, asked)),
                    "answers/tried.json": _json([s for s in store.scenarios() if s["place"] in places])}
    plan = next((r for r in runs if r["against"]), runs[0])
    log = _events(parts, task_of(store, plan), plan["title"], bundle_runs.of_store(store, plan["key"])) if events else {}
    first, kept = runs[0], store.provenance(runs[0]["provenance"])
    made_with = json.loads(kept["made_with"])
    plans = {r["scenario"]: json.loads(r["plan"]) for r in runs}
    facts = {**{k: first[k] for k in ("seed", "one_in", "worlds", "years", "first_year")}, **{k: kept[k] for k in ("code_hash", "evidence_hash", "place_hash")},
             "name": name, "title": asked["title"], "question": asked["question"], "log": log, "what": "experiment", "places": places, **made_with,
             "replications": (count := len({r["replication"] for r in runs})), "plans": list(plans.values()), "runs": len(runs),
             "seeds_per_set": count // len({r["replication"] if r["drawn_set"] is None else r["drawn_set"] for r in runs}),
             "sets": len({r["parameter_set"] for r in runs}), "command": f"experiment run asked/{asked['name']}.yaml --store again/store.db",
             "tables": ["means.csv", "runs.csv", "codebook.csv"], "scenarios": sorted({r["scenario_name"] for r in runs})}
    parts |= {f"asked/{_safe(r['scenario_name'])}.plan.json": r["plan"].encode() for r in runs}
    return _finished(parts, facts, places)


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "_-" else "_" for c in name)


def _events(parts: Parts, task: Task, title: str, kept: Any) -> dict[str, Any]:
    """Run one replication again, hold it against what is kept, and add its events."""
    mine = bundle_runs.again(task)
    if kept:
        bundle_runs.same(f"replication {task.replication} of {title}", mine, *kept)
    parts["answers/events.csv.gz"] = mine.events
    return {"replication": task.replication, "events": mine.count, "compared": bool(kept), "figures": len(mine.values)}


def _finished(parts: Parts, facts: dict[str, Any], places: Sequence[str]) -> Parts:
    """With what every bundle has: place, evidence, code, checklists, how to run it again."""
    from simulation import places as place_files
    from simulation.measures import MEASURES

    for name in places:
        where = place_files.FOLDER / name
        parts |= {f"place/{name}/{f.name}": f.read_bytes() for f in sorted(where.glob("*")) if f.is_file()} if where.is_dir() else {}
    parts["place/ATTRIBUTION.md"] = (place_files.FOLDER / "ATTRIBUTION.md").read_bytes()
    parts.setdefault("answers/codebook.csv", _table(("measure", "title", "unit", "family", "good", "over", "says"), (
        {"measure": n, "title": m.title, "unit": m.unit, "family": m.family, "good": m.good, "over": m.over, "says": m.says} for n, m in MEASURES.items())))
    parts["evidence/register.csv"] = _register()
    parts |= code()
    pins = requirements({n: facts[n] for n in ("numpy", "numba", "mesa", "scipy") if n in facts})
    parts["requirements.txt"] = ("\n".join(pins) + "\n").encode()
    python = ".".join(str(facts.get("python", "")).split(".")[:2]) or f"{sys.version_info.major}.{sys.version_info.minor}"
    parts["Containerfile"] = bundle_words.containerfile(python, facts["command"]).encode()
    parts["checklists/odd.md"] = (odd.PAGE.read_text(encoding="utf-8") if odd.PAGE.is_file() else bundle_words.odd_parts()).encode()
    parts["checklists/stress-abs.md"] = bundle_words.stress(facts).encode()
    parts["checklists/trace.md"] = bundle_words.trace(facts).encode()
    parts["README.md"] = bundle_words.readme(facts, sorted(parts)).encode()
    return parts


def code() -> Parts:
    """The code itself, with its evidence, places and scenarios: what an installed careshift is made of."""
    files = (f for package in PACKAGES for f in sorted((ROOT / package).rglob("*")) if f.suffix in ENDINGS and "__pycache__" not in f.parts)
    parts = {f"code/{f.relative_to(ROOT).as_posix()}": f.read_bytes() for f in files}
    return parts | ({"LICENSE": (ROOT / "LICENSE").read_bytes()} if (ROOT / "LICENSE").is_file() else {})


def requirements(then: Mapping[str, str]) -> list[str]:
    """Every library that careshift needs, at the version that is here, or that the answers were given with where that is known."""
    from packaging.requirements import Requirement

    def needs(name: str) -> list[Requirement]:
        return [r for text in requires(name) or () if (r := Requirement(text)) and (r.marker is None or r.marker.evaluate({"extra": ""}))]

    try:
        todo, found = needs("careshift"), dict[str, str]()
    except PackageNotFoundError:  # the code was put on the path, as in the container of a bundle
        return sorted({f"{d.metadata['Name']}=={d.version}" for d in distributions()})
    while todo:
        name = todo.pop().name.lower().replace("_", "-")
        if name not in found:
            found[name] = then.get(name, version(name))
            todo += needs(name)
    return [f"{name}=={v}" for name, v in sorted(found.items())]


def _register() -> bytes:
    from simulation.evidence.register import load

    entries = sorted(load().entries.values(), key=lambda e: e.key)
    return _table(REGISTER, ({n: " ".join(f"{x:.10g}" for x in v) if isinstance(v := getattr(e, n), tuple) else v for n in REGISTER} for e in entries))


def _table(columns: tuple[str, ...], rows: Iterable[Mapping[str, Any]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _json(what: Any) -> bytes:
    return (json.dumps(what, indent=1, default=str) + "\n").encode()
