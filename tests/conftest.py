"""How many examples hypothesis tries, and which modules share a process.

`ci` tries a few examples, the same each time; `long` many, other ones each time.

    pytest tests/test_laws.py --hypothesis-profile=long

Modules that hold the same whole-size runs to different words are given to one process, so that each run is made once.
"""

from typing import Any

import pytest
from hypothesis import HealthCheck, settings

TOGETHER = {"tests/test_sanity.py": "tests/test_directions.py"}
# Longest first, so that no process is left with one of them when the other has nothing more to do.
LONG = ("directions", "sanity", "notebooks", "directions_people", "bundle", "experiment", "evaluations", "cluster", "guards", "follow", "use", "command",
        "papers", "front_door", "attributing", "coverage", "care", "laws_of_luck", "service_pages", "people_weeks", "report", "evaluating", "laws")

settings.register_profile("ci", max_examples=25, deadline=None, derandomize=True, database=None,
                          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
settings.register_profile("long", max_examples=500, deadline=None,
                          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
settings.load_profile("ci")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long modules first; tests of a module keep their order."""
    order = {f"test_{name}": k for k, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.path.stem, len(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: Any, log: Any) -> Any:
    """One module to a process, as --dist loadfile has it, but for those that go together."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            module = super()._split_scope(nodeid)
            return TOGETHER.get(module, module)

    return Together(config, log)
