"""The words that are not used in anything this project hands out, in one list, and the few places where one of them is right.

`found` says where a text uses one of them and what to say instead. The texts themselves are gathered below: every string of the code
(what commands print, help, errors, headings, sheets), page templates, evidence and scenarios, and what is written as Markdown.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
CODE = ("careshift", "calibration", "scenarios", "simulation", "benchmarks")

NEVER = {  # in no file at all, comments and tests included
    r"(the|frail) elderly|elderly people": "older people",
    r"service[ -]users?": "people who draw on care and support",
    r"bed.?block\w*": "people ready to leave hospital",
    r"handicapped|the disabled|sufferers?": "people, and what they live with",
    r"burden of care|will.save": "hours, strain; what the model finds, with its range"}
NOT_USED = NEVER | {  # in nothing that is handed out
    r"savings?|saves": "which kind (cash-releasing, growth avoided), or: spends less",
    r"proves?|proven": "shows, or: is evidence of",
    r"elderly": "older people",
    r"burden": "strain, hours",
    r"carer breakdowns?": "carer could not go on",
    r"DTOC": "days ready to leave hospital and not able to",
    r"SALT": "client level data (or the whole name of the old return)",
    r"CCGs?": "integrated care board",
    r"FACS|threshold rises": "national eligibility criteria; councils ration by waits, packages, reviews, fees",
    r"dependency": "need",
    r"guarantees?": "nothing is certain: a chance, a range",
    r"recommended": "a model recommends nothing"}
WORDS = re.compile(rf"\b({'|'.join(NOT_USED)})\b", re.IGNORECASE)
EVERYWHERE = re.compile(rf"\b({'|'.join(NEVER)})\b", re.IGNORECASE)
BLAME = re.compile(r"\b(famil(y|ies)|carers?) (fail|failed|refus\w+|unwilling|neglect\w*)\b", re.IGNORECASE)

RIGHT = {  # where a word is right, and why; a phrase that nobody needs any more is a fault of this list
    r"(Where the|the) saving comes from|[Kk]inds? of saving|[Cc]ash-releasing savings?": "a saving that says which",
    r"([Nn]o|not a|not|no clear|like a) savings?": "says that there is none",
    r"[Nn]othing( is)? recommended": "says that nothing is",
    r"proves (next to )?nothing": "says that nothing is proven",
    r"[Tt]he savings told of Wigan|[Ss]avings? of 2[26],000 pounds a head": "what others have claimed, told as their claim",
    r"neither saves nor costs lives|whether or not it saves money|nobody saves by housing|saves far less than": "says that it does not",
    r"so the saving is a price, not cash|Savings must not be bought": "warns of it",
    r"way of saving|decide what a shift saves|that of its saving": "of the register, whose words change only with its numbers",
    r"(their|in|touching|then|on|Middle|gives|short of) savings": "people's own money",
    r"[Ss]avings (between the limits|run out|differ|and homes?|and income)|Homes, savings|frailty, savings": "people's own money",
    r"reason, savings, stage|residents\.savings": "the same, as a column"}
ALLOWED = re.compile("|".join(RIGHT))
KEYS = (  # names of columns and of numbers, which are no prose
    "savings", "savings median", "savings spread", "savings by age", "service user", "salt returns", "volunteering: burden",
    "guarantee", "guarantee working age")


def flat(text: str) -> str:
    """A text on one line, its names read as words."""
    return " ".join(text.replace("_", " ").split())


def found(text: str) -> list[str]:
    """Each word in a text that is not used, with what stands around it and what to say instead."""
    told = flat(text)
    if told in KEYS:
        return []
    bare = ALLOWED.sub("", told)
    out = [f"...{bare[max(m.start() - 40, 0):m.end() + 30]}... ({instead(m.group())})" for m in WORDS.finditer(bare)]
    return out + [f"...{bare[max(m.start() - 40, 0):m.end() + 30]}... (families and carers are willing and able, or not; they do not fail)"
                  for m in BLAME.finditer(bare)]


def instead(word: str) -> str:
    """What to say in place of a word."""
    return next(f"say: {told}" for pattern, told in NOT_USED.items() if re.fullmatch(pattern, word, re.IGNORECASE))


# Texts ----------------------------------------------------------------------------------------------------------------------
def texts() -> Iterator[tuple[str, str]]:
    """Everything that can be read without running the model: where it stands, and what it says."""
    for room in CODE:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield from ((f"{_name(file)}:{line}", said) for line, said in strings(file))
        for file in sorted((ROOT / room).rglob("*.html")):
            yield _name(file), file.read_text(encoding="utf-8")
        for file in sorted((ROOT / room).rglob("*.yaml")):
            yield from ((_name(file), said) for said in prose(yaml.load(file.read_text(encoding="utf-8"), _Loader)))
    for file in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "notebooks").glob("*.md")]):
        yield _name(file), file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "notebooks").glob("*.ipynb")):
        yield from ((_name(file), "".join(cell["source"])) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"])


def strings(file: Path) -> Iterator[tuple[int, str]]:
    """Every string of a Python file with its line: what is printed, asked, refused, headed and documented."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value


def prose(held: Any) -> Iterator[str]:
    """Every key and every text of a YAML page, but titles of published sources, which stay as they are."""
    if isinstance(held, dict):
        for key, value in held.items():
            yield str(key)
            if key != "source":
                yield from prose(value)
    elif isinstance(held, list):
        for value in held:
            yield from prose(value)
    elif isinstance(held, str):
        yield held


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
