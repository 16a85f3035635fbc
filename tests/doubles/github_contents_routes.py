"""GitHub's endpoint for the files and folders of a commit."""

from tests.doubles.bare import TreeEntry
from tests.doubles.github_git_routes import commit_named, wants_raw
from tests.doubles.github_git_shapes import LARGEST_CONTENT, content_json, wrapped
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, not_found

CONTENTS = Routes()


@CONTENTS.on("GET", "/contents")
@CONTENTS.on("GET", "/contents/{path...}")
def _contents(request: Request) -> Response:
    repository, path = request.repository, request.arguments.get("path", "").strip("/")
    store = repository.store
    if not store.refs("refs/heads/"):
        raise RefusalError(404, "This repository is empty.")
    ref = request.query.get("ref") or repository.default_branch
    try:
        sha = commit_named(request, ref)
    except RefusalError as absent:
        raise RefusalError(404, f"No commit found for the ref {ref}") from absent
    entry = store.entry(sha, path) if path else None
    if path and entry is None:
        raise not_found()
    if entry is None or entry.type == "tree":
        listed = store.tree(f"{sha}:{path}")[:1000]
        below = [(e, f"{path}/{e.path}" if path else e.path) for e in listed]
        return Response(200, [content_json(repository, e, p, ref) for e, p in below])
    if entry.type == "commit":
        module = {"type": "submodule", "submodule_git_url": _submodule_url(repository, sha, path)}
        return Response(200, {**content_json(repository, entry, path, ref), **module})
    return _file(request, entry, sha, ref)


def _file(request: Request, entry: TreeEntry, sha: str, ref: str) -> Response:
    repository, path = request.repository, request.arguments["path"].strip("/")
    store = repository.store
    shape = content_json(repository, entry, path, ref)
    if entry.mode == "120000":
        target = store.content(entry.sha).decode(errors="replace")
        aim = store.entry(sha, _beside(path, target))
        if aim is None or aim.type != "blob" or aim.mode == "120000":
            return Response(200, {**shape, "target": target})
        entry = aim
        shape |= {"type": "file", "size": aim.size, "sha": aim.sha}
    content = store.content(entry.sha)
    if wants_raw(request):
        return Response(200, content)
    if len(content) > LARGEST_CONTENT:
        return Response(200, {**shape, "content": "", "encoding": "none"})
    return Response(200, {**shape, "content": wrapped(content), "encoding": "base64"})


def _beside(path: str, target: str) -> str:
    parts = path.split("/")[:-1]
    for part in target.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    return "/".join(parts)


def _submodule_url(repository: RepositoryDouble, sha: str, path: str) -> str | None:
    entry = repository.store.entry(sha, ".gitmodules")
    if entry is None:
        return None
    listed = repository.store.read(
        "config", "--blob", entry.sha, "--get-regexp", r"submodule\..*\.(path|url)"
    )
    found = dict(line.split(" ", 1) for line in listed.decode().splitlines())
    keys = [key for key, value in found.items() if key.endswith(".path") and value == path]
    return found.get(keys[0].removesuffix("path") + "url") if keys else None
