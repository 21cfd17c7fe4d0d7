"""The same people as NumPy columns: no loop over people, masks and row numbers, luck looked at before anything dearer.

As a modeller would write it who knows NumPy well: rates are worked out only for those whose luck could suffice. Written
apart from the engine's kernels; where a process is NumPy in the engine too (the days of a stay), it reads much the same.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import numpy as np

from benchmarks.given import EVERY, Given, bounds, season
from benchmarks.numpy_stays import Stays
from benchmarks.objects import COLUMNS
from simulation import condition, rules
from simulation.draws import Draws
from simulation.evidence.lists import GROUP, REASON, SETTING, STAGE
from simulation.process import F8
from simulation.week import dying, falling, loneliness, needing
from simulation.world.columns import Array
from simulation.world.town import Town

A_HOME, ASKS, FALL = SETTING.index("residential"), STAGE.index("waiting for assessment"), REASON.index("fall")
UNIT = 2.0**-53
LINKS = ("partner", "carer", "second_carer", "cares_for", "kin", "friends")


def addressed(key: np.uint64, rows: Array) -> F8:
    """The engine's luck of these people, worked out by NumPy alone: equal to `uniform` of the kernels."""
    odd, first, second = (np.uint64(x) for x in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
    z = (rows + 1).astype(np.uint64) * odd ^ key
    z = (z ^ (z >> np.uint64(30))) * first
    z = (z ^ (z >> np.uint64(27))) * second
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)) * UNIT


