"""GitHub's endpoints for branches, tags and references, and for the rules that protect branches."""

from tests.doubles.bare import NO_SHA
from tests.doubles.github_git_routes import store_ready
from tests.doubles.github_git_shapes import commit_json, ref_json
from tests.doubles.github_models import Json
from tests.doubles.github_repository import RepositoryDouble
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, not_found
from tests.doubles.github_rules import BranchRules
from tests.doubles.github_shapes import api_url

REFS = Routes()

RULESET_ID = 7001


# ---- branches and their rules: the longer paths first, as a branch's name may have slashes


@REFS.on("GET", "/rules/branches/{name...}")
def _rules(request: Request) -> Response:
    repository = request.repository
    rules = repository.rules.get(request.arguments["name"])
    return request.page(_rules_json(repository, rules) if rules else [], lambda rule: rule)


def _rules_json(repository: RepositoryDouble, rules: BranchRules) -> list[Json]:
    shapes: list[Json] = []
    if rules.deletion:
        shapes.append({"type": "deletion"})
    if rules.non_fast_forward:
        shapes.append({"type": "non_fast_forward"})
    if rules.required:
        app = {} if rules.app is None else {"integration_id": rules.app}
        parameters = {
            "strict_required_status_checks_policy": False,
            "do_not_enforce_on_create": False,
            "required_status_checks": [{"context": context, **app} for context in rules.required],
        }
        shapes.append({"type": "required_status_checks", "parameters": parameters})
    source = {
        "ruleset_source_type": "Repository",
        "ruleset_source": repository.full_name,
        "ruleset_id": RULESET_ID,
    }
    return [shape | source for shape in shapes]


@REFS.on("GET", "/branches/{name...}/protection")
def _protection(request: Request) -> Response:
    # This is the older kind of protection, which rulesets do not show in.
    request.demand("administration", "admin")
    raise RefusalError(404, "Branch not protected")


@REFS.on("GET", "/branches/{name...}")
def _branch(request: Request) -> Response:
    repository, name = request.repository, request.arguments["name"]
    sha = repository.store.resolve(f"refs/heads/{name}")
    if sha is None:
        raise RefusalError(404, "Branch not found")
    return Response(200, _branch_json(repository, name, sha, full=True))


@REFS.on("GET", "/branches")
def _branches(request: Request) -> Response:
    repository = request.repository
    refs = repository.store.refs("refs/heads/")
    pairs = [(ref.removeprefix("refs/heads/"), sha) for ref, sha in refs.items()]
    return request.page(pairs, lambda pair: _branch_json(repository, *pair))


def _branch_json(repository: RepositoryDouble, name: str, sha: str, *, full: bool = False) -> Json:
    commit: Json = {"sha": sha, "url": f"{api_url(repository)}/commits/{sha}"}
    if full:
        commit = commit_json(repository, repository.store.commit_object(sha))
    return {
        "name": name,
        "commit": commit,
        "protected": name in repository.rules,
        "protection_url": f"{api_url(repository)}/branches/{name}/protection",
    }


# ---- tags and references


@REFS.on("GET", "/tags")
def _tags(request: Request) -> Response:
    repository = request.repository
    names = [ref.removeprefix("refs/tags/") for ref in repository.store.refs("refs/tags/")]

    def shape(name: str) -> Json:
        sha = repository.store.resolve(f"refs/tags/{name}")
        return {
            "name": name,
            "commit": {"sha": sha, "url": f"{api_url(repository)}/commits/{sha}"},
            "zipball_url": f"{api_url(repository)}/zipball/refs/tags/{name}",
            "tarball_url": f"{api_url(repository)}/tarball/refs/tags/{name}",
            "node_id": f"REF_{name}",
        }

    return request.page(names[::-1], shape)


@REFS.on("GET", "/git/ref/{ref...}")
def _ref(request: Request) -> Response:
    repository = store_ready(request)
    ref = f"refs/{request.arguments['ref']}"
    sha = repository.store.refs().get(ref)
    if sha is None:
        raise not_found()
    return Response(200, ref_json(repository, ref, sha))


@REFS.on("GET", "/git/matching-refs/{prefix...}")
@REFS.on("GET", "/git/refs")
def _matching_refs(request: Request) -> Response:
    repository = store_ready(request)
    refs = repository.store.refs(f"refs/{request.arguments.get('prefix', '')}")
    return request.page(list(refs.items()), lambda pair: ref_json(repository, *pair))


@REFS.on("POST", "/git/refs")
def _create_ref(request: Request) -> Response:
    user = request.demand("contents")
    repository = store_ready(request)
    ref, sha = request.text("ref"), request.text("sha")
    if not ref.startswith("refs/") or ref.count("/") < 2:
        raise RefusalError(
            422, "Reference name must start with 'refs/' and contain at least two slashes."
        )
    if repository.store.run("check-ref-format", ref).returncode:
        raise RefusalError(422, f"{ref} is not a valid ref name.")
    if ref in repository.store.refs():
        raise RefusalError(422, "Reference already exists")
    if not request.hub.bring(repository, sha):
        raise RefusalError(422, "Object does not exist")
    request.keep_rules(ref, NO_SHA, sha)
    _set_ref(request, ref, sha)
    request.hub.notice(repository, actor=user)
    return Response(201, ref_json(repository, ref, sha))


@REFS.on("PATCH", "/git/refs/{ref...}")
def _update_ref(request: Request) -> Response:
    repository, ref = store_ready(request), f"refs/{request.arguments['ref']}"
    maintained = request.hub.may_push(request.user, repository, ref)
    user = request.demand("contents", "read" if maintained else "write")
    sha = request.text("sha")
    old = repository.store.refs().get(ref)
    if old is None:
        raise RefusalError(422, "Reference does not exist")
    if not request.hub.bring(repository, sha):
        raise RefusalError(422, "Object does not exist")
    if request.body.get("force") is not True and not repository.store.is_ancestor(old, sha):
        raise RefusalError(422, "Update is not a fast forward")
    request.keep_rules(ref, old, sha)
    _set_ref(request, ref, sha)
    request.hub.notice(repository, actor=user)
    return Response(200, ref_json(repository, ref, sha))


def _set_ref(request: Request, ref: str, sha: str) -> None:
    if ref.startswith("refs/pull/") or not request.repository.store.set_ref(ref, sha):
        raise RefusalError(422, "Reference update failed")


@REFS.on("DELETE", "/git/refs/{ref...}")
def _delete_ref(request: Request) -> Response:
    user = request.demand("contents")
    repository, ref = store_ready(request), f"refs/{request.arguments['ref']}"
    old = repository.store.refs().get(ref)
    if old is None:
        raise RefusalError(422, "Reference does not exist")
    request.keep_rules(ref, old, NO_SHA)
    if ref == f"refs/heads/{repository.default_branch}":
        raise RefusalError(422, "Cannot delete the default branch")
    repository.store.delete_ref(ref)
    request.hub.notice(repository, actor=user)
    return Response(204)
