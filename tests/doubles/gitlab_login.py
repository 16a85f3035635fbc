"""GitLab's device login and the renewal of its tokens, as doc/api/oauth2.md and RFC 8628 have them.

Errors come with the statuses of RFC 6749, 5.2: 401 for an application that is not known, else 400.
"""

import itertools
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

_DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class _Device:
    client: str
    scope: str
    user_code: str
    login: str | None = None
    denied: bool = False


@dataclass
class GitLabLogin:
    """The logins of one GitLab; `tokens` says whose each token is, and loses those that end.

    `applications` are the ids of those that may use device codes. `on_poll` is told the code that a
    person would have typed by then. A GitLab before 17.2 has no such logins at all.
    """

    tokens: dict[str, str]
    applications: set[str] = field(default_factory=set)
    on_poll: Callable[[str], None] = lambda _: None
    renews: bool = True
    is_there: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    devices: dict[str, _Device] = field(default_factory=dict)
    _renewals: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def answer(self, url: str, path: str, body: bytes) -> Answer:
        """Answer a request below `/oauth/`."""
        form = dict(parse_qsl(body.decode()))
        self.asked.append(form)
        if not self.is_there:
            return 404, {"Content-Type": "text/html"}, b"<!DOCTYPE html><title>Not found</title>"
        if form.get("client_id") not in self.applications:
            return _error(401, "invalid_client", "Client authentication failed.")
        if path == "/oauth/authorize_device":
            return self._begin(url, form)
        if form.get("grant_type") == _DEVICE:
            return self._poll(form)
        if form.get("grant_type") == "refresh_token":
            return self._renew(form)
        return _error(400, "unsupported_grant_type", "The grant type is not supported.")

    def approve(self, user_code: str, login: str) -> None:
        """A person types the code and agrees."""
        self._typed(user_code).login = login

    def deny(self, user_code: str) -> None:
        """A person types the code and cancels."""
        self._typed(user_code).denied = True

    def _typed(self, user_code: str) -> _Device:
        return next(one for one in self.devices.values() if one.user_code == user_code)

    def _begin(self, url: str, form: dict[str, str]) -> Answer:
        device = _Device(form["client_id"], form.get("scope", ""), f"0A44L90{next(self._numbers)}")
        code = secrets.token_hex(16)
        self.devices[code] = device
        return _json(
            200,
            {
                "device_code": code,
                "user_code": device.user_code,
                "verification_uri": f"{url}/oauth/device",
                "verification_uri_complete": f"{url}/oauth/device?user_code={device.user_code}",
                "expires_in": 300,
                "interval": 0,
            },
        )

    def _poll(self, form: dict[str, str]) -> Answer:
        device = self.devices.get(form.get("device_code", ""))
        if device is None or device.client != form["client_id"]:
            return _error(400, "invalid_grant", "The provided authorization grant is invalid.")
        if device.denied:
            return _error(400, "access_denied", "The resource owner denied the request.")
        if device.login is None:
            self.on_poll(device.user_code)
            return _error(400, "authorization_pending", "The request is still pending.")
        del self.devices[form["device_code"]]
        return self._made(device.client, device.login, device.scope)

    def _renew(self, form: dict[str, str]) -> Answer:
        known = self._renewals.pop(form.get("refresh_token", ""), None)
        if known is None or known[0] != form["client_id"]:
            return _error(400, "invalid_grant", "The provided authorization grant is invalid.")
        client, token, scope = known
        return self._made(client, self.tokens.pop(token), scope)

    def _made(self, client: str, login: str, scope: str) -> Answer:
        token = secrets.token_hex(32)
        self.tokens[token] = login
        document: dict[str, Any] = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": 7200,
            "scope": scope,
        }
        if self.renews:
            renewal = secrets.token_hex(32)
            document["refresh_token"] = renewal
            self._renewals[renewal] = (client, token, scope)
        return _json(200, document)


def _json(status: int, document: dict[str, Any]) -> Answer:
    return status, {"Content-Type": "application/json"}, json.dumps(document).encode()


def _error(status: int, error: str, description: str) -> Answer:
    return _json(status, {"error": error, "error_description": description})
