"""GitHub's endpoints for workflows, dispatches, commit statuses and check runs."""

import zlib
from typing import Any

import yaml

from tests.doubles.github_git_routes import commit_named, show_commit
from tests.doubles.github_models import Dispatch, Json
from tests.doubles.github_routes import RefusalError, Request, Response, Routes, invalid, not_found
from tests.doubles.github_shapes import api_url, html_url, instant, repository_json, user_json
from tests.doubles.github_state import ACTIONS_APP, ACTIONS_BOT

RUNS = Routes()

STATES = ("error", "failure", "pending", "success")
LONGEST_DESCRIPTION = 140
MOST_INPUTS = 25


# ---- workflows


def _workflow_text(request: Request, name: str, ref: str) -> bytes:
    store = request.repository.store
    entry = store.entry(ref, f".github/workflows/{name}") if store.resolve(ref) else None
    if entry is None or entry.type != "blob":
        raise not_found()
    return store.content(entry.sha)


def _workflow_name(request: Request) -> str:
    name = request.arguments["name"]
    if not name.isdecimal():
        return name
    store, head = request.repository.store, f"refs/heads/{request.repository.default_branch}"
    for entry in store.tree(head, recursive=True):
        if entry.path.startswith(".github/workflows/") and _workflow_id(request, entry.path) == int(
            name
        ):
            return entry.path.rpartition("/")[2]
    raise not_found()


def _workflow_id(request: Request, path: str) -> int:
    return request.repository.id * 1000 + zlib.crc32(path.encode()) % 1000


@RUNS.on("GET", "/actions/workflows/{name}")
def _workflow(request: Request) -> Response:
    name = _workflow_name(request)
    repository, path = request.repository, f".github/workflows/{name}"
    parsed = yaml.safe_load(_workflow_text(request, name, f"refs/heads/{repository.default_branch}"))
    number = _workflow_id(request, path)
    created = instant(repository.created)
    return Response(
        200,
        {
            "id": number,
            "node_id": f"W_{number}",
            "name": parsed.get("name", path) if isinstance(parsed, dict) else path,
            "path": path,
            "state": "active",
            "created_at": created,
            "updated_at": created,
            "url": f"{api_url(repository)}/actions/workflows/{number}",
            "html_url": f"{html_url(repository)}/blob/{repository.default_branch}/{path}",
            "badge_url": f"{html_url(repository)}/workflows/{name}/badge.svg",
        },
    )


@RUNS.on("POST", "/actions/workflows/{name}/dispatches")
def _dispatch_workflow(request: Request) -> Response:
    user = request.demand("actions", message="Must have admin rights to Repository.")
    name, repository = _workflow_name(request), request.repository
    _workflow_text(request, name, f"refs/heads/{repository.default_branch}")
    ref, inputs = request.text("ref"), request.body.get("inputs") or {}
    short = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    full = [r for r in (f"refs/heads/{short}", f"refs/tags/{short}") if repository.store.resolve(r)]
    if not full:
        raise RefusalError(422, f"No ref found for: {ref}")
    declared = _dispatch_inputs(_workflow_text(request, name, full[0]))
    unknown = sorted(set(inputs) - set(declared))
    if unknown:
        listed = ", ".join(f'"{one}"' for one in unknown)
        raise RefusalError(422, f"Unexpected inputs provided: [{listed}]")
    for one, about in declared.items():
        required = isinstance(about, dict) and about.get("required") and "default" not in about
        if required and one not in inputs:
            raise RefusalError(422, f"Required input '{one}' not provided")
    if len(inputs) > MOST_INPUTS:
        raise RefusalError(
            422, f"Invalid request.\n\nNo more than {MOST_INPUTS} properties are allowed."
        )
    made = Dispatch(repository.full_name, "workflow", name, full[0], dict(inputs), user.login)
    request.hub.dispatches.append(made)
    return Response(204)


def _dispatch_inputs(text: bytes) -> dict[str, Any]:
    parsed = yaml.safe_load(text)
    # YAML 1.1, which PyYAML reads, takes the key `on` for true.
    on = parsed.get("on", parsed.get(True)) if isinstance(parsed, dict) else None
    if on == "workflow_dispatch" or (isinstance(on, list) and "workflow_dispatch" in on):
        return {}
    if not isinstance(on, dict) or "workflow_dispatch" not in on:
        raise RefusalError(422, "Workflow does not have 'workflow_dispatch' trigger")
    return dict((on["workflow_dispatch"] or {}).get("inputs") or {})


@RUNS.on("POST", "/dispatches")
def _dispatch(request: Request) -> Response:
    user = request.demand("contents")
    kind, payload = request.text("event_type"), request.body.get("client_payload") or {}
    if len(payload) > 10:
        raise RefusalError(422, "Invalid request.\n\nNo more than 10 properties are allowed.")
    name = request.repository.full_name
    request.hub.dispatches.append(Dispatch(name, "repository", kind, None, payload, user.login))
    return Response(204)


# ---- statuses


