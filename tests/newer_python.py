"""The same model on the newest other Python that really runs here: install, found a sample, run, compare the answer.

Run by `make test` after the suite. Prints what it did; skips openly, with the reason, where no other Python runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.13", "3.12")
SMOKE = """
import json, mesa, sys
from simulation.evidence.register import central
from simulation.model import CareSystem, from_state
from simulation.places import load
from simulation.plan import Plan
from simulation.world.residents import Resident
system = CareSystem(load("doncaster"), central(), Plan(years=1), seed=1, one_in=100, burn_in=26, events="counts").burn_in()
fork = from_state(system.state(), Plan(years=1)).run(26)
r = fork.town.residents
people = fork.agents_by_type[Resident]
print(json.dumps({"mesa": mesa.__version__, "people": len(people), "need": int(r.need[r.present].sum()),
                  "stays": float(fork.town.events.happened("emergency stay", range(0, 26)).sum()),
                  "first": isinstance(people[0], mesa.Agent)}))
"""


def find() -> tuple[str, list[str]] | None:
    """A newer Python than this one that runs: on the path, or by pyenv."""
    for version in VERSIONS:
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            continue
        candidates = [[f"python{version}"]]
        root = os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv"
        candidates += [[str(p)] for p in sorted(Path(root).glob(f"versions/{version}*/bin/python"))]
        for command in candidates:
            if shutil.which(command[0]) and subprocess.run([*command, "-c", "pass"], capture_output=True).returncode == 0:
                return version, command
    return None


def smoke(python: list[str]) -> str:
    done = subprocess.run([*python, "-W", "ignore", "-c", SMOKE], cwd=ROOT, capture_output=True, text=True, timeout=600)
    if done.returncode:
        print(done.stderr[-3000:])
        raise SystemExit("the smoke run failed")
    return done.stdout.strip().splitlines()[-1]


def main() -> None:
    began = time.time()
    other = find()
    if other is None:
        print(f"newer Python: none of {', '.join(VERSIONS)} runs here besides {sys.version.split()[0]}; smoke skipped")
        return
    version, command = other
    venv = ROOT / f".venv-{version}"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([*command, "-m", "venv", str(venv)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c",
                    "constraints.txt", "-e", "."], cwd=ROOT, check=True)
    here, there = smoke([sys.executable]), smoke([str(python)])
    print(f"here:  {here}\n{version}:  {there}   ({time.time() - began:.0f} s)")
    same = [part.split(", ", 1)[1] for part in (here, there)]
    if same[0] != same[1]:
        raise SystemExit("the two Pythons disagree")
    print(f"newer Python: {version} gives the same people, needs and stays")


if __name__ == "__main__":
    main()
