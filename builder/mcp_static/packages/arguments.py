"""The words of a command line, its variables and the headers of an address, as a record describes them.

Sources: `Input` and `Argument` of the schema of 2025-12-11 ("booleans should be represented by the
strings true and false", a named argument is "a command-line `--flag={value}`"), and the four programs
that turn them into commands: microsoft/vscode, `processArguments` of `mcpManagementService.ts`;
microsoft/apm, `arg_processing.py`; stacklok/toolhive, `flattenPackageArguments`; docker/mcp-gateway,
`parseRuntimeArg` of `registry_to_catalog.go` (all November 2026). The first three write name and value
as two words, the last with `=`. None of them treats booleans apart, so that `--rm` with the value
`true` gives Docker `true` for an image.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from mcp_static.model.reading import Part, objects_in, part_of, text_of
from mcp_static.packages.values import Settings, Value, fixed_text, value_of

_VALUE_MEMBERS: Final = (
    "description",
    "format",
    "default",
    "choices",
    "valueHint",
    "variables",
    "isRepeated",
)
"""Members that describe an argument's value: one that has any of them is not a mere flag."""


def settings_of(package: Part) -> Settings:
    """The arguments and variables of a package, by the names that braces may use for them.

    A named argument is known with its dashes, as the official registry has it, and without them.
    """
    named: dict[str, Part] = {}
    variables: dict[str, Part] = {}
    for key in ("packageArguments", "runtimeArguments", "environmentVariables"):
        for value in objects_in(package.get(key)):
            own = text_of(value, "name") or ""
            for name in (text_of(value, "valueHint"), own, own.lstrip("-")):
                if name:
                    named.setdefault(name, value)
            for name in part_of(value, "variables"):
                variables.setdefault(name, part_of(part_of(value, "variables"), name))
    return {**named, **variables}


def named_values(
    described: object, settings: Settings, *, is_open: bool = False
) -> Iterator[tuple[str, Value]]:
    """Headers or environment variables that have a value, or must have one."""
    for part in objects_in(described):
        name = str(part.get("name", ""))
        value = value_of(part, name, settings, is_open=is_open)
        if value:
            yield name, value


def argument_words(
    described: object, settings: Settings, flags: frozenset[str] = frozenset()
) -> Iterator[Value]:
    """The words that arguments become on a command line; optional ones without a value are left out.

    Named arguments without a name are left out as well. `flags` are options that take no value,
    whether the record has one or not.
    """
    for argument, following in pairwise([*objects_in(described), {}]):
        if argument.get("type") != "named":
            yield from _present(value_of(argument, _hint_of(argument), settings))
        elif not _name_of(argument):
            continue
        elif _is_switch(argument, flags):
            yield from _switch_words(argument, settings)
        else:
            yield from _named_words(argument, following, settings)


def _present(value: Value) -> tuple[Value, ...]:
    return (value,) if value else ()


def _name_of(argument: Part) -> str:
    return str(argument.get("name", ""))


def _hint_of(argument: Part) -> str:
    """What an input for the value is called."""
    return str(argument.get("valueHint") or _name_of(argument).lstrip("-") or "value")


def _is_switch(argument: Part, flags: frozenset[str]) -> bool:
    """Whether the value of a named argument only tells whether the argument is given at all."""
    return argument.get("format") == "boolean" or _name_of(argument) in flags


def _switch_words(argument: Part, settings: Settings) -> Iterator[Value]:
    """The one word of a flag: its name if it is on, `name=false` if its author turns it off.

    Parsers that know a flag which is on by default take its value behind `=` alone: Docker's and
    others written in Go, and yargs. A default of `false` is what the program does without the flag.
    """
    name, is_required = _name_of(argument), bool(argument.get("isRequired"))
    is_asked = is_required and bool(argument.get("choices"))
    value = value_of({**argument, "isRequired": is_asked}, name.lstrip("-"), settings)
    text = fixed_text(value).lower()
    if text == "true" or (not value and (is_required or _is_bare(argument))):
        yield (name,)
    elif value and (text != "false" or text_of(argument, "value")):
        yield (f"{name}=", *value)


def _named_words(argument: Part, following: Part, settings: Settings) -> Iterator[Value]:
    name = _name_of(argument)
    value = value_of(argument, _hint_of(argument), settings)
    if value or argument.get("isRequired") or _is_bare(argument) or _is_fixed_word(following):
        yield (name,)
    yield from _present(value)


def _is_bare(argument: Part) -> bool:
    """Whether a named argument without a value is a flag, which its author always wants to be given."""
    return not any(argument.get(key) for key in _VALUE_MEMBERS)


def _is_fixed_word(argument: Part) -> bool:
    """Whether this, after a named argument without a value, is that value, as in `-e`, `NAME`."""
    return argument.get("type") == "positional" and bool(text_of(argument, "value"))


def is_constant(argument: Part) -> bool:
    """Whether an argument, a variable or a header is the same for all users, who have nothing to set.

    The schema has it so for whatever has a `value`, whose `variables` are settings of their own. A
    flag that is always given has no other value either.
    """
    if argument.get("isSecret"):
        return False
    if text_of(argument, "value"):
        return True
    return argument.get("type") == "named" and (_is_bare(argument) or _is_required_flag(argument))


def _is_required_flag(argument: Part) -> bool:
    is_open = argument.get("choices") or argument.get("default")
    return _is_switch(argument, frozenset()) and bool(argument.get("isRequired")) and not is_open
