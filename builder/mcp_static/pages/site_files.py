"""Where the files of `site/` are: next to the package in a checkout, inside it in a wheel."""

import hashlib
from functools import lru_cache
from pathlib import Path

import mcp_static


@lru_cache(maxsize=1)
def site_folder() -> Path:
    """The folder `site/` of this installation."""
    package = Path(mcp_static.__file__).parent
    packed = package / "_site"
    return packed if packed.is_dir() else package.parents[1] / "site"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """The version of this program, and a digest of its code and templates.

    A checkout changes without its version changing; what an earlier build wrote may then differ.
    """
    digest = hashlib.sha256()
    for root in (Path(mcp_static.__file__).parent, site_folder()):
        for file in sorted(root.rglob("*")):
            if file.suffix in {".py", ".j2", ".js", ".css", ".svg"}:
                digest.update(file.read_bytes())
    return f"{mcp_static.__version__}+{digest.hexdigest()[:16]}"
