"""GitHub's endpoints that read and write Git objects: commits, trees and blobs."""

import base64
import binascii
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.doubles.bare import Signature
from tests.doubles.github_git_shapes import (
    commit_json,
    file_change_json,
    git_commit_json,
    tree_entry_json,
    wrapped,
)
from tests.doubles.github_models import Json, email_of
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, invalid, not_found
from tests.doubles.github_shapes import api_url

GIT = Routes()


def store_ready(request: Request) -> RepositoryDouble:
    """The repository, which must not be empty."""
    repository = request.repository
    if not repository.store.refs("refs/heads/"):
        raise RefusalError(409, "Git Repository is empty.")
    return repository


def commit_named(request: Request, name: str) -> str:
    """The commit that a branch, a tag or an id stands for; ids from the fork network count."""
    store = request.repository.store
    candidates = [f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}"]
    if name == "HEAD":
        candidates.append(name)
    if _hexadecimal(name):
        request.hub.bring(request.repository, name)
        candidates.append(name)
    sha = next(filter(None, map(store.resolve, candidates)), None)
    if sha is None:
        raise RefusalError(422, f"No commit found for SHA: {name}")
    return sha


def _hexadecimal(text: str) -> bool:
    return len(text) >= 7 and all(c in "0123456789abcdef" for c in text)


# ---- commits


@GIT.on("GET", "/commits")
def _commits(request: Request) -> Response:
    repository = store_ready(request)
    start = commit_named(request, request.query.get("sha", repository.default_branch))
    path = ["--", request.query["path"]] if request.query.get("path") else []
    store = repository.store
    listed = store.commits(start, *path)
    return request.page(listed, lambda sha: commit_json(repository, store.commit_object(sha)))


@GIT.on("GET", "/compare/{spec...}")
def _compare(request: Request) -> Response:
    repository = store_ready(request)
    store = repository.store
    base_name, dots, head_name = request.arguments["spec"].partition("...")
    if not dots:
        raise not_found()
    try:
        base, head = commit_named(request, base_name), commit_named(request, head_name)
    except RefusalError as absent:
        raise not_found() from absent
    origin = store.merge_base(base, head)
    if origin is None:
        raise RefusalError(404, f"No common ancestor between {base_name} and {head_name}.")
    ahead = store.commits("--reverse", head, f"^{base}")
    behind = store.commits(base, f"^{head}")
    status = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    commits = [commit_json(repository, store.commit_object(sha)) for sha in ahead]
    answer: Json = {
        "url": f"{api_url(repository)}/compare/{request.arguments['spec']}",
        "base_commit": commit_json(repository, store.commit_object(base)),
        "merge_base_commit": commit_json(repository, store.commit_object(origin)),
        "status": status.get((bool(ahead), bool(behind)), "diverged"),
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": commits,
        "files": [file_change_json(repository, c, head) for c in store.changes(origin, head)],
    }
    return Response(200, answer)


def show_commit(request: Request) -> Response:
    """`GET commits/{ref}`, with its files; it comes after the longer paths under `commits`."""
    repository = store_ready(request)
    store = repository.store
    sha = commit_named(request, request.arguments["ref"])
    commit = store.commit_object(sha)
    empty = store.read("hash-object", "-t", "tree", "-w", "--stdin").decode().strip()
    changes = store.changes(commit.parents[0] if commit.parents else empty, sha)
    added, deleted = sum(c.additions for c in changes), sum(c.deletions for c in changes)
    return Response(
        200,
        {
            **commit_json(repository, commit),
            "stats": {"total": added + deleted, "additions": added, "deletions": deleted},
            "files": [file_change_json(repository, change, sha) for change in changes],
        },
    )


@GIT.on("GET", "/git/commits/{sha}")
def _git_commit(request: Request) -> Response:
    repository, sha = store_ready(request), request.arguments["sha"]
    if not request.hub.bring(repository, sha) or repository.store.kind(sha) != "commit":
        raise not_found()
    return Response(200, git_commit_json(repository, repository.store.commit_object(sha)))


@GIT.on("POST", "/git/commits")
def _create_commit(request: Request) -> Response:
    user = request.demand("contents")
    repository = store_ready(request)
    store, tree = repository.store, request.text("tree")
    message, parents = request.text("message"), request.body.get("parents") or []
    if store.kind(tree) != "tree":
        raise RefusalError(422, "Tree SHA does not exist")
    for parent in parents:
        if not request.hub.bring(repository, parent) or store.kind(parent) != "commit":
            raise RefusalError(422, "Parent SHA does not exist or is not a commit object")
    mine = {"name": user.login, "email": email_of(user)}
    author = request.body.get("author") or mine
    committer = request.body.get("committer") or author
    now = request.hub.clock()
    sha = store.write_commit(
        tree, parents, _signature(author, now), _signature(committer, now), message
    )
    return Response(201, git_commit_json(repository, store.commit_object(sha)))


