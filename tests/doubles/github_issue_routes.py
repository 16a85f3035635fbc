"""GitHub's endpoints for issues and the comments on them and on pull requests."""

from tests.doubles.github_pull_routes import demand_own, issue_at
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, invalid, not_found
from tests.doubles.github_shapes import comment_json, issue_json, label_json
from tests.doubles.github_state import Comment, Issue

ISSUES = Routes()

LONGEST_BODY = 65536


@ISSUES.on("POST", "/issues")
def _open(request: Request) -> Response:
    user = request.demand("issues", "read")
    repository, title = request.repository, request.text("title", resource="Issue")
    number, now = len(repository.issues) + 1, request.hub.clock()
    issue = Issue(number, user, title, request.body.get("body"), now, now)
    if request.hub.has_role(user, repository, "triage"):
        issue.labels = list(request.body.get("labels") or [])
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
    demand_own(request, comment.user, "issues")
    comment.body, comment.updated = _body(request), request.hub.clock()
    return Response(200, comment_json(request.repository, comment))


@ISSUES.on("DELETE", "/issues/comments/{id}")
def _delete_comment(request: Request) -> Response:
    comment = _comment_at(request)
    demand_own(request, comment.user, "issues")
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
    user = request.demand("issues", "read")
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
    demand_own(request, issue.user, "issues")
    state = body.get("state", issue.state)
    if state not in {"open", "closed"}:
        raise invalid("Issue", "state")
    if state == "closed" and issue.state == "open":
        request.hub.close(issue)
    elif state == "open":
        issue.state, issue.closed = "open", None
    issue.title, issue.body = body.get("title", issue.title), body.get("body", issue.body)
    issue.labels = list(body.get("labels", issue.labels))
    issue.updated = request.hub.clock()
    return Response(200, issue_json(request.repository, issue))


@ISSUES.on("POST", "/issues/{number}/labels")
def _add_labels(request: Request) -> Response:
    issue = issue_at(request)
    request.demand("issues", "triage")
    names = request.body if isinstance(request.body, list) else request.body.get("labels", [])
    issue.labels += [name for name in names if name not in issue.labels]
    return Response(200, [label_json(request.repository, name) for name in issue.labels])
