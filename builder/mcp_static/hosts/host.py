"""A host: a kind of place that serves an output, what it honors, and how much it takes."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from mcp_static.api.abilities import Abilities, describe
from mcp_static.api.documents import Document
from mcp_static.api.snapshot import HostFacts
from mcp_static.api.variants import Extent, Target, Variant
from mcp_static.model.errors import InputError
from mcp_static.settings import Settings

MIB: Final = 1024 * 1024
_PATH: Final = re.compile(r"[A-Za-z0-9._~/-]*")


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a host takes; sizes in bytes, None for no limit that matters here."""

    files: int | None = None
    file_size: int | None = None
    total: int | None = None

    def in_words(self) -> str:
        """The limits, for people."""
        parts = [
            f"{self.files:,} files" if self.files else "",
            f"{_size(self.file_size)} a file" if self.file_size else "",
            f"{_size(self.total)} in all" if self.total else "",
        ]
        return ", ".join(filter(None, parts)) or "as much as there is room for"

    def exceeded_by(self, extent: Extent) -> str | None:
        """Which limit an output exceeds, in words with both figures, or None."""
        if self.files is not None and extent.files > self.files:
            return f"it has {extent.files:,} files, and the limit is {self.files:,}"
        if self.file_size is not None and extent.largest > self.file_size:
            return (
                f"{extent.largest_path} has {_size(extent.largest)}, and the limit for a file is "
                f"{_size(self.file_size)}"
            )
        if self.total is not None and extent.total > self.total:
            return f"it has {_size(extent.total)} in all, and the limit is {_size(self.total)}"
        return None


def _size(count: int) -> str:
    return f"{count / MIB:,.1f} MiB"


@dataclass(frozen=True, slots=True)
class PlatformDeploy:
    """How a workflow takes an output to a platform: a command in its folder, and what that is told.

    `variables` and `secrets` are names in the workflow's environment.
    """

    command: str
    variables: tuple[str, ...]
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One kind of place.

    `honours` decides which conformance checks it is held to; `note` adds what abilities cannot
    tell. `too_large` is the advice for an output that exceeds the limits, and `has_paid_files` tells
    whether the limit of files depends on a plan, which the settings name. `deployed_by` is how an
    output gets there; `deployed_by_workflow` whether a workflow of the forge takes it there, and not
    the machine that serves it fetches it; `deploys_to_bucket` whether `mcp-static deploy s3://…`
    brings it, and `platform` the command of those that have one of their own. `variants` and
    `documents` are what a build makes for this host on top of the common files.
    """

    name: str
    description: str
    honours: Abilities
    note: str = ""
    limits: Limits = Limits()
    too_large: str = ""
    deployed_by: str
    deployed_by_workflow: bool = False
    deploys_to_bucket: bool = False
    platform: PlatformDeploy | None = None
    has_paid_files: bool = False
    variants: tuple[Variant, ...] = ()
    documents: Callable[[Settings, str | None], Iterator[Document]] | None = None

    @property
    def honours_in_words(self) -> str:
        """What it honors, for people."""
        return "; ".join(filter(None, (describe(self.honours), self.note)))

    @property
    def facts(self) -> HostFacts:
        """What an output made for this host says about it."""
        return HostFacts(self.name, self.honours, self.deploys_to_bucket)

    def limits_with(self, settings: Settings) -> Limits:
        """The limits, which a paid plan may raise."""
        if not self.has_paid_files:
            return self.limits
        return Limits(settings.hosting.max_files, self.limits.file_size, self.limits.total)

    def require_url(self, settings: Settings) -> None:
        """Raise InputError when the registry's address has a path that configurations cannot name."""
        path = urlsplit(settings.url).path
        if not _PATH.fullmatch(path):
            raise InputError(
                f"registry.toml: `url` has the path {path}, which is more than letters, digits and "
                ". _ ~ - /.",
                "Serve the registry under a plain path, such as /mcp-registry.",
            )

    def target(self, settings: Settings) -> Target:
        """What a build for this host makes; raises InputError for settings that cannot be served."""
        self.require_url(settings)
        limits = self.limits_with(settings)

        def require(extent: Extent) -> None:
            problem = limits.exceeded_by(extent)
            if problem:
                raise InputError(
                    f"This registry does not fit on {self.name}: {problem}.", self.too_large
                )

        is_bounded = limits != Limits()
        return Target(self.facts, self.variants, self.documents, require if is_bounded else None)
