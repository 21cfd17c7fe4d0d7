"""Days in hospital as NumPy columns: who comes, who stays, who is ready to leave, who waits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from benchmarks.given import LOG_MANY, MANY, Given
from simulation.evidence.lists import FRAILTY
from simulation.process import F8
from simulation.week import hospital
from simulation.world.columns import Array


class Stays:
    """What the people of a town of columns do at the hospital."""

    g: Given
    week: int

    def __getattr__(self, name: str) -> Any:  # the columns, named by the model
        raise AttributeError(name)

    def hospital_week(self, hurt: Array, busy: float) -> None:
        """One week at the hospital."""
        inside = np.flatnonzero(self.hospital != 0)
        new = self.come(hurt, busy)
        self.stay_days[:] = 0.0
        self.delayed_days[:] = 0.0
        free = np.concatenate([np.full(len(inside), float(hospital.DAYS)), self.admitted(new)])
        inside = np.concatenate([inside, new])
        self.days_inside(inside, free)
        self.bed_days[inside] += self.stay_days[inside]

    def come(self, hurt: Array, busy: float) -> Array:
        """Who comes to A&E; returns who stays overnight."""
        h, b = self.g.hospital, self.g.hospital.believed
        fell = np.zeros(len(self.present), dtype=bool)
        fell[hurt] = True
        u = self.luck("hospital: comes to A&E")
        band = np.searchsorted(hospital.EDGES, self.age, side="right")
        sort = self.need.astype(np.int64) * len(FRAILTY) + self.frailty
        usual = h.ae[band] * busy * h.ae_level[sort] * np.where(self.setting >= hospital.RESIDENTIAL, h.home, 1.0)
        more = self.more(slice(None), 2, True)
        far = (u < usual * MANY) | (more >= LOG_MANY) | fell
        rows = np.flatnonzero(self.present & (self.hospital == 0) & far)
        visits = usual[rows] * np.exp(more[rows])
        chance = 1.0 - np.exp(-visits)
        comes = fell[rows] | (u[rows] < chance)
        rows, chance = rows[comes], chance[comes]
        more = self.more(rows, 3, False)
        at_home = np.where(self.setting[rows] >= hospital.RESIDENTIAL, h.home, 1.0)
        stay = h.stays[band[rows]] * busy * h.stay_level[sort[rows]] * at_home * np.exp(more)
        overnight = np.where(fell[rows], b["fall_overnight"], np.minimum(stay / np.maximum(chance, stay), 1.0))
        stays = self.luck("hospital: is admitted", rows) < overnight
        self.counts["A&E"] += len(rows)
        self.counts["emergency stay"] += int(stays.sum())
        return rows[stays]

    def more(self, rows: Any, which: int, visit: bool) -> F8:
        """What adds to the log rate of coming (2) or of staying (3) for these people."""
        logs, acute = self.g.hospital.logs, self.acute[rows].astype(np.float64)
        lately = self.week - self.discharged[rows] <= hospital.MONTH
        out = logs[which] * self.unmet[rows].astype(np.float64) + logs[5] * lately
        if visit:
            out = out + logs[4] * self.lonely[rows]
        own = logs[0] if visit else logs[1]
        return np.asarray(out + own * acute - own * own / 2)

    def admitted(self, new: Array) -> F8:
        """Stays begin; returns the days left of this week."""
        b = self.g.hospital.believed
        u = self.luck("hospital: length of stay", new)
        mean, shape = b["length"][np.searchsorted(hospital.STAY_EDGES, self.age[new], side="right")], b["length_shape"]
        self.hospital[new] = hospital.TREATED
        self.days_left[new] = mean / math.gamma(1.0 + 1.0 / shape) * (-np.log1p(-u)) ** (1.0 / shape)
        return np.asarray(hospital.DAYS * (1.0 - self.luck("hospital: day of coming", new)))

    def days_inside(self, inside: Array, free: F8) -> None:
        """This week's days of everybody in hospital: treatment, arranging, waiting for support to be had."""
        treated = self.hospital[inside] == hospital.TREATED
        used = np.where(treated, np.minimum(self.days_left[inside], free), 0.0)
        self.days_left[inside] -= used
        free = free - used
        self.plan_leaving(inside[treated & (self.days_left[inside] <= hospital.DAYS)])
        over = self.days_left[inside] <= 0
        had_to_wait, goes = ~treated & over, treated & over
        goes[goes] = ~self.held(inside[goes])
        ready = ~treated | (treated & over & ~goes)
        arranging = np.where(ready, np.minimum(self.days_left[inside], free), 0.0)
        self.days_left[inside] -= arranging
        free = free - arranging
        arranged = ready & (self.days_left[inside] <= 0)
        waits = arranged & self.waits(inside)
        part = self.luck("hospital: day of going", inside)
        waiting = np.where(waits, free, np.where(arranged & had_to_wait, free * part, 0.0))
        self.delayed_days[inside] = arranging + waiting
        self.stay_days[inside] = used + arranging + waiting
        without = 1.0 - math.exp(-1.0 / self.g.hospital.believed["patience"])
        leaves = goes | (arranged & ~waits) | (waits & (self.luck("hospital: goes without", inside) < without))
        home = inside[leaves]
        self.hospital[home], self.days_left[home], self.discharged[home] = 0, 0.0, self.week
        self.counts["goes home from hospital"] += len(home)

    def waits(self, rows: Array) -> Array:
        """Who has asked for support to leave hospital with, and has none yet."""
        return (self.stage[rows] > 0) & (self.reason[rows] == hospital.DISCHARGE) & self.long_term[rows]

    def plan_leaving(self, rows: Array) -> None:
        """In the last week of treatment some turn out to need support that they did not have."""
        b = self.g.hospital.believed
        rows = rows[self.setting[rows] < hospital.RESIDENTIAL]
        chance = b["new_support"][self.need[rows]] * np.where(self.age[rows] >= hospital.OLDER, 1.0, b["new_support_working_age"])
        chance = np.where((self.funder[rows] == 0) & (self.stage[rows] == 0), chance, 0.0)
        self.ask(rows[self.luck("hospital: needs new support", rows) < chance], hospital.DISCHARGE)

    def held(self, rows: Array) -> Array:
        """Who, ready to leave, cannot yet."""
        b = self.g.hospital.believed
        chance = np.where(self.age[rows] >= hospital.OLDER, b["delayed"][self.need[rows]], b["delayed_working_age"])
        chance = np.where(self.setting[rows] >= hospital.RESIDENTIAL, chance * b["delayed_resident"], chance)
        arrange = self.luck("hospital: takes arranging", rows) < chance
        held = arrange | (self.waits(rows) & (self.luck("hospital: home first", rows) >= b["home_first"]))
        days = -b["arranging"] * np.log1p(-self.luck("hospital: days of arranging", rows))
        self.hospital[rows[held]] = hospital.READY
        self.days_left[rows] = np.where(arrange, days, 0.0)
        return held
