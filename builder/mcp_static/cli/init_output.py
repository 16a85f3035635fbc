"""Writing the file of `init`: whole or not at all, and never over another by accident."""

import os
from contextlib import suppress
from pathlib import Path

from mcp_static.model.errors import InputError


def require_free(target: Path, *, force: bool) -> None:
    """Raise InputError for a place that cannot be written, or that is taken."""
    if target.is_dir():
        raise InputError(f"{target} is a folder.", "Name a file with --out.")
    if not target.parent.is_dir():
        raise InputError(f"There is no folder {target.parent}.", "Make it, or give another --out.")
    if os.path.lexists(target) and not force:
        raise InputError(
            f"{target} is there already, and is left as it is.",
            "--upgrade moves it to the newest schema; --force drafts it anew, keeping what only "
            "it says; --out names another file.",
        )


def write(target: Path, content: bytes, *, force: bool) -> None:
    """Write the whole file in one step, or not at all."""
    fresh = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with fresh.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        require_free(target, force=force)  # again: questions take their time
        fresh.replace(target)
    finally:
        with suppress(FileNotFoundError):
            fresh.unlink()
