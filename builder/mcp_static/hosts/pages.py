"""Static hosting by forges: files as they are, no queries, no headers of our own."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.abilities import Ability
from mcp_static.api.documents import Document
from mcp_static.api.variants import Variant
from mcp_static.hosts.files import own_document
from mcp_static.hosts.host import MIB, Host, Limits
from mcp_static.settings import Settings

_BY_FILES: Final = frozenset({Ability.FILES, Ability.LIST, Ability.CORS})


def _github_files(_: Settings, __: str | None) -> Iterator[Document]:
    """What makes GitHub Pages serve the files as they are."""
    yield own_document(".nojekyll", b"")


GITHUB_PAGES: Final = Host(
    name="github-pages",
    description="GitHub Pages: static files, no queries, no headers of our own.",
    honours=_BY_FILES,
    # https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits
    limits=Limits(total=1024 * MIB),
    too_large="Use a host without this limit: nginx, caddy, s3 or cloudflare-r2.",
    takes_path=True,
    deployed_by="the workflow .github/workflows/deploy.yml, after each change of main",
    deployed_by_workflow=True,
    variants=(Variant.HTML,),
    documents=_github_files,
)
