"""What no package of a type can be called is refused, with the name that is meant."""

import pytest
from mcp_static.packages import cargo, npm, nuget, pypi
from mcp_static.packages.images import HUB, PAGES
from mcp_static.packages.types import package_type

NPM, PYPI, CARGO, NUGET = (kind.REGISTRY for kind in (npm, pypi, cargo, nuget))

MEANT = [
    ("npm", "@corp/docs@1.0.0", "`@corp/docs`"),
    ("npm", "docs@^1.2.0", "`docs`"),
    ("npm", "docs@latest", "`docs`"),
    ("npm", "Docs-MCP", "`docs-mcp`"),
    ("npm", "@Corp/Docs", "`@corp/docs`"),
    ("npm", "npm:docs", "`docs`"),
    ("npm", "pkg:npm/%40corp/docs@1.0.0", "`@corp/docs`"),
    ("npm", "github:example/docs", "its registry"),
    ("npm", "git+ssh://git@github.com/example/docs.git", "its registry"),
    ("npm", f"{NPM.pages.url}/@corp/docs/v/1.0.0", "`@corp/docs`"),
    ("npm", f"{NPM.site.url}/docs", "`docs`"),
    ("npm", "https://github.com/example/sql/releases/download/v1.0.0/sql-mcp-1.0.0.tgz", '"mcpb"'),
    ("npm", "./packages/docs", "published package"),
    ("npm", "C:\\docs", "published package"),
    ("npm", "file:../docs", "published package"),
    ("pypi", "docs-mcp==1.0.0", "`docs-mcp`"),
    ("pypi", "docs-mcp>=1.0", "`docs-mcp`"),
    ("pypi", "docs-mcp~=1.4", "`docs-mcp`"),
    ("pypi", "docs-mcp[cli]", "`docs-mcp`"),
    ("pypi", "docs-mcp[cli,http]==1.0", "`docs-mcp`"),
    ("pypi", "git+https://github.com/example/docs", "its registry"),
    ("pypi", f"{PYPI.pages.url}/docs-mcp/1.0.0/", "`docs-mcp`"),
    ("pypi", "https://example.com/docs-1.0-py3-none-any.whl", "name"),
    ("pypi", "-docs", "name"),
    ("nuget", f"{NUGET.pages.url}/Docs.Mcp/1.0.0", "`Docs.Mcp`"),
    ("nuget", "Docs.Mcp@1.0.0", "`Docs.Mcp`"),
    ("nuget", "Docs..Mcp", "name"),
    ("cargo", f"{CARGO.pages.url}/docs-mcp", "`docs-mcp`"),
    ("cargo", "docs-mcp@0.1.0", "`docs-mcp`"),
    ("cargo", "docs.mcp", "name"),
    ("cargo", "9docs", "name"),
    ("cargo", "d" * 65, "name"),
    ("go", "https://github.com/example/docs", "`github.com/example/docs`"),
    ("go", "github.com/example/docs@v1.0.0", "`github.com/example/docs`"),
    ("go", "docs", "name"),
    ("oci", "https://ghcr.io/alice/weather:1.0.0", "`ghcr.io/alice/weather:1.0.0`"),
    ("oci", f"https://{PAGES[HUB.host].host}/r/alice/weather:1.0.0", "`docker.io/alice/weather:1.0.0`"),
    ("oci", f"{PAGES[HUB.host].host}/_/weather:1", "`docker.io/library/weather:1`"),
    ("oci", "ghcr.io/Alice/Weather:1.0.0", "`ghcr.io/alice/weather:1.0.0`"),
    (
        "oci",
        "docker.io/mcp/sonarqube:sha256:" + "d9" * 32,
        "`docker.io/mcp/sonarqube@sha256:" + "d9" * 32 + "`",
    ),
    ("oci", "not-a-valid-reference::::", "ghcr.io/alice/weather:1.2.3"),
    ("mcpb", "https://github.com/a/mcp/raw/main/x.mcpb", "release"),
    ("mcpb", "https://github.com/a/mcp/releases/latest/download/x.mcpb", "tag"),
    ("mcpb", "https://weather-tools.dev/mcp/x.mcpb", "release"),
]


@pytest.mark.parametrize(("kind", "identifier", "meant"), MEANT)
def test_a_misnomer_is_told_with_what_is_meant(kind: str, identifier: str, meant: str) -> None:
    known = package_type(kind)
    assert known is not None
    found = known.misnomer(identifier)
    assert found is not None
    assert meant in found.fix


@pytest.mark.parametrize(
    ("kind", "identifier"),
    [
        ("npm", "docs"), ("npm", "@corp/docs.mcp_2"), ("npm", "~x"), ("npm", "a" * 214),
        ("pypi", "Docs_MCP.x"), ("pypi", "a"), ("pypi", "zope.interface"),
        ("nuget", "Docs.Mcp"), ("nuget", "a-b_c.d"), ("cargo", "docs_mcp-2"),
        ("go", "github.com/example/docs/v2"), ("go", "gitlab.com/group/sub/x"), ("go", "weather-tools.dev/x"),
        ("oci", "alice/weather:1"), ("oci", "weather:1"), ("oci", "ghcr.io/a/b__c:V1@sha256:" + "a1" * 32),
        ("oci", "images.corp.dev:5000/a/b:1"), ("oci", "ghcr.io/a/b"),
        ("mcpb", "https://github.com/a/mcp/releases/download/v1/x.mcpb"),
        ("mcpb", "https://gitlab.com/a/b/mcp/-/releases/v1/downloads/x.mcpb"),
    ],
)  # fmt: skip
def test_names_are_names(kind: str, identifier: str) -> None:
    known = package_type(kind)
    assert known is not None
    assert known.misnomer(identifier) is None
