"""An entry of any registry, as far as its answer holds what the standard says."""

from dataclasses import dataclass

from mcp_static.api.entries import OFFICIAL_META
from mcp_static.model.lifecycle import Status
from mcp_static.model.reading import Part, part_of, text_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One version of a server: the document that was answered, nothing of which has been checked."""

    document: Part

    @property
    def server(self) -> Part:
        """The `server.json`; before the standard, entries were that themselves."""
        return part_of(self.document, "server") or self.document

    @property
    def name(self) -> str:
        """The server's name; empty if there is none."""
        return text_of(self.server, "name") or ""

    @property
    def version(self) -> str:
        """Its version; empty if there is none."""
        return text_of(self.server, "version") or ""

    @property
    def meta(self) -> Part:
        """What the registry says about it: status, times, whether it is the latest."""
        return part_of(part_of(self.document, "_meta"), OFFICIAL_META)

    @property
    def is_latest(self) -> bool:
        """Whether the registry calls it the latest version."""
        return self.meta.get("isLatest") is True

    @property
    def is_deleted(self) -> bool:
        """Whether it is listed although it was deleted."""
        return self.meta.get("status") == Status.DELETED

    def rank(self, text: str) -> int | None:
        """Where a text occurs, in any case: 0 in the name, 1 in the title, 2 in the description.

        None if it is in none of them.
        """
        wanted = text.casefold()
        members = (text_of(self.server, key) or "" for key in ("name", "title", "description"))
        return next((place for place, it in enumerate(members) if wanted in it.casefold()), None)