class ColumnTown(Stays):
    """The town as arrays of those who live here; `row` is each person's number in the engine, the address of their luck.

    `luck` is addressed, so that lives equal the engine's, or NumPy's own generator, which is quicker.
    """

    def __init__(self, town: Town, g: Given, luck: Literal["addressed", "stream"] = "stream"):
        r = town.residents
        self.row = np.flatnonzero(r.present)
        self.__dict__.update({name: r.arrays[name][self.row].copy() for name in (*COLUMNS, *LINKS, "present", "tie_strength")})
        self.stream = np.random.default_rng(town.draws.seed).random if luck == "stream" else None
        self.last_left = np.where(r.friends[self.row, -1] >= 0, r.left[r.friends[self.row, -1]], 10**6)
        where = np.full(len(r), -1, dtype=np.int32)
        where[self.row] = np.arange(len(self.row))
        self.strength = np.where(self.friends[:, :-1] >= 0, self.tie_strength[:, :-1], 0)  # a tie to somebody lost still counts
        self.last_gone = (self.friends[:, -1] >= 0) & (where[self.friends[:, -1]] < 0)
        for name in LINKS:
            link = getattr(self, name)
            setattr(self, name, np.where(link >= 0, where[link], -1))
        self.last_partner = self.friends[:, -1].copy()
        self.draws = Draws(town.draws.seed, town.draws.replication)
        self.g, self.week, self.counts = g, town.week, Counter[str]()
        self.bounds = bounds(g)
        self.leaning = rules.standard_normal(addressed(self.draws.trait("frailty"), self.row))
        self.disposed = addressed(self.draws.trait("limiting condition"), self.row)

    def luck(self, purpose: str, rows: Array | None = None) -> F8:
        """Everybody's luck for a purpose this week, or these people's."""
        rows = self.row if rows is None else self.row[rows]
        return addressed(self.draws.key(purpose), rows) if self.stream is None else self.stream(len(rows))

    def lucky(self, purpose: str, bound: Any, here: Array) -> tuple[Array, F8]:
        """Of those here, the people whose luck is within the bound, and their luck."""
        u = self.luck(purpose)
        rows = np.flatnonzero((u < bound) & here)
        return rows, u[rows]

    def step(self) -> None:
        """One week for everybody."""
        self.draws.begin(self.week)
        self.age[self.present] += 1.0 / rules.WEEKS
        self.die()
        moved = self.move()
        self.drift()
        if self.week % needing.QUARTER == 0:
            moved = np.concatenate([moved, self.bands()])
        self.refresh(np.concatenate([moved, np.flatnonzero(self.row % needing.ROUNDS == self.week % needing.ROUNDS)]))
        hurt = self.fall()
        if self.week % EVERY["loneliness"] == 0:
            self.feel()
        self.hospital_week(hurt, season(self.g.hospital, self.week) / rules.WEEKS)
        self.week += 1

    def die(self) -> None:
        """Who dies, and who is left behind."""
        d = self.g.deaths
        well = (self.need == 0) & (self.age < condition.OLDER)
        rows, u = self.lucky("dying: deaths", np.where(well, self.bounds.dying_well, self.bounds.dying), self.present)
        year, need = np.minimum(self.age[rows].astype(np.int64), d.base.shape[2] - 1), self.need[rows]
        rate = d.base[self.fifth[rows], self.sex[rows], year] * np.where(self.group[rows] == dying.LEARNING, d.learning, 1.0)
        recent = np.where(self.worsened[rows] < d.recent_weeks, d.recent, d.later)
        more = d.by_need[need] * np.where(need == dying.HIGHEST, recent, 1.0)
        more = more + np.where(year >= dying.OLDER, np.where(self.needs_entry[rows], d.entry, -d.offset[need]), 0.0)
        more = more + np.where(self.dementia[rows], d.dementia, 0.0)
        rate = rate + more * d.age_factor[year] * d.sex_factor[self.sex[rows]]
        died = rows[u < rules.weekly.py_func(np.minimum(rate, d.most))]
        self.present[died], self.left[died] = False, self.week
        self.counts["dies"] += len(died)
        self.let_go(died)

    def let_go(self, died: Array) -> None:
        """Family and carers are let go on both sides; a partner lives alone from now on."""
        partner = self.partner[died]
        behind = partner[partner >= 0]
        behind = behind[self.present[behind]]
        self.partner[behind], self.alone[behind] = -1, True
        self.partner[died] = -1
        self.counts["bereaved"] += len(behind)
        for link in (self.kin[:, 0], self.kin[:, 1], self.kin[:, 2], self.cares_for):
            link[np.isin(link, died)] = -1
        first, second = np.isin(self.carer, died), np.isin(self.second_carer, died)
        self.second_carer[second] = -1
        self.carer[first], self.second_carer[first] = self.second_carer[first], -1
        self.hospital[died], self.days_left[died], self.stage[died] = 0, 0.0, 0

    def move(self) -> Array:
        """Moves of need and dementia; returns whose."""
        r = self.g.rates
        bound = np.where((self.need == 0) & (self.age < condition.OLDER), self.bounds.moves_well, self.bounds.moves)
        rows, u = self.lucky("needing: moves", bound, self.present)
        up, down, begins = self.rates_of(rows)
        total = up + down + begins
        chance = rules.weekly.py_func(np.minimum(total, r.fastest))
        at = u / chance * total
        made = np.where(u >= chance, 0, np.where(at < up, 1, np.where(at < up + down, 2, 3)))
        where, now = self.luck("needing: where to", rows), self.need[rows]
        lands = np.where(now > 0, now + 1, 1 + np.searchsorted(r.lands, where, side="right"))
        falls_to = np.where((now == 2) & (where >= r.down_one), 0, now - 1)
        self.need[rows] = np.where(made == 1, lands, np.where(made == 2, falls_to, now))
        self.worsened[rows[made == 1]] = 0.0
        self.dementia[rows[made == 3]] = True
        for name, code in needing.MOVES:
            self.counts[name] += int((made == code).sum())
        return rows[made > 0]

    def rates_of(self, rows: Array) -> tuple[F8, F8, F8]:
        """Yearly rates of more need, of less, and of dementia, for these people."""
        r, now, mind = self.g.rates, self.need[rows].astype(np.int64), self.dementia[rows].astype(np.int64)
        years, level = self.age[rows].astype(np.float64), np.minimum(now, needing.HIGHEST - 1)
        base = np.exp(r.at[level] + r.slope[level] * (years - r.centre)) * r.ratio[self.fifth[rows], self.sex[rows], level, mind]
        short = np.where(now > 0, np.exp(r.unmet * self.unmet[rows].astype(np.float64)), r.mean_unmet)
        up = base * short / r.mean_unmet * np.where(self.lonely[rows], r.lonely, 1.0) / r.mean_lonely
        bed = r.per_day * self.bed_days[rows].astype(np.float64) * (1.0 - r.bed_fade) * rules.WEEKS
        up = np.where(years >= condition.OLDER, (up + bed) / r.mean_bed, up)
        up = np.where(now < needing.HIGHEST, up, 0.0)
        down = np.minimum(np.exp(r.recovery_at + r.recovery_slope * (years - r.centre)), r.recovery_most) * r.down[now, mind]
        down = np.where(now > 0, down * (1.0 + self.recovering[rows].astype(np.float64)) / r.mean_reablement, 0.0)
        begins = np.exp(r.dementia_at + r.dementia_slope * (years - r.centre)) * r.dementia_by_need[now]
        return up, down, np.where(mind == 0, begins, 0.0)

    def drift(self) -> None:
        """Ups and downs pass; days in bed and reablement fade."""
        c = self.g.condition
        self.acute[:] = c.keep * self.acute.astype(np.float64) + c.shake * (self.luck("needing: ups and downs") - 0.5)
        self.worsened += 1
        for column, fade in ((self.bed_days, c.bed_fade), (self.recovering, c.reablement_fade)):
            some = np.flatnonzero(column > 0)
            column[some] = np.where(column[some] > needing.SLIGHT, column[some].astype(np.float64) * fade, 0.0)

    def bands(self) -> Array:
        """Once a quarter a few people with a learning disability or mental ill health need another band of support."""
        changed, chance = [], self.g.condition.band_chance
        for group, share in zip(condition.BANDED, self.g.condition.band_shares, strict=True):
            rows = np.flatnonzero(self.present & (self.group == group))
            luck, band = self.luck(f"needing: bands of {GROUP[group]}", rows), self.band[rows].astype(np.int64)
            to = np.clip(np.where(luck < chance / 2, band + 1, band - 1), 0, len(share) - 1)
            within = np.where(luck < chance / 2, luck, luck - chance / 2) / (chance / 2)
            takes = (luck < chance) & (to != band) & (within < share[to] / np.maximum(share[band], 1.0 / 1000))
            self.band[rows[takes]] = to[takes]
            self.counts["need rises"] += int((to > band)[takes].sum())
            self.counts["recovers"] += int((to < band)[takes].sum())
            changed.append(rows[takes])
        return np.concatenate(changed)

    def refresh(self, rows: Array) -> None:
        """Hours of help, client group, frailty and a limiting condition follow need and age."""
        c, need, years = self.g.condition, self.need[rows], self.age[rows].astype(np.float64)
        group = self.group[rows]
        banded = np.isin(group, condition.BANDED)
        hours = np.maximum(c.hours_by_need[need], np.where(banded, c.hours_by_band[self.band[rows]], 0.0))
        self.hours_needed[rows] = hours * self.spread[rows]
        by_need = np.where(years >= condition.OLDER, condition.FRAIL, condition.DISABLED)
        self.group[rows] = np.where(banded, group, np.where(need < condition.HELP, condition.NO_GROUP, by_need))
        measure = c.frailty_age * (years - c.centre) + c.frailty_by_need[need] + self.leaning[rows]
        self.frailty[rows] = np.searchsorted(c.frailty_begins, measure, side="right") - 1
        year = np.minimum(years.astype(np.int64), c.limiting.shape[1] - 1)
        self.limiting[rows] = self.disposed[rows] < c.limiting[need, year]

    def fall(self) -> Array:
        """Older people fall; returns who is hurt badly."""
        f, b = self.g.falls, self.g.falling
        some = np.flatnonzero(self.falls > 0)
        self.falls[some] = np.where(self.falls[some] > falling.SLIGHT, self.falls[some].astype(np.float64) * f.fading, 0.0)
        older = np.flatnonzero(self.present & (self.age >= falling.OLDER) & (self.hospital == 0))
        u = self.luck("falling: falls", older)
        rows, u = older[u < self.bounds.falls], u[u < self.bounds.falls]
        prone = np.exp(f.slope * (self.age[rows].astype(np.float64) - f.centre)) * f.by_need[self.need[rows]]
        prone = prone * f.by_frailty[self.frailty[rows]] * np.where(self.alone[rows], f.alone, 1.0)
        rate = f.a_year * prone / f.mean * np.exp(f.unmet * self.unmet[rows].astype(np.float64)) / f.mean_unmet
        fallen = rows[u < rules.weekly.py_func(np.minimum(rate, f.most))]
        self.falls[fallen] += 1.0
        badly = self.luck("falling: serious", fallen) < float(b["serious"])
        able = (self.need[fallen] >= falling.HELP) & (self.unmet[fallen] > 0) & (self.stage[fallen] == 0)
        able &= (self.setting[fallen] < A_HOME) & ~badly
        self.ask(fallen[able & (self.luck("falling: asks", fallen) < float(b["asks_after_fall"]))], FALL)
        self.counts["falls"] += len(fallen)
        self.counts["falls badly"] += int(badly.sum())
        return fallen[badly]

    def ask(self, rows: Array, reason: int) -> None:
        """These people ask for help."""
        self.stage[rows], self.reason[rows], self.asked[rows], self.long_term[rows] = ASKS, reason, self.week, True

    def feel(self) -> None:
        """Loneliness moves a month on towards what life is like now."""
        p, month = self.g.pulls, loneliness.MONTH
        band = p.band[self.age.astype(np.int64)]
        contacts = (self.strength / loneliness.FIRM).sum(axis=1)
        come = (self.arrives > self.week - month) & (self.arrives <= self.week)
        more = np.where(come, 0.0, contacts - p.usual[band, self.need])
        goal = p.level[band] + p.limiting * self.limiting + p.alone * self.alone + p.contact * (more + self.company)
        now = np.where(come, goal, self.loneliness + (goal - self.loneliness) * p.moves)
        gone = self.last_partner
        lost = (self.last_gone & (self.last_left > self.week - month)) | (
            (gone >= 0) & (gone != self.partner) & ~self.present[gone] & (self.left[gone] > self.week - month))
        now = np.where(lost, now + p.bereaved, now)
        self.last_partner, self.last_gone = self.partner.copy(), np.zeros_like(self.last_gone)
        here = self.present
        self.loneliness[here] = now[here]
        self.lonely[here] = (self.outlook + now > 0.0)[here]
