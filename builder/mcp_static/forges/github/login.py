"""Logging in to GitHub: the token of the environment, of GitHub's own program, or of a device login.

The device flow is that of GitHub's documentation ("Authorizing OAuth apps"); it needs the id of an
OAuth app, which is not a secret.
"""

import os
import shutil
import subprocess
from typing import Final

from mcp_static.forges.device_login import DeviceFlow
from mcp_static.forges.github.instance import registry_instance
from mcp_static.forges.kept_files import forget, keep, read_kept
from mcp_static.settings.network import NetworkSettings

TOKENS: Final = ("GITHUB_TOKEN", "GH_TOKEN")
TOKEN_FILE: Final = "github-token"  # noqa: S105 (a name)
_SECONDS: Final = 20
_SCOPE: Final = "public_repo"


def device_flow(client_id: str, network: NetworkSettings) -> DeviceFlow:
    """How people log in to the GitHub of the environment, through an OAuth app."""
    site = registry_instance().site
    return DeviceFlow(
        forge="GitHub",
        codes=f"{site}/login/device/code",
        tokens=f"{site}/login/oauth/access_token",
        client_id=client_id,
        scope=_SCOPE,
        network=network,
    )


def token_from_environment() -> str | None:
    """The token that the environment offers, if any."""
    return next((os.environ[name] for name in TOKENS if os.environ.get(name)), None)


def find_token() -> str | None:
    """A token: of the environment, of `gh`, or of an earlier login; None if there is none."""
    return token_from_environment() or _token_of_gh() or read_kept(TOKEN_FILE) or None


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


def keep_token(token: str) -> None:
    """Store a token, readable by its owner alone; raises InputError if that fails."""
    keep(TOKEN_FILE, token, TOKENS[0])


def forget_token() -> bool:
    """Forget the stored token; gives whether there was one."""
    return forget(TOKEN_FILE)
