"""GitLab's REST API, through python-gitlab, which connects and authenticates.

Statuses: GitLab's REST reference, version 4 (gitlabhq/gitlabhq, doc/api/rest/).
"""

from collections.abc import Mapping
from typing import Final, TypeVar

import gitlab
from gitlab.exceptions import GitlabError

from mcp_static.forges.rest import Reply, RestApi, require_token
from mcp_static.model.errors import InputError
from mcp_static.net.failures import reaching
from mcp_static.net.limits import USER_AGENT
from mcp_static.net.session import network_session
from mcp_static.settings.network import NetworkSettings

_SECONDS: Final = 20
_RETRIES: Final = 3

_Shape = TypeVar("_Shape")


class Api(RestApi):
    """A client of the API at an address, asked from a network. Close it.

    Raises UsageError for a token that no request can carry, OperatorError for a network that cannot be
    used.
    """

    forge = "GitLab"

    def __init__(self, token: str | None, address: str, network: NetworkSettings | None = None) -> None:
        require_token(token, self.forge, "GITLAB_TOKEN")
        # As a bearer token, which the library leaves out when it is redirected to another host.
        self._client: Final = gitlab.Gitlab(
            address,
            oauth_token=token,
            timeout=_SECONDS,
            user_agent=USER_AGENT,
            session=network_session(network),
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.session.close()

    def find_moved(self, path: str, shape: type[_Shape], what: str, /) -> _Shape | None:
        """What is at a path, or was before it moved; the library follows where GitLab redirects."""
        return self.find(path, shape, what)

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
                answer = self._client.http_request(
                    method,
                    path,
                    query_data=dict(query or {}),
                    post_data=dict(body) if body is not None else None,
                    obey_rate_limit=False,  # it would wait for as long as it is told to
                    retry_transient_errors=method == "GET",
                    max_retries=_RETRIES,
                )
        except GitlabError as error:
            status = error.response_code
            if status is None:  # a write was redirected
                raise InputError(
                    f"GitLab redirects the request for {what}; the project has moved.",
                    "Use the path that it has now.",
                ) from None
            if status in refusals:
                return None
            raise self._failure(status, error.error_message, what) from None
        return Reply(answer.headers, answer.content)
