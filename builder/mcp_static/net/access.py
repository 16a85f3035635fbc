"""How an operator lets requests out: certificate authorities, proxy and credentials.

What the settings do not say is taken from the environment, by the variables that other programs read
as well: REQUESTS_CA_BUNDLE, SSL_CERT_FILE, HTTPS_PROXY and NO_PROXY.
"""

import base64
import os
import ssl
from typing import Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies

import requests
from urllib3.util.ssl_ import create_urllib3_context

from mcp_static.model.errors import OperatorError
from mcp_static.settings.network import Credentials, NetworkSettings

_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_PORTS: Final = {"https": 443, "http": 80}


class Access:
    """What the settings of a network and the environment allow; threads may share it."""

    def __init__(self, settings: NetworkSettings) -> None:
        self._settings: Final = settings
        self.authorities: Final[str | bool] = (
            os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE") or True
        )

    def context(self) -> ssl.SSLContext | None:
        """TLS that also trusts the authorities of the settings, or None where they name none.

        Raises OperatorError when their file cannot be read.
        """
        file = self._settings.ca_file
        if not file:
            return None
        context = create_urllib3_context()
        try:
            context.load_verify_locations(cafile=file)
        except (OSError, ssl.SSLError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise OperatorError(
                f"The certificate authorities in {file} cannot be read: {reason}.",
                "Name a file in PEM in registry.toml, [network] ca_file.",
            ) from None
        return context

    def proxy(self, url: str) -> str:
        """The proxy for an address; empty for a direct connection."""
        parts = urlsplit(url)
        if self._is_direct(parts.hostname or "") or requests.utils.should_bypass_proxies(url, None):
            return ""
        ours = self._settings.proxy if parts.scheme == "https" else ""
        return ours or getproxies().get(parts.scheme, "")

    def _is_direct(self, host: str) -> bool:
        if host in _THIS_MACHINE:
            return True
        return any(
            host == pattern or (pattern.startswith("*.") and host.endswith(pattern[1:]))
            for pattern in self._settings.direct
        )

    def credentials(self, url: str) -> Credentials | None:
        """Those for the host of an address, never without TLS except on this machine."""
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme != "https" and host not in _THIS_MACHINE:
            return None
        names = {host, f"{host}:{_port(parts)}"} if _is_usual(parts) else {f"{host}:{_port(parts)}"}
        return next((one for one in self._settings.credentials if one.host in names), None)

    def authorization(self, url: str) -> str:
        """The header `Authorization` for an address; empty for none.

        Raises OperatorError when the variable that the settings name is not set.
        """
        found = self.credentials(url)
        if found is None:
            return ""
        value = os.environ.get(found.variable, "").strip()
        if not value:
            raise OperatorError(
                f"The variable {found.variable}, which holds the credentials for {found.host}, is not "
                "set.",
                "Set it where this command runs, or take the host out of [network] credentials.",
            )
        if not (value.isascii() and value.isprintable()):
            raise OperatorError(
                f"The variable {found.variable} holds more than printable ASCII.", "Set it again."
            )
        if found.scheme == "basic":
            return f"Basic {base64.b64encode(value.encode()).decode()}"
        return f"Bearer {value}" if found.scheme == "bearer" else value

    def variable(self, url: str) -> str:
        """The variable whose credentials were sent to an address; empty if none were."""
        found = self.credentials(url)
        return found.variable if found else ""


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _is_usual(parts: SplitResult) -> bool:
    """Whether the port is the one that is meant where a host is named without any."""
    return _port(parts) == _PORTS.get(parts.scheme)


def proxy_headers(access: Access, proxy: str) -> dict[str, str]:
    """What a proxy is told about who is asking."""
    # A proxy is spoken to as its address says, without TLS as a rule, and is the operator's own.
    authorization = access.authorization(proxy.replace("http://", "https://", 1))
    return {"Proxy-Authorization": authorization} if authorization else {}
