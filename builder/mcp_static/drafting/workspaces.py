"""Workspaces: the members that their roots name, and which of them look like servers.

Where members are named: npm's and Yarn's `workspaces`, pnpm's `pnpm-workspace.yaml`, Lerna's
`packages`, Cargo's `[workspace]`, uv's `tool.uv.workspace`, Go's `go.work`, solutions of .NET.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any, Final

from mcp_static.drafting.facts import Member
from mcp_static.drafting.manifests import read_manifests
from mcp_static.drafting.project import Project
from mcp_static.drafting.yaml_files import parse_yaml
from mcp_static.model.errors import JsonError, ManifestError
from mcp_static.model.reading import Part, part_of
from mcp_static.model.strictjson import parse_json
from mcp_static.packages.manifest import Manifest, parse_toml

_MAX_MEMBERS: Final = 300
_NOT_ENTERED: Final = frozenset({"node_modules", "target", "dist", "vendor"})
_DEEPEST: Final = 3
"""Levels of folders that `**` stands for."""
_SOLUTION_PROJECT: Final = re.compile(r'"([^"\n]{1,300})[\\/][^"\\/\n]{1,200}\.csproj"')
_LIKE_A_SERVER: Final = re.compile(
    r"(?:^|[^a-z])mcp(?:$|[^a-z])|mcp-?server|server-?mcp", re.IGNORECASE
)


def members_of(project: Project) -> tuple[tuple[Member, ...], tuple[Member, ...]]:
    """The members of the workspace whose root this is, and those of them that look like servers.

    Of the latter, those that say so themselves come alone if there are any: a marker, or an SDK that
    a program uses.
    """
    members: list[Member] = []
    declared: list[Member] = []
    likely: list[Member] = []
    for folder in _folders(project):
        inner = project.member(folder)
        found = read_manifests(inner)[0] if inner else ()
        published = [one for one in found if one.identifier and one.registry_type != "oci"]
        if inner is None or not (published or any(one.registry_type == "mcpb" for one in found)):
            continue
        name = next((one.identifier for one in published if one.identifier), folder)
        member = Member(folder, name)
        members.append(member)
        if _is_declared(inner, found):
            declared.append(member)
        elif _LIKE_A_SERVER.search(f"{folder} {name}"):
            likely.append(member)
    return tuple(members), tuple(declared or likely)


def _is_declared(project: Project, found: tuple[Manifest, ...]) -> bool:
    has_file = "server.json" in (*project.names(), *project.names(".mcp"))
    return has_file or any(one.server_name or (one.is_server and _is_program(one)) for one in found)


def _is_program(manifest: Manifest) -> bool:
    return bool(manifest.commands) or manifest.registry_type in {"nuget", "mcpb"}


def _folders(project: Project) -> list[str]:
    """The folders of all members, each once."""
    found: dict[str, None] = {}
    for included, excluded in _patterns(project):
        for folder in _matching(
            project, "", [part for part in included.split("/") if part not in {"", "."}]
        ):
            if not any(fnmatch(folder, pattern.strip("/")) for pattern in excluded):
                found[folder] = None
            if len(found) >= _MAX_MEMBERS:
                return list(found)
    return list(found)


def _matching(project: Project, folder: str, segments: list[str]) -> Iterator[str]:
    if not segments:
        if folder:
            yield folder
        return
    first, *rest = segments
    if first == "..":
        return
    if first == "**":
        for depth in range(_DEEPEST):
            yield from _matching(project, folder, ["*"] * depth + rest)
        return
    for name in project.names(folder):
        if fnmatch(name, first) and name not in _NOT_ENTERED and not name.startswith("."):
            inner = f"{folder}/{name}" if folder else name
            if project.member(inner) is not None:
                yield from _matching(project, inner, rest)


def _patterns(project: Project) -> Iterator[tuple[str, list[str]]]:
    """The patterns by which a root names its members, each with those that it leaves out."""
    for included, excluded in _all_patterns(project):
        negated = [one[1:] for one in included if one.startswith("!")]
        for pattern in included:
            if not pattern.startswith("!"):
                yield pattern.removeprefix("./"), [*excluded, *negated]


def _all_patterns(project: Project) -> Iterator[tuple[list[str], list[str]]]:
    npm = _json(project, "package.json").get("workspaces")
    yield _texts(npm) or _texts(npm.get("packages") if isinstance(npm, dict) else None), []
    yield _texts(_yaml(project, "pnpm-workspace.yaml").get("packages")), []
    yield _texts(_json(project, "lerna.json").get("packages")), []
    for table in (
        part_of(_toml(project, "Cargo.toml"), "workspace"),
        part_of(part_of(part_of(_toml(project, "pyproject.toml"), "tool"), "uv"), "workspace"),
    ):
        yield _texts(table.get("members")), _texts(table.get("exclude"))
    yield [line.split()[-1] for line in _go_uses(_text(project, "go.work"))], []
    for name in project.names():
        if name.endswith((".sln", ".slnx")):
            yield (
                [one.replace("\\", "/") for one in _SOLUTION_PROJECT.findall(_text(project, name))],
                [],
            )


def _go_uses(text: str) -> Iterator[str]:
    """The lines of a go.work that name a module's folder (Go Modules Reference, "Workspaces")."""
    is_block = False
    for line in (line.partition("//")[0].strip() for line in text.splitlines()):
        if line.startswith("use") and line.endswith("("):
            is_block = True
        elif line == ")":
            is_block = False
        elif line and (is_block or line.startswith("use ")):
            yield line


def _text(project: Project, name: str) -> str:
    try:
        return project.text(name) or ""
    except ManifestError:
        return ""


def _json(project: Project, name: str) -> Part:
    try:
        document = parse_json(_text(project, name).encode() or b"{}")
    except JsonError:
        return {}
    return document if isinstance(document, dict) else {}


def _yaml(project: Project, name: str) -> Part:
    try:
        document = parse_yaml(_text(project, name))
    except ManifestError:
        return {}
    return document if isinstance(document, dict) else {}


def _toml(project: Project, name: str) -> Part:
    try:
        return parse_toml(_text(project, name))
    except ManifestError:
        return {}


def _texts(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
