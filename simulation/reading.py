"""Read a page of YAML that somebody else may have written: safely, strictly, remembering each line number.

The event stream is walked in a loop, never by recursion, so a hostile file is refused instead of crashing the
interpreter. Refused: more than 1 MB, more than 20 levels, aliases, tags, a key said twice, several documents,
anything that is not text. Scalars mean what they look like: `no` is a word, `010` is not 8, `12:30` is not 750.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from simulation.errors import BadInput, Problem

LARGEST = 1_000_000
DEEPEST = 20
LONGEST_NUMBER = 40
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_DECIMAL = re.compile(r"[-+]?([0-9][0-9_]*)?\.?[0-9]+([eE][-+]?[0-9]+)?")

Step = str | int
Path_ = tuple[Step, ...]


@dataclass
class Page:
    """A page as read: `data` of plain values, and the line of each path, for messages that point at the mistake."""

    file: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Sequence[Step]) -> int:
        """The line of this path, or of its nearest parent that the page has."""
        at = tuple(path)
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def problem(self, path: Sequence[Step], what: str, todo: str = "") -> Problem:
        return Problem(self.file, self.line(path), dotted(path), what, todo)


def dotted(path: Sequence[Step]) -> str:
    """A path as people write it: shifts[0].to.shared_lives."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


def read_page(path: Path | str, name: str | None = None) -> Page:
    """Read one YAML page. Raises BadInput with file and line; never repairs, never follows an alias or a tag."""
    path = Path(path)
    name = name or str(path)
    try:
        if not path.is_file():
            raise BadInput(Problem(name, 0, "", "there is no such file", "check the spelling of the path"))
        size = path.stat().st_size
        if size > LARGEST:
            raise BadInput(Problem(name, 0, "", f"the file has {size:,} bytes; a page has at most {LARGEST:,}",
                                   "is this the file you meant?"))
        raw = path.read_bytes()
    except OSError as error:
        raise BadInput(Problem(name, 0, "", f"the file cannot be read ({error.strerror})")) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(Problem(name, 0, "", "this is not a text file in UTF-8", "save it as plain text")) from None
    return parse_page(text, name)


def parse_page(text: str, name: str) -> Page:
    """Read a page from a string; `name` is what messages call it."""
    if not text.strip():
        raise BadInput(Problem(name, 1, "", "the file is empty", "start from one of the library's scenarios"))
    page = Page(name, None)
    try:
        _walk(text, page)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "this is not YAML"
        raise BadInput(Problem(name, mark.line + 1 if mark else 1, "", f"cannot be read: {what}",
                               "look for a missing colon, quote or bracket just above")) from None
    return page


@dataclass
class _Open:
    value: dict[str, Any] | list[Any]
    path: Path_
    key: str | None = None


def _walk(text: str, page: Page) -> None:
    stack: list[_Open] = []
    documents = 0

    def refuse(event: yaml.Event, what: str, todo: str = "") -> BadInput:
        where = stack[-1].path if stack else ()
        return BadInput(Problem(page.file, _line(event), dotted(where), what, todo))

    def put(event: yaml.Event, value: Any) -> Path_:
        line = _line(event)
        if not stack:
            page.data = value
            page.lines[()] = line
            return ()
        top = stack[-1]
        if isinstance(top.value, list):
            path: Path_ = (*top.path, len(top.value))
            top.value.append(value)
        else:
            assert top.key is not None
            path = (*top.path, top.key)
            top.value[top.key] = value
            top.key = None
        page.lines.setdefault(path, line)
        return path

    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise refuse(event, "the file holds more than one document", "keep one, without a second ---")
        elif isinstance(event, yaml.AliasEvent):
            raise refuse(event, "aliases (*name) are not allowed", "write the value out")
        elif isinstance(event, yaml.NodeEvent):
            if getattr(event, "anchor", None):
                raise refuse(event, "anchors (&name) are not allowed", "write the value out")
            if getattr(event, "tag", None):
                raise refuse(event, "tags (!name) are not allowed", "write plain values")
            waiting = bool(stack) and isinstance(stack[-1].value, dict) and stack[-1].key is None
            if waiting:
                if not isinstance(event, yaml.ScalarEvent):
                    raise refuse(event, "a field's name must be a single word")
                top = stack[-1]
                if event.value in top.value:
                    raise refuse(event, f"{event.value[:LONGEST_NUMBER]} is said twice", "keep one of them")
                top.key = event.value
                page.lines[(*top.path, event.value)] = _line(event)
            elif isinstance(event, yaml.ScalarEvent):
                put(event, _plain(event.value) if event.style is None else event.value)
            else:
                if len(stack) >= DEEPEST:
                    raise refuse(event, f"more than {DEEPEST} levels deep", "a page is flatter than that")
                new: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
                stack.append(_Open(new, put(event, new)))
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()


def _line(event: yaml.Event) -> int:
    return int(event.start_mark.line) + 1 if event.start_mark else 1


def _plain(word: str) -> Any:
    if len(word) > LONGEST_NUMBER:
        return word
    if word in ("", "~", "null"):
        return None
    if word in ("true", "false"):
        return word == "true"
    if _INTEGER.fullmatch(word):
        return int(word.replace("_", ""))
    if _DECIMAL.fullmatch(word) and not re.fullmatch(r"0[0-9_]+", word):
        return float(word.replace("_", ""))
    return word
