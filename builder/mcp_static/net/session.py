"""Sessions of requests that leave as the settings of a network say: our own, and those of libraries."""

import ssl
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from mcp_static.net.access import Access, proxy_headers
from mcp_static.settings.network import NetworkSettings


def network_session(
    network: NetworkSettings | None = None, retries: Retry | int = 0
) -> requests.Session:
    """A session whose requests leave as a network's settings say.

    Raises OperatorError when its authorities cannot be read.
    """
    session = requests.Session()
    use_network(session, Access(network or NetworkSettings()), retries)
    return session


def use_network(session: requests.Session, access: Access, retries: Retry | int = 0) -> None:
    """Let the requests of a session leave as `access` says, whatever its owner asks for.

    Raises OperatorError when the authorities cannot be read.
    """
    session.trust_env = False  # what `Access` says counts, which reads the environment too
    context = access.context()
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Adapter(access, context, retries))


class _Adapter(HTTPAdapter):
    """Connections by the proxy and the authorities of a network, which sign in at the proxy."""

    def __init__(self, access: Access, context: ssl.SSLContext | None, retries: Retry | int) -> None:
        self._access: Final = access
        self._options: Final = {"ssl_context": context} if context is not None else {}
        super().__init__(max_retries=retries)

    def send(self, request: requests.PreparedRequest, *_: Any, **options: Any) -> requests.Response:
        proxy = self._access.proxy(request.url or "")
        options["proxies"] = {"https": proxy, "http": proxy} if proxy else {}
        options["verify"] = self._access.authorities
        return super().send(request, **options)

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **(options | self._options))

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, **options, **self._options)

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        return proxy_headers(self._access, proxy)
