"""The source proof: the same bytes are in a repository of the namespace's owner.

Not anywhere in it: at the head of the default branch or under a tag of this version, at one of four
fixed paths; in a repository that is not a fork and has not moved. From a tag anybody may ask, from the
branch only the owner, so that strangers cannot use up a version before its release.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from mcp_static.forges.forge import Account, Forge, SourceRepository
from mcp_static.model.identity import IdentityKind
from mcp_static.model.line_ends import differs_in_line_ends
from mcp_static.model.origin import parse_origin, path_on
from mcp_static.model.proofs import ProofId
from mcp_static.model.reading import part_of, text_of
from mcp_static.model.server import PROJECT_FOLDERS
from mcp_static.model.web_addresses import parse_address
from mcp_static.proofs.claims import Claim, ProofContext, Publication, StatusChange
from mcp_static.proofs.results import fails, holds
from mcp_static.reports.findings import Finding

SOURCE: Final = ProofId.SOURCE


def repository_path(document: Mapping[str, Any], site: str) -> str | None:
    """The path of the repository that a record names on a forge's site, such as `alice/weather`."""
    repository = document.get("repository")
    url = repository.get("url") if isinstance(repository, dict) else None
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc}".lower() != site or parts.query or parts.fragment:
        return None
    return parts.path.strip("/").removesuffix(".git") or None


def linked_repository(document: Mapping[str, Any], site: str) -> str | None:
    """The path of the repository to which the address that a record names leads people on a site.

    It may be an old one, from which the forge leads on; nothing is proven by it.
    """
    url = text_of(part_of(dict(document), "repository"), "url") or ""
    address = str(parse_address(url) or url)
    origin = parse_origin(address)
    if origin is not None:
        return origin.path if origin.site == site else None
    return path_on(address, urlsplit(site).hostname or "")


def fixed_paths(document: Mapping[str, Any], file: str) -> tuple[str, ...]:
    """Where a file may be in its repository: nothing that a requester names."""
    repository = document.get("repository")
    subfolder = repository.get("subfolder") if isinstance(repository, dict) else None
    paths = [folder + file for folder in PROJECT_FOLDERS]
    if isinstance(subfolder, str) and _is_clean(subfolder):
        paths += [f"{subfolder.strip('/')}/{path}" for path in list(paths)]
    return tuple(paths)


def _is_clean(folder: str) -> bool:
    parts = folder.strip("/").split("/")
    return all(re.fullmatch(r"[\w.+@ -]+", part) and part not in {".", ".."} for part in parts)


def prove_source(claim: Claim, context: ProofContext) -> Finding:
    """The owner's repository, on the forge of the namespace, has the same bytes."""
    found = context.owner_of(claim.name.namespace)
    assert found is not None
    forge, owner = found
    return _Search(claim, context, forge.forge).outcome(owner)


_NO_CONVERSION: Final = "server.json -text"


