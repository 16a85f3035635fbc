"""GitHub's REST API, through PyGithub, which connects, authenticates and waits where GitHub asks it to.

Statuses: GitHub's REST reference, version 2022-11-28.
"""

import json
import os
import re
from collections.abc import Mapping
from typing import Any, Final

from github import Auth, GithubException, GithubRetry, RateLimitExceededException
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
)

from mcp_static.forges.rest import Reply, RestApi, require_token
from mcp_static.model.errors import UnansweredError
from mcp_static.net.access import Access
from mcp_static.net.failures import reaching
from mcp_static.net.limits import USER_AGENT
from mcp_static.net.session import use_network
from mcp_static.settings.network import NetworkSettings

_API_VERSION: Final = "2022-11-28"
_SECONDS: Final = 20
_PAGE: Final = 30
"""The library's page size, which no request of ours leaves to it."""


class Api(RestApi):
    """A client of the API at an address, asked from a network. Close it.

    Raises UsageError for a token that no request can carry, OperatorError for a network that cannot be
    used.
    """

    forge = "GitHub"
    absent = frozenset({404, 409, 410, 422, 451})

    def __init__(self, token: str | None, address: str, network: NetworkSettings | None = None) -> None:
        require_token(token, self.forge, "GITHUB_TOKEN")
        wait = _seconds("MCP_STATIC_RATE_WAIT", 60)
        access = Access(network or NetworkSettings())
        access.context()  # authorities that cannot be read are told now
        self._client: Final = _requesters(access)(
            auth=Auth.Token(token) if token else None,
            base_url=address,
            timeout=_SECONDS,
            user_agent=USER_AGENT,
            per_page=_PAGE,
            verify=True,
            pool_size=None,
            api_version=_API_VERSION,
            retry=GithubRetry(
                total=3,
                backoff_factor=1,
                allowed_methods=frozenset({"GET"}),
                secondary_rate_wait=wait,
                max_rate_limit_wait=int(wait) + 1,
            ),
            seconds_between_requests=0,
            seconds_between_writes=0,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _sent(
        self,
        method: str,
        path: str,
        what: str,
        *,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, object] | None = None,
        refusals: frozenset[int] = frozenset(),
    ) -> Reply | None:
        try:
            with reaching(self.forge):
                status, headers, text = self._client.requestJson(
                    method, path, dict(query or {}), input=dict(body) if body is not None else None
                )
        except RateLimitExceededException:  # later than we may wait
            raise UnansweredError(f"GitHub's rate limit is reached, asking for {what}") from None
        except GithubException as error:  # a 403 of a GET, which PyGithub reads to tell the two apart
            raise self._failure(error.status, _message(error.data), what) from None
        except RuntimeError:  # PyGithub follows no redirect to another host
            raise UnansweredError(f"GitHub redirects the request for {what} to another host") from None
        if status in refusals:
            return None
        if not 200 <= status < 300:
            raise self._failure(status, _message(_json(str(text))), what)
        return Reply(headers, str(text).encode())


def _requesters(access: Access) -> type[Requester]:
    """PyGithub's requester, with connections that leave as the settings of a network say.

    It takes the classes of its connections for all requesters of a class, hence one for each network.
    """

    class Plain(HTTPRequestsConnectionClass):
        def __init__(self, *place: Any, **options: Any) -> None:
            super().__init__(*place, **options)
            use_network(self.session, access, self.retry)

    class Encrypted(HTTPSRequestsConnectionClass):
        def __init__(self, *place: Any, **options: Any) -> None:
            super().__init__(*place, **options)
            use_network(self.session, access, self.retry)

    class Networked(Requester):
        """The requester of one network."""

    Networked.injectConnectionClasses(Plain, Encrypted)
    return Networked


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _message(document: object) -> object:
    """What GitHub says about a failure."""
    return document.get("message") if isinstance(document, dict) else None


def _seconds(variable: str, default: float) -> float:
    text = os.environ.get(variable, "")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else default
