"""The files of a registry's own repository, rendered from the templates in `site/registry/`.

`any/` is for every registry, `github/` and `gitlab/` for those on that forge, `server/` for those that
a machine of their own serves. A template that renders to nothing makes no file.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import metadata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from mcp_static.hosts.hosts import host_named
from mcp_static.model.errors import InputError, UsageError
from mcp_static.pages.site_files import site_folder
from mcp_static.scaffolding.answers import Answers
from mcp_static.settings import Settings, parse_settings

if TYPE_CHECKING:
    from jinja2 import Environment

_SUFFIX: Final = ".j2"
_WRANGLER: Final = "4.164.0"
"""The release of Cloudflare's command-line program that the workflows run."""


def registry_files(
    answers: Answers, tool_url: str = "", requirement: str = "mcp-static"
) -> dict[str, bytes]:
    """The files by path; raises UsageError for answers that are no valid settings.

    `tool_url` is the address of the tool's own repository, where it is another than its package says;
    `requirement` is what `pipx install` takes to install the tool.
    """
    host = host_named(answers.host)
    folders = ["any", *([answers.forge] if answers.forge != "none" else [])]
    if not host.deployed_by_workflow:
        folders.append("server")
    home = tool_url or project_url()
    values = answers.model_dump() | {
        "is_tool": False,
        "install": requirement,
        "repository": answers.repository_path,
        "repository_url": answers.repository,
        "repository_host": urlsplit(answers.repository).hostname,
        "url_host": urlsplit(answers.url).hostname or "",
        "owner": answers.owner,
        "own_domain": answers.own_domain,
        "host": host,
        "tool_url": home,
        "docs": f"{home}/blob/main/docs",
    }
    files = dict(_rendered(folders, values))
    try:
        settings = parse_settings(files["registry.toml"].decode())
    except InputError as error:
        faults = error.message.partition("\n")[2]
        raise UsageError(f"Some options cannot be used:\n{faults}", "Give others.") from None
    host.require_url(settings)
    return files


def own_files() -> dict[str, bytes]:
    """The files of this project's own repository that come from the same templates, by path."""
    host = host_named("github-pages")
    values = {"is_tool": True, "host": host, "forge": "github", "sources": ()}
    wanted = {f".github/workflows/{name}.yml" for name in ("bot", "check", "deploy", "tick")}
    wanted.add(".github/ISSUE_TEMPLATE/report.yml")
    return {
        path: _render(template, values) for path, template in _templates(["github"]) if path in wanted
    }


def project_url() -> str:
    """The address of the tool's own repository, as its package says."""
    urls = metadata("mcp-static").get_all("Project-URL") or []
    named = dict(entry.split(", ", 1) for entry in urls)
    return str(named["Homepage"])


def _rendered(folders: list[str], values: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    folder = PurePosixPath(Settings().hosting.root)
    server = {"root": f"{folder}/current", "parent": str(folder), "wrangler": _WRANGLER}
    for path, template in _templates(folders):
        content = _render(template, server | values)
        if content.strip():
            yield path, content


def _templates(folders: list[str]) -> Iterator[tuple[str, str]]:
    """The path of each file, and the template that it comes from."""
    root = site_folder() / "registry"
    for folder in folders:
        for file in sorted((root / folder).rglob("*")):
            if file.is_file():
                path = file.relative_to(root / folder).as_posix()
                yield path.removesuffix(_SUFFIX), file.relative_to(root).as_posix()


def _render(template: str, values: dict[str, Any]) -> bytes:
    if not template.endswith(_SUFFIX):
        return Path(site_folder() / "registry" / template).read_bytes()
    return _environment().get_template(template).render(**values).encode()


@lru_cache(maxsize=1)
def _environment() -> "Environment":
    """Templates in the marks of ERB, since workflows, TOML and shell use those of Jinja themselves."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # a plain installation lacks it

    environment = Environment(
        loader=FileSystemLoader(site_folder() / "registry"),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        autoescape=False,  # noqa: S701 (no HTML; what is quoted goes through a filter)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
    )
    # A JSON text is a text of TOML and of YAML as well.
    environment.filters |= {"toml": _quoted, "json": _quoted}
    return environment


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
