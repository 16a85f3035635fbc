"""How a registry's workflows install the tool: one release, pinned with hashes, and its dependencies.

A wheel cannot hold its own digest, so that is asked of the package index; the lock of the dependencies
comes with the wheel. Where the index cannot be asked, the release is pinned by its version alone.
"""

import re
import shlex
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from packaging.requirements import InvalidRequirement, Requirement

import mcp_static
from mcp_static.model.errors import (
    FetchRefusedError,
    NotProvenError,
    NotShownError,
    ServiceError,
    UnansweredError,
    UsageError,
)
from mcp_static.model.names import parse_name
from mcp_static.model.terminal import printable
from mcp_static.model.web_addresses import is_plainly_written, parse_address
from mcp_static.net.fetch import Fetcher
from mcp_static.packages.package import Package
from mcp_static.packages.pypi import REGISTRY
from mcp_static.packages.python_index import release_of

TOOL: Final = "mcp-static"
TOOL_FILE: Final = "requirements/tool.txt"
_ANY_SERVER: Final = parse_name("com.example/registry")
"""A package is asked for in the name of a server; this one belongs to none."""

_LOCKS: Final = {"run.txt": "requirements/dependencies.txt", "uv.txt": "requirements/uv.txt"}


@dataclass(frozen=True, slots=True)
class Installation:
    """The requirement files by path; `note` says what is not pinned, empty if everything is.

    `requirement` is what `pipx install` takes to install the tool; `index` and `tool` are where it
    comes from, empty for the public index.
    """

    files: dict[str, bytes]
    note: str = ""
    requirement: str = TOOL
    index: str = ""
    tool: str = ""


def installation(fetcher: Fetcher | None, index: str = "", tool: str = "") -> Installation:
    """What installs this release of the tool. Without a `fetcher`, nobody is asked for its digests.

    `index` is the address of the package index that has it, the public one unless given; `tool` is
    another requirement that installs it, such as `mcp-static @ https://…/mcp_static-1.0-py3-none-any.whl`.
    Raises UsageError for one that is none, or that the index does not have, and ServiceError.
    """
    files = {path: (_locks() / lock).read_bytes() for lock, path in _LOCKS.items()}
    if tool:
        _require_requirement(tool)
        line = f"{tool}\n".encode()
        return Installation(files | {TOOL_FILE: line}, requirement=shlex.quote(tool), tool=tool)
    if index:
        require_address(index, "--index")
    index = index.rstrip("/").removesuffix("/simple")
    option = f"--index-url {index}/simple/" if index else ""
    digests = _digests(fetcher, index) if fetcher is not None else ()
    hashes = "".join(f" \\\n    --hash=sha256:{digest}" for digest in digests)
    lines = f"{option}\n{TOOL}=={mcp_static.__version__}{hashes}\n".lstrip()
    return Installation(
        files | {TOOL_FILE: lines.encode()},
        "" if digests else _UNPINNED,
        f"{option} {TOOL}".strip(),
        index,
    )


def _digests(fetcher: Fetcher, index: str) -> tuple[str, ...]:
    package = Package(
        {"registryType": "pypi", "identifier": TOOL, "version": mcp_static.__version__},
        _ANY_SERVER,
        fetcher,
        base=index.rstrip("/") or REGISTRY.site.url,
    )
    try:
        release = release_of(package)
    except (NotProvenError, NotShownError) as error:
        raise UsageError(
            f"The package index has no {TOOL} {mcp_static.__version__}.",
            "Give what installs it with --tool, or leave the index alone with --offline.",
        ) from error
    except (FetchRefusedError, UnansweredError) as error:
        raise ServiceError(
            f"The package index cannot be asked: {error}.",
            "Try again, leave it alone with --offline, or name another one with --index.",
        ) from None
    digests = tuple(sorted(digest for _, digest in release.files if digest))
    if not digests:
        raise UnansweredError(f"The package index gives no digest of {TOOL} {mcp_static.__version__}")
    return digests


def require_address(address: str, option: str) -> None:
    """Raise UsageError for what is not a plain address, or has credentials: it will be committed."""
    parsed = parse_address(address) if is_plainly_written(address) else None
    if parsed is None or _NOT_PLAIN.search(address):
        raise UsageError(f"{option}: {printable(address)} is no address.", "Write https://…")
    if parsed.has_credentials:
        raise UsageError(
            f"{option} has credentials, and it would be committed.",
            "Leave them out, and give them to pip and uv in their environment, or by a netrc file.",
        )


def _require_requirement(tool: str) -> None:
    try:
        requirement = Requirement(tool)
    except InvalidRequirement:
        raise UsageError(f"{tool!r} is no requirement that pip reads.", _FIX) from None
    if requirement.name != TOOL:
        raise UsageError(f"{tool!r} installs {requirement.name}, not {TOOL}.", _FIX)
    if (requirement.url or "").startswith(("http://", "https://")):
        require_address(requirement.url or "", "--tool")


@lru_cache(maxsize=1)
def _locks() -> Path:
    """The folder of lock files: inside the package in a wheel, next to it in a checkout."""
    package = Path(mcp_static.__file__).parent
    packed = package / "_requirements"
    return packed if packed.is_dir() else package.parents[1] / "requirements"


_UNPINNED: Final = (
    f"{TOOL_FILE} pins the version of {TOOL} without a hash: the package index was not asked; "
    "`mcp-static upgrade` without --offline adds it."
)
_NOT_PLAIN: Final = re.compile(r"[^A-Za-z0-9._~%+,=:@/#&\[\]-]")
_FIX: Final = f"Write `{TOOL}==VERSION`, or `{TOOL} @ https://…` with the address of a wheel."
