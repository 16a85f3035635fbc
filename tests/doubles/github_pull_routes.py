"""GitHub's endpoints for forks and pull requests."""

from tests.doubles.github_git_routes import commit_named
from tests.doubles.github_git_shapes import commit_json, file_change_json
from tests.doubles.github_models import Issue, PullRequest, User
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, invalid, not_found
from tests.doubles.github_shapes import full_pull_json, full_repository_json, pull_json, repository_json

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
        # An organization's fork is not opened to the maintainers of the base.
        maintainer_can_modify=head is not repository
        and head.owner.type == "User"
        and request.body.get("maintainer_can_modify") is not False,
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


def demand_own(request: Request, author: User, issue: Issue) -> None:
    """Let the author of an issue, or of a comment on it, or whoever may write here, go on."""
    role = "read" if request.user is author else "write"
    request.demand(permissions(issue), role, "Must have admin rights to Repository.")


def permissions(issue: Issue) -> tuple[str, ...]:
    """What a token needs one of for writing about an issue or a pull request."""
    return ("issues", "pull_requests") if isinstance(issue, PullRequest) else ("issues",)


def set_state(request: Request, issue: Issue, state: str) -> None:
    """Close or reopen an issue or a pull request; a merged one stays as it is."""
    kind = "PullRequest" if isinstance(issue, PullRequest) else "Issue"
    if state not in {"open", "closed"}:
        raise invalid(kind, "state")
    if state == "closed" and issue.state == "open":
        request.hub.close(issue, request.user)
    elif state == "open" and issue.state == "closed":
        if isinstance(issue, PullRequest):
            _demand_reopenable(issue)
        issue.state, issue.closed, issue.closed_by = "open", None, None
        issue.events.append(("reopened", request.hub.clock()))


def _demand_reopenable(pull: PullRequest) -> None:
    gone = pull.head is None or not pull.head.store.resolve(f"refs/heads/{pull.head_ref}")
    if pull.merged or gone:
        what = "merged" if pull.merged else "recreated"
        message = f"state cannot be changed. The pull request was {what}."
        raise invalid("PullRequest", "state", message)


@PULLS.on("GET", "/pulls/{number}")
def _pull(request: Request) -> Response:
    return Response(200, full_pull_json(request.repository, pull_at(request)))


@PULLS.on("PATCH", "/pulls/{number}")
def _edit(request: Request) -> Response:
    pull, body, repository = pull_at(request), request.body or {}, request.repository
    demand_own(request, pull.user, pull)
    set_state(request, pull, body.get("state", pull.state))
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
