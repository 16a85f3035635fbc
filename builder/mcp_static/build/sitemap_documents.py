"""What search engines ask for: `robots.txt`, and sitemaps cut by the servers' numbers.

A server's number never changes, so a publish rewrites the one part that has the server.
Formats: sitemaps.org's protocol 0.9 (at most 50,000 addresses per part) and RFC 9309.
"""

from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from mcp_static.api.documents import MISCELLANEOUS, Document
from mcp_static.api.paths import API_ALIASES
from mcp_static.build.context import RenderContext, Span
from mcp_static.model.times import format_time
from mcp_static.pages.policies import POLICIES_PAGE
from mcp_static.pages.server_view import server_page_path
from mcp_static.pages.site import Site

SITEMAP_SERVERS: Final = 1000
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
_PAGES: Final = "sitemaps/pages.xml"
_STANDING: Final = (
    "/",
    "/search/",
    "/browse/servers/",
    "/browse/namespaces/",
    "/statistics/",
    "/publish/",
    "/aggregators/",
    "/reference/",
    "/moderation.html",
)


def sitemap_path(number: int) -> str:
    """The file of one part."""
    return f"sitemaps/{number}.xml"


def server_sitemaps(context: RenderContext, span: Span) -> Iterator[Document]:
    """Parts of the sitemap: the pages of the servers with 1,000 numbers each."""
    for number in range(span.first, span.last + 1):
        start = number * SITEMAP_SERVERS
        rows = context.store.entries.updated_servers(start, start + SITEMAP_SERVERS - 1)
        urls = "".join(
            f"<url><loc>{escape(context.site.url + server_page_path(name))}</loc>"
            f"<lastmod>{format_time(updated)}</lastmod></url>\n"
            for name, updated in rows
        )
        body = f'{_XML}<urlset xmlns="{_SPACE}">\n{urls}</urlset>\n'
        yield Document(sitemap_path(number), body.encode(), MISCELLANEOUS)


def sitemap_index(context: RenderContext) -> Document:
    """The index of all parts."""
    count = -(-context.store.facts.counters.next_server // SITEMAP_SERVERS)
    urls = [f"{context.site.url}/{path}" for path in (_PAGES, *map(sitemap_path, range(count)))]
    lines = "".join(f"<sitemap><loc>{escape(url)}</loc></sitemap>\n" for url in urls)
    index = f'{_XML}<sitemapindex xmlns="{_SPACE}">\n{lines}</sitemapindex>\n'
    return Document("sitemap.xml", index.encode(), MISCELLANEOUS)


def standing_sitemap(site: Site) -> Iterator[Document]:
    """The part of the pages that are always there, and `robots.txt`."""
    paths = (*_STANDING, POLICIES_PAGE) if site.has_policies else _STANDING
    urls = "".join(f"<url><loc>{escape(site.url + path)}</loc></url>\n" for path in paths)
    body = f'{_XML}<urlset xmlns="{_SPACE}">\n{urls}</urlset>\n'
    yield Document(_PAGES, body.encode(), MISCELLANEOUS)
    yield Document("robots.txt", _robots(site).encode(), MISCELLANEOUS)


def _robots(site: Site) -> str:
    if not site.options.is_indexed:
        return "User-agent: *\nDisallow: /\n"
    hidden = "".join(f"Disallow: {site.base}/{folder}/\n" for folder in (*API_ALIASES, "data"))
    return f"User-agent: *\n{hidden}Allow: /\nSitemap: {site.url}/sitemap.xml\n"
