"""What the numbers of `founding_readiness.yaml` must be for Doncaster, to whose figures the common rates were fitted, to have scales of 1.

    python -m scenarios.fit_readiness            # founds Doncaster once and prints both lists; run it when those rates have been set again

Nothing is written: the two lists are put into the register by hand, beside their sources.
"""

from __future__ import annotations

from typing import Any

PLACE = "doncaster"
ANSWERS = {"care home 65+": 0.4}  # who pays answers to the scale by less than one for one: run again until the numbers stand
AIMS = {"at home 65+": 0.955}  # where the common rates themselves overshoot a published figure: see the entry's doubt


def scales(one_in: int = 1) -> Any:
    """A Doncaster on its first day, central values of the evidence."""
    from simulation.evidence.register import central
    from simulation.model import CareSystem
    from simulation.places import load
    from simulation.plan import Plan

    return CareSystem(load(PLACE), central(), Plan(years=1), seed=1, one_in=one_in, events="counts")


def fitted(system: Any) -> tuple[list[float], list[float]]:
    """founded_over_counted and asks_that_keep_up, each as it is now over the scale it leads to, times what is aimed at."""
    from simulation import door
    from simulation.evidence.lists import LISTS
    from simulation.founding import readiness

    memory, values = system.town.memory, system.beliefs.values
    now = values["founding_readiness.founded_over_counted"]
    founded = [float(now[k]) * (AIMS.get(kind, 1.0) / memory[readiness.FIRST_DAY + kind]) ** ANSWERS.get(kind, 1.0)
               for k, kind in enumerate(LISTS["readiness"])]
    now = values["founding_readiness.asks_that_keep_up"]
    asks = [float(now[k]) / memory[door.READY[kind]] for k, kind in enumerate(LISTS["home kept up"])]
    return founded, asks


def main() -> None:
    """The command: print both lists."""
    system = scales()
    for name, values in zip(("founded_over_counted", "asks_that_keep_up"), fitted(system), strict=True):
        print(f"{name}: [{', '.join(f'{v:.4g}' for v in values)}]")
    system.close()


if __name__ == "__main__":
    main()
