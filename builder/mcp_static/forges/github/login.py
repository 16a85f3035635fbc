"""Logging in to GitHub: the token of the environment, of GitHub's own program, or of a device login.

The device flow is that of GitHub's documentation (RFC 8628); it needs the id of an OAuth app, which
is not a secret.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from mcp_static.forges.github.instance import registry_instance
from mcp_static.model.errors import InputError, UnansweredError
from mcp_static.net.client import Client

TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN")
_SECONDS: Final = 20
_SCOPE: Final = "public_repo"


@dataclass(frozen=True, slots=True)
class DeviceLogin:
    """A login under way: what the person types where, and how long there is for it."""

    user_code: str
    address: str
    device_code: str
    interval: float
    expires_in: float


def token_from_environment() -> str | None:
    """The token that the environment offers, if any."""
    return next((os.environ[name] for name in TOKENS if os.environ.get(name)), None)


def find_token() -> str | None:
    """A token: of the environment, of `gh`, or of an earlier login; None if there is none."""
    return token_from_environment() or _token_of_gh() or _kept_token()


def token_for(url: str) -> str | None:
    """What Git may show an address: a token of GitHub's, for GitHub's own site alone."""
    return find_token() if url.startswith(f"{registry_instance().site}/") else None


def _token_of_gh() -> str | None:
    if shutil.which("gh") is None:
        return None
    try:
        run = subprocess.run(
            ["gh", "auth", "token"], check=False, capture_output=True, text=True, timeout=_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() or None if run.returncode == 0 else None


def token_file() -> Path:
    """Where a login is kept."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "mcp-static" / "github-token"


def _kept_token() -> str | None:
    try:
        return token_file().read_text().strip() or None
    except OSError:
        return None


def keep_token(token: str) -> None:
    """Store a token, readable by its owner alone; raises InputError if that fails."""
    path = token_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as stream:
            stream.write(token + "\n")
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Set GITHUB_TOKEN instead."
        ) from None


def forget_token() -> bool:
    """Forget the stored token; gives whether there was one."""
    path = token_file()
    was_there = path.exists()
    path.unlink(missing_ok=True)
    return was_there


def begin_login(client_id: str) -> DeviceLogin:
    """Ask GitHub for a code that a person can type; raises UnansweredError, InputError."""
    answer = _post("/login/device/code", {"client_id": client_id, "scope": _SCOPE})
    if "device_code" not in answer:
        raise InputError(
            f"GitHub does not begin a login: {_said(answer)}.",
            "Check the registry's github_client_id, or set GITHUB_TOKEN.",
        )
    return DeviceLogin(
        user_code=str(answer["user_code"]),
        address=str(answer["verification_uri"]),
        device_code=str(answer["device_code"]),
        interval=float(answer.get("interval", 5)),
        expires_in=float(answer.get("expires_in", 900)),
    )


def finish_login(
    client_id: str, login: DeviceLogin, pause: Callable[[float], None] = time.sleep
) -> str:
    """Wait until the person has typed the code; gives the token. Raises InputError, UnansweredError."""
    interval, waited = login.interval, 0.0
    while waited <= login.expires_in:
        pause(interval)
        waited += interval
        answer = _post(
            "/login/oauth/access_token",
            {
                "client_id": client_id,
                "device_code": login.device_code,
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
            },
        )
        if answer.get("access_token"):
            return str(answer["access_token"])
        if answer.get("error") == "slow_down":
            interval = float(answer.get("interval", interval + 5))
        elif answer.get("error") != "authorization_pending":
            raise InputError(f"GitHub does not log you in: {_said(answer)}.", "Begin again.")
    raise InputError("The code has expired.", "Begin again with `mcp-static login`.")


def _said(answer: dict[str, Any]) -> str:
    return str(answer.get("error_description") or answer.get("error") or "no reason given")


def _post(path: str, form: dict[str, str]) -> dict[str, Any]:
    site = registry_instance().site
    with Client(seconds=_SECONDS) as client:
        answer = client.post(site + path, form)
    try:
        document = orjson.loads(answer.body)
    except orjson.JSONDecodeError:
        document = None
    if not isinstance(document, dict) or answer.status >= 500:
        raise UnansweredError(f"GitHub answered {answer.status} to a login.")
    return document
