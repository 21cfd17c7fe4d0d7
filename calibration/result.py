"""The answer of a calibration: equally likely sets of parameters, what they rest on, and how far they are to be believed."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from scenarios.keeping import whole_text, written
from simulation.errors import BadInput, Problem

FORM = "careshift posterior 1"


@dataclass
class Posterior:
    """What is known of the parameters once the published figures have been seen.

    `samples` has a row for each equally likely set of parameters and a column for each parameter, in no order: any first rows
    are a fair smaller sample. `runs` names every run of the model the posterior rests on (key, seed, parameters, which stage).
    `diagnostics` holds tables of checks and `notes`, sentences about what a reader should know before using it.
    """

    samples: pd.DataFrame
    runs: pd.DataFrame
    diagnostics: dict[str, Any] = field(default_factory=dict)

    @property
    def parameters(self) -> list[str]:
        """The names of the parameters."""
        return list(self.samples.columns)

    @property
    def notes(self) -> list[str]:
        """What a reader should know before using this posterior."""
        return list(self.diagnostics.get("notes", []))

    @property
    def hash(self) -> str:
        """Names the posterior by its sets and the runs behind them; what was held out has no part in it."""
        digest = hashlib.sha256("|".join([*self.parameters, *self.runs["key"]]).encode())
        digest.update(np.ascontiguousarray(self.samples.to_numpy(dtype="<f8")).tobytes())
        return digest.hexdigest()

    def sets(self, n: int | None = None) -> list[dict[str, float]]:
        """The first n sets of parameters (all of them unless told), ready to be given to the simulator."""
        rows = self.samples.iloc[:n].to_numpy()
        return [dict(zip(self.parameters, (float(x) for x in row))) for row in rows]

    def interval(self, level: float = 0.9) -> pd.DataFrame:
        """For each parameter the interval that holds it with this probability."""
        ends = self.samples.quantile([(1 - level) / 2, 0.5, (1 + level) / 2]).T
        ends.columns = ["low", "median", "high"]
        return ends

    def table(self, name: str) -> pd.DataFrame:
        """One of the diagnostics as a table: parameters, fit, held_out, emulator, second_method, waves."""
        return pd.DataFrame(self.diagnostics[name])

    def to_file(self, file: str | os.PathLike[str]) -> Path:
        """Write the posterior to a file, whole or not at all."""
        told = {"form": FORM, "hash": self.hash, "parameters": self.parameters, "samples": self.samples.to_numpy().tolist(),
                "runs": {column: self.runs[column].tolist() for column in self.runs.columns}, "diagnostics": self.diagnostics}
        with written(Path(file)):
            return whole_text(Path(file), json.dumps(told, indent=None) + "\n")

    @classmethod
    def from_file(cls, file: str | os.PathLike[str]) -> Posterior:
        """Read a posterior back, the same to the last bit. Raises BadInput where the file is not one or was changed."""
        try:
            told = json.loads(Path(file).read_text(encoding="utf-8"))
            if told["form"] != FORM:
                raise ValueError(told["form"])
            read = cls(pd.DataFrame(told["samples"], columns=told["parameters"], dtype=float), pd.DataFrame(told["runs"]), told["diagnostics"])
        except OSError as error:
            raise BadInput(Problem(str(file), 0, "", f"cannot be read ({error.strerror})")) from None
        except (ValueError, KeyError, TypeError):
            raise BadInput(Problem(str(file), 0, "", "this is not a posterior of careshift", "give a file written by Posterior.to_file")) from None
        if read.hash != told["hash"]:
            raise BadInput(Problem(str(file), 0, "", "this posterior was changed after it was written", "calibrate again, or take the file as it was shipped"))
        return read
