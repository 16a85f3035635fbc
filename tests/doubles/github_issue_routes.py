"""GitHub's endpoints for issues, and for comments and labels on them and on pull requests."""

from tests.doubles.github_models import Comment, Issue, Json
from tests.doubles.github_pull_routes import demand_own, issue_at, permissions, set_state
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, invalid, not_found
from tests.doubles.github_shapes import comment_json, instant, issue_json, label_json

ISSUES = Routes()

LONGEST_BODY = 65536
LONGEST_LABEL = 50


@ISSUES.on("POST", "/issues")
def _open(request: Request) -> Response:
    user = request.demand("issues", "read")
    repository, title = request.repository, request.text("title", resource="Issue")
    number, now = len(repository.issues) + 1, request.hub.clock()
    issue = Issue(number, user, title, request.body.get("body"), now, now)
    if request.hub.has_role(user, repository, "triage"):
        issue.labels = _labels(request, request.body.get("labels") or [])
    repository.issues[number] = issue
    return Response(201, issue_json(repository, issue))


@ISSUES.on("GET", "/issues")
def _issues(request: Request) -> Response:
    repository, query = request.repository, request.query
    wanted = query.get("state", "open")
    found = [issue for issue in repository.issues.values() if wanted in {"all", issue.state}]
    if creator := query.get("creator"):
        found = [issue for issue in found if issue.user.login.lower() == creator.lower()]
    for label in filter(None, query.get("labels", "").split(",")):
        found = [issue for issue in found if label in issue.labels]
    return request.page(found[::-1], lambda issue: issue_json(repository, issue))


# ---- comments: before `issues/{number}`, which would take `comments` for a number


@ISSUES.on("GET", "/issues/comments/{id}")
def _comment(request: Request) -> Response:
    return Response(200, comment_json(request.repository, _comment_at(request)))


@ISSUES.on("PATCH", "/issues/comments/{id}")
def _edit_comment(request: Request) -> Response:
    comment = _comment_at(request)
    demand_own(request, comment.user, request.repository.issues[comment.number])
    comment.previous, comment.body = comment.body, _body(request)
    comment.updated = request.hub.clock()
    return Response(200, comment_json(request.repository, comment))


@ISSUES.on("DELETE", "/issues/comments/{id}")
def _delete_comment(request: Request) -> Response:
    comment = _comment_at(request)
    demand_own(request, comment.user, request.repository.issues[comment.number])
    del request.repository.comments[comment.id]
    return Response(204)


def _comment_at(request: Request) -> Comment:
    number = request.arguments["id"]
    comment = request.repository.comments.get(int(number)) if number.isdecimal() else None
    if comment is None:
        raise not_found()
    return comment


@ISSUES.on("GET", "/issues/{number}/comments")
def _comments(request: Request) -> Response:
    repository, issue = request.repository, issue_at(request)
    found = [comment for comment in repository.comments.values() if comment.number == issue.number]
    return request.page(found, lambda comment: comment_json(repository, comment))


@ISSUES.on("POST", "/issues/{number}/comments")
def _add_comment(request: Request) -> Response:
    repository, issue = request.repository, issue_at(request)
    user = request.demand(permissions(issue), "read")
    now = request.hub.clock()
    comment = Comment(next(request.hub.ids), issue.number, user, _body(request), now, now)
    repository.comments[comment.id] = comment
    issue.updated = now
    return Response(201, comment_json(repository, comment))


def _body(request: Request) -> str:
    text = request.text("body", resource="IssueComment")
    trouble = "Body cannot be blank" if not text.strip() else None
    if len(text) > LONGEST_BODY:
        trouble = f"Body is too long (maximum is {LONGEST_BODY} characters)"
    if trouble:
        error = {"resource": "IssueComment", "code": "unprocessable", "field": "data"}
        raise RefusalError(422, "Validation Failed", [{**error, "message": trouble}])
    return text


# ---- issues


@ISSUES.on("GET", "/issues/{number}")
def _issue(request: Request) -> Response:
    return Response(200, issue_json(request.repository, issue_at(request)))


@ISSUES.on("PATCH", "/issues/{number}")
def _edit(request: Request) -> Response:
    issue, body = issue_at(request), request.body or {}
    demand_own(request, issue.user, issue)
    set_state(request, issue, body.get("state", issue.state))
    issue.title, issue.body = body.get("title", issue.title), body.get("body", issue.body)
    if "labels" in body and request.hub.has_role(request.user, request.repository, "triage"):
        issue.labels = _labels(request, body["labels"])
    issue.updated = request.hub.clock()
    return Response(200, issue_json(request.repository, issue))


@ISSUES.on("GET", "/issues/{number}/events")
def _events(request: Request) -> Response:
    def shape(event: tuple[str, float]) -> Json:
        return {"event": event[0], "created_at": instant(event[1])}

    return request.page(issue_at(request).events, shape)


# ---- labels


@ISSUES.on("GET", "/issues/{number}/labels")
def _labels_of(request: Request) -> Response:
    return request.page(issue_at(request).labels, lambda name: label_json(request.repository, name))


@ISSUES.on("POST", "/issues/{number}/labels")
def _add_labels(request: Request) -> Response:
    issue = issue_at(request)
    request.demand(permissions(issue), "triage")
    names = request.body if isinstance(request.body, list) else request.body.get("labels", [])
    issue.labels += [name for name in _labels(request, names) if name not in issue.labels]
    issue.updated = request.hub.clock()
    return Response(200, [label_json(request.repository, name) for name in issue.labels])


@ISSUES.on("DELETE", "/issues/{number}/labels/{name}")
def _remove_label(request: Request) -> Response:
    issue, name = issue_at(request), request.arguments["name"].lower()
    request.demand(permissions(issue), "triage")
    if name not in map(str.lower, issue.labels):
        raise RefusalError(404, "Label does not exist")
    issue.labels = [label for label in issue.labels if label.lower() != name]
    issue.updated = request.hub.clock()
    return Response(200, [label_json(request.repository, label) for label in issue.labels])


@ISSUES.on("GET", "/labels")
def _all_labels(request: Request) -> Response:
    known = request.repository.labels.values()
    return request.page(list(known), lambda name: label_json(request.repository, name))


@ISSUES.on("POST", "/labels")
def _create_label(request: Request) -> Response:
    request.demand(("issues", "pull_requests"))
    name = request.text("name", resource="Label")
    if name.lower() in request.repository.labels:
        error = {"resource": "Label", "code": "already_exists", "field": "name"}
        raise RefusalError(422, "Validation Failed", [error])
    [made] = _labels(request, [name])
    return Response(201, label_json(request.repository, made))


@ISSUES.on("GET", "/labels/{name}")
def _label(request: Request) -> Response:
    name = request.repository.labels.get(request.arguments["name"].lower())
    if name is None:
        raise not_found()
    return Response(200, label_json(request.repository, name))


def _labels(request: Request, names: list[Json | str]) -> list[str]:
    """The labels of these names, which are made if they are not there."""
    found: list[str] = []
    for given in names:
        name = given.get("name") if isinstance(given, dict) else given
        if not isinstance(name, str) or not name.strip() or len(name) > LONGEST_LABEL:
            raise invalid("Label", "name")
        known = request.repository.labels.setdefault(name.lower(), name)
        if known not in found:
            found.append(known)
    return found
