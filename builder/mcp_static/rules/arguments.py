"""Rules over command-line arguments: what becomes words on a user's command line."""

import re
from collections.abc import Iterator
from typing import Final

from mcp_static.model.reading import arguments_of, packages_of, parts_of, text_of
from mcp_static.model.strictjson import child_path
from mcp_static.reports.findings import Level
from mcp_static.rules.rule import Breach, Record, Rule


def _names(record: Record) -> Iterator[Breach]:
    for path, argument in arguments_of(record.document):
        name = text_of(argument, "name")
        if argument.get("type") != "named" or name is None:
            continue
        if not name:
            yield Breach(child_path(path, "name"), "is empty")
        elif re.search(r"[\s<>$]", name):
            yield Breach(
                child_path(path, "name"), f"{name!r} contains more than a flag's name", _split(name)
            )


def _split(name: str) -> str:
    """What to write instead of a flag with its value in one text."""
    parts = re.fullmatch(r"(-[\w-]*)[\s=]+([^<>$]+)", name)
    return f'Write {{"name": "{parts[1]}", "value": "{parts[2]}"}}.' if parts else ""


def _repeated_names(record: Record) -> Iterator[Breach]:
    for path, argument in arguments_of(record.document):
        name = text_of(argument, "name")
        if argument.get("type") != "named" or not name:
            continue
        for key in ("value", "default"):
            if (text_of(argument, key) or "").startswith(name):
                yield Breach(child_path(path, key), f"begins with the argument's name {name!r}")


def _variable_names(record: Record) -> Iterator[Breach]:
    for package_path, package in packages_of(record.document):
        for path, variable in parts_of(package, "environmentVariables", package_path):
            name = text_of(variable, "name") or ""
            if re.search(r"[\s=]", name):
                yield Breach(
                    child_path(path, "name"),
                    f"is {name[:_SHOWN]!r}, which no variable can be called",
                    _alone(name),
                )


def _alone(name: str) -> str:
    """What to write instead of a variable with its value in one text."""
    parts = re.fullmatch(r"(?:export\s+)?([A-Za-z_]\w*)\s*=.*", name[: _SHOWN * 10], re.DOTALL)
    return (
        f'Write {{"name": "{parts[1]}"}}, and what it is set to in `value` or `default`.'
        if parts
        else ""
    )


_SHOWN: Final = 60

ARGUMENT_RULES: Final = (
    Rule(
        id="argument-name",
        requirement="A named argument's name is only the flag: no spaces, `<`, `>` or `$`.",
        fix='Write {"name": "--port", "value": "8080"} instead of {"name": "--port 8080"}; what '
        "the user fills in goes into `value`, `default` or `variables`.",
        check=_names,
    ),
    Rule(
        id="argument-value",
        requirement="A named argument's value and default do not repeat its name.",
        fix="Give only the value; clients put the name before it.",
        check=_repeated_names,
    ),
    Rule(
        id="variable-name",
        level=Level.WARNING,
        told_by=("no-placeholder", "no-secrets"),
        requirement="An environment variable's name is the name alone, without `=` and white space.",
        fix="Write the name that the program reads, such as WEATHER_API_KEY.",
        check=_variable_names,
    ),
)
