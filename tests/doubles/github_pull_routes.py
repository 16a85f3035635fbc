"""GitHub's endpoints for forks, pull requests and merging."""

from tests.doubles.bare import Signature
from tests.doubles.github_git_routes import commit_named
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, invalid, not_found
from tests.doubles.github_shapes import (
    commit_json,
    file_change_json,
    full_pull_json,
    full_repository_json,
    pull_json,
    repository_json,
)
from tests.doubles.github_state import Issue, Json, PullRequest, RepositoryDouble, User, email_of

PULLS = Routes()


@PULLS.on("POST", "/forks")
def _fork(request: Request) -> Response:
    user, body = request.user, request.body or {}
    if user.type == "Bot":
        raise RefusalError(403, "Resource not accessible by integration")
    owner = user
    if body.get("organization"):
        found = request.hub.find_user(body["organization"])
        if found is None or found.type != "Organization":
            raise invalid("Fork", "organization")
        owner = found
    if not request.repository.store.refs("refs/heads/"):
        raise RefusalError(
            403,
            "The repository exists, but it contains no Git content. Empty repositories cannot be forked.",
        )
    if owner is request.repository.owner:
        return Response(202, full_repository_json(request.repository, user))
    fork = request.hub.fork(request.repository, owner, body.get("name"))
    if owner is not user:
        fork.grant(user.login, "admin")
    return Response(202, full_repository_json(fork, user))


@PULLS.on("GET", "/forks")
def _forks(request: Request) -> Response:
    forks = [r for r in request.hub.repositories.values() if r.fork_of is request.repository]
    return request.page(forks[::-1], repository_json)


# ---- opening and editing


@PULLS.on("POST", "/pulls")
def _open(request: Request) -> Response:
    user, repository = request.user, request.repository
    title, head_name = (
        request.text("title", resource="PullRequest"),
        request.text("head", resource="PullRequest"),
    )
    base_ref = request.text("base", resource="PullRequest")
    base_sha = repository.store.resolve(f"refs/heads/{base_ref}")
    if base_sha is None:
        raise invalid("PullRequest", "base")
    head, head_ref = _head(request, head_name)
    head_sha = head.store.resolve(f"refs/heads/{head_ref}") if head else None
    if head is None or head_sha is None:
        raise invalid("PullRequest", "head")
    if not request.hub.has_role(user, head, "write"):
        request.demand("pull_requests")
    elif user.type == "Bot":
        request.demand("pull_requests", "read")
    label = f"{head.owner.login}:{head_ref}"
    for other in repository.pulls():
        same = (other.head, other.head_ref, other.base_ref) == (head, head_ref, base_ref)
        if same and other.state == "open":
            raise invalid("PullRequest", "head", f"A pull request already exists for {label}.")
    number, now = len(repository.issues) + 1, request.hub.clock()
    pull = PullRequest(
        number,
        user,
        title,
        request.body.get("body"),
        now,
        now,
        head=head,
        head_user=head.owner,
        head_ref=head_ref,
        head_sha=head_sha,
        base_ref=base_ref,
        base_sha=base_sha,
        draft=bool(request.body.get("draft")),
        maintainer_can_modify=bool(request.body.get("maintainer_can_modify", head is not repository)),
    )
    request.hub.bring(repository, head_sha)
    if repository.store.is_ancestor(head_sha, base_sha):
        names = (
            (base_ref, head_ref)
            if head is repository
            else (f"{repository.owner.login}:{base_ref}", label)
        )
        raise invalid("PullRequest", "head", f"No commits between {names[0]} and {names[1]}")
    repository.issues[number] = pull
    request.hub.publish_head(repository, pull)
    return Response(201, full_pull_json(repository, pull))


def _head(request: Request, name: str) -> tuple[RepositoryDouble | None, str]:
    owner, colon, ref = name.partition(":")
    if not colon:
        return request.repository, name
    wanted = request.body.get("head_repo")
    candidates = [
        repository
        for repository in request.hub.repositories.values()
        if repository.source is request.repository.source
        and repository.owner.login.lower() == owner.lower()
        and wanted in {None, repository.name, repository.full_name}
    ]
    return (candidates[0] if candidates else None), ref


@PULLS.on("GET", "/pulls")
def _pulls(request: Request) -> Response:
    repository, query = request.repository, request.query
    wanted = query.get("state", "open")
    found = [pull for pull in repository.pulls() if wanted in {"all", pull.state}]
    if ":" in query.get("head", ""):
        label = query["head"].lower()
        found = [p for p in found if pull_json(repository, p)["head"]["label"].lower() == label]
    if query.get("base"):
        found = [pull for pull in found if pull.base_ref == query["base"]]
    sort = query.get("sort", "created")
    found.sort(key=lambda p: (p.updated if sort == "updated" else p.created, p.number))
    if query.get("direction", "desc" if sort == "created" else "asc") == "desc":
        found.reverse()
    return request.page(found, lambda pull: pull_json(repository, pull))


def pull_at(request: Request) -> PullRequest:
    """The pull request the path names."""
    issue = issue_at(request)
    if not isinstance(issue, PullRequest):
        raise not_found()
    return issue


def issue_at(request: Request) -> Issue:
    """The issue or pull request the path names."""
    number = request.arguments["number"]
    issue = request.repository.issues.get(int(number)) if number.isdecimal() else None
    if issue is None:
        raise not_found()
    return issue


