"""Asking an author what the project does not say, until the answers keep the rules."""

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace

import click
import orjson

from mcp_static.cli.console import was_interrupted
from mcp_static.drafting.answers import NONE, Answers, Question
from mcp_static.drafting.draft import Draft, draft
from mcp_static.drafting.facts import Findings
from mcp_static.drafting.findings import Search
from mcp_static.drafting.variables import is_variable_name
from mcp_static.model.errors import InputError
from mcp_static.model.terminal import printable
from mcp_static.reports.findings import Finding
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record


def drafted(found: Search, answers: Answers, *, yes: bool) -> Draft:
    """The draft, once nothing necessary is missing; otherwise raises InputError that lists what is."""
    result = draft(found.findings, answers)
    if not yes and sys.stdin is not None:  # else nobody can be asked
        return _asked(found.findings, answers, result.missing)
    necessary = [question for question in result.missing if question.is_necessary]
    if necessary:
        raise InputError(
            f"The project does not say all that a server.json needs: "
            f"{', '.join(question.field for question in necessary)}.",
            _options_for(necessary),
        )
    left_open = [note for question in result.missing if (note := _left_open(question))]
    return replace(result, notes=(*result.notes, *left_open))


def _asked(found: Findings, answers: Answers, questions: Iterable[Question]) -> Draft:
    for question in questions:
        try:
            answers = replace(answers, **{question.field: _ask(question)})
        except click.Abort as aborted:
            if sys.stdin.isatty() or was_interrupted(aborted):
                raise
            raise _unanswered(draft(found, answers).missing) from None
    return draft(found, answers)


def _left_open(question: Question) -> str | None:
    """What was done about a question that nobody was asked."""
    if question.field == "image":
        return "the Dockerfile does not tell where its image is, so it is left out; see --image"
    if question.field == "variables":
        return (
            f"clients ask for {(question.default or '').replace(' ', ', ')}, which forms and "
            "configurations of the project name; --env names others"
        )
    if question.default:
        return f"a configuration reaches it at {question.default}; --remote adds that address"
    return None


def _unanswered(questions: Iterable[Question]) -> InputError:
    """The error for an input that is no terminal, and ends before all is answered."""
    return InputError(
        "The input ended before every question was answered.",
        f"--yes asks nothing; these options answer:\n{_options_for(questions)}",
    )


def _options_for(questions: Iterable[Question]) -> str:
    return "\n".join(f"{question.option}  {_asks(question)}." for question in questions)


def _asks(question: Question) -> str:
    return f"{question.asks}: {', '.join(question.choices)}" if question.choices else question.asks


def _ask(question: Question) -> str:
    """An answer that keeps the rules."""
    answer: str = click.prompt(
        printable(_asks(question)),
        default=question.default if question.is_necessary else question.default or "",
        show_default=question.default is not None,
        value_proc=_accepts(question),
        err=True,
    )
    return answer


def _accepts(question: Question) -> Callable[[str], str]:
    def accept(text: str) -> str:
        if question.choices and text.strip() not in question.choices:
            raise click.BadParameter(f"Choose one of {', '.join(map(printable, question.choices))}.")
        if question.field == "variables":
            _require_names(text)
        alone = draft(Findings(), replace(Answers(version="1.0.0"), **{question.field: text.strip()}))
        for error in _errors(orjson.dumps(alone.document)):
            if error.path.startswith(question.fills) and (text.strip() or question.is_necessary):
                raise click.BadParameter(printable(f"{error.sentence}. {error.fix}"))
        return text.strip()

    return accept


def _require_names(text: str) -> None:
    for name in text.replace(",", " ").split():
        if name != NONE and not is_variable_name(name):
            raise click.BadParameter(f"{printable(name[:100])} is not the name of a variable.")


def _errors(content: bytes) -> list[Finding]:
    return [
        finding for finding in findings_of(read_record(content), EmptyRegistry()) if finding.is_error
    ]
