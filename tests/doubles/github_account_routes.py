"""GitHub's endpoints for users, repositories, their activity and who may do what."""

import time

from tests.doubles.github_models import User
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, not_found
from tests.doubles.github_shapes import full_repository_json, push_json, repository_json, user_json

ACCOUNTS = Routes()
"""Paths from the root."""
REPOSITORIES = Routes()
"""Paths after a repository's."""

DAY = 24 * 60 * 60
PERIODS = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY, "quarter": 92 * DAY, "year": 366 * DAY}
SHOWN_AS = {"maintain": "write", "triage": "read"}


@ACCOUNTS.on("GET", "/user")
def _me(request: Request) -> Response:
    user = request.user
    if user.type == "Bot":
        raise RefusalError(403, "Resource not accessible by integration")
    return Response(200, _full_user(request, user))


@ACCOUNTS.on("GET", "/users/{login}")
def _user(request: Request) -> Response:
    user = request.hub.find_user(request.arguments["login"])
    if user is None:
        raise not_found()
    return Response(200, _full_user(request, user))


@ACCOUNTS.on("GET", "/user/{id}")
def _user_by_id(request: Request) -> Response:
    number = request.arguments["id"]
    user = request.hub.users.get(int(number)) if number.isdecimal() else None
    if user is None:
        raise not_found()
    return Response(200, _full_user(request, user))


def _full_user(request: Request, user: User) -> dict[str, object]:
    owned = [r for r in request.hub.repositories.values() if r.owner is user and not r.private]
    return {**user_json(request.hub, user), "name": user.login, "public_repos": len(owned)}


@ACCOUNTS.on("GET", "/rate_limit")
def _rate_limit(request: Request) -> Response:
    core = {"limit": 5000, "used": 1, "remaining": 4999, "reset": int(time.time()) + 3600}
    return Response(200, {"resources": {"core": core, "search": core}, "rate": core})


@REPOSITORIES.on("GET", "")
def _repository(request: Request) -> Response:
    caller = request.caller.user if request.caller else None
    return Response(200, full_repository_json(request.repository, caller))


@ACCOUNTS.on("GET", "/repositories/{id}")
def _repository_by_id(request: Request) -> Response:
    number = request.arguments["id"]
    found = request.hub.repositories.get(int(number)) if number.isdecimal() else None
    caller = request.caller.user if request.caller else None
    if found is None or (found.private and not request.hub.has_role(caller, found, "read")):
        raise not_found()
    return Response(200, full_repository_json(found, caller))


@REPOSITORIES.on("GET", "/activity")
def _activity(request: Request) -> Response:
    repository, query = request.repository, request.query
    oldest = request.hub.clock() - PERIODS.get(query.get("time_period", ""), 10**10)
    shown = [push for push in repository.pushes if push.time >= oldest]
    if ref := query.get("ref"):
        shown = [push for push in shown if push.ref in {ref, f"refs/heads/{ref}"}]
    if login := query.get("actor"):
        actor = request.hub.find_user(login)
        shown = [push for push in shown if actor and push.actor == actor.id]
    if kind := query.get("activity_type"):
        shown = [push for push in shown if push.kind == kind]
    if query.get("direction", "desc") == "desc":
        shown.reverse()
    if after := query.get("after"):
        ids = [str(push.id) for push in shown]
        shown = shown[ids.index(after) + 1 :] if after in ids else []
    page = request.page(shown, lambda push: push_json(request.hub, push))
    if "Link" not in page.headers:
        return page
    # This one list is paged with cursors.
    more = {key: value for key, value in query.items() if key not in {"after", "page"}}
    pairs = "&".join(f"{key}={value}" for key, value in {**more, "after": page.body[-1]["id"]}.items())
    link = f'<{request.hub.url}{request.path}?{pairs}>; rel="next"'
    return Response(200, page.body, {"Link": link})


@REPOSITORIES.on("GET", "/collaborators/{login}/permission")
def _permission(request: Request) -> Response:
    refused = "Must have push access to view collaborator permission."
    hub, caller = request.hub, request.user
    if caller.type != "Bot" and not hub.has_role(caller, request.repository, "write"):
        raise RefusalError(403, refused)
    login = request.arguments["login"]
    user = hub.find_user(login)
    if user is None:
        raise RefusalError(404, f"{login} is not a user")
    role = hub.role(user, request.repository)
    shape = {
        "permission": SHOWN_AS.get(role, role),
        "role_name": role,
        "user": user_json(hub, user),
    }
    return Response(200, shape)


@REPOSITORIES.on("GET", "/collaborators/{login}")
def _collaborator(request: Request) -> Response:
    user = request.hub.find_user(request.arguments["login"])
    granted = request.repository.grants.get(user.id, "none") if user else "none"
    if user is not request.repository.owner and granted == "none":
        raise not_found()
    return Response(204)


@ACCOUNTS.on("GET", "/users/{login}/repos")
def _repositories(request: Request) -> Response:
    user = request.hub.find_user(request.arguments["login"])
    if user is None:
        raise not_found()
    owned = [r for r in request.hub.repositories.values() if r.owner is user and not r.private]
    return request.page(owned, repository_json)
