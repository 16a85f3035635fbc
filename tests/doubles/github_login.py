"""GitHub's device login: codes that a person approves while a program polls (RFC 8628)."""

import secrets
from dataclasses import dataclass

from tests.doubles.github_models import Json, User
from tests.doubles.github_state import Hub

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
TOLD = {
    "authorization_pending": "The authorization request is still pending.",
    "slow_down": "Too many requests have been made in the same timeframe.",
    "expired_token": "The device_code has expired.",
    "access_denied": "The authorization request was denied.",
    "unsupported_grant_type": "The grant type is not supported.",
    "incorrect_client_credentials": "The client_id and/or client_secret passed are incorrect.",
    "incorrect_device_code": "The device_code provided is not valid.",
    "device_flow_disabled": "Device Flow must be explicitly enabled for this App.",
}


@dataclass
class _Device:
    client: str
    scopes: frozenset[str]
    user_code: str
    expires: float
    interval: float
    polled: float | None = None
    user: User | None = None
    denied: bool = False


class DeviceLogin:
    """Codes given out and what became of them; times in seconds."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._devices: dict[str, _Device] = {}
        self.interval = 5.0
        self.slower_by = 5.0
        """What `slow_down` adds to the interval."""
        self.lifetime = 900.0
        self.enabled = True

    def start(self, form: dict[str, str]) -> tuple[int, Json]:
        """Answer `POST /login/device/code`."""
        if not form.get("client_id"):
            return 404, {"error": "Not Found"}
        if not self.enabled:
            return 200, _error("device_flow_disabled")
        letters = "".join(secrets.choice("BCDFGHJKLMNPQRSTVWXZ") for _ in range(8))
        user_code = f"{letters[:4]}-{letters[4:]}"
        device_code = secrets.token_hex(20)
        scopes = frozenset(form.get("scope", "").replace(",", " ").split())
        expires = self._hub.clock() + self.lifetime
        device = _Device(form["client_id"], scopes, user_code, expires, self.interval)
        self._devices[device_code] = device
        return 200, {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": f"{self._hub.url}/login/device",
            "expires_in": _whole(self.lifetime),
            "interval": _whole(self.interval),
        }

    def poll(self, form: dict[str, str]) -> tuple[int, Json]:
        """Answer `POST /login/oauth/access_token`; errors come with status 200, as GitHub's do."""
        if form.get("grant_type") != GRANT:
            return 200, _error("unsupported_grant_type")
        device = self._devices.get(form.get("device_code", ""))
        if device is None:
            return 200, _error("incorrect_device_code")
        if device.client != form.get("client_id"):
            return 200, _error("incorrect_client_credentials")
        now = self._hub.clock()
        polled, device.polled = device.polled, now
        if now >= device.expires:
            return 200, _error("expired_token")
        if polled is not None and now - polled < device.interval:
            device.interval += self.slower_by
            return 200, {**_error("slow_down"), "interval": _whole(device.interval)}
        if device.denied:
            return 200, _error("access_denied")
        if device.user is None:
            return 200, _error("authorization_pending")
        token = f"gho_{secrets.token_hex(18)}"
        self._hub.add_token(token, device.user.login, device.scopes)
        del self._devices[form["device_code"]]
        scope = ",".join(sorted(device.scopes))
        return 200, {"access_token": token, "token_type": "bearer", "scope": scope}

    def approve(self, user_code: str, login: str) -> None:
        """The person enters the code and agrees."""
        self._with(user_code).user = self._hub.user(login)

    def deny(self, user_code: str) -> None:
        """The person enters the code and cancels."""
        self._with(user_code).denied = True

    def expire(self, user_code: str) -> None:
        """Nobody entered the code in time."""
        self._with(user_code).expires = 0

    def _with(self, user_code: str) -> _Device:
        return next(d for d in self._devices.values() if d.user_code == user_code)


def _whole(seconds: float) -> float:
    return int(seconds) if seconds == int(seconds) else seconds


def _error(code: str) -> Json:
    uri = "https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app"
    return {"error": code, "error_description": TOLD[code], "error_uri": uri}
