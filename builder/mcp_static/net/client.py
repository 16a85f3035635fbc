"""Asking addresses that the user chose: a registry, a forge's login, perhaps on this very machine.

What strangers name is fetched by `Fetcher` instead, which never goes inside.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import requests
from requests.auth import AuthBase
from urllib3.util import Retry

from mcp_static.model.errors import UnansweredError
from mcp_static.model.terminal import shown_address
from mcp_static.net.access import Access
from mcp_static.net.failures import reaching
from mcp_static.net.limits import BUSY, USER_AGENT, Answer
from mcp_static.net.session import use_network
from mcp_static.net.sign_in import require_signed_in
from mcp_static.settings.network import NetworkSettings

MAX_BYTES: Final = 32 << 20
_CHUNK: Final = 1 << 16
_CONNECT_SECONDS: Final = 10.0
_READ_SECONDS: Final = 60.0
"""The longest time to connect, and between two pieces of an answer."""


@dataclass(frozen=True, slots=True, repr=False)
class Authorization:
    """What a service is told to know us by: a scheme and a secret, which nothing prints.

    `variable` is where the secret comes from, for messages.
    """

    scheme: str
    secret: str
    variable: str = ""


class _OwnOrigin(AuthBase):
    """Puts the header on a request; requests takes it off where a redirect leaves the origin."""

    def __init__(self, authorization: Authorization) -> None:
        self._value: Final = f"{authorization.scheme} {authorization.secret}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._value
        return request


class Client:
    """Asks one service, over connections that are kept; threads may share it.

    An answer may have `max_bytes` and take `seconds`. With `retries`, a busy server is asked again so
    often. The `authorization` goes with each request to the address that it names, and not along with
    a redirect to another origin. `network` are the settings of the network that it is asked from:
    authorities, proxy and credentials. Close it, or use it as a context manager.

    Raises OperatorError when these cannot be used.
    """

    def __init__(
        self,
        *,
        max_bytes: int = MAX_BYTES,
        seconds: float = 30.0,
        retries: int = 0,
        authorization: Authorization | None = None,
        network: NetworkSettings | None = None,
    ) -> None:
        self._access: Final = Access(network or NetworkSettings())
        self._variable: Final = authorization.variable if authorization is not None else ""
        self._max_bytes: Final = max_bytes
        self._seconds: Final = seconds
        self._session: Final = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.max_redirects = 5
        self._session.auth = _OwnOrigin(authorization) if authorization is not None else None
        retry = Retry(
            total=retries,
            backoff_factor=0.5,
            status_forcelist=BUSY,
            allowed_methods=("GET",),
            raise_on_status=False,
            respect_retry_after_header=False,  # it may name an hour; our own pauses add up to 15 s
        )
        use_network(self._session, self._access, retry if retries else 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer at an address, redirects followed; raises InputError and UnansweredError."""
        return self._send(requests.Request("GET", url, headers=headers))

    def require_signed_in(self, url: str, answer: Answer) -> None:
        """Raise OperatorError where an answer is a request to sign in, or a page for people."""
        require_signed_in(url, answer, self._variable or self._access.variable(url))

    def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """The JSON that a form is answered with; raises InputError and UnansweredError."""
        return self._send(
            requests.Request("POST", url, data=dict(form), headers={"Accept": "application/json"})
        )

    def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """One request, the address sent as it is and no redirect followed.

        Raises InputError and UnansweredError.
        """
        return self._send(requests.Request(method, url, headers=headers), as_it_stands=True)

    def _send(self, request: requests.Request, *, as_it_stands: bool = False) -> Answer:
        deadline = time.monotonic() + self._seconds
        with reaching(shown_address(request.url)):
            prepared = self._session.prepare_request(request)
            authorization = self._access.authorization(request.url)
            if authorization and "Authorization" not in prepared.headers:
                prepared.headers["Authorization"] = authorization
            if as_it_stands:
                prepared.url = request.url  # requests would normalize it
            with self._response(prepared, follows=not as_it_stands) as response:
                body = self._body(response, deadline)
        return Answer(response.status_code, response.headers, body, response.url)

    def _response(self, request: requests.PreparedRequest, *, follows: bool) -> requests.Response:
        answered: list[str] = []
        request.hooks["response"].append(lambda response, **_: answered.append(response.url))
        try:
            return self._session.send(
                request,
                stream=True,
                timeout=(_CONNECT_SECONDS, min(_READ_SECONDS, self._seconds)),
                allow_redirects=follows,
            )
        except ValueError:  # all errors of addresses are: those of requests, urllib3 and urllib
            if not answered:
                raise
            raise UnansweredError(
                f"{shown_address(answered[-1])} redirects to what is not a web address",
                "Check the address.",
            ) from None

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        for piece in response.iter_content(_CHUNK):
            body += piece
            if len(body) > self._max_bytes:
                raise UnansweredError(
                    f"{shown_address(response.url)} is larger than {self._max_bytes >> 20} MiB",
                    "Check the address.",
                )
            if time.monotonic() > deadline:
                raise UnansweredError(
                    f"{shown_address(response.url)} took longer than {self._seconds:g} seconds"
                )
        return bytes(body)