@RUNS.on("POST", "/statuses/{sha}")
def _create_status(request: Request) -> Response:
    user = request.demand("statuses")
    repository, sha, body = request.repository, request.arguments["sha"], request.body
    if len(sha) != 40 or not request.hub.bring(repository, sha):
        raise RefusalError(422, f"No commit found for SHA: {sha}")
    if body.get("state") not in STATES:
        raise invalid("Status", "state")
    description = body.get("description")
    if description and len(description) > LONGEST_DESCRIPTION:
        raise invalid("Status", "description", "description is too long (maximum is 140 characters)")
    number, now = next(request.hub.ids), instant(request.hub.clock())
    status: Json = {
        "id": number,
        "node_id": f"SC_{number}",
        "url": f"{api_url(repository)}/statuses/{sha}",
        "state": body["state"],
        "description": description,
        "target_url": body.get("target_url"),
        "context": body.get("context") or "default",
        "created_at": now,
        "updated_at": now,
        "creator": user_json(request.hub, user),
    }
    app = ACTIONS_APP if user.login == ACTIONS_BOT else None
    repository.statuses.append({**status, "sha": sha, "app": app})
    repository.checks_changed()
    return Response(201, status)


def _statuses_of(request: Request) -> tuple[str, list[Json]]:
    sha = commit_named(request, request.arguments["ref"])
    newest_first = [s for s in reversed(request.repository.statuses) if s["sha"] == sha]
    return sha, [{k: v for k, v in s.items() if k not in {"sha", "app"}} for s in newest_first]


@RUNS.on("GET", "/commits/{ref...}/statuses")
def _statuses(request: Request) -> Response:
    return request.page(_statuses_of(request)[1], lambda status: status)


@RUNS.on("GET", "/commits/{ref...}/status")
def _combined_status(request: Request) -> Response:
    sha, statuses = _statuses_of(request)
    latest: dict[str, Json] = {}
    for status in statuses:
        latest.setdefault(status["context"], status)
    states = {status["state"] for status in latest.values()}
    state = "success" if states == {"success"} else "pending"
    url = api_url(request.repository)
    answer = {
        "state": "failure" if states & {"error", "failure"} else state,
        "statuses": list(latest.values()),
        "sha": sha,
        "total_count": len(latest),
        "repository": repository_json(request.repository),
        "commit_url": f"{url}/commits/{sha}",
        "url": f"{url}/commits/{sha}/status",
    }
    return Response(200, answer)


# ---- check runs


@RUNS.on("POST", "/check-runs")
def _create_check_run(request: Request) -> Response:
    if request.user.type != "Bot":
        raise RefusalError(403, "You must authenticate via a GitHub App.")
    request.demand("checks")
    repository, sha = request.repository, request.text("head_sha")
    if not request.hub.bring(repository, sha):
        raise RefusalError(422, f"No commit found for SHA: {sha}")
    number = next(request.hub.ids)
    run: Json = {
        "id": number,
        "node_id": f"CR_{number}",
        "head_sha": sha,
        "name": request.text("name"),
        "external_id": "",
        "url": f"{api_url(repository)}/check-runs/{number}",
        "html_url": f"{html_url(repository)}/runs/{number}",
        "details_url": None,
        "status": "queued",
        "conclusion": None,
        "started_at": instant(request.hub.clock()),
        "completed_at": None,
        "output": {"title": None, "summary": None, "text": None, "annotations_count": 0},
        "app": {"id": ACTIONS_APP, "slug": "github-actions", "name": "GitHub Actions"},
        "pull_requests": [],
    }
    repository.check_runs[number] = run
    return Response(201, _update_run(request, run))


def _update_run(request: Request, run: Json) -> Json:
    body = request.body
    for key in ("name", "status", "conclusion", "details_url", "external_id", "completed_at"):
        run[key] = body.get(key, run[key])
    if body.get("conclusion"):
        run["status"] = "completed"
        run["completed_at"] = run["completed_at"] or instant(request.hub.clock())
    elif run["status"] == "completed" and not run["conclusion"]:
        raise RefusalError(422, "Invalid request.\n\nA completed check run needs a conclusion.")
    run["output"] = {**run["output"], **body.get("output", {})}
    request.repository.checks_changed()
    return run


def _check_run_at(request: Request) -> Json:
    number = request.arguments["id"]
    run = request.repository.check_runs.get(int(number)) if number.isdecimal() else None
    if run is None:
        raise not_found()
    return run


@RUNS.on("GET", "/check-runs/{id}")
def _check_run(request: Request) -> Response:
    return Response(200, _check_run_at(request))


@RUNS.on("PATCH", "/check-runs/{id}")
def _edit_check_run(request: Request) -> Response:
    run = _check_run_at(request)
    request.demand("checks")
    return Response(200, _update_run(request, run))


@RUNS.on("GET", "/commits/{ref...}/check-runs")
def _check_runs(request: Request) -> Response:
    sha = commit_named(request, request.arguments["ref"])
    runs = [run for run in request.repository.check_runs.values() if run["head_sha"] == sha]
    page = request.page(runs[::-1], lambda run: run)
    return Response(200, {"total_count": len(runs), "check_runs": page.body}, page.headers)


# `commits/{ref}` takes slashes, so every path that goes on after the reference comes before it.
RUNS.on("GET", "/commits/{ref...}")(show_commit)
