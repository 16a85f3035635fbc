"""Routes of a double of GitLab: merge requests, notes, roles, branches, statuses and triggers."""

from base64 import b64decode
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.doubles.gitlab_models import IssueDouble, Json, MergeRequestDouble, NoteDouble, written
from tests.doubles.gitlab_routes import (
    DEVELOPER,
    MAINTAINER,
    Answer,
    RefusalError,
    Request,
    Routes,
    answer,
    missing,
)

if TYPE_CHECKING:
    from tests.doubles.gitlab_forge import GitLabForge
    from tests.doubles.gitlab_state import ForgeProject

PUBLISHING = Routes()


@PUBLISHING.on("GET", "/merge_requests")
def list_merge_requests(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The merge requests of a project, newest first."""
    query = request.query
    found = [
        one
        for one in reversed(project.merge_requests.values())
        if query.get("state", "all") in {"all", one.state}
        and query.get("source_branch", one.branch) == one.branch
        and query.get("target_branch", one.target_branch) == one.target_branch
    ]
    return request.page([hub.merge_request_json(project, one) for one in found])


@PUBLISHING.on("POST", "/merge_requests")
def open_merge_request(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A new merge request, from a branch of this project, or of the fork that it is posted to."""
    author = request.demand(DEVELOPER)
    body = request.body
    target = hub.forge_project(int(body.get("target_project_id", project.id)))
    if project.store.resolve(f"refs/heads/{body['source_branch']}") is None:
        raise RefusalError(400, "source_branch does not exist")
    made = hub.open(target, project, body["source_branch"], author, title=body["title"])
    return answer(201, hub.merge_request_json(target, made))


@PUBLISHING.on("POST", "/fork")
def fork(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A fork of one's own, with the branches of now; one there may be."""
    if request.caller is None:
        raise RefusalError(401, "401 Unauthorized")
    path = f"{request.caller}/{project.full_path.rpartition('/')[2]}"
    if hub.forge_project_at(path) is not None:
        raise RefusalError(409, "Project namespace name has already been taken")
    return answer(201, hub.project_json(hub.add_forge_project(path, fork_of=project), request.caller))


@PUBLISHING.on("GET", "/forks")
def forks(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The forks that the caller owns."""
    assert request.query.get("owned") == "true", "the double knows no other question"
    found = [
        one
        for one in hub.projects.values()
        if one.fork_of is project and one.full_path.partition("/")[0] == request.caller
    ]
    return request.page([hub.project_json(one, request.caller) for one in found])


@PUBLISHING.on("POST", "/repository/commits")
def make_commit(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A commit on a branch, from a commit of this or another project."""
    who, body = request.demand(DEVELOPER), request.body
    start = hub.forge_project_at(str(body.get("start_project", project.id)))
    branch, base = body["branch"], body["start_sha"]
    if branch == "main":
        raise RefusalError(400, "You are not allowed to push into this branch")
    if project.store.resolve(f"refs/heads/{branch}") and not body.get("force"):
        raise RefusalError(400, f"A branch called '{branch}' already exists.")
    if start is None or start.store.resolve(base) is None:
        raise RefusalError(400, f"Cannot find start_sha '{base}'")
    project.store.fetch(start.store, base)
    for action in body["actions"]:
        is_there = project.store.entry(base, action["file_path"]) is not None
        if is_there != (action["action"] == "update"):
            word = "already exists" if is_there else "doesn't exist"
            raise RefusalError(400, f"A file with this name {word}")
    files = {one["file_path"]: b64decode(one["content"]) for one in body["actions"]}
    sha = hub.push(project, who, files, branch, base, message=body["commit_message"])
    return answer(201, {"id": sha, "parent_ids": [base]})


@PUBLISHING.on("GET", "/merge_requests/{iid}")
def one_merge_request(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A merge request."""
    return answer(200, hub.merge_request_json(project, _merge_request(project, request)))


@PUBLISHING.on("PUT", "/merge_requests/{iid}")
def change_merge_request(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """Close or reopen a merge request, or put labels on it."""
    found = _merge_request(project, request)
    request.demand(DEVELOPER)
    if event := request.body.get("state_event"):
        hub.change_state(found, event)
    found.labels |= set(filter(None, request.body.get("add_labels", "").split(",")))
    return answer(200, hub.merge_request_json(project, found))


@PUBLISHING.on("GET", "/merge_requests/{iid}/versions")
def versions(_: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The versions of a merge request, newest first."""
    found = _merge_request(project, request).versions
    shown = [
        {"id": number, "head_commit_sha": sha, "created_at": written(time), "state": "collected"}
        for number, (sha, time) in enumerate(found, start=1)
    ]
    return request.page(shown[::-1])


@PUBLISHING.on("GET", "/merge_requests/{iid}/resource_state_events")
def state_events(_: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """What happened to a merge request; that it was opened is not among it."""
    found = _merge_request(project, request).state_events
    return request.page([{"state": state, "created_at": written(time)} for state, time in found])


def _merge_request(project: "ForgeProject", request: Request) -> MergeRequestDouble:
    found = project.merge_requests.get(int(request.found["iid"]))
    if found is None:
        raise missing("Merge Request")
    return found


# ---- notes


def _notes(project: "ForgeProject", request: Request) -> IssueDouble | MergeRequestDouble:
    kind, number = request.found["kind"], int(request.found["iid"])
    found: IssueDouble | MergeRequestDouble | None = None
    if kind == "issues":
        found = project.issues.get(number)
    elif kind == "merge_requests":
        found = project.merge_requests.get(number)
    if found is None:
        raise missing("Noteable")
    return found


def _note(project: "ForgeProject", request: Request) -> NoteDouble:
    notes = _notes(project, request).notes
    found = next((note for note in notes if note.id == int(request.found["note"])), None)
    if found is None:
        raise missing("Note")
    return found


@PUBLISHING.on("GET", "/{kind}/{iid}/notes")
def list_notes(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The notes of an issue or merge request; the newest come first unless asked otherwise."""
    thread = _notes(project, request)
    shown = [hub.note_json(note, thread) for note in thread.notes]
    return request.page(shown if request.query.get("sort") == "asc" else shown[::-1])


@PUBLISHING.on("POST", "/{kind}/{iid}/notes")
def write_note(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A new note; quick actions in it are carried out, and leave no text."""
    thread = _notes(project, request)
    if request.caller is None:
        raise RefusalError(401, "401 Unauthorized")
    made = hub.write_note(project, thread, request.caller, request.body["body"])
    if made is None:
        return answer(202, {"commands_changes": {}, "summary": ["Commands applied"]})
    return answer(201, hub.note_json(made, thread))


@PUBLISHING.on("GET", "/{kind}/{iid}/notes/{note}")
def one_note(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A note."""
    return answer(200, hub.note_json(_note(project, request), _notes(project, request)))


@PUBLISHING.on("PUT", "/{kind}/{iid}/notes/{note}")
def edit_note(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """An edited note: by its author, or a maintainer."""
    note = _note(project, request)
    if request.caller != note.author:
        request.demand(MAINTAINER)
    hub.edit_note(note, request.body["body"])
    return answer(200, hub.note_json(note, _notes(project, request)))


# ---- people, pushes, branches


@PUBLISHING.on("GET", "/members/all/{user}")
def member(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The role of a user."""
    if request.caller is None:
        raise RefusalError(401, "401 Unauthorized")
    for name, level in project.members.items():
        user = hub.user_json(name)
        if user["id"] == int(request.found["user"]):
            return answer(200, {**user, "access_level": level})
    raise missing("Member")


@PUBLISHING.on("GET", "/events")
def events(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The pushes to a project, newest first."""
    assert request.query.get("action") == "pushed", "the double keeps pushes alone"
    shown = [push.shape(hub.user_json(push.author), project.id) for push in project.pushes]
    return request.page(shown[::-1])


@PUBLISHING.on("GET", "/repository/commits/{sha}")
def commit(_: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A commit."""
    sha = project.store.resolve(request.found["sha"])
    if sha is None:
        raise missing("Commit")
    parents = list(project.store.commit_object(sha).parents)
    return answer(200, {"id": sha, "short_id": sha[:8], "parent_ids": parents})


@PUBLISHING.on("GET", "/repository/files/{path}")
def file(_: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A file at a commit, without its content."""
    sha = project.store.resolve(request.query["ref"])
    path = unquote(request.found["path"])
    entry = project.store.entry(sha, path) if sha else None
    if entry is None or entry.type != "blob":
        raise missing("File")
    shown: Json = {"file_path": path, "size": entry.size, "ref": request.query["ref"]}
    return answer(200, {**shown, "blob_id": entry.sha, "commit_id": sha})


@PUBLISHING.on("GET", "/repository/branches")
def branches(_: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """The branches; `^` before what is searched for asks for their beginning."""
    search = request.query.get("search", "")
    assert search.startswith("^"), "the double searches for beginnings alone"
    refs = project.store.refs(f"refs/heads/{search[1:]}")
    return request.page([{"name": ref.removeprefix("refs/heads/")} for ref in refs])


@PUBLISHING.on("DELETE", "/repository/branches/{branch}")
def remove_branch(hub: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """A branch less; not a protected one."""
    who, branch = request.demand(DEVELOPER), unquote(request.found["branch"])
    if branch == "main":
        raise RefusalError(403, "Protected branch cannot be removed")
    if project.store.resolve(f"refs/heads/{branch}") is None:
        raise missing("Branch")
    project.store.delete_ref(f"refs/heads/{branch}")
    hub.notice(project, who)
    return answer(204)


@PUBLISHING.on("POST", "/statuses/{sha}")
def status(_: "GitLabForge", project: "ForgeProject", request: Request) -> Answer:
    """An external status; one that a commit has already is refused."""
    request.demand(DEVELOPER)
    sha, name, state = request.found["sha"], request.body["name"], request.body["state"]
    if project.store.resolve(sha) is None:
        raise missing("Commit")
    known = project.statuses.setdefault(sha, {})
    if known.get(name) == state:
        raise RefusalError(400, f"Cannot transition status via :{state} from :{state}")
    known[name] = state
    return answer(201, {"sha": sha, "name": name, "status": state})
