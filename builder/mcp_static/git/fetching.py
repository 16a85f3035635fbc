"""Bringing commits from a remote into a repository, as objects: nothing is checked out."""

import base64
from collections.abc import Sequence

import git
from git.exc import GitCommandError

from mcp_static.git.repository import has_commit
from mcp_static.model.errors import InputError, ServiceError


def fetch_commits(
    repository: git.Repo, url: str, references: Sequence[str], token: str | None = None
) -> None:
    """Fetch references of a remote, whole histories without blobs that are not needed yet.

    No reference, configuration or remote of the repository changes. Raises ServiceError.
    """
    try:
        with repository.git.custom_environment(**access(url, token)):
            repository.git.fetch(
                "--no-tags", "--no-write-fetch-head", "--quiet", "--no-auto-maintenance", "--", url,
                *references,
            )  # fmt: skip
    except GitCommandError as error:
        raise ServiceError(
            f"git could not fetch from {url}: {reason_of(error)}.",
            "Check the network and the token, and try again.",
        ) from None


def reason_of(error: GitCommandError) -> str:
    """What git gives as the reason of a failure: the line that it calls fatal, else its last."""
    said = str(error.stderr).strip().removeprefix("stderr: ").strip("'\" \n").splitlines()
    fatal = [line.removeprefix("fatal: ") for line in said if line.startswith("fatal: ")]
    return (fatal or said or ["no reason given"])[0 if fatal else -1].rstrip(".")


def require_commit(repository: git.Repo, commit: str, where: str) -> None:
    """Raise InputError when a commit was not brought by a fetch: what named it has moved on."""
    if not has_commit(repository, commit):
        raise InputError(
            f"{commit[:12]} is not at {where} any more.",
            "Somebody pushed in the meantime; see the check of that push.",
        )


def access(url: str, token: str | None) -> dict[str, str]:
    """The environment in which git may speak to a URL with a token, which no file then holds."""
    if not token or not url.startswith("https://"):
        return {}
    host = "/".join(url.split("/")[:3])
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{host}/.extraHeader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {secret}",
    }
