"""What a registry's own repository brings for its pages: templates that replace ours, and a logo.

Both are read from the commit that is built, never from a work tree, so the output stays a function
of it. A pull request's are never used: checks render nothing.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mcp_static.git.repository import Repository
from mcp_static.git.trees import entries_of, read_file
from mcp_static.model.errors import InputError
from mcp_static.pages.site_files import site_folder
from mcp_static.pages.templates import TEMPLATES
from mcp_static.settings import SETTINGS_FILE, Settings

_MAX_TEMPLATE: Final = 256 * 1024
_MAX_LOGO: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Customization:
    """Templates by their names, and the logo with its extension; both may be empty."""

    templates: tuple[tuple[str, str], ...] = ()
    logo: bytes = b""
    logo_kind: str = ""

    def digest(self) -> str:
        """What tells one from another; empty if there are none."""
        return hashlib.sha256(repr(self).encode()).hexdigest() if self != Customization() else ""


def read_customization(repository: Repository, commit: str, settings: Settings) -> Customization:
    """What the repository has of its own at a commit.

    Raises InputError for a logo that is not there, or a file that is too large or not UTF-8.
    """
    logo = b""
    if settings.site.logo:
        found = read_file(repository, commit, settings.site.logo, _MAX_LOGO)
        if found is None:
            raise InputError(
                f"{SETTINGS_FILE}: site.logo names {settings.site.logo}, which commit {commit[:12]} "
                "does not have.",
                "Commit the file, or take the setting out.",
            )
        logo = _within(found, _MAX_LOGO, settings.site.logo)
    kind = settings.site.logo.rpartition(".")[2]
    return Customization(tuple(_templates(repository, commit)), logo, kind)


def _templates(repository: Repository, commit: str) -> list[tuple[str, str]]:
    if _is_this_program(repository):
        return []  # a fork of the whole project: its templates are the ones in use
    found = []
    for path, _ in entries_of(repository, commit, f"{TEMPLATES}/"):
        if not path.endswith(".j2"):
            continue
        content = read_file(repository, commit, path, _MAX_TEMPLATE) or b""
        content = _within(content, _MAX_TEMPLATE, path)
        try:
            found.append((path.removeprefix(f"{TEMPLATES}/"), content.decode()))
        except UnicodeDecodeError:
            raise InputError(f"{path} is not UTF-8.", "Save it as UTF-8.") from None
    return found


def _within(content: bytes, limit: int, path: str) -> bytes:
    if len(content) > limit:
        raise InputError(f"{path} is larger than {limit // 1024} KiB.", "Make it smaller.")
    return content


def _is_this_program(repository: Repository) -> bool:
    """Whether this very checkout is what runs."""
    folder = repository.working_tree_dir
    return folder is not None and Path(folder).resolve() == site_folder().parent.resolve()
