"""Expressions in workflows, as far as they follow from the repository and from variables set there."""

import re
from collections.abc import Mapping
from typing import Final

from mcp_static.model.origin import Origin
from mcp_static.model.reading import Part

UNKNOWN: Final = "{}"
"""What stands for whatever only a run of the workflow knows."""

_EXPRESSION: Final = re.compile(r"\$\{\{([^{}\n]{0,300})\}\}")
_SHELL: Final = re.compile(
    r"\$(?:\{([A-Za-z_]\w*)(?:,,)?(?::?-([^{}]{0,300}))?\}|([A-Za-z_]\w*))", re.ASCII
)
_LONGEST: Final = 20_000


def facts_of(origin: Origin | None) -> dict[str, str]:
    """What GitHub tells a workflow of its repository (its reference of contexts)."""
    if origin is None:
        return {}
    return {
        "github.repository": origin.path,
        "github.repository_owner": origin.owner,
        "github.event.repository.name": origin.path.rpartition("/")[2],
        "github.ref_name": "{tag}",
        "GITHUB_REPOSITORY": origin.path,
        "GITHUB_REPOSITORY_OWNER": origin.owner,
        "GITHUB_REF_NAME": "{tag}",
    }


def with_variables(known: Mapping[str, str], *env: Part) -> dict[str, str]:
    """What is known, with variables of workflows, jobs or steps; each may use those before it."""
    found = dict(known)
    for part in env:
        for name, value in part.items():
            if isinstance(value, str):
                filled = fill(value, found)
                found[f"env.{name}"] = found[name] = filled
    return found


def fill(text: str, known: Mapping[str, str]) -> str:
    """A text with its expressions and variables filled in, `UNKNOWN` for what is not known.

    A variable of a shell or a compose file that is not known has its default, if it has one.
    """
    text = _EXPRESSION.sub(lambda found: known.get(found[1].strip(), UNKNOWN), text[:_LONGEST])
    return _SHELL.sub(lambda found: known.get(found[1] or found[3], found[2] or UNKNOWN), text)[
        :_LONGEST
    ]
