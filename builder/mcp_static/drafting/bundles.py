"""Bundles that were packed into a project: what they are called, and their SHA-256."""

import hashlib
import os
import stat
from typing import Final

from mcp_static.drafting.facts import Bundle
from mcp_static.drafting.project import Project

_FOLDERS: Final = ("", "dist", "mcpb", "dxt", "build")
_MAX_BYTES: Final = 512 * 1024 * 1024
_MAX_BUNDLES: Final = 20


def bundles_of(project: Project) -> tuple[Bundle, ...]:
    """The bundles in a project's folder, or in those that packers write to; links are passed over."""
    files = [
        (folder, name)
        for folder in _FOLDERS
        for name in project.names(folder)
        if name.endswith((".mcpb", ".dxt"))
    ]
    found = []
    for folder, name in files[:_MAX_BUNDLES]:
        member = project.member(folder)
        digest = _sha256(os.fspath(member.path / name)) if member else None
        if digest:
            found.append(Bundle(name, digest))
    return tuple(found)


def _sha256(path: str) -> str | None:
    """The digest of a file; None for what is no file of its own, or too large."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as stream:
        status = os.fstat(stream.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_BYTES:
            return None
        return hashlib.file_digest(stream, "sha256").hexdigest()
