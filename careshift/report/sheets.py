"""What every workbook has: formats, sheets that print one page wide, rows high enough to be read, and what to read first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scenarios import keeping

A4, A_LINE = 9, 15.0  # the workbook's number for a paper size, and points of a line
POUNDS = "#,##0;-#,##0;0"
TITLES, TEXT = 24, 110  # characters across the two columns of what to read first


class Sheets:
    """One workbook: its formats and its sheets in order; `fill` writes them."""

    def __init__(self, book: Any):
        self.book = book
        self.bold, self.wrap = book.add_format({"bold": True, "text_wrap": True, "valign": "top"}), book.add_format({"text_wrap": True, "valign": "top"})
        self.pounds, self.sum = book.add_format({"num_format": POUNDS}), book.add_format({"num_format": POUNDS, "bold": True, "top": 1})
        self.given = book.add_format({"num_format": "#,##0.0000", "bg_color": "#fff6ea", "border": 1})

    def sheet(self, name: str) -> Any:
        """A sheet that prints on as many pages as it is long, and no wider than one."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        return sheet

    def read_first(self, said: Iterable[tuple[str, str]]) -> None:
        """The first sheet: what is what, in words."""
        sheet = self.sheet("Read first")
        sheet.set_column(0, 0, TITLES)
        sheet.set_column(1, 1, TEXT)
        for k, (what, text) in enumerate(said):
            sheet.set_row(k, high((text, TEXT)))
            sheet.write(k, 0, what, self.bold)
            sheet.write_string(k, 1, text, self.wrap)


def high(*texts: tuple[str, int]) -> float:
    """How high a row must be for these texts in columns of this width to be seen whole."""
    return A_LINE * max(1, *(-(-int(len(text) * 1.1) // width) for text, width in texts), 1)


def whole(file: Path, fill: Callable[[Any], None]) -> Path:
    """A workbook as it is filled, whole or not at all. Returns the path."""
    import xlsxwriter

    def written(out: Any) -> None:
        with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
            fill(book)

    return keeping.whole(file, written)
