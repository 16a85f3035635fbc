"""How an operator lets requests out: authorities, proxy, credentials, and what is told without them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from mcp_static.model.errors import (
    InputError,
    InsideAddressError,
    OperatorError,
    SignInError,
    UntrustedCertificateError,
)
from mcp_static.net.addresses import Reach
from mcp_static.net.client import Client
from mcp_static.net.fetch import Fetcher
from mcp_static.net.limits import ANSWER, KEY_RECORD
from mcp_static.settings import parse_settings
from mcp_static.settings.network import NetworkSettings

from tests.doubles.https import Authority, Body, Handler, HttpsFront, always
from tests.doubles.proxy import proxy_to
from tests.net.test_client import answering, send

HOST = "npm.corp.example"
URL = f"https://{HOST}/tool"
TOKEN = "s3cret-token"


def settings(front: HttpsFront | None, **more: object) -> NetworkSettings:
    """A network in which the front is every host that it has."""
    connect = front.connect if front else {}
    return NetworkSettings.model_validate({"reach": ("127.0.0.0/8",), "connect": connect, **more})


def fetcher(network: NetworkSettings) -> Fetcher:
    """A fetcher that waits for nothing."""
    return Fetcher(Reach(network), lambda _: None)


def wants(header: str, value: str) -> Handler:
    """A handler that answers 401 unless a header has this value."""

    def answer(
        method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], Body]:
        return (200, {}, b"in") if headers.get(header) == value else (401, {}, b"")

    return answer


def test_an_authority_of_the_settings_is_trusted_beside_the_usual_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    own = Authority(tmp_path)
    with HttpsFront(own, {HOST: always(200, b"ok")}) as front:
        with pytest.raises(UntrustedCertificateError) as caught:
            fetcher(settings(front)).get(URL, ANSWER)
        assert caught.value.host == HOST
        assert "ca_file" in caught.value.fix
        assert front.accepted == 1, "no try changes who signed a certificate"
        trusting = settings(front, ca_file=str(own.bundle))
        assert fetcher(trusting).get(URL, ANSWER).body == b"ok"
        own.certificate("127.0.0.1")
        with HttpsFront(own, {"127.0.0.1": always(200, b"{}")}) as here:
            with Client(network=trusting) as client:
                assert client.get(f"https://127.0.0.1:{here.port}/").is_ok
            # The usual ones are not given up for it.
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(own.bundle))
            other = tmp_path / "other"
            other.mkdir()
            both = settings(front, ca_file=str(Authority(other).bundle))
            assert fetcher(both).get(URL, ANSWER).is_ok
            with Client(network=both) as client:
                assert client.ask("GET", f"https://127.0.0.1:{here.port}/").is_ok


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_of_authorities_that_cannot_be_read_is_the_operators_matter(
    content: str | None, tmp_path: Path
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(OperatorError, match=r"ca\.pem cannot be read"):
        Client(network=settings(None, ca_file=str(file)))
    with pytest.raises(OperatorError, match=r"ca\.pem cannot be read"):
        fetcher(settings(None, ca_file=str(file))).get("https://127.0.0.1/", ANSWER)


@pytest.mark.parametrize(
    ("scheme", "value", "header"),
    [
        ("bearer", TOKEN, f"Bearer {TOKEN}"),
        ("basic", "robot:pass", "Basic cm9ib3Q6cGFzcw=="),
        ("plain", TOKEN, TOKEN),
    ],
)
def test_credentials_go_to_their_host_and_to_no_other(
    scheme: str, value: str, header: str, front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_TOKEN", value)
    front.host(HOST, wants("Authorization", header))
    front.host("other.example", always(200, b"other"))
    front.host("led.example", always(302, Location="https://other.example/"))
    named = {"host": HOST, "variable": "NPM_TOKEN", "scheme": scheme}
    ours = fetcher(settings(front, credentials=(named,)))
    assert ours.get(URL, ANSWER).body == b"in"
    assert ours.get("https://led.example/", ANSWER).body == b"other"
    # A key record is for everybody, so nobody is told who asks for one.
    assert ours.get(URL, KEY_RECORD).status == 401
    for asked in front.asked("other.example") + front.asked("led.example"):
        assert "Authorization" not in asked.headers


def test_credentials_do_not_follow_a_redirect(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NPM_TOKEN", TOKEN)
    front.host(HOST, always(302, Location="https://files.example/tool.tgz"))
    front.host("files.example", always(200, b"file"))
    network = settings(front, credentials=({"host": HOST, "variable": "NPM_TOKEN"},))
    assert fetcher(network).get(URL, ANSWER).body == b"file"
    assert front.asked(HOST)[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert "Authorization" not in front.asked("files.example")[0].headers


@pytest.mark.parametrize("value", [None, "", "two\nlines", "ü"])
def test_a_variable_without_usable_credentials_is_named(
    value: str | None, front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.host(HOST, always(200))
    monkeypatch.delenv("NPM_TOKEN", raising=False)
    if value is not None:
        monkeypatch.setenv("NPM_TOKEN", value)
    network = settings(front, credentials=({"host": HOST, "variable": "NPM_TOKEN"},))
    with pytest.raises(OperatorError, match="NPM_TOKEN"):
        fetcher(network).get(URL, ANSWER)
    assert front.accepted == 0


def test_credentials_are_never_sent_without_tls_but_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from mcp_static.net.access import Access

    monkeypatch.setenv("T", TOKEN)
    access = Access(settings(None, credentials=({"host": "a.example", "variable": "T"},)))
    assert access.authorization("http://a.example/") == ""
    assert access.authorization("https://a.example:8443/") == ""
    assert access.authorization("https://a.example./x") == f"Bearer {TOKEN}"


@pytest.mark.parametrize("by_environment", [False, True])
def test_every_request_takes_the_proxy(
    *, by_environment: bool, front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.host(HOST, always(200, b"ok"))
    with proxy_to(front.port) as proxy:
        given = "" if by_environment else proxy.url
        if by_environment:
            monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        network = NetworkSettings(proxy=given)
        assert fetcher(network).get(URL, ANSWER).body == b"ok"  # a name that only the proxy knows
        with Client(network=network) as client:
            assert client.get(URL).body == b"ok"
            assert client.ask("GET", URL).body == b"ok"
        assert proxy.asked == [f"{HOST}:443"] * 2  # the client keeps its connection
        with pytest.raises(InsideAddressError):
            fetcher(network).get("https://10.0.0.1/", ANSWER)
        assert len(proxy.asked) == 2


def test_a_host_that_is_asked_directly_passes_the_proxy_by(front: HttpsFront) -> None:
    front.host(HOST, always(200, b"ok"))
    with proxy_to(front.port, refusal=502) as proxy:
        network = settings(front, proxy=proxy.url, direct=("*.corp.example",))
        assert fetcher(network).get(URL, ANSWER).body == b"ok"
        assert proxy.asked == []


def test_a_proxy_that_wants_to_know_who_asks_is_told(
    front: HttpsFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.host(HOST, always(200, b"ok"))
    monkeypatch.setenv("PROXY_LOGIN", "me:secret")
    with proxy_to(front.port) as proxy:
        named = {"host": proxy.place, "variable": "PROXY_LOGIN", "scheme": "basic"}
        network = NetworkSettings.model_validate({"proxy": proxy.url, "credentials": (named,)})
        assert fetcher(network).get(URL, ANSWER).is_ok
        with Client(network=network) as client:
            assert client.get(URL).is_ok
        assert proxy.headers.count("Proxy-Authorization: Basic bWU6c2VjcmV0") == 2
    assert "Proxy-Authorization" not in front.requests[0].headers


def test_a_proxy_that_lets_nothing_through_is_the_operators_matter(front: HttpsFront) -> None:
    with proxy_to(front.port, refusal=407) as proxy:
        with pytest.raises(OperatorError, match="does not let .* through") as caught:
            fetcher(NetworkSettings(proxy=proxy.url)).get(URL, ANSWER)
        assert len(proxy.asked) == 1, "and not tried again"
        assert "credentials" in caught.value.fix


PAGE = b"<!DOCTYPE html><title>Sign in</title>"


def test_a_registry_behind_a_sign_in_is_told_as_that() -> None:
    with (
        answering(send(200, PAGE)) as login,
        answering(send(302, Location=f"{login}/in?to=x")) as url,
        Client() as client,
    ):
        for answer in (client.get(url), client.ask("GET", url)):
            with pytest.raises(SignInError, match=f"redirects to {login}/in: it asks for a sign-in"):
                client.require_signed_in(url, answer)
        with pytest.raises(OperatorError, match="a web page"):
            client.require_signed_in(login, client.get(login))
    for status in (401, 403):
        with answering(send(status)) as url, Client() as client:
            with pytest.raises(SignInError, match=f"answers {status}: it asks for a sign-in") as caught:
                client.require_signed_in(url, client.get(url))
            assert "credentials" in caught.value.fix
            assert "in a while" not in caught.value.fix


def test_credentials_that_are_not_accepted_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_TOKEN", TOKEN)
    with answering(send(401)) as url:
        named = {"host": url.removeprefix("http://"), "variable": "MY_TOKEN"}
        network = NetworkSettings.model_validate({"credentials": (named,)})
        with (
            Client(network=network) as client,
            pytest.raises(SignInError, match="in spite of the credentials in MY_TOKEN") as caught,
        ):
            client.require_signed_in(url, client.get(url))
    assert TOKEN not in str(caught.value) + caught.value.fix


@pytest.mark.parametrize(
    "text",
    [
        'proxy = "proxy.example.com:3128"',
        'proxy = "http://me:secret@proxy.example.com"',
        'direct = ["https://a.example"]',
        'credentials = [{host = "https://a.example", variable = "T"}]',
        'credentials = [{host = "a.example", variable = "$T"}]',
        'credentials = [{host = "a.example", variable = "T", scheme = "digest"}]',
        'credentials = [{host = "a.example", token = "secret"}]',
    ],
)
def test_settings_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"network\.") as caught:
        parse_settings(f"[network]\n{text}")
    assert "secret" not in str(caught.value)
