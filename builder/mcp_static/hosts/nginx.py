"""nginx, with the edge program or by rewrite rules."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.abilities import EVERYTHING
from mcp_static.api.documents import Document
from mcp_static.api.variants import Variant
from mcp_static.hosts.files import (
    day_values,
    edge_program,
    empty_list,
    host_document,
    known_time,
    server_values,
)
from mcp_static.hosts.host import Host
from mcp_static.hosts.rules import BY_RULES, RULES_NOTE, RULES_VARIANTS
from mcp_static.settings import Settings

_DEPLOYED_BY: Final = "mcp-static deploy FOLDER, which nginx.conf names as its root"


def _program_files(settings: Settings, _: str | None) -> Iterator[Document]:
    values = server_values(settings)
    values |= {"keeps_times": True, "known_time": known_time()}  # the program sees for itself
    yield host_document("nginx.conf", "nginx.conf.j2", values, host=NGINX.name, by_program=True)
    yield from edge_program("nginx.js")


def _rules_files(settings: Settings, first_day: str | None) -> Iterator[Document]:
    values = server_values(settings) | day_values(first_day)
    yield host_document("nginx.conf", "nginx.conf.j2", values, host=NGINX_RULES.name, by_program=False)
    yield empty_list()


NGINX_RULES: Final = Host(
    name="nginx-rules",
    description="nginx without modules, by rewrite rules.",
    honours=BY_RULES,
    note=RULES_NOTE,
    deployed_by=_DEPLOYED_BY,
    variants=RULES_VARIANTS,
    documents=_rules_files,
)
NGINX: Final = Host(
    name="nginx",
    description="nginx with its module njs, which runs the edge program.",
    honours=EVERYTHING,
    deployed_by=_DEPLOYED_BY,
    variants=(Variant.GZIP,),
    documents=_program_files,
)
