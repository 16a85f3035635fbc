"""Apache, by rewrite rules."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.documents import Document
from mcp_static.api.variants import Variant
from mcp_static.hosts.files import day_values, empty_list, host_document, server_values
from mcp_static.hosts.host import Host
from mcp_static.hosts.rules import BY_RULES, RULES_NOTE
from mcp_static.settings import Settings


def _files(settings: Settings, first_day: str | None) -> Iterator[Document]:
    values = server_values(settings) | day_values(first_day)
    yield host_document("apache.conf", "apache.conf.j2", values, host=APACHE.name)
    yield empty_list()


APACHE: Final = Host(
    name="apache",
    description="Apache 2.4, by rewrite rules.",
    honours=BY_RULES,
    note=RULES_NOTE,
    deployed_by="mcp-static deploy FOLDER, which apache.conf names as its root",
    variants=(Variant.SINCE,),
    documents=_files,
)
