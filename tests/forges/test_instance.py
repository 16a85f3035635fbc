"""Which GitHub a registry lives on, and how ids name their forge."""

import pytest
from mcp_static.forges.github.instance import PUBLIC, Instance, registry_instance
from mcp_static.model.errors import UsageError
from mcp_static.model.forge_ids import parse_forge_id

ENTERPRISE = "https://git.corp.example"
SITE, API = "GITHUB_SERVER_URL", "GITHUB_API_URL"


@pytest.mark.parametrize(
    ("site", "api", "expected"),
    [
        ("", "", PUBLIC),
        ("https://github.com", "", PUBLIC),
        ("", "https://api.github.com", PUBLIC),
        ("https://GitHub.com/", "https://api.github.com/", Instance("https://GitHub.com", PUBLIC.api)),
        ("https://corp.ghe.com", "", Instance("https://corp.ghe.com", "https://api.corp.ghe.com")),
        ("", "https://api.corp.ghe.com", Instance("https://corp.ghe.com", "https://api.corp.ghe.com")),
        (ENTERPRISE, "", Instance(ENTERPRISE, f"{ENTERPRISE}/api/v3")),
        ("", f"{ENTERPRISE}/api/v3", Instance(ENTERPRISE, f"{ENTERPRISE}/api/v3")),
    ],
)
def test_each_address_of_a_github_follows_from_the_other(
    site: str, api: str, expected: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SITE, site)
    monkeypatch.setenv(API, api)
    assert registry_instance() == expected
    assert registry_instance().is_public == (expected.host == "github.com")


@pytest.mark.parametrize("variable", [SITE, API])
def test_what_is_no_address_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, "https://x/?y")
    with pytest.raises(UsageError, match=variable):
        registry_instance()


@pytest.mark.parametrize(
    "text",
    [
        "", "1001", "github.com/1001", "github.com/robot/1", "github.com/account/01",
        "github.com/account/-1", "github.com/account/1/2", "GitHub.com/account/1",
        "github.com/account/١", "github.com/account/1\n", " github.com/account/1", "/account/1",
        "github.com./account/1",
    ],
)  # fmt: skip
def test_what_is_no_id_is_none(text: str) -> None:
    assert parse_forge_id(text) is None


def test_an_id_is_read_as_it_is_written() -> None:
    for text in ("github.com/account/0", "127.0.0.1:8080/project/7", "gitlab.com/group/9"):
        assert str(parse_forge_id(text)) == text
