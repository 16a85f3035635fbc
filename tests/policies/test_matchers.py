"""Matchers, held to what VS Code's own tests say of them (`allowedMcpServers.test.ts`)."""

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_static.model.web_addresses import fetched_address
from mcp_static.policies.matchers import (
    Identity,
    Matcher,
    Verdict,
    matches,
    matches_url,
    read_matchers,
    verdict,
)


def remote(url: str) -> Identity:
    return Identity("s", url=url)


@pytest.mark.parametrize("value", [None, True, "[]", {"allowed": []}])
def test_what_is_no_list_is_no_policy(value: Any) -> None:
    assert read_matchers(value) is None


def test_entries_without_exactly_one_valid_member_are_passed_over() -> None:
    assert read_matchers([]) == []
    valid = [{"serverName": "github"}, {"serverUrl": "https://mcp.example.com/*"}, {"serverCommand": ["npx", "-y", "server"]}]  # fmt: skip
    invalid = [{"serverName": ""}, {"serverCommand": []}, {"serverCommand": ["ok", 5]},
               {"serverName": "a", "serverUrl": "b"}, {}, "string-entry"]  # fmt: skip
    found = read_matchers([*valid, *invalid])
    assert found is not None
    assert [matcher.document() for matcher in found] == valid


@pytest.mark.parametrize(
    ("pattern", "url", "expected"),
    [
        ("https://*.example.com/*", "https://mcp.example.com/api", True),
        ("https://*.example.com/*", "https://MCP.EXAMPLE.COM/api", True),
        ("https://*.example.com/*", "https://example.com/api", False),
        ("https://*.example.com/*", "https://mcp.evil.com/api", False),
        ("https://*.example.com/*", "https://evil.test/.example.com/tool", False),
        ("https://mcp.example.com/mcp", "https://mcp.example.com/mcp", True),
        ("https://mcp.example.com/mcp", "https://mcp.example.com/mcp/extra", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.2:63366/mcp", True),
        ("http://*127.0.0.2:*/*", "http://127.0.0.1:63365/mcp", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.1:63365/@127.0.0.2:63366/mcp", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.1:63365\\@127.0.0.2:63366/mcp", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.1:63365\\@127.0.0.2:63366\\mcp", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.2%5C@127.0.0.1:63365/mcp", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.2:80@127.0.0.1:63365/mcp", False),
        ("http://*127.0.0.2:*/*", "http://127.0.0.2:63366\\extra/mcp", True),
        ("http://*127.0.0.2:*/*", "http://127.0.0.1:63365%5C@127.0.0.2:63366/mcp", True),
        ("http://*127.0.0.2:*/*", "not a url", False),
    ],
)
def test_patterns_match_what_is_fetched(pattern: str, url: str, *, expected: bool) -> None:
    assert matches(Matcher(url=pattern), remote(url)) is expected


def test_commands_match_word_by_word() -> None:
    matcher = Matcher(command=("npx", "-y", "server"))
    assert matches(matcher, Identity("s", command=("npx", "-y", "server")))
    for command in (("npx", "server"), ("npx", "-y", "server", "--flag"), ()):
        assert not matches(matcher, Identity("s", command=command))
    assert not matches(matcher, remote("https://mcp.example.com"))


def test_a_denial_wins_and_an_allowlist_allows_nothing_else() -> None:
    github, other = Identity("github"), Identity("other")
    named = [Matcher(name="github")]
    assert verdict(None, None, other) is Verdict.ALLOWED
    assert verdict([], None, other) is Verdict.NOT_ALLOWED
    assert verdict(named, None, github) is Verdict.ALLOWED
    assert verdict(named, None, other) is Verdict.NOT_ALLOWED
    assert verdict(named, named, github) is Verdict.DENIED
    untrusted = [Matcher(url="https://*.untrusted.example.com/*")]
    assert verdict(None, untrusted, remote("https://api.untrusted.example.com/mcp")) is Verdict.DENIED
    assert verdict(None, untrusted, remote("https://api.trusted.example.com/mcp")) is Verdict.ALLOWED


def test_patterns_that_would_keep_us_busy_are_matched_in_linear_time() -> None:
    started = time.perf_counter()
    for before in ("https://example.com/", "https://"):
        url = f"{before}{'ab' * 900}c/"
        assert not matches(Matcher(url=f"{before}{'*a' * 400}*d"), remote(url))
        assert matches(Matcher(url=f"{before}{'*a' * 400}*c*/"), remote(url))
    assert time.perf_counter() - started < 2


@given(st.text("ab*/.", max_size=12), st.text("ab/.", max_size=12))
def test_what_comes_first_is_no_other_match_than_any(pattern: str, path: str) -> None:
    plain = re.compile(".*".join(map(re.escape, f"https://x.com/{pattern}".split("*"))), re.DOTALL)
    url = fetched_address(f"https://x.com/{path}")
    assert url is not None
    assert matches_url(f"https://x.com/{pattern}", url) is bool(plain.fullmatch(url))
