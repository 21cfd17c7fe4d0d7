"""pyABC set up as its own handbook has it, three ways, each with the reporting error of the figures in it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyabc
from pyabc.sampler import SingleCoreSampler

from benchmarks.counted import Counted, Spent

LEARNED_AFTER = [400, 1200, 4000]  # runs
Generation = tuple[dict[str, np.ndarray], np.ndarray, int]


@dataclass(frozen=True)
class Way:
    """One way to use pyABC: what compares figures, what accepts a run, how many particles a generation has."""

    blurred: bool  # whether reporting error is added to the figures of each run
    particles: int
    parts: Callable[[Counted], dict[str, Any]]


def noise(runs: Counted) -> dict[str, Any]:
    """Reporting error as an explicit normal kernel, runs accepted by chance in proportion: exact once the temperature is one."""
    sizes = [t.variance for t in runs.targets]
    return {"distance_function": pyabc.IndependentNormalKernel(var=sizes, keys=[t.name for t in runs.targets]),
            "acceptor": pyabc.StochasticAcceptor(), "eps": pyabc.Temperature()}


def distance(runs: Counted) -> dict[str, Any]:
    """Reporting error drawn into each run, Euclidean distance with scales learned anew in each generation, the better half kept."""
    return {"distance_function": pyabc.AdaptivePNormDistance(p=2), "eps": pyabc.QuantileEpsilon(alpha=0.5)}


def learned(runs: Counted) -> dict[str, Any]:
    """As `distance`, on what a linear regression of parameters on figures, learned from pyABC's own runs, says of each parameter."""
    from pyabc.predictor import LinearPredictor
    from pyabc.sumstat import PredictorSumstat

    told = PredictorSumstat(LinearPredictor(), fit_ixs=pyabc.EventIxs(sims=LEARNED_AFTER))
    return {"distance_function": pyabc.AdaptivePNormDistance(p=2, sumstat=told), "eps": pyabc.QuantileEpsilon(alpha=0.5)}


WAYS = {"noise": Way(False, 200, noise), "distance": Way(True, 200, distance), "learned": Way(True, 200, learned)}


class Watched(pyabc.ABCSMC):
    """pyABC, generation by generation."""

    def generations(self) -> Iterator[int]:
        """Run one generation after another; yields the number of each when it is finished."""
        t = self.initialize_components_before_run(None, np.inf, 0.0, np.inf, None, 0.0)
        while True:
            found = self.run_generation(t=t)
            if not found["successful"]:
                return
            yield t
            if self.check_terminate(t=t, acceptance_rate=found["acceptance_rate"]):
                return
            t += 1


def generations(way: Way, priors: Mapping[str, Any], runs: Counted, seed: int) -> Iterator[Generation]:
    """Samples, weights and runs so far after each finished generation, until pyABC has done or the budget is spent."""
    logging.getLogger("ABC").setLevel(logging.ERROR)
    np.random.seed(seed)  # noqa: NPY002  pyABC draws from numpy's global luck
    within = pyabc.Distribution(**{name: pyabc.RV(prior.dist.name, *prior.args, **prior.kwds) for name, prior in priors.items()})
    abc = Watched(runs, within, population_size=way.particles, sampler=SingleCoreSampler(), **way.parts(runs))
    abc.new("sqlite://", {t.name: t.y for t in runs.targets})
    try:
        for t in abc.generations():
            samples, weights = abc.history.get_distribution(m=0, t=t)
            yield {name: samples[name].to_numpy() for name in priors}, np.asarray(weights, dtype=float), runs.runs
    except Spent:
        return
