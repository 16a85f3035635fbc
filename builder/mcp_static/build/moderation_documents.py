"""The moderation log as documents: for programs, for people, and for feed readers."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.documents import MISCELLANEOUS, Document, json_document
from mcp_static.build.context import RenderContext, Span
from mcp_static.model.times import format_time
from mcp_static.pages.moderation import FEED_ACTS, PAGE_ACTS, act_view
from mcp_static.pages.templates import render_template, xml_text

_LOG: Final = "data/moderation.json"
_FEED: Final = "moderation.xml"


def moderation_documents(context: RenderContext, _: Span) -> Iterator[Document]:
    """The whole log as JSON, its newest acts as a page, and the newest of these as an Atom feed."""
    site = context.site
    acts = list(context.store.moderation.newest_first())
    shown = [logged.act.model_dump(mode="json") | {"commit": logged.commit} for logged in acts]
    yield json_document(_LOG, {"format": 1, "acts": shown})
    views = [act_view(logged.act, logged.commit) for logged in acts[:PAGE_ACTS]]
    yield context.layout.page(
        "moderation",
        "/moderation.html",
        f"What the operators of {site.title} took down, blocked or restored, and why.",
        acts=views,
        more=max(0, len(acts) - PAGE_ACTS),
    )
    feed = render_template(
        "moderation.xml.j2",
        title=xml_text(site.title),
        url=site.url,
        acts=views[:FEED_ACTS],
        updated=views[0].at if views else format_time(0),
    )
    yield Document(_FEED, feed, MISCELLANEOUS)
