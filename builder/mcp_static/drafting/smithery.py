"""smithery.yaml: the settings that a server asks its users for (Smithery's reference of the file)."""

import re
from collections.abc import Iterator
from typing import Any, Final

from mcp_static.drafting.project import Project
from mcp_static.drafting.yaml_files import parse_yaml
from mcp_static.model.errors import ManifestError
from mcp_static.model.reading import Part, part_of, text_of
from mcp_static.model.wording import one_line
from mcp_static.packages.manifest import Variable

_FILE: Final = "smithery.yaml"
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_PASSED: Final = re.compile(r"""["']?([A-Z][A-Z0-9_]{1,99})["']?[ \t]*:[ \t]*config\??\.(\w{1,100})""")
"""`NAME: config.setting` in the function that makes the command; nothing of it is run."""
_FORMATS: Final = {"number": "number", "integer": "number", "boolean": "boolean"}


def smithery_variables(project: Project) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    """The variables that follow from smithery.yaml, and notes; both empty without the file."""
    try:
        text = project.text(_FILE)
        document = parse_yaml(text) if text is not None else None
    except ManifestError as error:
        return (), (f"{_FILE} is passed over: it {error}",)
    command = part_of(document, "startCommand") if isinstance(document, dict) else {}
    return tuple(_variables(command)), ()


def _variables(command: Part) -> Iterator[Variable]:
    schema = part_of(command, "configSchema")
    required = schema.get("required")
    passed = {setting: name for name, setting in _PASSED.findall(_function(command))}
    for setting, described in part_of(schema, "properties").items():
        name = passed.get(setting) or (setting if _VARIABLE.fullmatch(setting) else None)
        if name and isinstance(described, dict):
            is_required = isinstance(required, list) and setting in required
            yield _variable(name, described, is_required=is_required)


def _function(command: Part) -> str:
    return (text_of(command, "commandFunction") or "")[:20_000]


def _variable(name: str, described: Part, *, is_required: bool) -> Variable:
    choices = described.get("enum")
    return Variable(
        name=name,
        description=one_line(described.get("description")) or one_line(described.get("title")),
        is_required=is_required,
        format=_FORMATS.get(str(described.get("type"))),
        default=_shown(described.get("default")),
        choices=tuple(map(str, choices)) if isinstance(choices, list) else (),
    )


def _shown(default: Any) -> str | None:
    return default if isinstance(default, str) and default else None
