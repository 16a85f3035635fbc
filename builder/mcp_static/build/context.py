"""What is needed to render a document."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from mcp_static.pages.site import Layout, Site
from mcp_static.store.entries import Entry
from mcp_static.store.store import Store


class Span(NamedTuple):
    """A run of documents of one kind: numbers `first` to `last`, both included.

    `key` tells apart what numbers alone do not: a chain, a day, a namespace, the address of a list.
    """

    first: int
    last: int
    key: str = ""


@dataclass(frozen=True)
class RenderContext:
    """The store, the registry's reversed domain, and its site. Cheap to make."""

    store: Store
    namespace: str
    site: Site

    @cached_property
    def layout(self) -> Layout:
        """What makes pages of the site; what all pages share is made once."""
        return Layout(self.site)

    def rendered(self, entry: Entry) -> bytes:
        """An entry as the API shows it."""
        return entry.rendered(self.namespace)
