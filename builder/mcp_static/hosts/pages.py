"""Static hosting by forges: files as they are, no queries, no headers of our own."""

from collections.abc import Iterator
from typing import Final

from mcp_static.api.abilities import Ability
from mcp_static.api.documents import Document
from mcp_static.api.variants import Variant
from mcp_static.hosts.files import own_document
from mcp_static.hosts.host import MIB, Host, Limits
from mcp_static.settings import Settings

BY_FILES: Final = frozenset({Ability.FILES, Ability.LIST, Ability.CORS})
"""What is honoured where files are served as they are, to any origin."""
NO_LIMIT: Final = "Use a host without this limit: nginx, apache, caddy, s3 or cloudflare-r2."


def _github_files(_: Settings, __: str | None) -> Iterator[Document]:
    """What makes GitHub Pages serve the files as they are."""
    yield own_document(".nojekyll", b"")


GITHUB_PAGES: Final = Host(
    name="github-pages",
    description="GitHub Pages: static files, no queries, no headers of our own.",
    honours=BY_FILES,
    # https://docs.github.com/en/pages/getting-started-with-github-pages/github-pages-limits
    limits=Limits(total=1024 * MIB),
    too_large=NO_LIMIT,
    deployed_by="the workflow .github/workflows/deploy.yml, after each change of main",
    deployed_by_workflow=True,
    variants=(Variant.HTML,),
    documents=_github_files,
)
GITLAB_PAGES: Final = Host(
    name="gitlab-pages",
    description="GitLab Pages: static files, no queries, no headers of our own.",
    honours=BY_FILES,
    # The limits of gitlab.com, and the defaults elsewhere: https://docs.gitlab.com/administration/
    # instance_limits/#number-of-files-per-gitlab-pages-website. Folders count as well, about one for
    # two files here. How files are found: gitlab-pages, internal/serving/disk/reader.go (a file, a
    # folder's index.html, or the same name with .html), and README.md (any origin may read).
    limits=Limits(files=130_000, total=1024 * MIB),
    too_large=NO_LIMIT,
    deployed_by="a job `pages` that keeps the output as the artifact public/",
    deployed_by_workflow=True,
    variants=(Variant.HTML, Variant.GZIP),
)
