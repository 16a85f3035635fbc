"""What a build did, for its caller to print."""

from dataclasses import dataclass, field

from mcp_static.api.limits import MAX_LIST_BYTES
from mcp_static.model.errors import InputError
from mcp_static.reports.printing import counted_of
from mcp_static.store.store import Store

_NAMED = 20


@dataclass(slots=True)
class BuildResult:
    """Counts of a build. `why_full` is empty for an incremental one; `seconds` is wall time."""

    commit: str
    why_full: str = ""
    is_current: bool = False
    servers: int = 0
    versions: int = 0
    deleted: int = 0
    written: int = 0
    unchanged: int = 0
    removed: int = 0
    seconds: float = 0.0
    has_complete_list: bool = True
    left_out: list[tuple[str, str]] = field(default_factory=list)

    def read(self, store: Store) -> None:
        """Take the counts of what is served from a store."""
        self.servers = store.facts.number("public_servers")
        self.versions = store.facts.number("public_versions")
        self.deleted = store.facts.number("deleted_versions")
        self.has_complete_list = store.facts.number("leading_bytes") <= MAX_LIST_BYTES
        self.left_out = store.left_out()


def refuse_leaving_out(store: Store, *, strict: bool) -> None:
    """Raise InputError if records had to be left out and that is not allowed."""
    left_out = store.left_out()
    if strict and left_out:
        named = [f"  {path}: {reason}" for path, reason in left_out[:_NAMED]]
        if len(left_out) > _NAMED:
            named.append(f"  … and {len(left_out) - _NAMED} more")
        raise InputError(
            "\n".join([f"{counted_of(len(left_out), 'record')} cannot be served:", *named]),
            "Correct or remove them, or build without --strict to serve all others.",
        )
