"""Write the medium-term sheet: a plan's lines in real terms and in cash, April to March, and what each budget line falls or rises by, with confidence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from careshift.report import sheets
from careshift.report.sheets import A_LINE, Sheets
from scenarios import answers, answers_pressures
from scenarios.answers_words import middle
from scenarios.appraisal.whole import Appraisal
from scenarios.papers import medium_term

FIRST = 2  # the column in which years begin
SAVINGS = ("Budget line", "Last year, mean", "Low of 8 in 10", "High of 8 in 10", "Full year: the rate at which it ends", "Delivery confidence")


def write(a: Appraisal, file: Path) -> Path:
    """The workbook, with cash worked out from real terms by formulas."""
    return sheets.whole(file, lambda book: _Strategy(book, a).fill())


class _Strategy(Sheets):
    """The workbook: what to read first, the strategy's lines, each budget line with confidence."""

    def __init__(self, book: Any, a: Appraisal):
        super().__init__(book)
        self.a, self.years = a, answers.years(a.results)

    def fill(self) -> None:
        self._first()
        self._lines()
        self._doing_nothing()
        self._savings()

    def _first(self) -> None:
        a = self.a
        said = [("Plan", f"{answers.plan_type(a.results)}: {a.results.scenario.heading}"), ("Plan type", answers.plan_line(a.results)),
                ("Signs", "More (+) or less (-) than doing nothing, what the council pays net of what people contribute. Means over the worlds run."),
                ("Cash", "Real terms times the factor in the shaded row of the sheet Strategy: put your own strategy's assumption there."),
                ("Book no more than", "What the gap falls by in nine worlds of ten, and no less than nought. Growth avoided counts only against a "
                 "budget that holds that growth."),
                ("Confidence", f"High (green): the line moves as told in {medium_term.SURE:.0%} of worlds or more; medium (amber): in "
                 f"{medium_term.LIKELY:.0%}; else low (red)."),
                ("A model", "Not a forecast. It recommends nothing."),
                ("Made with", f"careshift {a.about['careshift']}, seed {a.about['seed']}, {a.results.count} pairs, code {a.about['code_hash']}")]
        if not a.enough:
            said.insert(2, ("A first look", f"{a.results.count} pairs of runs: nothing may be booked from fewer than {answers.ENOUGH}."))
        self.read_first(said)

    def _lines(self) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell as cell

        sheet, a = self.sheet("Strategy"), self.a
        sheet.set_column(0, 0, 58)
        sheet.set_column(1, FIRST + len(self.years), 13)
        sheet.freeze_panes(1, FIRST)
        self._head(sheet, 0, ("Pounds, April to March", "Again each year?", *self.years))
        sheet.write(1, 0, "Cash for one pound of the price year", self.bold)
        for k, factor in enumerate(medium_term.cash_factors(a.results)):
            sheet.write_number(1, FIRST + k, float(factor), self.given)
        rows: list[tuple[str, str, np.ndarray]] = [("Doing nothing, net", "", medium_term.doing_nothing(a.results).mean(axis=0))]
        rows += [(line.title, line.nature, line.amount.mean(axis=0)) for line in medium_term.lines(a)]
        book = medium_term.bookable(a)
        if book is not None:
            rows.append(("Book no more than (lower spending)", "", -book))
        sheet.write(3, 0, f"Real terms, prices of {a.about['price_year']}", self.bold)
        cash = 4 + len(rows) + 2
        sheet.write(cash - 1, 0, "Cash", self.bold)
        for j, (title, nature, amounts) in enumerate(rows):
            look = self.sum if not nature else self.pounds
            for top in (4, cash):
                sheet.write(top + j, 0, title)
                sheet.write(top + j, 1, nature)
            for k, x in enumerate(amounts):
                sheet.write_number(4 + j, FIRST + k, float(x), look)
                sheet.write_formula(cash + j, FIRST + k, f"={cell(4 + j, FIRST + k)}*{cell(1, FIRST + k, True, False)}", look,
                                    float(x * medium_term.cash_factors(a.results)[k]))

    def _doing_nothing(self) -> None:
        """The bridge from the first year to each later one, without the plan: price, people and complexity, which the whole is the sum of."""
        from xlsxwriter.utility import xl_rowcol_to_cell as cell

        r = self.a.results
        found = answers_pressures.pressures(r, medium_term.cash_factors(r))
        if found is None:
            return
        sheet = self.sheet("Doing nothing")
        sheet.set_column(0, 0, 58)
        sheet.set_column(1, len(self.years), 13)
        sheet.freeze_panes(1, 1)
        self._head(sheet, 0, ("Pounds in cash, April to March", *self.years))
        rows = (("Doing nothing, net", medium_term.doing_nothing(r) * medium_term.cash_factors(r)), ("More than in the first year, by price", found.price),
                ("by people", found.people), ("by complexity: hours, weeks, setting, what each contributes", found.complexity))
        for j, (title, amounts) in enumerate(rows, start=1):
            sheet.write(j, 0, title)
            for k, x in enumerate(amounts.mean(axis=0), start=1):
                sheet.write_number(j, k, float(x), self.pounds)
        sheet.write(len(rows) + 1, 0, "More than in the first year", self.bold)
        for k, x in enumerate(found.whole.mean(axis=0), start=1):
            sheet.write_formula(len(rows) + 1, k, f"=SUM({cell(2, k)}:{cell(len(rows), k)})", self.sum, float(x))

    def _savings(self) -> None:
        sheet, a = self.sheet("By budget line"), self.a
        sheet.set_column(0, 0, 46)
        sheet.set_column(1, 4, 18)
        sheet.set_column(5, 5, 30)
        self._head(sheet, 0, SAVINGS)
        for j, s in enumerate(medium_term.savings(a), start=1):
            x, whole = middle(s.last_year), middle(s.full_year)
            sheet.write(j, 0, s.title)
            for k, value in enumerate((x.mean, x.low, x.high, whole.mean), start=1):
                if np.isfinite(value):
                    sheet.write_number(j, k, float(value), self.pounds)
                else:
                    sheet.write_string(j, k, "not recorded by week")
            sheet.write(j, 5, s.confidence)

    def _head(self, sheet: Any, row: int, names: Sequence[str]) -> None:
        sheet.set_row(row, 2 * A_LINE)
        for k, name in enumerate(names):
            sheet.write(row, k, name, self.bold)
