"""Running the model: each run is paid for once, kept when it is finished, and known by what went into it."""

from __future__ import annotations

import dis
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, as_completed
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType
from typing import Any

import numpy as np

from scenarios.keeping import written
from simulation.errors import BadInput, Problem, RunStopped, did_you_mean

Simulator = Callable[[Mapping[str, float], int], Mapping[str, float]]
TOO_MANY_FAIL, ENOUGH_TO_SAY = 0.05, 5


class FileStore(MutableMapping[str, Any]):
    """Finished runs in a file, a line a run; a line that was cut short by a power failure is run again.

    Use it from one calibration at a time.
    """

    def __init__(self, file: str | os.PathLike[str]):
        self.file = Path(file)
        self.known: dict[str, Any] = {}
        torn = False
        if self.file.exists():
            for line in self._lines():
                try:
                    key, result = json.loads(line)
                    self.known[key] = result
                    torn = False
                except (ValueError, TypeError):
                    torn = True
        self.torn = torn

    def _lines(self) -> list[str]:
        try:
            return self.file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise BadInput(Problem(str(self.file), 0, "store", "finished runs cannot be read from here", "name a file of runs or a new one")) from None

    def __getitem__(self, key: str) -> Any:
        return self.known[key]

    def __setitem__(self, key: str, result: Any) -> None:
        with written(self.file), self.file.open("a", encoding="utf-8") as out:
            out.write(("\n" if self.torn else "") + json.dumps([key, result]) + "\n")
        self.torn = False
        self.known[key] = result

    def __delitem__(self, key: str) -> None:
        raise TypeError("finished runs are not deleted")

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)


@dataclass
class Runs:
    """The runs of one calibration: a simulator, a budget that is never exceeded, and a store of what is finished.

    A run found in the store counts against the budget as if it had been made, so a calibration that is repeated or resumed
    takes the same path and ends with the same answer.
    """

    simulator: Simulator
    names: Sequence[str]
    budget: int
    seed: int
    store: MutableMapping[str, Any] = field(default_factory=dict)
    executor: Executor | None = None
    wanted: Sequence[str] = ()
    made: int = 0
    keys: list[str] = field(default_factory=list)
    seeds: list[int] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)
    outputs: list[Mapping[str, float] | None] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.identity = identity(self.simulator)

    @property
    def left(self) -> int:
        """How many runs the budget still allows."""
        return self.budget - len(self.keys)

    def run(self, values: np.ndarray, origin: str) -> None:
        """Run the model at these parameter values, each with luck of its own; what is in the store is not run again."""
        values = values[: self.left]
        first = len(self.keys)
        seeds = [seed_of(self.seed, first + k) for k in range(len(values))]
        sets = [dict(zip(self.names, (float(x) for x in row))) for row in values]
        keys = [key_of(self.identity, one, seed) for one, seed in zip(sets, seeds)]
        missing = [k for k, key in enumerate(keys) if key not in self.store]
        failed = 0
        for k, result in self._made([(sets[k], seeds[k]) for k in missing], missing):
            self.store[keys[k]] = result
            self.made += 1
            failed += "failed" in result
            if failed >= ENOUGH_TO_SAY and failed > 0.5 * len(values):
                self._stop(result["failed"], failed, len(values))
        for key, seed, row in zip(keys, seeds, values):
            result = self.store[key]
            self.keys.append(key)
            self.seeds.append(seed)
            self.origins.append(origin)
            self.values.append(row)
            self.outputs.append(result.get("outputs"))
            if "failed" in result:
                self.failures.append(result["failed"])
            else:
                self._complete(result["outputs"])
        if len(self.failures) > max(TOO_MANY_FAIL * len(self.keys), ENOUGH_TO_SAY - 1):
            self._stop(self.failures[0], len(self.failures), len(self.keys))

    def _made(self, tasks: list[tuple[dict[str, float], int]], places: list[int]) -> Iterator[tuple[int, dict[str, Any]]]:
        if self.executor is None:
            for place, (parameters, seed) in zip(places, tasks):
                yield place, one_run(self.simulator, parameters, seed)
            return
        futures = {self.executor.submit(one_run, self.simulator, parameters, seed): place
                   for place, (parameters, seed) in zip(places, tasks)}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenExecutor as error:
            raise RunStopped(Problem("", 0, "executor", f"the workers ended ({error})", "give the same call again: finished runs are kept")) from None

    def _complete(self, outputs: Mapping[str, float]) -> None:
        gone = [name for name in self.wanted if name not in outputs]
        if gone:
            raise BadInput(*(Problem("", 0, name, "the simulator gives no such figure", did_you_mean(name, outputs)) for name in gone))

    def _stop(self, why: str, failed: int, of: int) -> None:
        raise RunStopped(Problem("", 0, "simulator", f"{failed} of {of} runs failed; one of them said: {why}",
                                 "mend the simulator or narrow the priors; finished runs are kept in the store"))

    def column(self, name: str) -> np.ndarray:
        """What every run gave for one figure; a failed run gave nothing."""
        return np.array([np.nan if out is None else float(out[name]) for out in self.outputs])


