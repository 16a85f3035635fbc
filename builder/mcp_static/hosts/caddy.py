"""Caddy, by rewrite rules."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.documents import Document
from mcp_static.hosts.files import day_values, empty_list, host_document, server_values
from mcp_static.hosts.host import Host
from mcp_static.hosts.rules import BY_RULES, RULES_NOTE, RULES_VARIANTS
from mcp_static.settings import Settings


def _files(settings: Settings, first_day: str | None) -> Iterator[Document]:
    values = server_values(settings) | day_values(first_day)
    yield host_document("Caddyfile", "Caddyfile.j2", values, host=CADDY.name)
    yield empty_list()


CADDY: Final = Host(
    name="caddy",
    description="Caddy 2.6 or newer, by rewrite rules.",
    honours=BY_RULES,
    note=RULES_NOTE,
    deployed_by="mcp-static deploy FOLDER, which the Caddyfile names as its root",
    variants=RULES_VARIANTS,
    documents=_files,
)
