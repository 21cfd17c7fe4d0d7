"""Write the board paper as a page and for Word, and lines of the medium-term strategy as a workbook: the same words in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from careshift.report import figures
from careshift.report.figures import Picture
from careshift.report.report import FOLDER, true_minus
from scenarios import keeping
from scenarios.appraisal.whole import Appraisal
from scenarios.papers.board import BLANK, Paper, Part, Table, board_paper
from simulation.errors import BadInput, Problem

PAGE, WORD, SHEET = "board_paper.html", "board_paper.docx", "medium_term.xlsx"
MINUS, JOINED = "\N{MINUS SIGN}", "\N{WORD JOINER}"  # so that no line breaks between a sign and its figure
BODY, SMALL, MARGIN = 7.5, 7.0, 1.0  # points of text and of tables; centimetres at each edge
WIDTH, FIRST = 19.0, 5.9  # centimetres of a page, and of the column that names a row


def write(a: Appraisal, folder: Path, template: Path | None = None) -> list[Path]:
    """The paper as HTML and Word, and the medium-term sheet, in the folder of the results. Returns the paths.

    `template` is a council's own Word file, whose styles are taken. Raises BadInput where it is none.
    """
    from careshift.report import medium_term

    paper = board_paper(a)
    shown = pictures(a)
    word = _word(paper, shown, template)
    files = [keeping.whole_text(folder / PAGE, render(paper, shown))]
    files.append(keeping.whole(folder / WORD, lambda out: word.save(out)))
    return [*files, medium_term.write(a, folder / SHEET)]


def pictures(a: Appraisal) -> dict[str, list[Picture]]:
    """The pictures of the paper by the heading they stand under: net spending by year, and what is left of what is moved."""
    return {"Annex A Pictures": [figures.net(a.results), figures.waterfall(a.results)]}


def render(paper: Paper, shown: Mapping[str, list[Picture]]) -> str:
    """The paper as a page that stands alone and prints; the same for the same results."""
    env = Environment(loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(["html"]), trim_blocks=True, lstrip_blocks=True)
    env.filters["figures"] = joined
    return env.get_template("board.html").render(p=paper, blank=BLANK, pictures=shown)


def joined(text: object) -> str:
    """Figures with a true minus sign that stays with them: no line breaks in between."""
    return true_minus(text).replace(MINUS, MINUS + JOINED)


# Word ---------------------------------------------------------------------------------------------------------------
def _word(paper: Paper, shown: Mapping[str, list[Picture]], template: Path | None) -> Any:
    import docx

    try:
        out = docx.Document(str(template) if template else None)
    except Exception as error:  # python-docx raises what its zip and XML readers raise
        raise BadInput(Problem(str(template), 0, "--template", f"is no Word file that can be opened ({type(error).__name__})",
                               "give a .docx file of your council")) from None
    _facts(out, paper)
    if template is None:
        _close(out)
    out.add_heading(true_minus(f"{paper.kind.capitalize()}: {paper.title}"), level=1)
    out.add_paragraph(f"{paper.place}. {paper.made}. MODEL, NOT A FORECAST.")
    out.add_paragraph().add_run(BLANK).bold = True
    out.add_paragraph(joined(f"Plan type (computed, never claimed). {paper.plan_line}"))
    for warning in paper.warnings:
        out.add_paragraph().add_run(joined(warning)).bold = True
    for part in paper.parts:
        _part(out, part, [])
    out.add_paragraph(" ".join(paper.foot))
    out.add_page_break()
    for part in paper.annex:
        _part(out, part, shown.get(part.heading, []))
    return out


def _part(out: Any, part: Part, shown: Sequence[Picture]) -> None:
    out.add_heading(part.heading, level=2)
    for line in part.says:
        out.add_paragraph(joined(line))
    if part.table:
        _table(out, part.table)
    for picture in shown:
        _picture(out, picture)


def _close(out: Any) -> None:
    """Small margins, small type and little air, so that the paper itself is short; a council's template keeps its own."""
    from docx.shared import Cm, Pt

    for section in out.sections:
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(MARGIN)
        section.top_margin = section.bottom_margin = Cm(MARGIN)
    body = out.styles["Normal"]
    body.font.name, body.font.size = "Arial", Pt(BODY)
    body.paragraph_format.space_after, body.paragraph_format.line_spacing = Pt(1), 1.0
    caption = out.styles["Caption"]
    caption.font.size, caption.paragraph_format.space_after, caption.paragraph_format.line_spacing = Pt(SMALL), Pt(0), 1.0
    for name in ("Heading 1", "Heading 2"):
        out.styles[name].paragraph_format.space_before, out.styles[name].paragraph_format.space_after = Pt(3), Pt(0)
        out.styles[name].paragraph_format.line_spacing = 1.0
        out.styles[name].font.name = "Arial"
    out.styles["Heading 1"].font.size, out.styles["Heading 2"].font.size = Pt(BODY + 3.5), Pt(BODY + 1)


def _facts(out: Any, paper: Paper) -> None:
    """What a reader of file properties, or a screen reader, finds; and English as the language."""
    from docx.oxml.ns import qn

    facts = out.core_properties
    facts.title, facts.subject, facts.author = f"{paper.kind}: {paper.title}", paper.place, "careshift"
    facts.language, facts.comments = "en-GB", "A model, not a forecast."
    fonts = out.styles.element.find(f".//{qn('w:rPrDefault')}//{qn('w:lang')}")
    if fonts is not None:
        fonts.set(qn("w:val"), "en-GB")


def _table(out: Any, table: Table) -> None:
    """A real table: its caption before it in the caption style, and a head row that is repeated on the next page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    caption = out.add_paragraph(true_minus(table.caption), style=_style(out, "Caption"))
    caption.paragraph_format.keep_with_next = True
    made = out.add_table(rows=1, cols=len(table.head), style=_style(out, "Light List Accent 1") or _style(out, "Table Grid"))
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    made.autofit = False
    if (look := made._tbl.tblPr.find(qn("w:tblLook"))) is not None:
        look.set(qn("w:firstColumn"), "0")
        look.set(qn("w:val"), "0420")
    widths = [Cm(FIRST), *[Cm((WIDTH - FIRST) / (len(table.head) - 1))] * (len(table.head) - 1)]
    for column, width in zip(made.columns, widths):
        column.width = width
    for row in (table.head, *table.rows):
        cells = made.rows[0].cells if row is table.head else made.add_row().cells
        for k, (cell, text) in enumerate(zip(cells, row, strict=True)):
            cell.text, cell.width = joined(text), widths[k]
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_after = Pt(0)
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if k else WD_ALIGN_PARAGRAPH.LEFT
                for run in paragraph.runs:
                    run.font.size = Pt(SMALL)


def _picture(out: Any, picture: Picture) -> None:
    """A picture with its title, its words for who cannot see it, and its caption."""
    from docx.shared import Cm

    from careshift.report.charts import as_png

    shape = out.add_picture(as_png(picture.figure), width=Cm(15.5))
    shape._inline.docPr.set("descr", true_minus(f"{picture.title}. {picture.words}"))
    shape._inline.docPr.set("title", true_minus(picture.title))
    out.add_paragraph(true_minus(f"{picture.title}. {picture.caption}"), style=_style(out, "Caption"))


def _style(out: Any, name: str) -> str | None:
    """A style by name if the file has it: a council's template may not."""
    return name if any(style.name == name for style in out.styles) else None
