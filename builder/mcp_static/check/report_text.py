"""Problems in print: for a terminal, for programs, for the annotations of a GitHub workflow."""

from collections.abc import Sequence
from typing import Any, Literal

import orjson

from mcp_static.model.terminal import printable
from mcp_static.rules.rule import Problem, Severity

ReportFormat = Literal["text", "json", "github"]


def report(file: str, problems: Sequence[Problem], style: ReportFormat) -> str:
    """What to print about the problems of one file, without a newline at the end."""
    if style == "json":
        return orjson.dumps(_as_json(file, problems), option=orjson.OPT_INDENT_2).decode()
    if style == "github":
        return "\n".join(
            [*(_annotation(file, problem) for problem in problems), _summary(file, problems)]
        )
    return "\n".join([_summary(file, problems), *(_paragraph(problem) for problem in problems)])


def _summary(file: str, problems: Sequence[Problem]) -> str:
    errors = sum(problem.is_error for problem in problems)
    warnings = len(problems) - errors
    if not errors:
        note = f" ({_count(warnings, 'warning')})" if warnings else ""
        return f"{printable(file)} is valid{note}."
    more = f", {_count(warnings, 'warning')}" if warnings else ""
    return f"{printable(file)} cannot be published: {_count(errors, 'error')}{more}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _sentence(problem: Problem) -> str:
    return printable(f"{problem.path} {problem.wrong}".strip())


def _paragraph(problem: Problem) -> str:
    kind = problem.rule.severity.value
    return f"\n{kind}: {_sentence(problem)}  [{problem.rule.id}]\n  {problem.rule.mend}"


def _as_json(file: str, problems: Sequence[Problem]) -> dict[str, Any]:
    return {
        "file": printable(file),
        "valid": not any(problem.is_error for problem in problems),
        "problems": [
            {
                "severity": problem.rule.severity.value,
                "rule": problem.rule.id,
                "path": problem.path,
                "message": problem.wrong,
                "fix": problem.rule.mend,
            }
            for problem in problems
        ],
    }


def _annotation(file: str, problem: Problem) -> str:
    kind = "error" if problem.rule.severity is Severity.ERROR else "warning"
    return annotation(kind, file, problem.rule.id, f"{_sentence(problem)}. {problem.rule.mend}")


def annotation(kind: str, file: str, title: str, sentence: str) -> str:
    """A workflow command, escaped as GitHub's documentation of workflow commands asks."""
    return f"::{kind} file={_property(file)},title={_property(title)}::{_data(sentence)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
