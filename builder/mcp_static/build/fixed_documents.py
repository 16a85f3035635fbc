"""What follows from the settings alone: a full build renders it, every later one has it already."""

from collections.abc import Iterator
from typing import Any

import orjson

from mcp_static.api.documents import MISCELLANEOUS, Document, json_document
from mcp_static.api.openapi import generic_openapi, registry_openapi, yaml_of
from mcp_static.api.paths import MISSING_PAGE, fixed_path
from mcp_static.api.schemas import SCHEMAS, schema_of
from mcp_static.build.sitemap_documents import standing_sitemap
from mcp_static.pages.package_markers import package_markers
from mcp_static.pages.reference import operations_of, schemas_of
from mcp_static.pages.site import Layout, Site, asset_documents
from mcp_static.settings import Settings


def fixed_documents(settings: Settings, site: Site) -> Iterator[Document]:
    """Those documents: health, definitions, schemas, the pages that explain, what all pages load."""
    yield json_document(fixed_path("health"), {"status": "ok"})
    yield json_document(fixed_path("ping"), {"pong": True})
    reference = registry_openapi(settings)
    yield Document("openapi.yaml", yaml_of(reference), MISCELLANEOUS)
    yield Document("openapi.generic.yaml", generic_openapi(), MISCELLANEOUS)
    for name in SCHEMAS:
        body = orjson.dumps(schema_of(name, settings), option=orjson.OPT_INDENT_2) + b"\n"
        yield Document(f"schemas/{name}.schema.json", body, MISCELLANEOUS)
    yield from _pages(site, reference)
    yield from asset_documents(site)
    yield from standing_sitemap(site)


def _pages(site: Site, reference: dict[str, Any]) -> Iterator[Document]:
    layout, title = Layout(site), site.title
    publishing = f"How to publish an MCP server in {title}."
    yield layout.page("publish", "/publish/", publishing, package_markers=package_markers())
    reading = f"How to read {title}: the standard API, exports and feeds."
    yield layout.page("aggregators", "/aggregators/", reading)
    yield layout.page(
        "reference",
        "/reference/",
        f"Every request that {title} answers, and the shape of each answer.",
        operations=operations_of(reference),
        schemas=schemas_of(reference),
    )
    yield layout.page("missing", f"/{MISSING_PAGE}", "There is no such page.")
