"""Workspaces of every kind: which members they have, and which of them look like servers."""

from pathlib import Path

import pytest
from mcp_static.drafting.workspaces import members_of

from tests.drafting.projects import project_of

SDK = '"dependencies": {"@modelcontextprotocol/sdk": "1"}'
NPM = {
    "packages/server/package.json": f'{{"name": "w", "version": "1.0.0", "bin": "x.js", {SDK}}}',
    "packages/client/package.json": f'{{"name": "c", "version": "1.0.0", {SDK}}}',
    "packages/private/package.json": f'{{"name": "p", "private": true, "bin": "x.js", {SDK}}}',
    "packages/notes/README.md": "no package",
}
CRATE = '[package]\nname = "{}"\nversion = "1.0.0"\n'
KINDS = {
    "npm": {**NPM, "package.json": '{"private": true, "workspaces": ["packages/*"]}'},
    "yarn": {**NPM, "package.json": '{"private": true, "workspaces": {"packages": ["./packages/*"]}}'},
    "pnpm": {**NPM, "pnpm-workspace.yaml": "packages:\n  - '**'\n  - '!packages/client'\n"},
    "lerna": {**NPM, "lerna.json": '{"packages": ["packages/*"], "version": "1.0.0"}'},
    "cargo": {
        "Cargo.toml": '[workspace]\nmembers = ["packages/*"]\nexclude = ["packages/old"]\n',
        "packages/server/Cargo.toml": CRATE.format("w") + '[dependencies]\nrmcp = "2"\n',
        "packages/server/src/main.rs": "fn main() {}",
        "packages/lib/Cargo.toml": CRATE.format("l") + '[dependencies]\nrmcp = "2"\n',
        "packages/old/Cargo.toml": CRATE.format("mcp-old") + '[dependencies]\nrmcp = "2"\n',
    },
    "uv": {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["packages/*"]\n',
        "packages/server/pyproject.toml": (
            '[project]\nname = "w"\nversion = "1"\ndependencies = ["mcp[cli]>=1.2"]\n'
            '[project.scripts]\nw = "w:main"\n'
        ),
        "packages/lib/pyproject.toml": '[project]\nname = "l"\ndependencies = ["mcp"]\n',
    },
    "go": {
        "go.work": "go 1.24\n\nuse (\n\t./packages/server // the server\n\t./packages/lib\n)\n",
        "packages/server/go.mod": "module example.com/w\nrequire github.com/mark3labs/mcp-go v0.1.0\n",
        "packages/server/main.go": "package main\n",
        "packages/lib/go.mod": "module example.com/l\n",
        "packages/lib/l.go": "package l\n",
    },
    "dotnet": {
        "W.slnx": '<Solution><Project Path="packages/server/W.csproj" /></Solution>',
        "packages/server/W.csproj": (
            "<Project><PropertyGroup><PackageId>W</PackageId></PropertyGroup><ItemGroup>"
            '<PackageReference Include="ModelContextProtocol.AspNetCore" /></ItemGroup></Project>'
        ),
    },
}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


@pytest.mark.parametrize("kind", KINDS)
def test_the_member_that_is_a_server_is_found(kind: str, tmp_path: Path) -> None:
    write(tmp_path, KINDS[kind])
    _, servers = members_of(project_of(tmp_path))
    assert [member.folder for member in servers] == ["packages/server"]


def test_a_marker_says_more_than_a_name(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": '{"private": true, "workspaces": ["*"]}'})
    write(tmp_path, {"mcp-tools/package.json": '{"name": "mcp-tools"}'})
    _, servers = members_of(project_of(tmp_path))
    assert [member.name for member in servers] == ["mcp-tools"]
    write(tmp_path, {"w/package.json": '{"name": "w", "mcpName": "io.github.alice/w"}'})
    members, servers = members_of(project_of(tmp_path))
    assert [member.name for member in members] == ["mcp-tools", "w"]
    assert [member.name for member in servers] == ["w"]


def test_members_elsewhere_are_not_entered(tmp_path: Path) -> None:
    package = {"package.json": '{"name": "mcp-secret"}'}
    write(tmp_path / "outside", package)
    write(tmp_path / "p/node_modules/mcp-x", package)
    write(tmp_path / "p", {"package.json": '{"workspaces": ["../outside", "link", "**", "/outside"]}'})
    (tmp_path / "p/link").symlink_to("../outside")
    assert members_of(project_of(tmp_path / "p")) == ((), ())


def test_a_project_of_its_own_has_no_members(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": '{"name": "w"}', "packages/w/package.json": '{"name": "mcp-w"}'})
    assert members_of(project_of(tmp_path)) == ((), ())


def test_a_workspace_of_any_size_is_searched_in_bounded_time(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": '{"workspaces": ["**/**/**/**/**/*"]}'})
    for path in ("a/b/c/d/e/f", "g/h/i", "j"):
        (tmp_path / path).mkdir(parents=True)
    assert members_of(project_of(tmp_path)) == ((), ())
