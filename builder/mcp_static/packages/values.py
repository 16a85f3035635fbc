"""Values with inputs in them: what a record fixes of an argument, a variable or a header, and what it
leaves to the user.

How `value`, `default`, `variables` and `{braces}` relate is told in the registry's
`generic-server-json.md`; where it is silent, we follow what VS Code does with the same fields.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from mcp_static.model.reading import Part, objects_in, part_of, text_of

_BRACES: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_-]*)\}")
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


@dataclass(frozen=True, slots=True)
class Input:
    """Something that the user has to supply; `id` names it."""

    id: str
    description: str = ""
    is_secret: bool = False
    default: str | None = None
    choices: tuple[str, ...] = ()


Value = tuple[str | Input, ...]
"""Text with inputs in it."""

_VARIABLE: Final = re.compile(r"\$(?:\{|[A-Za-z_])")
"""What one client or another replaces with a variable of the user's environment."""


def has_variable(value: Value) -> bool:
    """Whether the author's part of a value has what clients replace by a variable (`$A`, `${A}`)."""
    texts = (part if isinstance(part, str) else part.default or "" for part in value)
    return any(_VARIABLE.search(text) for text in texts)


Settings = Mapping[str, Part]
"""What a package lets a user set, by the names that braces in its texts may use."""


def is_template(text: str) -> bool:
    """Whether a text has braces in it for what the user supplies."""
    return bool(_BRACES.search(text))


def settings_of(package: Part) -> Settings:
    """The arguments and variables of a package, by their names."""
    named: dict[str, Part] = {}
    variables: dict[str, Part] = {}
    for key in ("packageArguments", "runtimeArguments", "environmentVariables"):
        for value in objects_in(package.get(key)):
            for name in (text_of(value, "valueHint"), (text_of(value, "name") or "").lstrip("-")):
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
        value = _value(part, name, settings, is_open=is_open)
        if value:
            yield name, value


def argument_words(described: object, settings: Settings) -> Iterator[Value]:
    """The words that arguments become on a command line; optional ones without a value are left out."""
    arguments = objects_in(described)
    for argument, following in pairwise([*arguments, {}]):
        name = str(argument.get("name", ""))
        hint = str(argument.get("valueHint") or name.lstrip("-") or "value")
        value = _value(argument, hint, settings)
        if argument.get("type") == "named" and (
            value or argument.get("isRequired") or _is_flag(argument) or _is_fixed_word(following)
        ):
            yield (name,)
        if value:
            yield value


def _is_flag(argument: Part) -> bool:
    """Whether a named argument without a value is a flag, which its author always wants to be given."""
    return not any(argument.get(key) for key in _VALUE_MEMBERS)


def _is_fixed_word(argument: Part) -> bool:
    """Whether this, after a named argument without a value, is that value, as in `-e`, `NAME`."""
    return argument.get("type") == "positional" and bool(text_of(argument, "value"))


def _value(part: Part, hint: str, settings: Settings, *, is_open: bool = False) -> Value:
    """A value: what the author fixed, with the user's inputs in it; empty if it may be left out.

    A secret that is fixed is not shown to anybody; one with braces in it is a form to fill in.
    """
    fixed, is_secret = text_of(part, "value"), bool(part.get("isSecret"))
    variables = part_of(part, "variables")
    if fixed and (not is_secret or variables or is_template(fixed)):
        return filled(fixed, variables, settings, is_open=is_open or is_secret)
    default = part.get("default")
    if part.get("isSecret"):
        return (_input(hint, part),) if part.get("isRequired") or fixed or default else ()
    if isinstance(default, str) and default:
        return (default,)
    return (_input(hint, part),) if part.get("isRequired") else ()


def filled(text: str, variables: Part, settings: Settings, *, is_open: bool = False) -> Value:
    """Text with the inputs that it names in braces.

    Braces that name neither a variable nor a setting stay, as the schema has it. Headers and secrets
    are open: sent with braces in them, they would only be refused, so what such braces name is asked
    for as a secret.
    """
    parts: list[str | Input] = []
    end = 0
    for match in _BRACES.finditer(text):
        name = match[1]
        if name in variables:
            value: Value = (_input(name, part_of(variables, name)),)
        elif name in settings:
            value = _setting(name, settings[name])
        elif is_open:
            value = (_input(name, {"isSecret": True}),)
        else:
            continue
        parts += [text[end : match.start()], *value]
        end = match.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part)


def _setting(name: str, described: Part) -> Value:
    """The value of a setting that another text names, unless it depends on further ones itself."""
    fixed = text_of(described, "value")
    alone = {**described, "value": None} if fixed and is_template(fixed) else described
    return _value(alone, name, {}) or (_input(name, described),)


def _input(name: str, described: Part) -> Input:
    default, choices = described.get("default"), described.get("choices")
    is_secret = bool(described.get("isSecret"))
    return Input(
        name,
        str(described.get("description") or ""),
        is_secret,
        default if isinstance(default, str) and not is_secret else None,
        tuple(one for one in choices if isinstance(one, str)) if isinstance(choices, list) else (),
    )
