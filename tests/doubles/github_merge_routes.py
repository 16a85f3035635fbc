"""GitHub's endpoints that merge: pull requests, branches, and a base into a pull request's branch."""

from collections.abc import Callable

from tests.doubles.bare import Signature
from tests.doubles.github_git_routes import commit_named
from tests.doubles.github_git_shapes import commit_json
from tests.doubles.github_models import WEB_FLOW_EMAIL, Json, PullRequest, User, email_of
from tests.doubles.github_pull_routes import pull_at
from tests.doubles.github_routes import (
    RefusalError,
    Request,
    Response,
    Routes,
    not_found,
    rule_violation,
)
from tests.doubles.github_rules import unmet

MERGES = Routes()

REFUSED = "Pull Request is not mergeable"


# ---- a pull request, as with its button


@MERGES.on("GET", "/pulls/{number}/merge")
def _is_merged(request: Request) -> Response:
    if pull_at(request).merged is None:
        raise not_found()
    return Response(204)


@MERGES.on("PUT", "/pulls/{number}/merge")
def _merge_pull(request: Request) -> Response:
    pull, repository, body = pull_at(request), request.repository, request.body or {}
    user = request.demand("contents")
    ref = f"refs/heads/{pull.base_ref}"
    tip = repository.store.resolve(ref)
    if body.get("sha", pull.head_sha) != pull.head_sha:
        raise RefusalError(409, "Head branch was modified. Review and try the merge again.")
    method = _METHODS.get(body.get("merge_method", "merge"))
    if tip is None or method is None or pull.state != "open" or pull.draft:
        raise RefusalError(405, REFUSED)
    _keep_rules(request, pull)
    sha = method(request, pull, tip)
    pull.merged, pull.merged_by, pull.merge_commit_sha = request.hub.clock(), user, sha
    request.hub.close(pull, user)
    repository.store.set_ref(ref, sha)
    request.hub.notice(repository, actor=user, kind="pr_merge")
    return Response(200, {"sha": sha, "merged": True, "message": "Pull Request successfully merged"})


def _keep_rules(request: Request, pull: PullRequest) -> None:
    # What counts is the pull request's head: the commit that merging makes has no checks yet.
    repository = request.repository
    rules = repository.rules.get(pull.base_ref)
    if rules is None or request.user.login in rules.bypass:
        return
    if trouble := unmet(rules, repository.states_of(pull.head_sha, rules.app)):
        raise rule_violation(405, [trouble])


def _merge_commit(request: Request, pull: PullRequest, tip: str) -> str:
    title = request.body.get("commit_title") or f"Merge pull request #{pull.number}"
    message = _message(title, request.body.get("commit_message", pull.title))
    tree = _merged_tree(request, tip, pull.head_sha)
    return _commit(request, request.user, tree, [tip, pull.head_sha], message)


def _squash(request: Request, pull: PullRequest, tip: str) -> str:
    title = request.body.get("commit_title") or f"{pull.title} (#{pull.number})"
    message = _message(title, request.body.get("commit_message"))
    tree = _merged_tree(request, tip, pull.head_sha)
    return _commit(request, pull.user, tree, [tip], message)


def _rebase(request: Request, pull: PullRequest, tip: str) -> str:
    store, user = request.repository.store, request.user
    for sha in store.commits("--reverse", "--no-merges", pull.head_sha, f"^{tip}"):
        picked = store.commit_object(sha)
        if not picked.parents:
            raise RefusalError(405, REFUSED)
        # A commit with the tip's tree beside the one to pick: what they differ from is its parent.
        by = _signature(request, user.login, email_of(user))
        tree = store.commit_object(tip).tree
        beside = store.write_commit(tree, list(picked.parents), by, by, ".")
        tree = _merged_tree(request, beside, sha)
        tip = store.write_commit(tree, [tip], picked.author, by, picked.message)
    return tip


_METHODS: dict[str, Callable[[Request, PullRequest, str], str]] = {
    "merge": _merge_commit,
    "squash": _squash,
    "rebase": _rebase,
}


# ---- a branch into another


@MERGES.on("POST", "/merges")
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
    sha = _commit(request, user, tree, [tip, head], message)
    request.keep_rules(ref, tip, sha)
    repository.store.set_ref(ref, sha)
    request.hub.notice(repository, actor=user)
    shape: Json = commit_json(repository, repository.store.commit_object(sha))
    return Response(201, shape)


@MERGES.on("PUT", "/pulls/{number}/update-branch")
def _update_branch(request: Request) -> Response:
    """The base is merged into the head's branch, as a push of whoever asks for it.

    https://docs.github.com/en/rest/pulls/pulls#update-a-pull-request-branch
    """
    user, pull, repository = request.user, pull_at(request), request.repository
    head, ref = pull.head, f"refs/heads/{pull.head_ref}"
    if head is None or not request.hub.may_push(user, head, ref):
        raise RefusalError(403, "Must have write access to the head branch.")
    if (request.body or {}).get("expected_head_sha", pull.head_sha) != pull.head_sha:
        raise RefusalError(422, "expected head sha didn’t match current head ref.")
    tip = repository.store.resolve(f"refs/heads/{pull.base_ref}")
    if pull.state != "open" or tip is None or repository.store.is_ancestor(tip, pull.head_sha):
        raise RefusalError(422, "There are no new commits on the base branch.")
    tree = repository.store.merge_tree(pull.head_sha, tip)
    if tree is None:
        raise RefusalError(422, "merge conflict between base and head")
    message = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
    sha = _commit(request, user, tree, [pull.head_sha, tip], message)
    request.hub.bring(head, sha)
    head.store.set_ref(ref, sha)
    request.hub.notice(head, actor=user)
    url = f"{request.hub.url}/repos/{repository.full_name}/pulls/{pull.number}"
    return Response(202, {"message": "Updating pull request branch.", "url": url})


# ---- commits that GitHub makes


def _merged_tree(request: Request, ours: str, theirs: str) -> str:
    tree = request.repository.store.merge_tree(ours, theirs)
    if tree is None:
        raise RefusalError(405, REFUSED)
    return tree


def _message(title: str, body: str | None) -> str:
    return "\n\n".join(filter(None, (title, body)))


def _signature(request: Request, name: str, email: str) -> Signature:
    return Signature(name, email, f"{int(request.hub.clock())} +0000")


def _commit(request: Request, author: User, tree: str, parents: list[str], message: str) -> str:
    by = _signature(request, author.login, email_of(author))
    github = _signature(request, "GitHub", WEB_FLOW_EMAIL)
    return request.repository.store.write_commit(tree, parents, by, github, message)
