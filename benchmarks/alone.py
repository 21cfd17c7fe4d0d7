"""Questions that need a process of their own: memory, first start, a whole place for ten years on one core.

`python -m benchmarks.alone <question> <numbers>` prints one line of JSON.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
import tracemalloc
from pathlib import Path
from time import perf_counter, process_time

MEGA = 1e6


def ask(question: str, *numbers: int, cache: str = "") -> dict[str, float]:
    """Put a question to a fresh process and wait for its answer."""
    where = {**os.environ, **({"CARESHIFT_CACHE": cache} if cache else {})}
    done = subprocess.run([sys.executable, "-m", "benchmarks.alone", question, *map(str, numbers)], capture_output=True,
                          text=True, env=where, cwd=Path(__file__).resolve().parent.parent, check=False)
    if done.returncode:
        raise SystemExit(f"benchmark {question!r} did not finish:\n{done.stderr[-2000:]}")
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def memory(which: str = "VmRSS") -> float:
    """Megabytes held now (VmRSS) or at most so far (VmHWM) by this process."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(x for x in status.read_text().splitlines() if x.startswith(which))
        return int(line.split()[1]) * 1024 / MEGA
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(most * (1 if sys.platform == "darwin" else 1024) / MEGA)


def one_core() -> None:
    """Stay on one core, where the system lets a process say so."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def whole(one_in: int) -> dict[str, float]:
    """Doncaster (or one in so many), founded, burnt in, and ten years of doing nothing, on one core."""
    one_core()
    from benchmarks.engine import found, present

    warm(200)
    began, worked = perf_counter(), process_time()
    system = found(one_in)
    founding, people = process_time() - worked, present(system)
    system.burn_in().run()
    return {"seconds": process_time() - worked, "waited": perf_counter() - began, "founding": founding, "people": people,
            "megabytes": memory("VmHWM"), "weeks": system.town.weeks + system.town.burn_in}


def held(one_in: int) -> dict[str, float]:
    """What a person weighs in the running model: their columns, all tables, and how the process has grown."""
    from benchmarks.engine import founded, present

    warm(200)
    before = memory()
    system = founded(one_in)
    people, town = present(system), system.town
    tables = {name: sum(a.nbytes for a in getattr(town, name).store.values()) for name in town.TABLES}
    residents = tables["residents"]
    return {"people": people, "rows": len(town.residents), "residents": residents / people,
            "a_row": residents / len(town.residents), "tables": sum(tables.values()) / people,
            "process": (memory() - before) * MEGA / people}


def objects(one_in: int) -> dict[str, float]:
    """What a person weighs as a plain object, as Python itself counts it."""
    from benchmarks.engine import founded
    from benchmarks.given import given
    from benchmarks.objects import ObjectTown

    system = founded(one_in)
    told = given(system.town, system.beliefs)
    tracemalloc.start()
    town = ObjectTown(system.town, told)
    gc.collect()
    return {"bytes": tracemalloc.get_traced_memory()[0] / len(town.agents)}


def warm(one_in: int) -> dict[str, float]:
    """A small town founded, burnt in for two months, and run for nine weeks: the kernels are then there."""
    began = perf_counter()
    from benchmarks.engine import founded

    founded(one_in, burn_in=8).run(9)
    return {"seconds": perf_counter() - began}


def first_start() -> tuple[float, float]:
    """Seconds to a first small run on a machine that has compiled nothing yet, and to the same run afterwards."""
    with tempfile.TemporaryDirectory() as cache:
        return ask("warm", 200, cache=cache)["seconds"], ask("warm", 200, cache=cache)["seconds"]


def help_seconds(rounds: int = 3) -> float:
    """Seconds until `careshift --help` has answered; the least of several."""
    seconds = []
    for _ in range(rounds):
        began = perf_counter()
        subprocess.run([sys.executable, "-c", "from careshift.cli import main; main()", "--help"], capture_output=True,
                       cwd=Path(__file__).resolve().parent.parent, check=True)
        seconds.append(perf_counter() - began)
    return min(seconds)


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*map(int, sys.argv[2:]))))
