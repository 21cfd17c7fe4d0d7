"""What is wrong with a scenario file, said once, kindly, at the right line, all of it together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import BaseModel, ValidationError

from scenarios import form
from scenarios.words import MOST_SHOWN, clean, shown, unknown
from simulation.errors import Problem, did_you_mean
from simulation.reading import Page, dotted

MOST_TOLD = 50
Fields = Mapping[tuple[str, ...], type[BaseModel]]  # the part of a form that stands at each path
FIELDS: Fields = {
    (): form.ScenarioForm, ("shifts",): form.ShiftPart, ("transition",): form.TransitionPart,
    ("rules",): form.RulesPart, ("shocks",): form.ShockPart}


def fields_of(part: type[BaseModel]) -> dict[str, str]:
    """The fields of one part of a plan as a file writes them, each with what it means."""
    return {info.alias or name: info.description or "" for name, info in part.model_fields.items()}


def told(page: Page, error: ValidationError | None, fields: Fields = FIELDS) -> list[Problem]:
    """Every mistake on the page as help. After fifty the rest are counted, not told."""
    found: list[Any] = error.errors(include_url=False) if error else []
    meant = {(*path[:-1], _meant(path, fields)) for one in found if one["type"] == "extra_forbidden" for path in [_path(one)]}
    found = [one for one in found if not (one["type"] == "missing" and _path(one) in meant)
             and not (one["input"] is None and _path(one) in page.lines)]
    empty = list(islice(_blanks(page.data, ()), MOST_TOLD))
    problems = [problem(page, path, "nothing is written here", "write a value, or take the line out")
                for path in empty]
    problems = sorted(problems + [_problem(page, one, fields) for one in found[:MOST_TOLD]])[:MOST_TOLD]
    if more := len(found) + len(empty) - len(problems):
        problems.append(Problem(page.file, max(page.lines.values()), "", f"and at least {more} more mistakes",
                                "mend these first, or start from one of the library's scenarios"))
    return problems


def _blanks(value: object, path: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, part in inside:
        if part is None:
            yield (*path, step)
        yield from _blanks(part, (*path, step))


def _path(error: Any) -> tuple[str | int, ...]:
    return tuple(step for step in error["loc"] if step != "[key]")


def _meant(path: Sequence[str | int], fields: Fields) -> str:
    """The field that a misspelt one stands for, so that it is not called missing as well."""
    return did_you_mean(str(path[-1])[:MOST_SHOWN], _known(path, fields)).removeprefix("did you mean ").rstrip("?")


def _known(path: Sequence[str | int], fields: Fields) -> list[str]:
    return list(fields_of(fields.get(tuple(step for step in path[:-1] if isinstance(step, str)), fields[()])))


def problem(page: Page, path: Sequence[str | int], what: str, todo: str = "") -> Problem:
    """One mistake at its line; names that somebody else wrote are shortened and cleaned."""
    at = [clean(step) if isinstance(step, str) else step for step in path]
    return Problem(page.file, page.line(path), dotted(at), what, todo)


def _problem(page: Page, error: Any, fields: Fields) -> Problem:
    path = _path(error)
    kind, given, limits = error["type"], error["input"], error.get("ctx", {})
    if kind == "refused":
        return problem(page, path, limits["what"], limits["todo"])
    if kind == "missing":
        return problem(page, path, "this field is missing", _example(path, fields))
    if kind == "extra_forbidden":
        return problem(page, path, *unknown(str(path[-1]), _known(path, fields), "a field"))
    if not path:
        return problem(page, path, "there are no fields in this file", "start from one of the library's scenarios")
    return problem(page, path, *_plain_words(kind, given, limits))


def _names(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(step for step in path[:-1] if isinstance(step, str))


def _example(path: Sequence[str | int], fields: Fields) -> str:
    means = fields_of(fields[_names(path)]).get(str(path[-1]), "")
    return f"add {path[-1]}: {means[:1].lower()}{means[1:].rstrip('.')}"


def _plain_words(kind: str, given: object, limits: dict[str, Any]) -> tuple[str, str]:
    match kind:
        case "int_type" | "int_from_float":
            return f"{shown(given)} is not a whole number", "write a whole number, such as 10"
        case "greater_than_equal":
            return f"{shown(given)} is too small", f"write {limits['ge']} or more"
        case "less_than_equal":
            return f"{shown(given)} is too large", f"write {limits['le']:,} or less"
        case "string_type":
            return f"{shown(given)} is not words", "put it in quotes if it is meant as words"
        case "string_too_long":
            return f"this has {len(str(given)):,} characters", f"keep it under {limits['max_length'] + 1}"
        case "too_long":
            return f"there are {limits['actual_length']} here", f"a plan has at most {limits['max_length']}"
        case "too_short":
            return "the list is empty", "write at least one"
        case "list_type":
            return f"{shown(given)} is not a list", "begin each item with a dash on its own line, or use [a, b]"
        case "dict_type" | "model_type" | "model_attributes_type":
            return f"{shown(given)} stands where fields are wanted", "write name: value, one to a line"
    return f"{shown(given)} cannot be used here ({kind.replace('_', ' ')})", "see the library for an example"


def for_editors(schema: Any, models: list[str]) -> Any:
    """The form in JSON Schema with the models of support by name, and without the reader's own bookkeeping."""
    if isinstance(schema, list):
        return [for_editors(part, models) for part in schema]
    if not isinstance(schema, dict):
        return schema
    rest = [part for part in schema.get("anyOf", []) if part != {"type": "null"}]
    if len(rest) == 1:
        schema = {**rest[0], **{name: part for name, part in schema.items() if name != "anyOf"}}
    if schema.get("format") == form.MODEL:
        schema = {"enum": models, **{name: part for name, part in schema.items() if name not in ("format", "type")}}
    if "patternProperties" in schema:
        schema = {**schema, "additionalProperties": False}
    return {name: for_editors(part, models) for name, part in schema.items()
            if not (name == "title" and isinstance(part, str)) and not (name == "default" and part is None)}