class _Search:
    """One search for the bytes in the repository that the record names."""

    def __init__(self, claim: Claim, context: ProofContext, forge: Forge) -> None:
        self._claim = claim
        self._context = context
        self._forge = forge
        self._site = forge.site
        self._file = "server.json" if isinstance(claim, Publication) else "status.json"
        self._paths = self._bound_first(fixed_paths(claim.document, self._file))
        self._line_ends = ""

    def _bound_first(self, paths: tuple[str, ...]) -> tuple[str, ...]:
        """The paths; the one at which this server's record was before comes first."""
        memory = self._context.memories.of_server(self._claim.name)
        bound = {
            known.path.removesuffix("server.json") + self._file
            for known in memory.of_kind(IdentityKind.SOURCE)
        }
        return tuple(sorted(paths, key=lambda path: path not in bound))

    def outcome(self, login: str) -> Finding:
        """What was found; `login` is the account or group that the namespace represents."""
        path = repository_path(self._claim.document, self._site)
        if path is None:
            return self._fails(
                f"the record names no repository on {self._site}",
                "Add `repository` with its address there, if it is public.",
            )
        owner = self._forge.account(login)
        if owner is None:
            return self._fails("the namespace's account does not exist", "Publish under your own.")
        repository = self._forge.repository(path)
        if repository is None:
            return self._fails(
                f"{path} is not there, is private, or has moved",
                "Name the repository by the address that it has now.",
            )
        if repository.owner.id != owner.id:
            return self._fails(
                f"{path} belongs to {repository.owner.login}, not to {owner.login}",
                f"Name a repository of {owner.login}.",
            )
        if repository.is_fork:
            return self._fails(f"{path} is a fork", "Name a repository that is not one.")
        return self._in_tags(repository, owner) or self._in_branch(repository, owner)

    def _in_tags(self, repository: SourceRepository, owner: Account) -> Finding | None:
        """The bytes under a tag that names the version; a status counts on the branch alone."""
        if isinstance(self._claim, StatusChange):
            return None
        version, server = self._claim.version, self._claim.name.server
        for prefix in dict.fromkeys((f"v{version}", version, server)):
            self._context.budget.require()
            for tag, commit in self._forge.tags(repository.full_name, prefix).items():
                if _is_of_version(tag, version, server):
                    found = self._found(repository, owner, commit, f"tag {tag}")
                    if found is not None:
                        return found
        return None

    def _in_branch(self, repository: SourceRepository, owner: Account) -> Finding:
        branch = repository.default_branch
        head = self._forge.branch_head(repository.full_name, branch)
        where = f"{repository.full_name} has no {' or '.join(self._paths)} with these very bytes"
        fix = f"Commit the same {self._file} there, and tag it v{self._claim.version}."
        if head is None:
            return self._fails(f"{repository.full_name} has no branch {branch}", fix)
        found = self._found(repository, owner, head, f"branch {branch}")
        if found is None and self._line_ends:
            return self._fails(
                f"{self._line_ends} of {repository.full_name} differs in its line ends alone: CRLF in "
                "one, LF in the other",
                f"Propose the bytes that Git has, as `mcp-static publish` does; `{_NO_CONVERSION}` in "
                ".gitattributes keeps a working copy on Windows the same.",
            )
        if found is None:
            return self._fails(where, fix)
        if isinstance(self._claim, Publication):
            if not self._context.stands_for(owner):
                return self._fails(
                    f"the bytes are only on the branch {branch}, so they are not released",
                    f"Tag that commit v{self._claim.version}, or let {owner.login} confirm it with the "
                    f"comment `{self._context.confirmation}`.",
                )
        elif (self._claim.file.name, self._claim.file.version) != (
            str(self._claim.name),
            self._claim.version,
        ):
            return self._fails(
                "that status.json does not say for which version it is meant",
                f'Add "name": "{self._claim.name}" and "version": "{self._claim.version}" to it.',
            )
        return found

    def _found(
        self, repository: SourceRepository, owner: Account, commit: str, where: str
    ) -> Finding | None:
        for path in self._paths:
            self._context.budget.require()
            content = self._forge.file(repository.full_name, path, commit)
            if content is not None and differs_in_line_ends(content, self._claim.content):
                self._line_ends = f"{path} at {where}"
            if content == self._claim.content:
                return holds(
                    SOURCE,
                    f"{path} of {repository.full_name} at {where} ({commit[:12]}) is the same",
                    login=owner.login,
                    id=str(owner.id),
                    repository=f"{self._site}/{repository.full_name}",
                    repositoryId=str(repository.id),
                    path=path,
                    ref=where,
                    commit=commit,
                    sha256=hashlib.sha256(content).hexdigest(),
                )
        return None

    def _fails(self, message: str, fix: str) -> Finding:
        return fails(SOURCE, message, fix)


def _is_of_version(tag: str, version: str, server: str) -> bool:
    """Whether a tag names this version: `1.2.3`, `v1.2.3`, or so after the server's own name."""
    rest = tag
    if tag.startswith(server):
        rest = tag[len(server) :].lstrip("-@/_")
    return rest in {version, f"v{version}"}