def one_run(simulator: Simulator, parameters: dict[str, float], seed: int) -> dict[str, Any]:
    """One run of the model: its figures, or why it failed."""
    try:
        outputs = simulator(parameters, seed)
    except Exception as error:
        return {"failed": f"{type(error).__name__}: {error}"}
    return {"outputs": {str(name): float(figure) for name, figure in outputs.items()}}


def seed_of(seed: int, number: int) -> int:
    """The luck of the numbered run of a calibration."""
    return int(np.random.SeedSequence(entropy=seed, spawn_key=(7, number)).generate_state(1)[0] >> 1)


def key_of(who: str, parameters: Mapping[str, float], seed: int) -> str:
    """What a run is known by: the simulator, the exact parameter values and the seed."""
    told = json.dumps([who, {name: float(x).hex() for name, x in sorted(parameters.items())}, seed], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()


def identity(simulator: Any) -> str:
    """What tells one simulator from another in a store: its `version` if it has one, else its name, code and fixed settings.

    What it counts or gathers while it runs is left out, and so is code that it calls elsewhere: a model that can change should
    carry a `version`.
    """
    return hashlib.sha256(repr(_what(simulator, 0)).encode()).hexdigest()


def _what(thing: Any, depth: int) -> Any:
    if isinstance(thing, str | bytes | int | float | bool | None):
        return thing
    if isinstance(thing, np.ndarray):
        return (str(thing.dtype), thing.shape, hashlib.sha256(np.ascontiguousarray(thing).tobytes()).hexdigest())
    if isinstance(thing, tuple | frozenset):
        parts = [_what(part, depth + 1) for part in thing]
        return sorted(map(repr, parts)) if isinstance(thing, frozenset) else parts
    if isinstance(thing, CodeType):
        return (thing.co_code.hex(), thing.co_names, [_what(part, depth) for part in thing.co_consts])
    version = getattr(thing, "version", None)
    if isinstance(version, str | int | float) or depth > 4:
        return (type(thing).__qualname__, getattr(thing, "__qualname__", ""), version)
    if isinstance(thing, FunctionType):
        return (thing.__module__, thing.__qualname__, _what(thing.__code__, depth), _what(thing.__defaults__, depth + 1), _settings(thing, depth + 1))
    if isinstance(thing, partial):
        return ("partial", _what(thing.func, depth + 1), _what(thing.args, depth + 1),
                sorted((name, repr(_what(part, depth + 1))) for name, part in thing.keywords.items()))
    if isinstance(thing, MethodType):
        return ("method", _what(thing.__func__, depth + 1), type(thing.__self__).__qualname__)
    return (type(thing).__module__, type(thing).__qualname__)


def _settings(function: FunctionType, depth: int) -> list[Any]:
    """What a function closes over and does not itself change."""
    changed = {step.argval for step in dis.get_instructions(function) if step.opname == "STORE_DEREF"}
    cells = zip(function.__code__.co_freevars, function.__closure__ or ())
    return [(name, _what(cell.cell_contents, depth)) for name, cell in cells if name not in changed]
