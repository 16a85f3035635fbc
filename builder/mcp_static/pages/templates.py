"""Templates: those of `site/`, and those that replace them, rendered with Jinja."""

import re
from functools import lru_cache
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    FunctionLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from jinja2.sandbox import SandboxedEnvironment

from mcp_static.model.errors import InputError
from mcp_static.pages.site_files import site_folder

TEMPLATES: Final = "site/templates"
"""The folder of templates, here as in a registry's own repository."""


Templates = tuple[tuple[str, str], ...]
"""Templates of a registry's own, by name, which replace ours."""


_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Text without the characters that XML 1.0 cannot hold, not even escaped."""
    return _NOT_XML.sub(" ", text)


@lru_cache(maxsize=8)
def _templates(folder: str, custom: Templates, *, is_markup: bool) -> Environment:
    files = FileSystemLoader(site_folder() / folder)
    # What is not ours runs in a sandbox, and reaches what it replaces as `original/<name>`.
    texts = dict(custom)
    named = FunctionLoader(
        lambda name: (texts[name], f"{TEMPLATES}/{name}", None) if name in texts else None
    )
    kind = SandboxedEnvironment if custom else Environment
    return kind(
        loader=ChoiceLoader([named, PrefixLoader({"original": files}), files]),
        autoescape=is_markup,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def render_template(name: str, custom: Templates = (), /, **values: Any) -> bytes:
    """A template, filled in; every value is escaped.

    Raises InputError, which names file and line, where one of a registry's own fails.
    """
    try:
        template = _templates("templates", custom, is_markup=True).get_template(name)
        return template.render(**values).encode()
    except Exception as error:
        # A template may raise anything; what our own code or templates raise is a bug of ours.
        if not custom or not (isinstance(error, TemplateError) or _is_of_a_custom_template(error)):
            raise
        raise InputError(
            f"{_place(error) or name}: {str(error) or type(error).__name__}",
            "Fix the template, or remove it to use ours; docs/site.md lists its values.",
        ) from None


def _is_of_a_custom_template(error: Exception) -> bool:
    """Whether the innermost frame that is not a library's is in a registry's own template."""
    ours = (str(site_folder()), str(Path(__file__).parents[1]))
    for frame in reversed(extract_tb(error.__traceback__)):
        if frame.filename.startswith((TEMPLATES, *ours)):
            return frame.filename.startswith(TEMPLATES)
    return False


def _place(error: Exception) -> str:
    """File and line of the template where an error came from, if one of a registry's own did."""
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename}:{error.lineno}"
    frames = [
        frame for frame in extract_tb(error.__traceback__) if frame.filename.startswith(TEMPLATES)
    ]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""


def render_host_template(template: str, /, **values: Any) -> bytes:
    """A file for a host, filled in; the values are settings of a narrow alphabet, not escaped."""
    return _templates("hosts", (), is_markup=False).get_template(template).render(**values).encode()
