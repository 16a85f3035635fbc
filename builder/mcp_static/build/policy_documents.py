"""Policies as documents: the files for clients, what is left out of them, and the page about both.

They are about the registry as a whole and change with every publish, so that a registry has them up to
a size, if its settings ask for them.
"""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.documents import MISCELLANEOUS, Document
from mcp_static.build.context import RenderContext
from mcp_static.model.errors import InputError
from mcp_static.pages.policies import POLICIES_PAGE, left_out_views, policy_views
from mcp_static.policies.contents import ListedVersion, contents_of
from mcp_static.policies.lists import layout
from mcp_static.policies.policies import LEFT_OUT, POLICIES
from mcp_static.settings import Settings
from mcp_static.settings.policies import MAX_SERVERS, MAX_VERSIONS
from mcp_static.store.store import Store

_LEFT_OUT_LINES: Final = 200
"""What the page says of what is left out at most; the file has all."""


def refuse_large_policies(store: Store, settings: Settings) -> None:
    """Raise InputError if the settings ask for policies and the registry is too large for them."""
    facts = store.facts
    servers = facts.number("public_servers")
    versions = facts.number("public_versions") + facts.number("deleted_versions")
    if settings.policies is not None and (servers > MAX_SERVERS or versions > MAX_VERSIONS):
        raise InputError(
            f"There are no policies for {servers:,} servers with {versions:,} versions: clients read "
            f"each file as a whole, and each publish would write it anew. The most are {MAX_SERVERS:,} "
            f"servers and {MAX_VERSIONS:,} versions.",
            "Remove [policies] from registry.toml, or make a registry of the servers that are approved "
            "(`import --only`) and have policies for that.",
        )


def policy_documents(context: RenderContext, settings: Settings) -> Iterator[Document]:
    """Those documents; none unless the settings ask for them."""
    if settings.policies is None:
        return
    contents = contents_of(_versions(context.store))
    bodies = {policy.path: policy.render(contents, settings.policies) for policy in POLICIES}
    for path, body in bodies.items():
        yield Document(path, body, MISCELLANEOUS)
    lacking = [left for policy in POLICIES for left in policy.left_out(contents)]
    left_out = left_out_views([*contents.left_out, *lacking])
    listed = [view.document() for view in left_out]
    yield Document(LEFT_OUT, layout({"format": 1, "leftOut": listed}), MISCELLANEOUS)
    site = context.site
    yield context.layout.page(
        "policies",
        POLICIES_PAGE,
        f"Policy files with which clients allow the servers of {site.title}, and no others.",
        policies=policy_views(site.url, bodies),
        left_out=left_out[:_LEFT_OUT_LINES],
        more=max(0, len(left_out) - _LEFT_OUT_LINES),
        left_out_file=LEFT_OUT,
    )


def _versions(store: Store) -> Iterator[ListedVersion]:
    for entry in store.entries.present(0, store.facts.counters.next_ordinal):
        yield ListedVersion(
            entry.name,
            entry.version,
            bool(entry.is_public),
            bool(entry.is_latest),
            entry.document,
        )
