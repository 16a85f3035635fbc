"""Which login of a person's goes to which forge: by the address, and never by what a registry says."""

from urllib.parse import urlsplit

from mcp_static.forges.github import login as github_login
from mcp_static.forges.github.instance import registry_instance as github_instance
from mcp_static.forges.gitlab import login as gitlab_login
from mcp_static.forges.gitlab.instance import PUBLIC, Instance
from mcp_static.git.access import GITHUB_USER, GITLAB_USER, GitAccess
from mcp_static.model.errors import UsageError
from mcp_static.settings.network import NetworkSettings


def gitlab_at(repository: str, forge: str) -> Instance | None:
    """The GitLab that a registry's repository is on; None if it is on another forge.

    `forge` is what the registry says that it is. Raises UsageError for a GitLab that is neither
    gitlab.com nor the user's own choice, as nobody else decides what this machine connects to.
    """
    here = gitlab_login.token_instance()
    if repository.startswith(f"{here.site}/"):
        return here
    if repository.startswith(f"{PUBLIC.site}/"):
        return PUBLIC
    if forge != "gitlab":
        return None
    found = _instance(repository)
    if found.host not in gitlab_login.kept_hosts():
        raise UsageError(
            f"The registry says that it lives on the GitLab at {found.host}, which you have not named.",
            f"If you trust it, set {gitlab_login.HOST_VARIABLE} to {found.host}.",
        )
    return found


def git_access_for(url: str, network: NetworkSettings) -> GitAccess:
    """What Git may show a remote that a person names: the login for that very forge, if there is one.

    Raises UnansweredError where a login has to be renewed and nobody answers.
    """
    if url.startswith(f"{github_instance().site}/"):
        return GitAccess(github_login.find_token(), GITHUB_USER, network)
    if url.startswith("https://"):
        return GitAccess(gitlab_login.find_token(_instance(url), network), GITLAB_USER, network)
    return GitAccess(network=network)


def _instance(url: str) -> Instance:
    parts = urlsplit(url)
    site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
    return Instance(site, site)
