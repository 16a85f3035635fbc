"""The optional dependencies of the distribution, and what to say when a command lacks one."""

import importlib.metadata
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from mcp_static.model.errors import UsageError

_DISTRIBUTION: Final = "mcp-static"


def missing_extra(error: ModuleNotFoundError, command: str) -> UsageError | None:
    """What to tell the user of a command that lacks a module; None if no extra has that module.

    Which extras there are and what they install is read from the distribution's metadata. Of several
    that have the module, the smallest is named.
    """
    module = (error.name or "").partition(".")[0]
    metadata = importlib.metadata.metadata(_DISTRIBUTION)
    requirements = [Requirement(text) for text in metadata.get_all("Requires-Dist", [])]
    extras = {
        extra: [str(canonicalize_name(one.name)) for one in requirements if _is_of(one, extra)]
        for extra in metadata.get_all("Provides-Extra", [])
    }
    fitting = [extra for extra, names in extras.items() if module in names]
    if not fitting:
        return None
    extra = min(fitting, key=lambda extra: len(extras[extra]))
    *others, last = [name for name in extras[extra] if not _is_installed(name)] or [module]
    named = f"{', '.join(others)} and {last}, which are" if others else f"{last}, which is"
    return UsageError(
        f"{command} needs {named} not installed.",
        f'Install {"them" if others else "it"}: pip install "{_DISTRIBUTION}[{extra}]"',
    )


def _is_of(requirement: Requirement, extra: str) -> bool:
    """Whether an extra brings a requirement that a plain installation does not."""
    marker = requirement.marker
    if marker is None or marker.evaluate({"extra": ""}):
        return False
    return marker.evaluate({"extra": extra})


def _is_installed(name: str) -> bool:
    try:
        importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
