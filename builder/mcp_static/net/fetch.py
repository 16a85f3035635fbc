"""Fetching over HTTP what strangers name: bounded in size, time and hops, and never inside."""

import hashlib
import math
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import requests

from mcp_static.model.errors import (
    FetchRefusedError,
    OperatorError,
    UnansweredError,
    UntrustedCertificateError,
)
from mcp_static.model.terminal import shown_address
from mcp_static.net.access import Access
from mcp_static.net.addresses import Reach
from mcp_static.net.budget import Budget
from mcp_static.net.failures import FAILURES, is_refused_by_proxy, reason_of
from mcp_static.net.guard import Guard, guarded_session
from mcp_static.net.limits import (
    ANSWER,
    BUSY,
    REDIRECTS,
    RELEASE,
    USER_AGENT,
    Answer,
    FetchLimits,
)

_CHUNK: Final = 1 << 16
_TRIES: Final = 4
_LONGEST_WAIT: Final = 30.0


class Fetcher:
    """Fetches, keeping what was fetched for the length of a run. Threads may share it.

    `pause` waits between tries, in seconds; tests give another. No fetch goes on after the end of
    `budget`.
    """

    def __init__(
        self,
        reach: Reach,
        pause: Callable[[float], None] = time.sleep,
        budget: Budget | None = None,
    ) -> None:
        self._reach = reach
        self._pause = pause
        self._budget = budget or Budget(math.inf)
        self._answers: dict[tuple[str, str, tuple[tuple[str, str], ...]], Answer] = {}
        self._locks: dict[object, threading.Lock] = {}
        self._lock = threading.Lock()
        self._access = Access(reach.settings)

    def get(self, url: str, limits: FetchLimits, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer at an address, redirects followed as the limits allow, tried again when busy.

        Raises FetchRefusedError and UnansweredError; statuses other than 429 and 5xx are answers.
        """
        key = (url, limits.name, tuple(sorted((headers or {}).items())))
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._answers:
                self._answers[key] = self._tried(url, limits, headers or {})
            return self._answers[key]

    def answer(self, url: str, headers: Mapping[str, str]) -> Answer:
        """What a package registry answers; raises as `get` does."""
        return self.get(url, ANSWER, headers)

    def release(self, url: str) -> Answer:
        """The SHA-256 of a file of a release; raises as `get` does."""
        return self.get(url, RELEASE)

    def _tried(self, url: str, limits: FetchLimits, headers: Mapping[str, str]) -> Answer:
        for attempt in range(1, _TRIES + 1):
            try:
                answer = self._followed(url, limits, headers)
            except (OperatorError, UntrustedCertificateError):
                raise
            except UnansweredError:
                if attempt == _TRIES or not limits.tries_again or self._budget.is_over:
                    raise
                self._pause(_wait(attempt, None))
                continue
            if answer.status not in BUSY:
                return answer
            wait = _wait(attempt, answer.headers.get("Retry-After"))
            if attempt == _TRIES or wait > min(_LONGEST_WAIT, self._budget.left):
                break
            self._pause(wait)
        host = urlsplit(url).hostname
        raise UnansweredError(f"{host} answered {answer.status}, after {attempt} tries")

    def _followed(self, url: str, limits: FetchLimits, headers: Mapping[str, str]) -> Answer:
        self._budget.require()
        limits = replace(limits, seconds=min(limits.seconds, self._budget.left))
        deadline = time.monotonic() + limits.seconds
        first = _parts(url)
        for hop in range(limits.redirects + 1):
            parts = _parts(url)
            if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
                raise FetchRefusedError(f"{shown_address(url)} is not an https address")
            # Credentials are for the host that was asked, never for one that it names.
            mine = {k: v for k, v in headers.items() if k != "Authorization" or _same(parts, first)}
            if limits.signs_in and "Authorization" not in mine:
                mine |= _signed_in(self._access, url)
            answer = self._once(url, limits, mine, deadline)
            if answer.status not in REDIRECTS:
                return answer
            target = answer.headers.get("Location", "")
            if limits.redirects == 0:
                raise FetchRefusedError(
                    f"{shown_address(url)} redirects; a {limits.name} must be at the address given"
                )
            if hop == limits.redirects or not target:
                break
            try:
                url = urljoin(url, target)
            except ValueError:
                raise FetchRefusedError(
                    f"{shown_address(url)} redirects to an invalid address"
                ) from None
        raise FetchRefusedError(f"{shown_address(url)} redirects more than {limits.redirects} times")

    def _once(
        self, url: str, limits: FetchLimits, headers: Mapping[str, str], deadline: float
    ) -> Answer:
        left = deadline - time.monotonic()
        if left <= 0:
            raise _late(url, limits)
        proxy = self._proxy(url)
        context = self._access.context()
        with (
            Guard(left) as guard,
            guarded_session(self._reach, guard, self._access, context) as session,
        ):
            try:
                response = session.get(
                    url,
                    headers={"User-Agent": USER_AGENT, "Accept": "*/*", **headers},
                    timeout=left,
                    allow_redirects=False,
                    stream=True,
                    proxies={"https": proxy} if proxy else {},
                )
                with response:
                    answer = _read(response, limits)
            except (*FAILURES, UnicodeError) as error:  # of hosts that cannot be names
                # The socket's own time may end before the guard's thread has had its turn.
                if guard.is_over or time.monotonic() >= deadline:
                    raise _late(url, limits) from None
                raise _unanswered(url, proxy, error) from None
            if guard.is_over:  # a body that ends with the connection looks whole
                raise _late(url, limits)
            return answer

    def _proxy(self, url: str) -> str:
        """The proxy for an address, which is judged first, for the proxy may go anywhere; or empty."""
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        if self._reach.is_redirected(host, port):
            return ""
        proxy = self._access.proxy(url)
        if proxy:
            self._reach.judge(host, port)
        return proxy


def _signed_in(access: Access, url: str) -> dict[str, str]:
    authorization = access.authorization(url)
    return {"Authorization": authorization} if authorization else {}


def _unanswered(url: str, proxy: str, error: Exception) -> UnansweredError:
    """The error for a request that got no answer, by whose fault it is."""
    reason = reason_of(error)
    if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        message = f"{shown_address(url)}: its certificate is from no authority that is trusted here"
        return UntrustedCertificateError(message, urlsplit(url).hostname or "")
    if proxy and is_refused_by_proxy(error):
        return OperatorError(
            f"The proxy {shown_address(proxy)} does not let {shown_address(url)} through: {reason}",
            "Let it through there, or name credentials for the proxy (host:port) in [network].",
        )
    return UnansweredError(
        f"{shown_address(url)}{f' through {shown_address(proxy)}' if proxy else ''}: {reason}"
    )


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises for an invalid one)
    except ValueError:
        raise FetchRefusedError(f"{shown_address(url)} is not an https address") from None
    return parts


def _read(response: requests.Response, limits: FetchLimits) -> Answer:
    """Read a body up to its limit; undecoded bytes count too, so no compressed bomb passes."""
    digest, kept, size = hashlib.sha256(), bytearray(), 0
    headers = requests.structures.CaseInsensitiveDict(response.headers)
    if response.status_code not in REDIRECTS:
        for chunk in response.raw.stream(_CHUNK, decode_content=True):
            size += len(chunk)
            if size > limits.max_bytes:
                most = f"the {limits.max_bytes} bytes of a {limits.name}"
                raise FetchRefusedError(f"{shown_address(response.url)} is larger than {most}")
            digest.update(chunk)
            if limits.keeps_body:
                kept += chunk
    return Answer(response.status_code, headers, bytes(kept), response.url, digest.hexdigest())


def _wait(attempt: int, asked: str | None) -> float:
    """Seconds before the next try: what the service asks for, else doubling, with some chance."""
    if asked and asked.isdecimal():
        return float(asked)
    return float(2 ** (attempt - 1)) * (0.5 + random.random())  # noqa: S311 (spreads load, no secret)


def _late(url: str, limits: FetchLimits) -> UnansweredError:
    return UnansweredError(
        f"{shown_address(url)} took longer than the {limits.seconds:g} s of a {limits.name}"
    )


def _same(one: SplitResult, other: SplitResult) -> bool:
    return (one.hostname, one.port) == (other.hostname, other.port)
