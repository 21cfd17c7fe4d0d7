"""Somebody's days in hospital, as an ordinary object lives them: coming, staying, being ready to leave, waiting."""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import Any

from benchmarks.given import LOG_MANY, MANY
from benchmarks.plain import plain
from simulation.evidence.lists import STAGE
from simulation.week import hospital

log_ratio, band_of = plain(hospital.log_ratio), plain(hospital.band_of)
ASKS = STAGE.index("waiting for assessment")
OLDER, DAYS, A_HOME = hospital.OLDER, hospital.DAYS, hospital.RESIDENTIAL


class Patient:
    """What a person does at the hospital; their columns are attributes of the person."""

    model: Any

    def hospital_week(self, hurt: bool) -> None:
        """Coming to A&E, being admitted, the days of a stay, leaving."""
        self.stay_days = self.delayed_days = 0.0
        if self.hospital:
            self.days_inside(float(DAYS))
        elif self.comes(hurt) == hospital.OVERNIGHT:
            self.days_inside(self.is_admitted())
        self.bed_days += self.stay_days

    def comes(self, hurt: bool) -> int:
        """Whether this person comes to A&E this week, and what becomes of it."""
        m, h = self.model, self.model.care
        band, sort = band_of(self.age), self.need * hospital.SORTS + self.frailty
        lately = m.week - self.discharged <= hospital.MONTH
        at_home = h.home if self.setting >= A_HOME else 1.0
        logs, a = h.logs, self.acute
        visits, u = m.ae_now[band] * h.ae_level[sort] * at_home, m.luck("ae", self.row)
        more = log_ratio(self.unmet, self.lonely, lately, logs[2], logs[4], logs[5]) + logs[0] * a - logs[0] * logs[0] / 2
        if not hurt and more < LOG_MANY and u >= visits * MANY:
            return 0
        visits *= math.exp(more)
        chance = 1.0 - math.exp(-visits)
        if not hurt and u >= chance:
            return 0
        more = log_ratio(self.unmet, False, lately, logs[3], 0.0, logs[5])
        stay = m.stays_now[band] * h.stay_level[sort] * at_home * math.exp(more + logs[1] * a - logs[1] * logs[1] / 2)
        overnight = m.fall_overnight if hurt else min(stay / max(chance, stay), 1.0)
        any_stay = 1.0 if hurt else min(overnight * (1.0 + m.same_day), 1.0)
        u = m.luck("admitted", self.row)
        m.note("A&E")
        return hospital.OVERNIGHT if u < overnight else hospital.SAME_DAY if u < any_stay else hospital.VISIT

    def is_admitted(self) -> float:
        """A stay begins on some day of this week; returns the days left of it."""
        m = self.model
        mean = m.length[bisect_right(m.stay_edges, self.age)]
        u = m.luck("length", self.row)
        self.days_left = mean / math.gamma(1.0 + 1.0 / m.shape) * (-math.log1p(-u)) ** (1.0 / m.shape)
        self.hospital = hospital.TREATED
        m.note("emergency stay")
        return DAYS * (1.0 - m.luck("day", self.row))

    def days_inside(self, free: float) -> None:
        """This week's days in hospital: treatment, then arranging, then waiting for support to be had."""
        m, treated = self.model, self.hospital == hospital.TREATED
        goes = False
        if treated:
            used = min(self.days_left, free)
            self.stay_days += used
            self.days_left -= used
            free -= used
            if self.days_left <= DAYS:
                self.ask_perhaps()
            if self.days_left > 0:
                return
            goes = not self.is_held()
        had_to_wait = not treated and self.days_left <= 0
        arranging = 0.0 if goes else min(self.days_left, free)
        self.days_left -= arranging
        free -= arranging
        arranged = not goes and self.days_left <= 0
        waits = arranged and self.waits_for_support()
        waiting = free if waits else free * m.luck("going", self.row) if arranged and had_to_wait else 0.0
        self.delayed_days = arranging + waiting
        self.stay_days += self.delayed_days
        if goes or (arranged and not waits) or (waits and m.luck("without", self.row) < m.gives_up):
            self.hospital, self.days_left, self.discharged = 0, 0.0, m.week
            m.note("goes home from hospital")

    def waits_for_support(self) -> bool:
        return self.stage > 0 and self.reason == hospital.DISCHARGE and self.long_term

    def ask_perhaps(self) -> None:
        """Leaving is planned in the last week of treatment: some will need support that they did not have."""
        m = self.model
        if self.setting >= A_HOME or self.funder != 0 or self.stage != 0:
            return
        if m.luck("support", self.row) < m.new_support[self.need] * (1.0 if self.age >= OLDER else m.new_working_age):
            self.stage, self.reason, self.asked, self.long_term = ASKS, hospital.DISCHARGE, m.week, True

    def is_held(self) -> bool:
        """Whether somebody ready to leave cannot yet: arrangements take days, or support asked for is not there."""
        m = self.model
        chance = m.delayed[self.need] if self.age >= OLDER else m.delayed_working_age
        if self.setting >= A_HOME:
            chance *= m.delayed_resident
        to_arrange = m.luck("arranging", self.row) < chance
        held = to_arrange or (self.waits_for_support() and m.luck("home_first", self.row) >= m.home_first)
        self.days_left = -m.arranging * math.log1p(-m.luck("days", self.row)) if to_arrange else 0.0
        if held:
            self.hospital = hospital.READY
        return held
