"""Files in which a login is kept, readable by its owner alone."""

import os
from pathlib import Path

from mcp_static.model.errors import InputError


def kept_file(name: str) -> Path:
    """Where a file of ours is kept for this user (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "mcp-static" / name


def read_kept(name: str) -> str:
    """What such a file holds; empty if it is not there."""
    try:
        return kept_file(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError):
        return ""


def keep(name: str, content: str, instead: str) -> None:
    """Write such a file; raises InputError if that fails, which names the variable to set `instead`."""
    path = kept_file(name)
    fresh = path.with_name(f"{name}.new-{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh.unlink(missing_ok=True)
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(content + "\n")
        fresh.replace(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", f"Set {instead} instead."
        ) from None


def forget(name: str) -> bool:
    """Remove such a file; gives whether it was there."""
    path = kept_file(name)
    was_there = path.exists()
    path.unlink(missing_ok=True)
    return was_there
