"""What a partial clone lacks: blobs that its remote promised, brought at once before they are read.

Git itself would ask for them one by one while it reads, and without the token of the environment. A
token is sent to the forge whose variable it is, and to nobody else.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import git
from gitdb import GitDB
from gitdb.util import hex_to_bin

from mcp_static.git.access import GITHUB_USER, GitAccess, network_of
from mcp_static.git.command import GitProcess, run
from mcp_static.model.errors import GitError, ServiceError
from mcp_static.model.terminal import shown_address
from mcp_static.reports.printing import counted_of

_TOKENS: Final = (
    ("GITHUB_SERVER_URL", "https://github.com", "GITHUB_TOKEN", GITHUB_USER),
    ("CI_SERVER_URL", "https://gitlab.com", "CI_JOB_TOKEN", "gitlab-ci-token"),
)
"""The variable with a forge's address, the usual one, the variable with its token, and its user.

GitHub: "Default environment variables"; GitLab: "CI/CD job token", "Predefined CI/CD variables".
"""


def promisor_of(repository: git.Repo) -> str:
    """The remote that promised what is missing; empty for a clone that is whole."""
    with repository.config_reader() as config:
        for section in config.sections():
            if section.startswith('remote "') and config.has_option(section, "promisor"):
                return section.removeprefix('remote "').removesuffix('"')
    return ""


def bring_blobs(repository: git.Repo, remote: str, blobs: Iterable[str]) -> None:
    """Fetch those of some blobs that are missing, at once. Raises ServiceError."""
    known = GitDB(str(Path(repository.common_dir) / "objects"))
    _fetch(repository, remote, [blob for blob in blobs if not known.has_object(hex_to_bin(blob))])


def bring_history(repository: git.Repo, commit: str, folder: str) -> None:
    """Fetch what is missing of all that was ever in a folder, at once; nothing for a whole clone.

    Raises ServiceError.
    """
    remote = promisor_of(repository)
    if not remote:
        return
    walk = ("rev-list", "--objects", "--missing=print", "--full-history", commit, "--", folder)
    with GitProcess(repository, *walk) as process:
        missing = [line[1:].decode().strip() for line in process.stdout if line.startswith(b"?")]
        process.finish()
    _fetch(repository, remote, missing)


def _fetch(repository: git.Repo, remote: str, blobs: list[str]) -> None:
    if not blobs:
        return
    url = run(repository, "remote", "get-url", remote)
    options = ("--no-tags", "--no-write-fetch-head", "--quiet", "--no-auto-maintenance", "--stdin")
    # The blobs are new to us, so there is nothing to negotiate; what comes stays promised to Git.
    command = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", *options, "--filter=blob:none", remote)
    try:
        with GitProcess(repository, *command, env=_access(repository, url).environment(url)) as process:
            process.stdin.write("".join(f"{blob}\n" for blob in blobs).encode())
            process.stdin.close()
            process.finish()
    except (GitError, BrokenPipeError) as error:
        raise ServiceError(
            f"git could not fetch {counted_of(len(blobs), 'file')} that this partial clone of "
            f"{shown_address(url)} lacks: {error}.",
            "Check the network and the token, or clone without --filter.",
        ) from None


def _access(repository: git.Repo, url: str) -> GitAccess:
    network = network_of(repository)
    for variable, usual, token, user in _TOKENS:
        if url.startswith(f"{os.environ.get(variable, usual).rstrip('/')}/"):
            return GitAccess(os.environ.get(token), user, network)
    return GitAccess(network=network)
