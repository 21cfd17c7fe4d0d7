"""A council's page holds counts of people, never people: whatever looks like one person is refused, and not repeated."""

from __future__ import annotations

import re
from collections.abc import Iterator

from simulation.errors import Problem

NHS_NUMBER = re.compile(r"(?<![\d_.,])(\d{3})([ -]?)(\d{3})\2(\d{4})(?![\d_.,])")
LABELS = ("nhs_number", "nhs_no", "national_insurance", "ni_number", "date_of_birth", "dob", "birth_date", "surname", "forename",
          "first_name", "last_name", "family_name", "given_name", "full_name", "person_id", "client_id", "case_id", "case_number",
          "service_user", "person_name", "client_name", "home_address", "address", "postcode", "post_code", "email", "telephone", "phone",
          "mobile", "next_of_kin", "ethnicity", "uprn")
KEY = re.compile(r"(?:^|[,{#-])\s*[\"']?(" + "|".join(x.replace("_", "[ _-]?") for x in LABELS) + r")[\"']?\s*:", re.I)
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a postcode", re.compile(r"\b(?!E0\d)[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}\b")),
    ("a National Insurance number", re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.I)),
    ("an email address", re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")),
    ("a telephone number", re.compile(r"(?<![\d.])(?:\+44 ?\(?0?\)?|0)\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}(?!\d)")),
    ("somebody's name", re.compile(r"\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.? [A-Z][a-z]+")),
    ("a date of birth", re.compile(r"\b(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:19\d{2}|200\d|201\d|\d{2})\b")),
    ("a date of birth", re.compile(r"\b(?:19\d{2}|200\d|201[0-8])-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b")),
    ("a date of birth", re.compile(r"\bborn\b", re.I)),
)
TODO = "take it out: this page takes totals for a whole council, never anything about one person"


def found(text: str, file: str) -> list[Problem]:
    """Every line that looks as if it were about one person, and what it looks like; the words themselves are not repeated."""
    return [Problem(file, line, "", f"looks like {what}", TODO) for line, what in _kinds(text)]


def _kinds(text: str) -> Iterator[tuple[int, str]]:
    rows = 0
    for line, told in enumerate(text.splitlines(), 1):
        if label := _label(told):
            yield line, f"a field about one person ({label})"
        if any(_is_nhs_number("".join(match.group(1, 3, 4)), bool(match[2])) for match in NHS_NUMBER.finditer(told)):
            yield line, "an NHS number"
        yield from ((line, what) for what, pattern in PATTERNS if pattern.search(told))
        rows = rows + 1 if _is_person(told) else rows
        if rows == 1 and _is_person(told):
            yield line, "a row about one person (an age with a sex)"


def _label(told: str) -> str:
    """The field about one person that a line names, as a key or at the head of a column."""
    if key := KEY.search(told):
        return key[1].lower()
    cells = [cell.strip(" \"'").lower() for cell in re.split(r"[,;\t]", told)]
    heads = [re.sub(r"[ -]", "_", cell) for cell in cells]
    return next((head for head in heads if head in LABELS), "") if len(cells) > 1 and not any(cell.count(" ") > 1 for cell in cells) else ""


def _is_nhs_number(digits: str, spaced: bool) -> bool:
    """Ten digits whose last is the check digit of the rest; pounds without spaces have to pass it too."""
    total = sum(int(d) * (10 - i) for i, d in enumerate(digits[:9]))
    check = 11 - total % 11
    return (0 if check == 11 else check) == int(digits[9]) and (spaced or digits[0] in "4679")


def _is_person(told: str) -> bool:
    """An age and a sex in one row: {age: 82, sex: F}, or 82,F,..."""
    words = {word.strip(" {}[]-\"'").lower() for word in re.split(r"[,;:\t]", told)}
    return bool(words & {"sex", "gender"} and "age" in words and re.search(r":\s*\d", told)) or bool(
        re.match(r"\s*-?\s*\"?\d{1,3}\"?\s*[,;\t]\s*\"?(m|f|male|female|man|woman)\"?\s*([,;\t]|$)", told, re.I))
