"""The JSON that GitHub makes of what Git holds: references, commits, trees and files."""

import base64
import textwrap
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import quote

from tests.doubles.bare import Commit, FileChange, Signature, TreeEntry
from tests.doubles.github_models import WEB_FLOW_EMAIL, Json
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_shapes import api_url, html_url, user_json
from tests.doubles.github_state import Hub

LARGEST_CONTENT = 1024 * 1024
"""Bytes up to which the contents API gives a file inline."""


def wrapped(content: bytes) -> str:
    """Base64 in GitHub's lines of sixty."""
    lines = textwrap.wrap(base64.b64encode(content).decode(), 60)
    return "".join(line + "\n" for line in lines)


def object_json(repository: RepositoryDouble, kind: str, sha: str) -> Json:
    """What a reference points at."""
    return {"type": kind, "sha": sha, "url": f"{api_url(repository)}/git/{kind}s/{sha}"}


def ref_json(repository: RepositoryDouble, ref: str, sha: str) -> Json:
    """A reference."""
    return {
        "ref": ref,
        "node_id": f"REF_{ref}",
        "url": f"{api_url(repository)}/git/{quote(ref)}",
        "object": object_json(repository, repository.store.kind(sha) or "commit", sha),
    }


def git_commit_json(repository: RepositoryDouble, commit: Commit) -> Json:
    """A commit as the Git database shows it."""
    url, page = f"{api_url(repository)}/git", html_url(repository)
    return {
        "sha": commit.sha,
        "node_id": f"C_{commit.sha}",
        "url": f"{url}/commits/{commit.sha}",
        "html_url": f"{page}/commit/{commit.sha}",
        "author": _signature_json(commit.author),
        "committer": _signature_json(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{url}/trees/{commit.tree}"},
        "message": commit.message.removesuffix("\n"),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
            for sha in commit.parents
        ],
        "verification": {"verified": False, "reason": "unsigned", "signature": None, "payload": None},
    }


def commit_json(repository: RepositoryDouble, commit: Commit) -> Json:
    """A commit as the repository shows it; its users are looked up by address, as GitHub does."""
    url, page, inner = (
        api_url(repository),
        html_url(repository),
        git_commit_json(repository, commit),
    )
    kept = ("author", "committer", "message", "tree", "verification")
    return {
        "sha": commit.sha,
        "node_id": inner["node_id"],
        "url": f"{url}/commits/{commit.sha}",
        "html_url": inner["html_url"],
        "comments_url": f"{url}/commits/{commit.sha}/comments",
        "commit": {**{key: inner[key] for key in kept}, "url": inner["url"], "comment_count": 0},
        "author": _user_of_email(repository.hub, commit.author.email),
        "committer": _user_of_email(repository.hub, commit.committer.email),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
            for sha in commit.parents
        ],
    }


def tree_entry_json(repository: RepositoryDouble, entry: TreeEntry) -> Json:
    """A line of a tree."""
    shape: Json = {"path": entry.path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
    if entry.size is not None:
        shape["size"] = entry.size
    if entry.type != "commit":
        shape["url"] = f"{api_url(repository)}/git/{entry.type}s/{entry.sha}"
    return shape


def file_change_json(repository: RepositoryDouble, change: FileChange, at: str) -> Json:
    """A changed file, without its patch."""
    path = quote(change.path)
    shape: Json = {
        "sha": change.sha,
        "filename": change.path,
        "status": change.status,
        "additions": change.additions,
        "deletions": change.deletions,
        "changes": change.additions + change.deletions,
        "blob_url": f"{html_url(repository)}/blob/{at}/{path}",
        "raw_url": f"{html_url(repository)}/raw/{at}/{path}",
        "contents_url": f"{api_url(repository)}/contents/{path}?ref={at}",
    }
    if change.old_path:
        shape["previous_filename"] = change.old_path
    return shape


def content_json(repository: RepositoryDouble, entry: TreeEntry, path: str, ref: str) -> Json:
    """A file, folder, symlink or submodule of the contents API, as a folder lists it."""
    types = {"040000": "dir", "120000": "symlink"}
    url = f"{api_url(repository)}/contents/{quote(path)}?ref={quote(ref, safe='')}"
    kind = "blob" if entry.type == "blob" else "tree"
    git_url = f"{api_url(repository)}/git/{kind}s/{entry.sha}" if entry.type != "commit" else None
    page = f"{html_url(repository)}/{kind}/{ref}/{quote(path)}"
    is_blob = entry.type == "blob"
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.sha,
        "size": entry.size or 0,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": f"{html_url(repository)}/raw/{ref}/{quote(path)}" if is_blob else None,
        "type": types.get(entry.mode, "file"),
        "_links": {"self": url, "git": git_url, "html": page},
    }


def _signature_json(signature: Signature) -> Json:
    seconds, _, offset = signature.when.partition(" ")
    sign = -1 if offset.startswith("-") else 1
    zone = timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])))
    when = datetime.fromtimestamp(int(seconds), zone).astimezone(UTC)
    return {
        "name": signature.name,
        "email": signature.email,
        "date": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _user_of_email(hub: Hub, email: str) -> Json | None:
    number = email.partition("+")[0]
    local = email.endswith("@users.noreply.github.com") and number.isdecimal()
    user = hub.users.get(int(number)) if local else None
    if email == WEB_FLOW_EMAIL:
        user = hub.user("web-flow")
    return user_json(hub, user) if user else None
