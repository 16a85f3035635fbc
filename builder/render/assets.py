"""Where the files of `site/` are: in a checkout beside the package, in a wheel inside it."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

import builder


@lru_cache(maxsize=1)
def site_folder() -> Path:
    """The folder `site/` of this installation."""
    package = Path(builder.__file__).parent
    packed = package / "_site"
    return packed if packed.is_dir() else package.parent / "site"


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """The version of this program, and a digest of its code and templates.

    A checkout changes without its version changing; what an earlier build wrote may then differ.
    """
    digest = hashlib.sha256()
    for root in (Path(builder.__file__).parent, site_folder()):
        for file in sorted(root.rglob("*")):
            if file.suffix in {".py", ".j2", ".js", ".css", ".svg"}:
                digest.update(file.read_bytes())
    return f"{builder.__version__}+{digest.hexdigest()[:16]}"


@lru_cache(maxsize=2)
def _templates(folder: str, *, is_markup: bool) -> Environment:
    return Environment(
        loader=FileSystemLoader(site_folder() / folder),
        autoescape=is_markup,  # noqa: S701 (configuration files are no markup)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render_template(name: str, **values: Any) -> bytes:
    """A template of ours, filled in; every value is escaped."""
    return _templates("templates", is_markup=True).get_template(name).render(**values).encode()


def render_host_template(template: str, /, **values: Any) -> bytes:
    """A file for a host, filled in; the values are settings of a narrow alphabet, not escaped."""
    return _templates("hosts", is_markup=False).get_template(template).render(**values).encode()
