"""What a user can or must set to run a server: variables, arguments and headers of its record."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from mcp_static.model.reading import objects_in, text_of
from mcp_static.packages.arguments import is_constant
from mcp_static.packages.values import is_template

_KINDS: Final = (
    ("environmentVariables", "environment variable"),
    ("runtimeArguments", "runtime argument"),
    ("packageArguments", "argument"),
    ("headers", "header"),
)


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to set; `kind` is what it is, in words."""

    name: str
    kind: str
    description: str
    value: str
    is_required: bool
    is_secret: bool
    choices: tuple[str, ...]

    @property
    def is_left_out(self) -> bool:
        """Whether the snippets leave it out."""
        return not self.is_required and not self.value


def options_of(part: dict[str, Any]) -> tuple[Option, ...]:
    """What can be set of a package or a remote of a `server.json`, in the order of the record.

    What is the same for all users is no setting, unless braces in it ask for something that the record
    does not describe anywhere else.
    """
    return tuple(_options(part))


def _options(part: dict[str, Any]) -> Iterator[Option]:
    for key, kind in _KINDS:
        for value in objects_in(part.get(key)):
            name = text_of(value, "name") or text_of(value, "valueHint") or "value"
            if not is_constant(value) or _asks_by_itself(value, key):
                yield _option(name, kind, value)
            yield from _variables(value, f"part of {name}")
    yield from _variables(part, "part of the address")
    transport = part.get("transport")
    if isinstance(transport, dict):
        yield from _options(transport)


def _asks_by_itself(value: dict[str, Any], key: str) -> bool:
    """Whether users fill in braces of a header that its author did not describe."""
    return (
        key == "headers" and not value.get("variables") and is_template(text_of(value, "value") or "")
    )


def _variables(value: dict[str, Any], kind: str) -> Iterator[Option]:
    variables = value.get("variables")
    if isinstance(variables, dict):
        for name, described in variables.items():
            yield _option(name, kind, described if isinstance(described, dict) else {})


def _shown(value: dict[str, Any], *, is_secret: bool) -> str:
    """The value that the author gave; of a secret only the form that it takes."""
    fixed = text_of(value, "value") or ""
    if is_secret:
        return fixed if is_template(fixed) else ""
    return fixed or text_of(value, "default") or ""


def _option(name: str, kind: str, value: dict[str, Any]) -> Option:
    is_secret = value.get("isSecret") is True
    choices = value.get("choices")
    if value.get("isRepeated"):
        kind = f"{kind}, may be repeated"
    return Option(
        name,
        kind,
        text_of(value, "description") or "",
        _shown(value, is_secret=is_secret),
        value.get("isRequired") is True,
        is_secret,
        tuple(one for one in choices if isinstance(one, str)) if isinstance(choices, list) else (),
    )
