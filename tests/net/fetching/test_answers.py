"""What is fetched, over what, and where redirects may lead."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from mcp_static.model.errors import FetchRefusedError, UnansweredError
from mcp_static.net.addresses import Reach
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import ANSWER, KEY_RECORD, RELEASE, SOURCE, FetchLimits
from mcp_static.settings.network import NetworkSettings

from tests.doubles.https import Authority, Body, HttpsFront, always
from tests.net.fetching.fetchers import HOST, URL, fetcher_to, unpaused


def test_an_answer_has_status_headers_body_and_digest(front: HttpsFront) -> None:
    front.host(HOST, always(200, "hello", Content_Type="text/plain"))
    answer = fetcher_to(front).get(URL, ANSWER, {"Accept": "text/plain"})
    assert (answer.status, answer.is_ok, answer.body) == (200, True, b"hello")
    assert answer.headers["content-type"] == "text/plain"
    assert answer.sha256.startswith("2cf24dba5fb0a30e")
    (asked,) = front.requests
    assert asked.headers["Accept"] == "text/plain"
    assert asked.headers["User-Agent"].startswith("mcp-static/")


def test_a_release_is_known_by_its_digest_alone(front: HttpsFront) -> None:
    front.host(HOST, always(200, "hello"))
    answer = fetcher_to(front).get(URL, RELEASE)
    assert answer.body == b""
    assert answer.sha256.startswith("2cf24dba5fb0a30e")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 418])
def test_a_status_that_says_something_is_an_answer(front: HttpsFront, status: int) -> None:
    front.host(HOST, always(status, "no"))
    answer = fetcher_to(front).get(URL, ANSWER)
    assert (answer.status, answer.is_ok, answer.body) == (status, False, b"no")
    assert len(front.requests) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/file",
        "ftp://example.com/file",
        "file:///etc/passwd",
        "//example.com/file",
        "https:///file",
        "https://alice:secret@example.com/file",
        "https://alice@example.com/file",
        "",
    ],
)
def test_an_address_that_is_not_plain_https_is_refused(front: HttpsFront, url: str) -> None:
    front.host(HOST, always(200))
    with pytest.raises(FetchRefusedError):
        fetcher_to(front).get(url, ANSWER)
    assert front.accepted == 0


BROKEN = [
    "https://[",
    "https://[::1",
    "https://a..b/",
    "https://.example.com/",
    f"https://{'a' * 64}.example.com/",
    "https://example.com:99999/",
    "https://example.com:port/",
    "https://exa mple.com/",
    "https://%00/",
    "https://\u2100.example.com/",
    "https://xn--a.example.com:0/",
]


@pytest.mark.parametrize("url", BROKEN)
def test_an_address_that_is_none_ends_as_any_other_fault(url: str) -> None:
    with pytest.raises((FetchRefusedError, UnansweredError)):
        Fetcher(Reach(NetworkSettings()), lambda _: None).get(url, ANSWER, {"Authorization": "x"})


@pytest.mark.parametrize("url", [url for url in BROKEN if url.isascii()])
def test_a_redirect_to_an_address_that_is_none_ends_as_any_other_fault(
    front: HttpsFront, url: str
) -> None:
    front.host(HOST, always(302, Location=url))
    with pytest.raises((FetchRefusedError, UnansweredError)):
        fetcher_to(front).get(URL, ANSWER, {"Authorization": "x"})


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    front: HttpsFront, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path).bundle))
    front.host(HOST, always(200))
    with pytest.raises(UnansweredError, match=r"example\.com/file.*certificate"):
        fetcher_to(front).get(URL, ANSWER)
    assert front.requests == []


def test_a_certificate_of_another_host_is_not_trusted(authority: Authority, front: HttpsFront) -> None:
    with HttpsFront(authority, {HOST: always(200)}, certified=("other.example.com",)) as front:
        with pytest.raises(UnansweredError, match=r"example\.com/file.*certificate"):
            fetcher_to(front).get(URL, ANSWER)
        assert front.requests == []


def test_proxies_of_the_environment_are_not_used(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    front.host(HOST, always(200, "direct"))
    assert fetcher_to(front).get(URL, ANSWER).body == b"direct"


# Redirects.


def chain(method: str, path: str, *_: object) -> tuple[int, Mapping[str, str], Body]:
    """`/5` sends to `/4`, and so on; `/0` is the end."""
    left = int(path.strip("/"))
    return (302, {"Location": f"/{left - 1}"}, b"") if left else (200, {}, b"end")


def test_an_answer_is_followed_over_five_redirects(front: HttpsFront) -> None:
    front.host(HOST, chain)
    answer = fetcher_to(front).get(f"https://{HOST}/5", ANSWER)
    assert (answer.body, answer.url) == (b"end", f"https://{HOST}/0")


def test_a_sixth_redirect_is_refused(front: HttpsFront) -> None:
    front.host(HOST, chain)
    with pytest.raises(FetchRefusedError, match="more than 5 times"):
        fetcher_to(front).get(f"https://{HOST}/6", ANSWER)
    assert len(front.requests) == 6


@pytest.mark.parametrize("limits", [KEY_RECORD, SOURCE], ids=lambda limits: limits.name)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_what_must_stand_where_it_is_named_is_not_followed(
    front: HttpsFront, limits: FetchLimits, status: int
) -> None:
    front.host(HOST, always(status, Location="/elsewhere"))
    with pytest.raises(FetchRefusedError, match="redirects"):
        fetcher_to(front).get(URL, limits)
    assert len(front.requests) == 1


def test_a_redirect_to_nowhere_is_refused(front: HttpsFront) -> None:
    front.host(HOST, always(302))
    with pytest.raises(FetchRefusedError, match="redirects"):
        fetcher_to(front).get(URL, ANSWER)


@pytest.mark.parametrize(
    "target",
    [
        "http://example.com/plain",
        "http://127.0.0.1/",
        "file:///etc/passwd",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://alice:secret@other.example.com/",
        "//alice@other.example.com/",
    ],
)
def test_a_redirect_to_where_no_fetch_may_go_is_refused(front: HttpsFront, target: str) -> None:
    front.host(HOST, always(302, Location=target))
    front.host("other.example.com", always(200))
    with pytest.raises(FetchRefusedError) as caught:
        fetcher_to(front).get(URL, ANSWER)
    assert len(front.requests) == 1
    assert "secret" not in str(caught.value)


def test_credentials_stay_with_the_host_they_are_for(front: HttpsFront) -> None:
    front.host(HOST, lambda _m, path, *_: (307, {"Location": TARGETS[path]}, b""))
    front.host("other.example.com", always(200, "end"))
    headers = {"Authorization": "Bearer secret", "Accept": "text/plain"}
    assert fetcher_to(front).get(URL, ANSWER, headers).body == b"end"
    first, second = front.asked(HOST)
    (elsewhere,) = front.asked("other.example.com")
    assert first.headers["Authorization"] == second.headers["Authorization"] == "Bearer secret"
    assert "Authorization" not in elsewhere.headers
    assert elsewhere.headers["Accept"] == "text/plain"


TARGETS = {"/file": f"https://{HOST}/again", "/again": "https://other.example.com/end"}


def test_credentials_do_not_go_to_another_port_of_their_host(front: HttpsFront) -> None:
    front.host(HOST, lambda _m, path, *_: (302, {"Location": f"https://{HOST}:8443/end"}, b""))
    settings = NetworkSettings(
        reach=("127.0.0.0/8",),
        connect={**front.connect, f"{HOST}:8443": f"127.0.0.1:{front.port}"},
    )
    with pytest.raises(FetchRefusedError, match="more than"):
        Fetcher(Reach(settings), unpaused).get(URL, ANSWER, {"Authorization": "Bearer secret"})
    assert ["Authorization" in asked.headers for asked in front.requests] == [True, *[False] * 5]


def test_no_cookie_is_carried_from_hop_to_hop(front: HttpsFront) -> None:
    front.host(HOST, always(302, Location="/end", Set_Cookie="session=1"))
    with pytest.raises(FetchRefusedError):
        fetcher_to(front).get(URL, ANSWER)
    assert all("Cookie" not in asked.headers for asked in front.requests)
