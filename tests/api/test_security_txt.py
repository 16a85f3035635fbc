"""`/.well-known/security.txt`: what it says, and when it stays as it is."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from mcp_static.api.security_txt import SECURITY_TXT, security_txt
from mcp_static.build.build import BuildOptions, build
from mcp_static.settings import Settings, parse_settings

from tests.registries import Registry, files_below

CONTACT = """\
url = "https://mcp.example.com"
[security]
contact = ["mailto:security@example.com", "https://example.com/report"]
"""


def seconds(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, 12, tzinfo=UTC).timestamp())


def text(settings: str, time: int = seconds(2026, 11, 28)) -> str:
    body = security_txt(parse_settings(settings), time).body
    assert body is not None
    return body.decode()


def test_it_says_what_the_settings_say() -> None:
    assert text(CONTACT) == (
        "Contact: mailto:security@example.com\n"
        "Contact: https://example.com/report\n"
        "Expires: 2027-11-01T00:00:00Z\n"
        "Canonical: https://mcp.example.com/.well-known/security.txt\n"
        "Preferred-Languages: en\n"
    )
    more = (
        'policy = "https://example.com/policy"\nexpires = "2027-01-01T01:00:00+01:00"\n'
        'languages = ["de", "en-GB"]\n'
    )
    lines = text(CONTACT + more).splitlines()
    assert "Policy: https://example.com/policy" in lines
    assert "Expires: 2027-01-01T00:00:00Z" in lines
    assert "Preferred-Languages: de, en-GB" in lines


def test_there_is_none_without_a_contact() -> None:
    assert security_txt(Settings(), 0).body is None
    assert security_txt(parse_settings('[security]\npolicy = "https://a.example"'), 0).body is None


def test_an_address_that_is_not_https_is_not_canonical() -> None:
    assert "Canonical" not in text('[security]\ncontact = ["tel:+1-201-555-0123"]')


@pytest.mark.parametrize(
    ("time", "expires"),
    [
        (seconds(2026, 1, 1), "2027-01-01"),
        (seconds(2026, 12, 31), "2027-12-01"),
        (seconds(2028, 2, 29), "2029-02-01"),
    ],
)
def test_it_changes_once_a_month_and_expires_within_a_year(time: int, expires: str) -> None:
    assert f"Expires: {expires}T00:00:00Z\n" in text(CONTACT, time)


def test_full_and_incremental_builds_agree_about_it(registry: Registry, tmp_path: Path) -> None:
    registry.commit({"registry.toml": CONTACT.encode()})
    out, full = tmp_path / "out", tmp_path / "full"
    for month in (10, 11, 12):
        registry.publish("com.example/a", f"1.{month}.0", time=seconds(2026, month, 20))
        build(BuildOptions(repository=registry.path, out=out, workers=1))
        body = (out / SECURITY_TXT).read_text()
        assert f"Expires: 2027-{month}-01T00:00:00Z\n" in body
    build(BuildOptions(repository=registry.path, out=full, workers=1))
    assert files_below(full) == files_below(out)
    registry.commit({"registry.toml": b"title = 'Quiet'"})
    build(BuildOptions(repository=registry.path, out=out, workers=1))
    assert not (out / SECURITY_TXT).exists()
