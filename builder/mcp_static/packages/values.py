"""Values with inputs in them: what a record fixes of an argument, a variable or a header, and what it
leaves to the user.

How `value`, `default`, `variables` and `{braces}` relate is told in the registry's
`generic-server-json.md`; where it is silent, we follow what VS Code does with the same fields.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from mcp_static.model.reading import Part, part_of, text_of

_BRACES: Final = re.compile(r"\{([^{}]+)\}")
_NAME: Final = re.compile(r"-{0,2}[A-Za-z_][A-Za-z0-9_-]*")
"""What braces have to hold to name something that their record does not describe."""


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


def fixed_text(value: Value) -> str:
    """The text of a value; empty if a part of it is the user's."""
    return "".join(map(str, value)) if all(isinstance(part, str) for part in value) else ""


Settings = Mapping[str, Part]
"""What a package lets a user set, by the names that braces in its texts may use."""


def is_template(text: str) -> bool:
    """Whether a text has braces in it for what the user supplies."""
    return any(_NAME.fullmatch(match[1]) for match in _BRACES.finditer(text))


def value_of(part: Part, hint: str, settings: Settings, *, is_open: bool = False) -> Value:
    """A value: what the author fixed, with the user's inputs in it; empty if it may be left out.

    A secret that is fixed is not shown to anybody; one with braces in it is a form to fill in. `hint`
    names the input if all of it is the user's, `is_open` is as for `filled`.
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
        value = _named(match[1], variables, settings, is_open=is_open)
        if value:
            parts += [text[end : match.start()], *value]
            end = match.end()
    parts.append(text[end:])
    return tuple(part for part in parts if part)


def _named(name: str, variables: Part, settings: Settings, *, is_open: bool) -> Value:
    """What braces with a name stand for; empty if they are only text."""
    if name in variables:
        described = part_of(variables, name)
        fixed = text_of(described, "value")  # a variable has none of its own
        return (fixed,) if fixed and not described.get("isSecret") else (_input(name, described),)
    if not _NAME.fullmatch(name):
        return ()
    if name in settings:
        return _setting(name, settings[name])
    return (_input(name, {"isSecret": True}),) if is_open else ()


def _setting(name: str, described: Part) -> Value:
    """The value of a setting that another text names, unless it depends on further ones itself."""
    fixed = text_of(described, "value")
    alone = {**described, "value": None} if fixed and is_template(fixed) else described
    return value_of(alone, name, {}) or (_input(name, described),)


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


def tell_apart(values: Iterable[Value]) -> Callable[[Value], Value]:
    """How to rename inputs of these values so that each id stands for one input.

    Variables belong to the argument that describes them, and two arguments may use one name for
    different things; in a client's configuration there is one list of inputs.
    """
    renamed: dict[Input, Input] = {}
    taken: set[str] = set()
    for part in (part for value in values for part in value if isinstance(part, Input)):
        if part not in renamed:
            names = (part.id if number == 1 else f"{part.id}-{number}" for number in count(1))
            name = next(name for name in names if name not in taken)
            renamed[part] = replace(part, id=name)
            taken.add(name)

    def rename(value: Value) -> Value:
        return tuple(renamed.get(part, part) if isinstance(part, Input) else part for part in value)

    return rename
