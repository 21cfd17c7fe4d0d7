"""A posterior put to use: equally likely sets of numbers, one for each replication of a comparison."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calibration.care import Simulator, as_register
from calibration.joint import Several
from calibration.result import Posterior
from simulation.errors import BadInput, Problem, did_you_mean
from simulation.evidence.register import load as load_register
from simulation.places import known as known_places

FOLDER = Path(__file__).resolve().parent.parent / "simulation" / "posterior"
INFORMED = "informed by data"


@dataclass(frozen=True)
class Used:
    """A posterior whose numbers the register has, and what a report must say of it."""

    name: str
    posterior: Posterior

    @property
    def calibrated(self) -> list[str]:
        """The numbers that figures informed. No other may be called calibrated."""
        return [row["parameter"] for row in self.posterior.diagnostics["parameters"] if row["identified"] == INFORMED]

    def changes(self, count: int) -> list[dict[str, Any]]:
        """A set for each of so many replications: sets are in no order, so the first are a fair sample; then from the first again."""
        sets = self.posterior.sets(min(count, len(self.posterior.samples)))
        return [as_register(sets[k % len(sets)]) for k in range(count)]

    @property
    def about(self) -> dict[str, Any]:
        """What is kept with the answers of a comparison."""
        return {"posterior": {"name": self.name, "hash": self.posterior.hash, "calibrated": self.calibrated,
                              "not_informed": [name for name in self.posterior.parameters if name not in self.calibrated],
                              "made_with": self.posterior.diagnostics.get("about", {})}}

    @property
    def older(self) -> bool:
        """Whether it was made with another model (code, evidence, place, sample) than is here now."""
        made = self.posterior.diagnostics.get("about", {})
        if "model" not in made:
            return False
        places = [made["place"]] if isinstance(made["place"], str) else list(made["place"])
        if not set(places) <= set(known_places()):
            return True
        now = Simulator(places[0], made["one_in"]) if isinstance(made["place"], str) else Several(tuple(places), tuple(made["one_in"]))
        return bool(made["model"] != now.version)

    @property
    def told(self) -> str:
        """One sentence for whoever reads a result that rests on it."""
        rest = len(self.posterior.parameters) - len(self.calibrated)
        return (f"{len(self.calibrated)} numbers are calibrated ({', '.join(self.calibrated) or 'none'}); {rest} more of the posterior were "
                "not informed by data and vary as the register has them"
                + ("; the posterior was made with an earlier model, and has not been made again" if self.older else ""))


def known() -> list[str]:
    """The posteriors that come with the project."""
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def used(name_or_file: str | Path) -> Used:
    """A posterior by its name or file. Raises BadInput where there is none, or it has numbers that the register no longer has."""
    file = FOLDER / f"{name_or_file}.json" if str(name_or_file) in known() else Path(name_or_file)
    if not file.exists():
        raise BadInput(Problem(str(name_or_file), 0, "--posterior", "there is no such posterior",
                               did_you_mean(str(name_or_file), known()) or "name a file that careshift calibrate wrote"))
    posterior, held = Posterior.from_file(file), load_register().entries
    moved_as_one = posterior.diagnostics.get("about", {}).get("tables", [])
    gone = [name for name in posterior.parameters if name not in held or isinstance(held[name].value, tuple) is not (name in moved_as_one)]
    if gone:
        raise BadInput(*(Problem(str(file), 0, name, "the register has no such number", "calibrate again with this version") for name in gone))
    return Used(str(name_or_file), posterior)