def _signature(given: Json, now: float) -> Signature:
    if not given.get("name") or not given.get("email"):
        raise invalid("Commit", "author")
    seconds, offset = int(now), "+0000"
    if given.get("date"):
        try:
            when = datetime.fromisoformat(given["date"])
        except ValueError:
            raise invalid("Commit", "date") from None
        seconds, offset = int(when.timestamp()), when.strftime("%z") or "+0000"
    return Signature(given["name"], given["email"], f"{seconds} {offset}")


# ---- trees and blobs


@GIT.on("GET", "/git/trees/{name...}")
def _tree(request: Request) -> Response:
    repository, name = store_ready(request), request.arguments["name"]
    store = repository.store
    request.hub.bring(repository, name)
    sha = store.resolve(f"refs/heads/{name}", "tree") or store.resolve(name, "tree")
    if sha is None:
        raise not_found()
    entries = store.tree(sha, recursive="recursive" in request.query)
    return Response(
        200,
        {
            "sha": sha,
            "url": f"{api_url(repository)}/git/trees/{sha}",
            "tree": [tree_entry_json(repository, entry) for entry in entries],
            "truncated": False,
        },
    )


@GIT.on("POST", "/git/trees")
def _create_tree(request: Request) -> Response:
    request.demand("contents")
    repository = store_ready(request)
    store, body = repository.store, request.body
    entries = body.get("tree")
    if not isinstance(entries, list) or not (entries or body.get("base_tree")):
        raise RefusalError(422, "Invalid tree info")
    with tempfile.TemporaryDirectory(dir=request.hub.folder) as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        if base := body.get("base_tree"):
            request.hub.bring(repository, base)
            if store.resolve(base, "tree") is None:
                raise RefusalError(422, "base_tree is not a valid tree oid")
            store.read("read-tree", base, env=env)
        else:
            store.read("read-tree", "--empty", env=env)
        for entry in entries:
            _put_entry(repository, entry, env)
        sha = store.read("write-tree", env=env).decode().strip()
    shown = [tree_entry_json(repository, entry) for entry in store.tree(sha)]
    url = f"{api_url(repository)}/git/trees/{sha}"
    return Response(201, {"sha": sha, "url": url, "tree": shown, "truncated": False})


def _put_entry(repository: RepositoryDouble, entry: Any, env: dict[str, str]) -> None:
    store = repository.store
    path = entry.get("path", "") if isinstance(entry, dict) else ""
    if {"", ".", "..", ".git"} & {part.lower() for part in path.split("/")}:
        raise RefusalError(422, "tree.path contains a malformed path component")
    if "sha" in entry and entry["sha"] is None:
        if not _drop(repository, path, env):
            raise RefusalError(422, "GitRPC::BadObjectState")
        return
    mode = entry.get("mode")
    if mode not in {"100644", "100755", "040000", "160000", "120000"}:
        raise RefusalError(422, "Must supply a valid tree.mode")
    sha = entry.get("sha") or store.write_blob(entry.get("content", "").encode())
    kind = {"040000": "tree", "160000": "commit"}.get(mode, "blob")
    if kind != "commit" and store.kind(sha) != kind:
        raise RefusalError(422, f"tree.sha {sha} is not a valid {kind}")
    if kind == "tree":
        _drop(repository, path, env)
        store.read("read-tree", f"--prefix={path}/", sha, env=env)
    else:
        line = f"{mode} {sha}\t{path}\0".encode()
        store.read("update-index", "-z", "--index-info", stdin=line, env=env)


def _drop(repository: RepositoryDouble, path: str, env: dict[str, str]) -> bool:
    store = repository.store
    inside = store.read("ls-files", "-z", "--", f":(top,literal){path}", env=env).split(b"\0")[:-1]
    gone = b"".join(b"0 " + b"0" * 40 + b"\t" + name + b"\0" for name in inside)
    store.read("update-index", "-z", "--index-info", stdin=gone, env=env)
    return bool(inside)


@GIT.on("GET", "/git/blobs/{sha}")
def _blob(request: Request) -> Response:
    repository, sha = store_ready(request), request.arguments["sha"]
    if repository.store.kind(sha) != "blob":
        raise not_found()
    content = repository.store.content(sha)
    if wants_raw(request):
        return Response(200, content)
    return Response(
        200,
        {
            "sha": sha,
            "node_id": f"B_{sha}",
            "size": len(content),
            "url": f"{api_url(repository)}/git/blobs/{sha}",
            "content": wrapped(content),
            "encoding": "base64",
        },
    )


@GIT.on("POST", "/git/blobs")
def _create_blob(request: Request) -> Response:
    request.demand("contents")
    repository = store_ready(request)
    content, encoding = request.text("content"), request.text("encoding", "utf-8")
    try:
        raw = base64.b64decode(content) if encoding == "base64" else content.encode()
    except binascii.Error:
        raise RefusalError(422, "content is not valid Base64") from None
    sha = repository.store.write_blob(raw)
    return Response(201, {"sha": sha, "url": f"{api_url(repository)}/git/blobs/{sha}"})


def wants_raw(request: Request) -> bool:
    """Whether the bytes themselves are asked for, instead of JSON about them."""
    return ".raw" in request.headers.get("accept", "")
