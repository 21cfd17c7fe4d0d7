"""What is kept of each week, and how weeks become years: one fine cell a person, sums by cell, folded on asking."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from simulation.evidence.lists import FIFTH, GROUP, TENURE
from simulation.measures.instead import LIVES_ON, Instead, instead
from simulation.measures.kinds import MEASURES, Divided, Happened, InYear, Measure, Now, Pounds, Seen, each_once
from simulation.measures.twins import Twin, Twins
from simulation.process import B1, F4, F8, I1, I2, kernel
from simulation.rules import WEEKS
from simulation.world.columns import Array
from simulation.world.ledger import CELLS
from simulation.world.town import Town

MONTH = 4
OLDER = 65
AGES = ("18-64", "65+")


SHAPE = (len(AGES), len(GROUP), len(FIFTH), len(TENURE))  # a cell is a place in this table
AFTER_AGE, AFTER_GROUP, AFTER_FIFTH = (CELLS // int(np.prod(SHAPE[:k])) for k in (1, 2, -1))


@kernel
def _cells(age: F4, group: I1, fifth: I1, owns: B1, older: float, cell: I2) -> None:
    for i in range(len(age)):
        band = AFTER_AGE if age[i] >= older else 0
        cell[i] = band + AFTER_GROUP * group[i] + AFTER_FIFTH * fifth[i] + (1 if owns[i] else 0)


def _groups() -> dict[str, F8]:
    """Every group that results are told apart by, as a mask over the cells; "all" includes what belongs to nobody."""
    out = {"all": np.ones(CELLS + 1)}
    axes = np.indices(SHAPE).reshape(len(SHAPE), CELLS)
    for axis, prefix, labels in zip(axes, ("", "reason: ", "fifth: ", "tenure: "), (AGES, GROUP, FIFTH, TENURE)):
        for k, label in enumerate(labels):
            out[prefix + label] = np.append((axis == k).astype(np.float64), 0.0)
    return out


GROUPS = _groups()
AS_ONE = np.array(list(GROUPS.values()))  # [groups, cells + 1]


class Recorder:
    """Watches a town: stocks every four weeks, what columns hold of a week each week, the rest from the ledgers."""

    def __init__(self, town: Town):
        self.first = -town.burn_in
        self.years = -(-(town.burn_in + town.weeks) // WEEKS)
        self.weeks = town.burn_in + town.weeks
        self.names = [n for n, m in MEASURES.items() if isinstance(m, Seen)]
        self.at = {n: i for i, n in enumerate(self.names)}
        shape = (len(self.names), self.years, CELLS + 1)
        self.above, self.below, self.last = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.looks = np.zeros((len(self.names), self.years), dtype=np.int64)
        self.series = np.full((len(self.names), self.weeks), np.nan)
        self.cell = np.zeros(len(town.residents), dtype=np.int16)
        self.seen = np.zeros(len(town.residents), dtype=np.bool_)
        self.in_year = np.zeros((self.years, CELLS + 1))
        self.twins = Twins(self.years, len(town.residents), town.plan)  # everybody, to be laid beside themselves in the run compared with
        self._told: dict[int, F8] = {}
        self.renew(town)

    # Watching ------------------------------------------------------------------------------------------------------
    def renew(self, town: Town) -> None:
        """Put everybody in the cell they belong to now; the ledgers sum by it."""
        r = town.residents
        _cells(r.age, r.group, r.fifth, r.owns_home, float(OLDER), self.cell)
        town.events.cell = town.money.cell = self.cell
        town.money.neighbourhood = r.neighbourhood

    def week(self, town: Town) -> None:
        """Look at the town at the end of this week."""
        now, monthly = Now(town), town.week % MONTH == 0
        if monthly:
            self.renew(town)
        w = town.week - self.first
        year = w // WEEKS
        self._clients(now, year, monthly)
        for name in self.names:
            measure = MEASURES[name]
            assert isinstance(measure, Seen)
            if town.week % measure.every == 0:
                self._look(measure, now, year, w)
        if town.week >= 0 and (w + 1) % WEEKS == 0:
            self.twins.look(now, year, self.cell)

    def _look(self, measure: Seen, now: Now, year: int, w: int) -> None:
        i, given = self.at[measure.name], measure.look(now)
        self.looks[i, year] += 1
        if isinstance(given, float):
            self.above[i, year, CELLS] += given
            self.last[i, year, CELLS] = self.series[i, w] = given
            return
        if measure.over == "ratio":
            above, below = (now.by_cell(part, self.cell) for part in given)
            self.below[i, year] += below
            total = below.sum()
            self.series[i, w] = above.sum() / total if total else np.nan
        else:
            above = now.by_cell(given, self.cell)
            self.last[i, year] = above
            self.series[i, w] = above.sum()
        self.above[i, year] += above

    def _clients(self, now: Now, year: int, monthly: bool) -> None:
        """Who has had long-term support from the council at any time in the year: each counted once."""
        p = now.p
        new = np.flatnonzero(p.since == now.week)
        lasting = np.array([s.long_term and not s.keeps_funder for s in now.town.services], dtype=bool)
        new = new[lasting[p.service[new]] & (p.funder[new] == now.council)]
        rows = p.person[new]
        if monthly or now.week % WEEKS == 0 or now.week == self.first:
            rows = np.concatenate([rows, now.clients])
        if now.week % WEEKS == 0 or now.week == self.first:
            self.seen[:] = False
        rows = each_once(rows[~self.seen[rows]])
        self.seen[rows] = True
        self.in_year[year] += now.by_cell(rows, self.cell)

    # Telling -------------------------------------------------------------------------------------------------------
    def yearly(self, town: Town, from_year: int = 0) -> list[tuple[int, str, str, str, float]]:
        """(year, measure, unit, group, value) of every year since the plan began, or since `from_year` (below nought
        for the burn-in). Where one person stands for several, counts and pounds are multiplied up.

        A group is left out where a measure does not tell people apart. Money that belongs to nobody in particular
        (schemes, overheads) is in "all" only.
        """
        out = []
        for year in range(max(from_year, self.first // WEEKS), (town.week - 1) // WEEKS + 1):
            kept: dict[str, F8] = {}
            for name, measure in MEASURES.items():
                values = self._year(measure, town, year, kept)
                kept[name] = values
                out += [(year, name, measure.unit, group, float(value)) for group, value in zip(GROUPS, values)
                        if np.isfinite(value)]
        return out

    def _year(self, measure: Measure, town: Town, year: int, kept: Mapping[str, F8]) -> F8:
        """One year of one measure by group; nan where it has none."""
        y, size = year - self.first // WEEKS, town.one_in if measure.counts else 1
        if isinstance(measure, Divided):
            return _divided(measure, kept)
        if isinstance(measure, Pounds):
            return self._pounds(measure, town, year) * size
        if isinstance(measure, Happened):
            weeks = range(year * WEEKS, (year + 1) * WEEKS)
            return _by_group(np.append(self._events(measure, town, weeks), 0.0)) * size
        if isinstance(measure, InYear):
            return _by_group(self.in_year[y]) * size
        if isinstance(measure, Instead):
            return self._instead(measure.what, y) * size
        if isinstance(measure, Twin):
            return self.twins.tell(measure, y, AS_ONE) * size
        return self._seen(measure, y) * size

    def _seen(self, measure: Measure, y: int) -> F8:
        i = self.at[measure.name]
        looks = self.looks[i, y]
        if not looks:
            return np.full(len(GROUPS), np.nan)
        if measure.over == "ratio":
            below = AS_ONE @ self.below[i, y]
            with np.errstate(divide="ignore", invalid="ignore"):
                return np.where(below > 0, (AS_ONE @ self.above[i, y]) / below, np.nan)
        whole = self.last[i, y] if measure.over == "end" else self.above[i, y]
        return _by_group(whole / looks if measure.over == "mean" else whole)

    def _events(self, measure: Happened, town: Town, weeks: range) -> F8:
        total = np.zeros(CELLS)
        for (kind, cause, service), by_week in town.events.counts.items():
            if (kind in measure.kinds and (not measure.causes or cause in measure.causes)
                    and cause not in measure.without and (not measure.services or service in measure.services)):
                for week in by_week.keys() & set(weeks):
                    total += by_week[week][:, int(measure.amounts)]
        return total

    def _instead(self, what: str, y: int) -> F8:
        """People by what they live on in place of a council-paid care home place; nothing where no run is compared with."""
        out = np.full(len(GROUPS), np.nan)
        here, there = self.twins.lives[y], self.twins.there("lives", y)
        if there is not None and here.any() and there.any():
            if y not in self._told:
                self._told[y] = instead(here, there)
            younger, older = self._told[y][:, LIVES_ON.index(what)]
            out[[list(GROUPS).index(g) for g in ("all", *AGES)]] = younger + older, younger, older
        return out

    def _pounds(self, measure: Pounds, town: Town, year: int) -> F8:
        money = town.money
        start = year * WEEKS - money.first
        whole = np.zeros(CELLS + 1)
        for side in measure.sides:
            columns = side.columns(money)
            by_cell = money.yearly_by_cell[start // WEEKS, columns].sum(axis=0) / 100
            total = float(money.weekly[start:start + WEEKS, columns].sum()) / 100
            whole[:CELLS] += side.sign * by_cell
            whole[CELLS] += side.sign * (total - by_cell.sum())
        return _by_group(whole)

    def weekly(self, town: Town) -> dict[str, Array]:
        """Every measure by week since the plan began, for everybody together; stocks keep their last look."""
        weeks = range(town.week)
        out = {}
        for name, measure in MEASURES.items():
            size = town.one_in if measure.counts else 1
            if isinstance(measure, Seen):
                out[name] = _carried(self.series[self.at[name]])[-self.first:-self.first + len(weeks)] * size
            elif isinstance(measure, Pounds):
                by_week = np.zeros(len(weeks))
                for side in measure.sides:
                    rows = town.money.weekly[-self.first:-self.first + len(weeks), side.columns(town.money)]
                    by_week += side.sign * rows.sum(axis=1) / 100
                out[name] = by_week * size
            elif isinstance(measure, Happened):
                out[name] = _weekly_events(measure, town, len(weeks)) * size
        return out

    # Keeping -------------------------------------------------------------------------------------------------------
    KEPT = ("above", "below", "last", "looks", "series", "cell", "seen", "in_year")

    def state(self) -> dict[str, Array]:
        """A copy of all that has been recorded, for a fork."""
        return {name: getattr(self, name).copy() for name in self.KEPT} | self.twins.state()

    def load(self, state: Mapping[str, Array]) -> None:
        """Take up what another recorder had kept; the horizon may differ."""
        for name, kept in state.items():
            mine = getattr(self if name in self.KEPT else self.twins, name)
            if mine.shape == kept.shape:
                mine[...] = kept
            else:
                part = tuple(slice(0, min(a, b)) for a, b in zip(mine.shape, kept.shape))
                mine[part] = kept[part]


def _by_group(cells: F8) -> F8:
    """Sums by group; only "all" where nothing belongs to anybody."""
    values = AS_ONE @ cells
    if not cells[:CELLS].any() and cells[CELLS]:
        values[1:] = np.nan
    return np.asarray(values)


def _divided(measure: Divided, kept: Mapping[str, F8]) -> F8:
    """One measure over another, or times a constant, by group."""
    above = kept[measure.above]
    if not measure.below:
        return above * measure.times
    below = kept[measure.below]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, measure.times * above / below, np.nan)


def _carried(series: F8) -> F8:
    """Each look carried forward to the next."""
    last = np.maximum.accumulate(np.where(np.isfinite(series), np.arange(len(series)), 0))
    return series[last]


def _weekly_events(measure: Happened, town: Town, weeks: int) -> F8:
    out = np.zeros(weeks)
    for (kind, cause, service), by_week in town.events.counts.items():
        if (kind in measure.kinds and (not measure.causes or cause in measure.causes)
                and cause not in measure.without and (not measure.services or service in measure.services)):
            for week, counts in by_week.items():
                if 0 <= week < weeks:
                    out[week] += counts[:, int(measure.amounts)].sum()
    return out