def demand_own(request: Request, author: User, permission: str) -> None:
    """Let the author of a thing, or whoever may write here, go on."""
    mine = request.user is author
    request.demand(permission, "read" if mine else "write", "Must have admin rights to Repository.")


@PULLS.on("GET", "/pulls/{number}")
def _pull(request: Request) -> Response:
    return Response(200, full_pull_json(request.repository, pull_at(request)))


@PULLS.on("PATCH", "/pulls/{number}")
def _edit(request: Request) -> Response:
    pull, body, repository = pull_at(request), request.body or {}, request.repository
    demand_own(request, pull.user, "pull_requests")
    state = body.get("state", pull.state)
    if state not in {"open", "closed"}:
        raise invalid("PullRequest", "state")
    if state == "open" and pull.state == "closed":
        gone = pull.head is None or not pull.head.store.resolve(f"refs/heads/{pull.head_ref}")
        if pull.merged or gone:
            what = "merged" if pull.merged else "recreated"
            raise invalid(
                "PullRequest", "state", f"state cannot be changed. The pull request was {what}."
            )
        pull.state, pull.closed = "open", None
    elif state == "closed" and pull.state == "open":
        request.hub.close(pull)
    if "base" in body:
        if not repository.store.resolve(f"refs/heads/{body['base']}"):
            raise invalid("PullRequest", "base")
        pull.base_ref = body["base"]
    pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
    pull.updated = request.hub.clock()
    return Response(200, full_pull_json(repository, pull))


@PULLS.on("GET", "/pulls/{number}/files")
def _files(request: Request) -> Response:
    repository, pull = request.repository, pull_at(request)
    origin = repository.store.merge_base(pull.base_sha, pull.head_sha)
    changes = repository.store.changes(origin, pull.head_sha) if origin else []
    return request.page(
        changes[:3000], lambda change: file_change_json(repository, change, pull.head_sha)
    )


@PULLS.on("GET", "/pulls/{number}/commits")
def _commits(request: Request) -> Response:
    repository, pull = request.repository, pull_at(request)
    store = repository.store
    listed = store.commits("--reverse", pull.head_sha, f"^{pull.base_sha}")[:250]
    return request.page(listed, lambda sha: commit_json(repository, store.commit_object(sha)))


@PULLS.on("GET", "/commits/{ref}/pulls")
def _pulls_of_commit(request: Request) -> Response:
    repository = request.repository
    sha = commit_named(request, request.arguments["ref"])
    store = repository.store
    found = [p for p in repository.pulls() if sha in store.commits(p.head_sha, f"^{p.base_sha}")]
    return request.page(found, lambda pull: pull_json(repository, pull))


# ---- merging


@PULLS.on("GET", "/pulls/{number}/merge")
def _is_merged(request: Request) -> Response:
    if pull_at(request).merged is None:
        raise not_found()
    return Response(204)


@PULLS.on("PUT", "/pulls/{number}/merge")
def _merge_pull(request: Request) -> Response:
    pull, repository, body = pull_at(request), request.repository, request.body or {}
    user = request.demand("contents")
    ref = f"refs/heads/{pull.base_ref}"
    tip = repository.store.resolve(ref)
    method = body.get("merge_method", "merge")
    if body.get("sha", pull.head_sha) != pull.head_sha:
        raise RefusalError(409, "Head branch was modified. Review and try the merge again.")
    tree = repository.store.merge_tree(tip, pull.head_sha) if tip and pull.state == "open" else None
    if tip is None or tree is None or method not in {"merge", "squash"} or pull.draft:
        raise RefusalError(405, "Pull Request is not mergeable")
    parents = [tip] if method == "squash" else [tip, pull.head_sha]
    title = body.get("commit_title") or f"Merge pull request #{pull.number}"
    message = "\n\n".join(filter(None, (title, body.get("commit_message", pull.title))))
    sha = _commit_merge(request, user, tree, parents, message)
    pull.merged, pull.merged_by, pull.merge_commit_sha = request.hub.clock(), user, sha
    request.hub.close(pull)
    repository.store.set_ref(ref, sha)
    request.hub.notice(repository, actor=user, kind="pr_merge")
    return Response(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


@PULLS.on("POST", "/merges")
def _merge(request: Request) -> Response:
    user = request.demand("contents")
    repository, base = request.repository, request.text("base")
    ref = f"refs/heads/{base}"
    tip = repository.store.resolve(ref)
    if tip is None:
        raise RefusalError(404, "Base does not exist")
    try:
        head = commit_named(request, request.text("head"))
    except RefusalError as absent:
        raise RefusalError(404, "Head does not exist") from absent
    if repository.store.is_ancestor(head, tip):
        return Response(204)
    tree = repository.store.merge_tree(tip, head)
    if tree is None:
        raise RefusalError(409, "Merge conflict")
    message = request.body.get("commit_message") or f"Merge {request.body['head']} into {base}"
    sha = _commit_merge(request, user, tree, [tip, head], message)
    repository.store.set_ref(ref, sha)
    request.hub.notice(repository, actor=user)
    shape: Json = commit_json(repository, repository.store.commit_object(sha))
    return Response(201, shape)


def _commit_merge(request: Request, user: User, tree: str, parents: list[str], message: str) -> str:
    by = Signature(user.login, email_of(user), f"{int(request.hub.clock())} +0000")
    return request.repository.store.write_commit(tree, parents, by, by, message)
