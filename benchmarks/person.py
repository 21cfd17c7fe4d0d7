"""A person as an ordinary Mesa agent: attributes, references to other people, and a week in plain Python.

Written as a modeller would who knows Python well: tables as lists, `math` for one number, luck looked at before
anything dearer. The rules are the model's own, uncompiled (`plain`), so that what differs is the form alone.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import mesa

from benchmarks.patient import Patient
from benchmarks.plain import plain
from simulation import condition, rules
from simulation.evidence.lists import REASON, SETTING, STAGE
from simulation.week import dying, falling, loneliness, needing

weekly, normal = plain(rules.weekly), plain(rules.normal)
rising, receding, which_move = plain(needing.rising), plain(needing.receding), plain(needing.which_move)
of_unmet, of_loneliness, of_bed_days = plain(needing.of_unmet), plain(needing.of_loneliness), plain(needing.of_bed_days)
excess, since, test_met = plain(dying.excess), plain(dying.since), plain(dying.test_met)
proneness, without_help = plain(falling.proneness), plain(falling.without_help)
level_of, contacts_of = plain(loneliness.level_of), plain(loneliness.contacts_with_friends)
hours_of, group_of, frailty_measure = plain(condition.hours_of), plain(condition.group_of), plain(condition.frailty_measure)

OLDER, A_HOME = dying.OLDER, SETTING.index("residential")
ASKS, FALL = STAGE.index("waiting for assessment"), REASON.index("fall")
BANDS = {group: f"band of {group}" for group in condition.BANDED}


class Person(Patient, mesa.Agent):
    """Somebody who lives here: ages, may come to need more help or less, may fall, feel alone, go to hospital, die."""

    def __init__(self, model: Any, row: int, values: dict[str, Any]):
        super().__init__(model)
        self.__dict__.update(values)
        self.row, self.present = row, True
        self.partner: Person | None = None
        self.last_partner: Person | None = None  # as of the last look at loneliness
        self.carer: Person | None = None
        self.second_carer: Person | None = None
        self.cares_for: Person | None = None
        self.kin: list[Person] = []
        self.friends: list[tuple[Person | None, int]] = []  # each with the firmness of the tie
        self.leaning, self.disposed = normal(model.trait("frailty", row)), model.trait("limiting condition", row)

    # Ageing and dying ------------------------------------------------------------------------------------------
    def grow_older_or_die(self) -> None:
        """A week passes; a few people do not see its end."""
        self.age += 1.0 / rules.WEEKS
        u = self.model.luck("death", self.row)
        m = self.model
        if u >= m.bound_dying or (u >= m.bound_dying_well and self.need == 0 and self.age < condition.OLDER):
            return
        if u < weekly(min(self.death_rate(), m.deaths.most)):
            self.die()

    def death_rate(self) -> float:
        """Deaths a year for somebody of this age, sex, need and history."""
        d, year = self.model.deaths, min(int(self.age), self.model.oldest)
        rate = d.base[self.fifth][self.sex][year] * (d.learning if self.group == dying.LEARNING else 1.0)
        more = d.by_need[self.need]
        if self.need == dying.HIGHEST:
            more *= since(self.worsened, d.recent, d.later, d.recent_weeks)
        if year >= OLDER:
            more += test_met(self.needs_entry, d.entry, d.offset[self.need])
        return rate + excess(more, d.dementia if self.dementia else 0.0, d.age_factor[year], d.sex_factor[self.sex])

    def die(self) -> None:
        """Family and carers are let go on both sides; a partner lives alone from now on."""
        self.present, self.left = False, self.model.week
        self.model.note("dies")
        if self.partner is not None:
            self.partner.partner, self.partner.alone = None, True
            self.partner = None
            self.model.note("bereaved")
        for relative in self.kin:
            relative.kin.remove(self)
        cared = self.cares_for
        if cared is not None and cared.carer is self:
            cared.carer, cared.second_carer = cared.second_carer, None
        elif cared is not None and cared.second_carer is self:
            cared.second_carer = None
        for carer in (self.carer, self.second_carer):
            if carer is not None and carer.cares_for is self:
                carer.cares_for, carer.care_hours = None, 0.0
        self.remove()

    # The rest of the week ----------------------------------------------------------------------------------------
    def step(self) -> None:
        """Need, passing health, falls, loneliness once a month, hospital."""
        moved = self.need_moves()
        self.health_drifts()
        if self.model.quarter and self.group in BANDS:
            moved = self.band_moves() or moved
        if moved or self.row % needing.ROUNDS == self.model.round:
            self.refresh()
        hurt = self.falls_perhaps()
        if self.model.month:
            self.feel()
        self.hospital_week(hurt)

    def need_moves(self) -> bool:
        """Need begins, rises or recedes, or dementia begins: one move a week at most."""
        m = self.model
        u = m.luck("move", self.row)
        if u >= (m.bound_well if self.need == 0 and self.age < condition.OLDER else m.bound_moves):
            return False
        up, down, begins = self.need_rates()
        made = which_move(up, down, begins, u, m.rates.fastest)
        if made == 0:
            return False
        if made == 1:
            self.need = self.need + 1 if self.need else 1 + bisect_right(m.rates.lands, m.luck("where", self.row))
            self.worsened = 0.0
        elif made == 2:
            to_none = self.need == 2 and m.luck("where", self.row) >= m.rates.down_one
            self.need = 0 if to_none else self.need - 1
        else:
            self.dementia = True
        m.note(needing.MOVES[made - 1][0])
        return True

    def need_rates(self) -> tuple[float, float, float]:
        """Yearly rates of more need, of less, and of dementia."""
        r, now, mind = self.model.rates, self.need, int(self.dementia)
        up, down, begins = 0.0, 0.0, 0.0
        if now < needing.HIGHEST:
            base = rising(self.age, r.at[now], r.slope[now], r.centre, r.ratio[self.fifth][self.sex][now][mind])
            short = of_unmet(self.unmet, r.unmet) if now > 0 else r.mean_unmet
            up = base * short / r.mean_unmet * of_loneliness(self.lonely, r.lonely) / r.mean_lonely
            if self.age >= condition.OLDER:
                up = (up + of_bed_days(self.bed_days, r.per_day, r.bed_fade)) / r.mean_bed
        if now > 0:
            down = receding(self.age, r.recovery_at, r.recovery_slope, r.centre, r.recovery_most, r.down[now][mind])
            down *= (1.0 + self.recovering) / r.mean_reablement
        if not mind:
            begins = rising(self.age, r.dementia_at, r.dementia_slope, r.centre, r.dementia_by_need[now])
        return up, down, begins

    def health_drifts(self) -> None:
        """Ups and downs pass; days in bed and reablement fade."""
        c = self.model.condition
        self.acute = c.keep * self.acute + c.shake * (self.model.luck("ups", self.row) - 0.5)
        self.worsened += 1
        if self.bed_days > 0:
            self.bed_days = self.bed_days * c.bed_fade if self.bed_days > needing.SLIGHT else 0.0
        if self.recovering > 0:
            self.recovering = self.recovering * c.reablement_fade if self.recovering > needing.SLIGHT else 0.0

    def band_moves(self) -> bool:
        """Once a quarter a few people with a learning disability or mental ill health need another band of support."""
        c = self.model.condition
        share = c.band_shares[condition.BANDED.index(self.group)]
        luck, half = self.model.luck(BANDS[self.group], self.row), c.band_chance / 2
        if luck >= c.band_chance:
            return False
        to = min(max(self.band + 1 if luck < half else self.band - 1, 0), len(share) - 1)
        within = (luck if luck < half else luck - half) / half
        if to == self.band or within >= share[to] / max(share[self.band], 1.0 / 1000):
            return False
        self.model.note("need rises" if to > self.band else "recovers")
        self.band = to
        return True

    def refresh(self) -> None:
        """Hours of help, client group, frailty and a limiting condition follow need and age."""
        c, banded = self.model.condition, self.group in BANDS
        self.hours_needed = hours_of(c.hours_by_need[self.need], c.hours_by_band[self.band], self.spread, banded)
        self.group = group_of(self.group, self.need, self.age)
        measure = frailty_measure(self.age, c.frailty_age, c.centre, c.frailty_by_need[self.need], self.leaning)
        self.frailty = bisect_right(c.frailty_begins, measure) - 1
        chance = c.limiting[self.need]
        self.limiting = self.disposed < chance[min(int(self.age), len(chance) - 1)]

    def falls_perhaps(self) -> bool:
        """Older people fall; returns whether this one is hurt badly."""
        m, f = self.model, self.model.falls
        if self.falls > 0:
            self.falls = self.falls * f.fading if self.falls > falling.SLIGHT else 0.0
        if self.age < falling.OLDER or self.hospital > 0:
            return False
        u = m.luck("fall", self.row)
        if u >= m.bound_falls:
            return False
        prone = proneness(self.age, f.slope, f.centre, f.by_need[self.need], f.by_frailty[self.frailty],
                          f.alone if self.alone else 1.0)
        rate = f.a_year * prone / f.mean * without_help(self.unmet, f.unmet) / f.mean_unmet
        if u >= weekly(min(rate, f.most)):
            return False
        self.falls += 1.0
        m.note("falls")
        hurt = m.luck("hurt", self.row) < m.serious
        if hurt:
            m.note("falls badly")
        elif self.need >= falling.HELP and self.unmet > 0 and self.stage == 0 and self.setting < A_HOME \
                and m.luck("asks", self.row) < m.asks_after_fall:
            self.stage, self.reason, self.asked, self.long_term = ASKS, FALL, m.week, True
        return hurt

    def feel(self) -> None:
        """Loneliness moves a month on towards what life is like now."""
        m, p = self.model, self.model.pulls
        come = m.week - loneliness.MONTH < self.arrives <= m.week
        band = p.band[int(self.age)]
        contacts = 0.0
        for _, strength in self.friends:
            contacts += contacts_of(strength)
        more = 0.0 if come else contacts - p.usual[band][self.need]
        goal = level_of(p.level[band], self.limiting, self.alone, more + self.company, p.limiting, p.alone, p.contact)
        now = goal if come else self.loneliness + (goal - self.loneliness) * p.moves
        gone = self.last_partner
        if gone is not self.partner:
            if gone is not None and not gone.present and gone.left > m.week - loneliness.MONTH:
                now += p.bereaved
            self.last_partner = self.partner
        self.loneliness = now
        self.lonely = self.outlook + now > 0.0
