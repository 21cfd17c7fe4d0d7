"""The appraisal as a workbook that can be checked cell by cell: present values, payback and chances are live formulas.

Quantities and pounds by year are written as found; whatever follows from them by arithmetic is a formula.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from careshift.report import sheets
from careshift.report.sheets import A_LINE, Sheets, high
from scenarios import answers
from scenarios.answers_base import baseline
from scenarios.appraisal import told
from scenarios.appraisal.discounting import factors
from scenarios.appraisal.ledger import more
from scenarios.appraisal.lines import FISCAL, PUBLIC, SOCIAL, Line
from scenarios.appraisal.numbers import headline
from scenarios.appraisal.values import MEASURES
from scenarios.appraisal.whole import Appraisal

FIRST_YEAR = 3  # the column in which years begin
NAMES = ("discount_costs", "discount_wellbeing", "worth_of_a_year", "price_of_an_hour", "optimism_costs")


def write(a: Appraisal, file: Path) -> Path:
    """The workbook of an appraisal, whole or not at all. Returns the path."""
    return sheets.whole(file, lambda book: _Book(book, a).fill())


class _Book(Sheets):
    """The appraisal's workbook."""

    def __init__(self, book: Any, a: Appraisal):
        super().__init__(book)
        self.a, self.years = a, answers.years(a.r)
        self.share, self.factor = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "0.0000"})
        self.rows: dict[str, int] = {}

    def fill(self) -> None:
        self._about()
        self._values()
        self._lines()
        self._worlds()
        a = self.a
        self._table("Affordability", *told.affordable(a))
        self._table("Kinds of saving", *told.kind_rows(a))
        self._table("Sources", told.SOURCE, told.source_rows(a))
        self._table("Additionality", told.ADDED, told.added(a))
        if a.enough:
            self._table("Switching values", told.SWITCH, told.switch_rows(a))
            self._table("Who gains, who loses", *told.share_rows(a))
        self._summary()

    # Sheets -------------------------------------------------------------------------------------------------------
    def _about(self) -> None:
        a = self.a
        self.read_first([("Appraisal", f"{answers.plan_type(a.r)}: {a.r.scenario.heading}"), ("Question", a.r.scenario.question),
                ("Plan type", answers.plan_line(a.r)), *told.points(a), *(("May not be concluded", x) for x in told.first_look(a)),
                *(("Convention", x) for x in told.conventions(a)),
                ("Cells", "Shaded cells on the sheet Values may be changed; the sheets Lines and Worlds then follow. A gain is positive."),
                ("A model", "Not a forecast, and not for decisions about anyone. It recommends nothing."),
                ("Made with", f"careshift {a.about['careshift']}, seed {a.about['seed']}, {a.r.count} pairs, code {a.about['code_hash']}")])

    def _values(self) -> None:
        sheet, a, v = self.sheet("Values"), self.a, self.a.ledger.values
        sheet.set_column(0, 0, 60)
        sheet.set_column(1, 2, 14)
        sheet.set_column(3, 3, 90)
        sheet.write_row(0, 0, ("What it is", "Value", "Grade", "Source and doubt"), self.bold)
        family = a.ledger["families"]
        shown = (("Discount rate for money, a year", v.discount_costs, "discount_costs"), ("Discount rate for wellbeing, a year", v.discount_wellbeing,
                                                                                        "discount_wellbeing"),
                 (f"Worth of one year of wellbeing ({a.way.value.upper()}), pounds", v.of(a.way), a.way.value),
                 ("Price of an hour of unpaid care, over that of the runs", 1.0, ""), ("Allowance for optimism, share of set-up and coordination",
                                                                                      v.optimism_costs, "optimism_costs"))
        for k, ((title, value, entry), name) in enumerate(zip(shown, NAMES), 1):
            held = v.entries.get(entry)
            said = f"{held.source}. {held.doubt}" if held else family.says
            sheet.set_row(k, high((said, 90)))
            sheet.write(k, 0, title, self.wrap)
            sheet.write_number(k, 1, value, self.given)
            sheet.write(k, 2, held.grade if held else family.price_grade)
            sheet.write_string(k, 3, said, self.wrap)
            self.book.define_name(name, f"=Values!$B${k + 1}")
        for k, row in enumerate(told.value_rows(a), len(NAMES) + 3):
            told_ = f"{row[4]}. {row[5]} Range: {row[2] or 'none'}."
            sheet.set_row(k, high((row[0], 60), (row[1], 14), (told_, 90)))
            for c, text in enumerate((row[0], row[1], row[3], told_)):
                sheet.write_string(k, c, text, self.wrap)

    def _lines(self) -> None:
        """Means over worlds: what was found by year, what follows from it, present values, annual equivalents, payback."""
        sheet, n = self.sheet("Lines"), len(self.years)
        sheet.set_column(0, 0, 58)
        sheet.set_column(1, FIRST_YEAR + n, 14)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, 2 * A_LINE)
        sheet.write_row(0, 0, ("Means over worlds, pounds unless said", "Worth in the first year", "Equal sum a year", *self.years), self.bold)
        v = self.a.ledger.values
        for k, (title, name, rate) in enumerate((("Discount factor, money", "discount_costs", v.discount_costs),
                                                 ("Discount factor, wellbeing", "discount_wellbeing", v.discount_wellbeing)), 1):
            sheet.write(k, 0, title)
            for y, x in enumerate(factors(rate, n)):
                sheet.write_formula(k, FIRST_YEAR + y, f"=1/(1+{name})^{y}", self.factor, x)
        row = self._quantities(sheet, 4)
        for line in self.a.ledger.lines:
            row = self._line(sheet, row, line)
        self._totals(sheet, row + 1)

    def _quantities(self, sheet: Any, row: int) -> int:
        """What lines with a price of their own are made of: years of wellbeing, unpaid hours valued, set-up and coordination."""
        r = self.a.r
        begun = np.maximum(more(r, "set_up") + more(r, "coordination"), 0.0)
        for name, title, amounts in (("wellbeing", f"Years of wellbeing gained ({MEASURES[self.a.way]})", more(r, MEASURES[self.a.way])),
                                     ("families", "Families' hours, more (+), at the price of the runs", more(r, "unpaid_value")),
                                     ("optimism", "Set-up and coordination, more (+)", begun)):
            sheet.write(row, 0, title)
            sheet.write_row(row, FIRST_YEAR, [float(x) for x in amounts.mean(axis=0)], self.pounds)
            self.rows[f"of {name}"] = row
            row += 1
        return row + 1

    def _line(self, sheet: Any, row: int, line: Line) -> int:
        mean, n = line.gain.mean(axis=0), len(self.years)
        sheet.write(row, 0, line.title + ("" if line.counted else " (beside, not counted)"))
        formula = {"wellbeing": "={cell}*worth_of_a_year", "families": "=-{cell}*price_of_an_hour", "optimism": "=-{cell}*optimism_costs"}.get(line.name)
        for y in range(n):
            if formula:
                sheet.write_formula(row, FIRST_YEAR + y, formula.format(cell=_cell(self.rows[f"of {line.name}"], FIRST_YEAR + y)), self.pounds, float(mean[y]))
            else:
                sheet.write_number(row, FIRST_YEAR + y, float(mean[y]), self.pounds)
        self._worth(sheet, row, 2 if line.wellbeing else 1, float(line.value(self.a.ledger.values).mean()), line.rate(self.a.ledger.values))
        self.rows[line.name] = row
        return row + 1

    def _worth(self, sheet: Any, row: int, rate: int, worth: float, yearly: float) -> None:
        n = len(self.years)
        span, by = _span(row, n), f"{_cell(rate, FIRST_YEAR, True)}:{_cell(rate, FIRST_YEAR + n - 1, True)}"
        sheet.write_formula(row, 1, f"=SUMPRODUCT({span},{by})", self.pounds, worth)
        sheet.write_formula(row, 2, f"={_cell(row, 1)}/SUM({by})", self.pounds, worth / float(factors(yearly, n).sum()))

    def _totals(self, sheet: Any, row: int) -> None:
        ledger, n = self.a.ledger, len(self.years)
        for title, holders in (("Public purse", PUBLIC), ("Net present social value", (*FISCAL, *SOCIAL))):
            rows = [self.rows[line.name] for line in ledger.held_by(holders)]
            sheet.write(row, 0, title, self.bold)
            gain = ledger.gain(holders).mean(axis=0)
            for y, x in enumerate(gain):
                sheet.write_formula(row, FIRST_YEAR + y, "=" + "+".join(_cell(k, FIRST_YEAR + y) for k in rows), self.sum, float(x))
            sheet.write_formula(row, 1, "=" + "+".join(_cell(k, 1) for k in rows), self.sum, float(ledger.value(holders).mean()))
            self.rows[title] = row
            row += 1
        public, gain = self.rows["Public purse"], ledger.gain(PUBLIC).mean(axis=0)
        for title, by, amounts in (("Public purse, added up", "", gain), ("Public purse, added up and discounted", "*" + "{factor}",
                                                                          gain * factors(ledger.values.discount_costs, n))):
            sheet.write(row, 0, title)
            for y, x in enumerate(np.cumsum(amounts)):
                this = _cell(public, FIRST_YEAR + y) + by.format(factor=_cell(1, FIRST_YEAR + y))
                before = f"{_cell(row, FIRST_YEAR + y - 1)}+" if y else ""
                sheet.write_formula(row, FIRST_YEAR + y, f"={before}{this}", self.pounds, float(x))
            row += 1
        added = np.cumsum(gain)
        sheet.write(row, 0, "Most out of pocket, added up (mean course)", self.bold)
        sheet.write_formula(row, 1, f"=MAX(0,-MIN({_span(row - 2, n)}))", self.pounds, float(max(0.0, -added.min())))

    def _worlds(self) -> None:
        """Present value of each line in each world; sums, means and chances as formulas."""
        sheet, ledger = self.sheet("Worlds"), self.a.ledger
        lines = ledger.held_by((*FISCAL, *SOCIAL))
        sheet.set_column(0, len(lines) + 2, 17)
        sheet.set_row(0, 4 * A_LINE)
        sheet.write_row(0, 0, ("World", *(line.title for line in lines), "Public purse", "Net present social value"), self.bold)
        worth, n = [line.value(ledger.values) for line in lines], self.a.r.count
        public = [k for k, line in enumerate(lines, 1) if line.holder in PUBLIC]
        for w in range(n):
            sheet.write_number(w + 1, 0, w + 1)
            sheet.write_row(w + 1, 1, [float(x[w]) for x in worth], self.pounds)
            sheet.write_formula(w + 1, len(lines) + 1, "=" + "+".join(_cell(w + 1, k) for k in public), self.pounds, float(ledger.public_value[w]))
            sheet.write_formula(w + 1, len(lines) + 2, f"=SUM({_cell(w + 1, 1)}:{_cell(w + 1, len(lines))})", self.pounds, float(ledger.social_value[w]))
        sheet.write(n + 2, 0, "Mean", self.bold)
        for k, x in enumerate((*worth, ledger.public_value, ledger.social_value), 1):
            sheet.write_formula(n + 2, k, f"=AVERAGE({_cell(1, k)}:{_cell(n, k)})", self.sum, float(x.mean()))
        if not self.a.enough:
            sheet.write(n + 3, 0, f"{n} pairs: no share of worlds is told from fewer than {answers.ENOUGH}.")
            return
        sheet.write(n + 3, 0, "Share of worlds with a gain", self.bold)
        for k, x in enumerate((*worth, ledger.public_value, ledger.social_value), 1):
            sheet.write_formula(n + 3, k, f'=COUNTIF({_cell(1, k)}:{_cell(n, k)},">0")/COUNT({_cell(1, k)}:{_cell(n, k)})', self.share, float((x > 0).mean()))

    def _summary(self) -> None:
        """The rows of summary.csv this appraisal is made of, to the digit, and the budget without the plan."""
        sheet, rows = self.sheet("summary.csv"), headline(self.a.r)
        sheet.set_column(0, 14, 15)
        if rows:
            sheet.write_row(0, 0, list(rows[0]), self.bold)
        for k, row in enumerate(rows, 1):
            for c, x in enumerate(row.values()):
                _put(sheet, k, c, x)
        base = baseline(self.a.r, "council_net").mean(axis=0)
        sheet.write(len(rows) + 2, 0, "Council, net, doing nothing, mean by year", self.bold)
        sheet.write_row(len(rows) + 3, 0, [float(x) for x in base], self.pounds)

    def _table(self, name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        sheet = self.sheet(name)
        sheet.set_column(0, 0, 52)
        sheet.set_column(1, len(head), 22)
        sheet.write_row(0, 0, head, self.bold)
        sheet.set_row(0, high(*((text, 22) for text in head[1:])))
        for k, row in enumerate(rows, 1):
            sheet.set_row(k, high((row[0], 52), *((text, 22) for text in row[1:])))
            for c, text in enumerate(row):
                sheet.write_string(k, c, str(text), self.wrap)


def _put(sheet: Any, row: int, column: int, x: Any) -> None:
    if isinstance(x, int | float):
        if np.isfinite(x):
            sheet.write_number(row, column, x)
    else:
        sheet.write_string(row, column, str(x))


def _cell(row: int, column: int, fixed: bool = False) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(row, column, row_abs=fixed, col_abs=fixed))


def _span(row: int, years: int) -> str:
    return f"{_cell(row, FIRST_YEAR)}:{_cell(row, FIRST_YEAR + years - 1)}"
