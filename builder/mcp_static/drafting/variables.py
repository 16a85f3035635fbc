"""Environment variables that a server reads: from forms and configurations, with what a README says."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from markdown_it import MarkdownIt

from mcp_static.model.wording import cut_at_sentence, one_line
from mcp_static.packages.manifest import Variable

MAX_VARIABLES: Final = 60
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]{0,99}"
_SECRET: Final = re.compile(
    r"(?:^|_)(?:(?:API|ACCESS|PRIVATE)?KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|PAT|BEARER|COOKIE|"
    r"CREDENTIALS?)\Z",
    re.IGNORECASE,
)
_OF_THE_SYSTEM: Final = re.compile(
    r"PATH|HOME|NODE_ENV|NODE_OPTIONS|PYTHON\w*|UV_\w+|NPM_\w+|DOCKER_HOST"
)
_LIKE_A_VALUE: Final = re.compile(r"[A-Za-z0-9+/_=.-]{20}")
"""What could be a key or a token, and is not copied from anywhere."""
_LONGEST_DESCRIPTION: Final = 200
_LONGEST_LINE: Final = 2_000
_LIST: Final = re.compile(
    rf"[ \t]*[-*][ \t]+\**`({_NAME})`\**"
    r"[^:\u2013\u2014\n]{0,40}[:\u2013\u2014]+[ \t]*(\S.*)"
)
"""An entry of a list: a variable, perhaps a remark, a colon or a dash, and what it is."""


def is_variable_name(text: str) -> bool:
    """Whether a text can be the name of an environment variable."""
    return re.fullmatch(_NAME, text) is not None


def is_secret_name(name: str) -> bool:
    """Whether a variable's name says that its value is secret."""
    return _SECRET.search(name) is not None


def variables_of(
    forms: Iterable[Variable], configured: Iterable[str], readme: str | None
) -> tuple[Variable, ...]:
    """The variables of forms, which say most, and then those that configurations only name."""
    found: dict[str, Variable] = {}
    for variable in (*forms, *(Variable(name=name) for name in configured)):
        is_taken = variable.name in found or not is_variable_name(variable.name)
        if not is_taken and not _OF_THE_SYSTEM.fullmatch(variable.name) and len(found) < MAX_VARIABLES:
            found[variable.name] = variable
    described = _descriptions(readme or "")
    return tuple(_completed(one, described.get(one.name)) for one in found.values())


def variable_part(variable: Variable) -> dict[str, Any]:
    """A variable as a record has it."""
    part = {
        "name": variable.name,
        "description": variable.description,
        "isRequired": variable.is_required,
        "isSecret": variable.is_secret,
        "format": variable.format,
        "default": variable.default,
        "choices": list(variable.choices),
    }
    return {key: value for key, value in part.items() if value}


def _completed(variable: Variable, description: str | None) -> Variable:
    is_secret = variable.is_secret or is_secret_name(variable.name)
    return replace(
        variable,
        description=variable.description or description,
        is_secret=is_secret,
        default=None if is_secret else variable.default,
    )


def _descriptions(readme: str) -> dict[str, str]:
    """What lists and tables of a README say of variables, by their names."""
    found: dict[str, str] = {}
    for line in readme.splitlines():
        if len(line) > _LONGEST_LINE or "`" not in line:
            continue
        match = _LIST.fullmatch(line)
        name, text = (match[1], match[2]) if match else _row(line)
        plain = _plain(text) if name else None
        if plain and plain.count(" ") > 1 and not _LIKE_A_VALUE.search(plain):
            found.setdefault(name, cut_at_sentence(plain, _LONGEST_DESCRIPTION))
    return found


def _row(line: str) -> tuple[str, str]:
    """The variable of a table's row, and the longest of its other cells that is a text."""
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
    match = re.fullmatch(rf"\**`({_NAME})`\**", cells[0])
    texts = [cell for cell in cells[1:] if " " in cell and not cell.startswith(("`", "http"))]
    return (
        (match[1], max(texts, key=len))
        if match and line.lstrip().startswith("|") and texts
        else ("", "")
    )


def _plain(markdown: str) -> str | None:
    (inline,) = MarkdownIt().parseInline(markdown)
    return one_line("".join(child.content for child in inline.children or ()))
