"""The documents that close every build: those about the registry as a whole, checksums, snapshot."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

from mcp_static.api.documents import CHECKSUMS, UNLISTED, Document
from mcp_static.api.lineage import lineage_document
from mcp_static.api.variants import Target
from mcp_static.build.context import RenderContext
from mcp_static.build.fixed_documents import fixed_documents
from mcp_static.build.index_documents import (
    checksum_index,
    checksum_part,
    complete_list,
    host_documents,
    registry_documents,
    snapshot_document,
)
from mcp_static.build.page_documents import site_pages
from mcp_static.build.policy_documents import policy_documents
from mcp_static.build.sitemap_documents import sitemap_index
from mcp_static.settings import Settings


def closing_documents(
    context: RenderContext,
    settings: Settings,
    target: Target,
    lineage: Sequence[str],
    changed_parts: Callable[[], Iterable[str]],
    *,
    is_new: bool,
) -> Iterator[Document]:
    """Those documents, in order. Each is about earlier ones, so write one before the next is asked.

    `lineage` is the commit that is built, and those before it. `changed_parts` gives the checksum
    parts that have to be written, once all others are. What follows from the settings alone is given
    for a new output only.
    """
    store, commit = context.store, lineage[0]
    yield complete_list(context)
    yield from site_pages(context)
    yield from policy_documents(context, settings)
    yield sitemap_index(context)
    if is_new:
        yield from fixed_documents(settings, context.site)
    yield lineage_document(lineage)
    yield from registry_documents(store, settings, commit)
    yield from host_documents(store, settings, target)
    for part in sorted(set(changed_parts()) - {CHECKSUMS, UNLISTED}):
        yield checksum_part(store, part)
    index = checksum_index(store)
    yield index
    digest = hashlib.sha256(index.body or b"").digest()
    yield snapshot_document(store, settings, target.host, commit, digest)
