"""The double of GitHub, driven by PyGithub: what other tests build on has to be like the real one."""

import base64
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from github import Auth, Github, GithubException, InputGitTreeElement
from github.GithubException import BadCredentialsException, UnknownObjectException
from github.GithubRetry import GithubRetry
from github.Repository import Repository

from tests.doubles.bare import NO_SHA
from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_login import GRANT
from tests.doubles.github_state import ACTIONS_BOT, RepositoryDouble

WORKFLOW = b"""
on:
  workflow_dispatch:
    inputs:
      sha: {required: true}
"""


@pytest.fixture
def double(tmp_path: Path) -> Iterator[GitHubDouble]:
    """A hub with a registry of `acme`, and the users alice and bob."""
    with GitHubDouble(tmp_path / "github") as double:
        double.add_user("acme", type="Organization")
        for login in ("alice", "bob"):
            double.add_user(login)
            double.add_token(f"token-of-{login}", login)
        double.add_token("token-of-the-bot", ACTIONS_BOT)
        registry = double.add_repository("acme/registry")
        registry.commit({"a/one.txt": b"one\n", "a/two.txt": b"two\n", "top.txt": b"top\n"})
        registry.commit({".github/workflows/deploy.yml": WORKFLOW})
        registry.grant(ACTIONS_BOT, "write")
        yield double


@pytest.fixture
def registry(double: GitHubDouble) -> RepositoryDouble:
    return double.repository("acme/registry")


@pytest.fixture
def clients(double: GitHubDouble) -> Iterator["Clients"]:
    clients = Clients(double)
    yield clients
    clients.close()


class Clients:
    """PyGithub clients, without its pauses."""

    def __init__(self, double: GitHubDouble) -> None:
        self._url = double.url
        self._made: list[Github] = []

    def of(self, login: str | None, retry: GithubRetry | None = None, **more: Any) -> Github:
        auth = Auth.Token(f"token-of-{login}") if login else None
        more |= {"seconds_between_requests": 0, "seconds_between_writes": 0}
        made = Github(auth=auth, base_url=self._url, retry=retry, **more)
        self._made.append(made)
        return made

    def close(self) -> None:
        for made in self._made:
            made.close()


def commit_file(
    repository: Repository, branch: str, path: str, content: bytes, *, on: str | None = None
) -> str:
    """Commit one file to a new branch through the Git data API."""
    parent = repository.get_git_commit(on or repository.get_branch("main").commit.sha)
    blob = repository.create_git_blob(base64.b64encode(content).decode(), "base64")
    entry = InputGitTreeElement(path, "100644", "blob", sha=blob.sha)
    tree = repository.create_git_tree([entry], repository.get_git_tree(parent.tree.sha))
    commit = repository.create_git_commit("Add a file", tree, [parent])
    repository.create_git_ref(f"refs/heads/{branch}", commit.sha)
    return commit.sha


def test_a_contribution_goes_from_fork_to_merge(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients, tmp_path: Path
) -> None:
    alice = clients.of("alice")
    upstream = alice.get_repo("acme/registry")
    fork = upstream.create_fork(default_branch_only=True)
    assert (fork.full_name, fork.fork, fork.parent.id) == ("alice/registry", True, registry.id)
    assert upstream.create_fork().id == fork.id

    head = commit_file(fork, "add-weather", "servers/weather.json", b"{}\n")
    pull = upstream.create_pull(base="main", head="alice:add-weather", title="Add weather", body="Hi")
    assert (pull.number, pull.head.sha, pull.head.repo.id) == (1, head, fork.id)
    assert pull.user.login == "alice"
    assert pull.mergeable
    assert [file.filename for file in pull.get_files()] == ["servers/weather.json"]
    assert [commit.sha for commit in pull.get_commits()] == [head]
    assert registry.store.git("rev-parse", "refs/pull/1/head") == head

    newer = commit_file(fork, "later", "servers/weather.json", b"[]\n", on=head)
    fork.get_git_ref("heads/add-weather").edit(newer)
    pull.update()
    assert pull.head.sha == newer
    assert registry.store.git("show", "refs/pull/1/head:servers/weather.json") == "[]"
    event = double.pull_request_event(registry, 1, "synchronize", "alice")
    assert (event["before"], event["after"]) == (head, newer)
    assert event["pull_request"]["head"]["repo"]["owner"]["login"] == "alice"

    merge_by_hand(registry.path, newer, tmp_path / "work")
    pull.update()
    assert (pull.merged, pull.state) == (True, "closed")
    assert not list(upstream.get_pulls(state="open"))
    assert double.repository("alice/registry").pushes[-1].actor == double.user("alice").id


def merge_by_hand(bare: Path, head: str, work: Path) -> None:
    """Push a merge commit straight to a bare repository's main branch, as git itself does."""
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for arguments in (
        ("clone", "-q", str(bare), str(work)),
        ("-C", str(work), "fetch", "-q", "origin", "refs/pull/1/head"),
        ("-C", str(work), *identity, "merge", "-q", "--no-ff", "-m", "Merge", head),
        ("-C", str(work), "push", "-q", "origin", "HEAD:main"),
    ):
        subprocess.run(["git", *arguments], check=True, capture_output=True)


def test_a_tree_keeps_what_is_not_named_and_drops_what_is_null(
    registry: RepositoryDouble, clients: Clients
) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    base = repository.get_git_tree(registry.head)
    gone = InputGitTreeElement("a/one.txt", "100644", "blob", sha=None)
    tree = repository.create_git_tree([gone], base)
    names = {entry.path for entry in repository.get_git_tree(tree.sha, recursive=True).tree}
    assert "a/two.txt" in names
    assert "a/one.txt" not in names
    with pytest.raises(GithubException) as refused:
        repository.create_git_tree([InputGitTreeElement("absent", "100644", "blob", sha=None)], base)
    assert refused.value.status == 422


def test_references_refuse_what_github_refuses(registry: RepositoryDouble, clients: Clients) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    old = registry.store.git("rev-parse", "main~1")
    main = repository.get_git_ref("heads/main")

    def refusal(call: Any) -> tuple[int, str]:
        with pytest.raises(GithubException) as refused:
            call()
        return refused.value.status, refused.value.data["message"]

    assert refusal(lambda: main.edit(old)) == (422, "Update is not a fast forward")
    exists = (422, "Reference already exists")
    assert refusal(lambda: repository.create_git_ref("refs/heads/main", old)) == exists
    branch = repository.create_git_ref("refs/heads/some/branch", old)
    assert [r.ref for r in repository.get_git_matching_refs("heads/some/")] == [branch.ref]
    assert repository.get_branch("some/branch").commit.sha == old
    branch.delete()
    absent = (422, "Reference does not exist")
    assert refusal(lambda: branch.edit(old)) == absent
    assert refusal(branch.delete) == absent
    assert refusal(lambda: repository.get_git_ref("heads/some/branch"))[0] == 404
    unknown = refusal(lambda: repository.create_git_ref("refs/heads/x", "1" * 40))
    assert unknown == (422, "Object does not exist")
    main.edit(old, force=True)
    assert registry.head == old


def test_contents_have_their_kinds(registry: RepositoryDouble, clients: Clients) -> None:
    sha = registry.commit(
        {
            "link": b"a/one.txt",
            "dangling": b"nowhere",
            "module": registry.head.encode(),
            "large": b"x" * (1024 * 1024 + 1),
        },
        branch="kinds",
        modes={"link": "120000", "dangling": "120000", "module": "160000"},
    )
    repository = clients.of(None).get_repo("acme/registry")

    def one(path: str) -> Any:
        return repository.get_contents(path, ref=sha)

    assert one("a/one.txt").decoded_content == b"one\n"
    assert one("link").decoded_content == b"one\n"
    assert (one("dangling").type, one("dangling").target) == ("symlink", "nowhere")
    assert one("module").type == "submodule"
    assert (one("large").encoding, one("large").content) == ("none", "")
    blob = repository.get_git_blob(one("large").sha)
    assert len(base64.b64decode(blob.content)) == 1024 * 1024 + 1
    assert {entry.name: entry.type for entry in one("")}["a"] == "dir"
    assert [entry.decoded_content for entry in one("a")] == [b"one\n", b"two\n"]
    with pytest.raises(UnknownObjectException):
        one("absent")


def test_a_comment_is_written_and_edited_by_its_author_alone(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    issue = clients.of("alice").get_repo("acme/registry").create_issue("A question")
    comment = issue.create_comment("first")
    comment.edit("second")
    assert registry.comments[comment.id].body == "second"
    event = double.issue_comment_event(registry, issue.number, comment.id)
    assert (event["comment"]["user"]["login"], event["sender"]["login"]) == ("alice", "alice")
    assert "pull_request" not in event["issue"]

    his = clients.of("bob").get_repo("acme/registry").get_issue(issue.number)
    with pytest.raises(GithubException) as refused:
        his.get_comment(comment.id).edit("mine now")
    assert refused.value.status == 403
    with pytest.raises(GithubException) as long:
        issue.create_comment("x" * 65537)
    assert long.value.data["errors"][0]["message"].startswith("Body is too long")
    comment.delete()
    assert not list(issue.get_comments())


def test_lists_come_in_pages(registry: RepositoryDouble, clients: Clients) -> None:
    issue = clients.of("alice").get_repo("acme/registry").create_issue("Many comments")
    for number in range(7):
        issue.create_comment(str(number))
    client = clients.of(None, per_page=3)
    comments = client.get_repo("acme/registry").get_issue(1).get_comments()
    assert [comment.body for comment in comments] == [str(number) for number in range(7)]
    assert comments.totalCount == 7
    assert next(iter(comments.reversed)).body == "6"


def test_rights_are_checked(double: GitHubDouble, registry: RepositoryDouble, clients: Clients) -> None:
    bot, bob = clients.of("the-bot"), clients.of("bob")
    registry.grant("alice", "maintain")
    seen = bot.get_repo("acme/registry")
    assert seen.get_collaborator_permission("alice") == "write"
    assert seen.get_collaborator_role_name("alice") == "maintain"
    assert seen.get_collaborator_permission("bob") == "read"

    with pytest.raises(GithubException) as refused:
        bob.get_repo("acme/registry").create_git_ref("refs/heads/x", registry.head)
    assert refused.value.status == 404
    double.add_token("token-of-readers", ACTIONS_BOT, ["contents:read", "pull-requests:write"])
    with pytest.raises(GithubException) as limited:
        clients.of("readers").get_repo("acme/registry").create_git_ref("refs/heads/x", registry.head)
    assert limited.value.data["message"] == "Resource not accessible by integration"
    with pytest.raises(BadCredentialsException):
        clients.of("nobody").get_user().id  # noqa: B018 — reading it asks

    double.add_repository("alice/secret", private=True)
    with pytest.raises(UnknownObjectException):
        bob.get_repo("alice/secret")
    assert clients.of("alice").get_repo("alice/secret").permissions.admin


def test_a_renamed_repository_redirects(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    alice = clients.of("alice")
    old = clients.of("alice", lazy=True).get_repo("acme/registry")
    registry.rename("acme/catalog")
    assert alice.get_repo("acme/registry").full_name == "acme/catalog"
    answer = requests.get(
        f"{double.url}/repos/acme/registry/pulls?state=all", timeout=9, allow_redirects=False
    )
    assert answer.status_code == 301
    wanted = f"{double.url}/repositories/{registry.id}/pulls?state=all"
    assert answer.headers["Location"] == wanted
    assert old.create_issue("Lost on the way").number is None
    assert not registry.issues

    double.add_repository("acme/registry")
    assert alice.get_repo("acme/registry").id != registry.id


def test_a_login_may_pass_to_someone_else(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    first = double.user("alice")
    double.rename_user("alice", "alice-of-old")
    second = double.add_user("alice")
    client = clients.of("bob")
    assert client.get_user("alice").id == second.id != first.id
    assert client.get_user_by_id(first.id).login == "alice-of-old"


def test_activity_names_who_pushed(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    first = registry.commit({"x": b"1"}, branch="topic", login="alice")
    second = registry.commit({"x": b"2"}, branch="topic", login="bob")
    registry.commit({"x": b"3"}, branch="topic", parent=first, login="bob")
    requester = clients.of(None).requester

    def pages(**parameters: Any) -> Iterator[list[Any]]:
        url: str | None = "/repos/acme/registry/activity"
        while url:
            headers, data = requester.requestJsonAndCheck("GET", url, parameters=parameters)
            yield [(e["activity_type"], e["actor"] and e["actor"]["login"], e["before"]) for e in data]
            link = headers.get("link")
            url, parameters = (link.split("<")[1].split(">")[0] if link else None), {}

    wanted = [
        ("force_push", "bob", second),
        ("push", "bob", first),
        ("branch_creation", "alice", NO_SHA),
    ]
    assert list(pages(ref="topic", per_page=2)) == [wanted[:2], wanted[2:]]
    assert next(pages(ref="refs/heads/topic", actor="alice")) == wanted[2:]


def test_workflows_are_dispatched(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    workflow = clients.of("the-bot").get_repo("acme/registry").get_workflow("deploy.yml")
    assert workflow.create_dispatch("main", {"sha": registry.head}, throw=True)
    made = double.dispatches[0]
    assert (made.name, made.ref, made.login) == ("deploy.yml", "refs/heads/main", ACTIONS_BOT)
    assert made.inputs == {"sha": registry.head}
    for inputs, said in (({}, "Required input"), ({"sha": "1", "more": "2"}, "Unexpected inputs")):
        with pytest.raises(GithubException, match=said):
            workflow.create_dispatch("main", inputs, throw=True)
    bob = clients.of("bob").get_repo("acme/registry")
    with pytest.raises(GithubException) as refused:
        bob.get_workflow("deploy.yml").create_dispatch("main", {"sha": "1"}, throw=True)
    assert refused.value.status == 403
    with pytest.raises(UnknownObjectException):
        bob.get_workflow("absent.yml")
    assert clients.of("the-bot").get_repo("acme/registry").create_repository_dispatch("built", {})
    assert (double.dispatches[1].kind, double.dispatches[1].name) == ("repository", "built")


def test_statuses_and_check_runs_are_kept(registry: RepositoryDouble, clients: Clients) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    commit = repository.get_commit(registry.head)
    assert {f.filename for f in commit.files} == {".github/workflows/deploy.yml"}
    commit.create_status("pending", context="check")
    commit.create_status("success", context="check", description="All is well")
    combined = commit.get_combined_status()
    assert (combined.state, combined.statuses[0].description) == ("success", "All is well")
    repository.create_check_run("check", registry.head, conclusion="success")
    assert [run.conclusion for run in commit.get_check_runs()] == ["success"]
    with pytest.raises(GithubException, match="via a GitHub App"):
        clients.of("alice").get_repo("acme/registry").create_check_run("mine", registry.head)


def test_pull_requests_are_refused_as_github_refuses_them(
    registry: RepositoryDouble, clients: Clients
) -> None:
    alice = clients.of("alice")
    upstream = alice.get_repo("acme/registry")
    fork = upstream.create_fork()
    commit_file(fork, "topic", "new.txt", b"new\n")

    def refusal(head: str, base: str = "main", client: Repository = upstream) -> Any:
        with pytest.raises(GithubException) as refused:
            client.create_pull(base=base, head=head, title="A title")
        return refused.value.status, refused.value.data.get("errors", [{}])[0]

    bad_head = {"resource": "PullRequest", "field": "head", "code": "invalid"}
    assert refusal("alice:absent") == (422, bad_head)
    assert refusal("alice:topic", "absent") == (422, {**bad_head, "field": "base"})
    assert "No commits between" in refusal("alice:main")[1]["message"]
    assert refusal("alice:topic", client=clients.of("bob").get_repo("acme/registry"))[0] == 404
    first = upstream.create_pull(base="main", head="alice:topic", title="A title")
    assert "already exists for alice:topic" in refusal("alice:topic")[1]["message"]
    found = upstream.get_pulls(state="open", head="alice:topic", base="main")
    assert [pull.number for pull in found] == [first.number]
    assert not list(upstream.get_pulls(head="bob:topic"))
    first.edit(state="closed")
    assert upstream.create_pull(base="main", head="alice:topic", title="Again").number == 2


def test_merging_through_the_api_minds_the_head(registry: RepositoryDouble, clients: Clients) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    old = registry.head
    registry.commit({"top.txt": b"theirs\n"}, branch="topic")
    pull = repository.create_pull(base="main", head="topic", title="Change the top")
    with pytest.raises(GithubException) as moved:
        pull.merge(sha=old)
    assert moved.value.status == 409
    assert pull.merge(sha=pull.head.sha).merged
    assert registry.store.is_ancestor(pull.head.sha, registry.head)

    registry.commit({"top.txt": b"ours\n"})
    registry.commit({"top.txt": b"others\n"}, branch="clash", parent=old)
    with pytest.raises(GithubException) as conflict:
        repository.merge("main", "clash")
    assert (conflict.value.status, conflict.value.data["message"]) == (409, "Merge conflict")
    clash = repository.create_pull(base="main", head="clash", title="A clash")
    assert clash.mergeable is False
    with pytest.raises(GithubException) as unmergeable:
        clash.merge()
    assert unmergeable.value.status == 405


def test_the_git_data_of_a_fork_may_come_later(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    double.fork_delay = 2
    fork = clients.of("alice").get_repo("acme/registry").create_fork()
    with pytest.raises(GithubException, match="Branch not found"):
        fork.get_branch("main")
    assert fork.get_branch("main").commit.sha == registry.head


def test_a_fork_shares_its_parents_objects(registry: RepositoryDouble, clients: Clients) -> None:
    upstream = clients.of("alice").get_repo("acme/registry")
    fork = upstream.create_fork()
    newer = registry.commit({"later.txt": b"later\n"})
    assert fork.create_git_ref("refs/heads/topic", newer).object.sha == newer


def test_an_empty_repository_says_so(double: GitHubDouble, clients: Clients) -> None:
    double.add_repository("alice/empty")
    empty = clients.of("alice").get_repo("alice/empty")
    with pytest.raises(GithubException) as refused:
        empty.create_git_blob("x", "utf-8")
    assert (refused.value.status, refused.value.data["message"]) == (409, "Git Repository is empty.")


def test_a_secondary_rate_limit_is_waited_out(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    patient = clients.of("alice", GithubRetry(total=3, secondary_rate_wait=0.05))
    repository = patient.get_repo("acme/registry")
    double.limit_next("POST", "/issues$", times=2)
    assert repository.create_issue("Once").number == 1
    assert [asked.method for asked in double.requests].count("POST") == 3
    assert len(registry.issues) == 1


def test_a_failure_may_come_after_the_deed(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    repository = clients.of("alice").get_repo("acme/registry")
    double.fail_next("POST", "/issues$", 502, performed=True)
    with pytest.raises(GithubException) as failed:
        repository.create_issue("Done all the same")
    assert failed.value.status == 502
    assert registry.issues[1].title == "Done all the same"


def test_a_hook_moves_main_between_two_steps(
    double: GitHubDouble, registry: RepositoryDouble, clients: Clients
) -> None:
    repository = clients.of("the-bot").get_repo("acme/registry")
    mine = registry.commit({"mine": b"1"}, branch="mine")
    main = repository.get_git_ref("heads/main")

    def move(method: str, path: str) -> None:
        if method == "PATCH":
            registry.commit({"theirs": b"1"}, login="bob")

    double.hooks.append(move)
    with pytest.raises(GithubException, match="not a fast forward"):
        main.edit(mine)


def test_a_device_logs_in_once_a_person_agrees(double: GitHubDouble) -> None:
    now = double.clock()
    double.clock = lambda: now
    form = {"client_id": "client", "scope": "public_repo"}

    def post(path: str, form: dict[str, str]) -> Any:
        accepted = {"Accept": "application/json"}
        return requests.post(f"{double.url}/login/{path}", form, headers=accepted, timeout=9).json()

    def poll() -> Any:
        return post(
            "oauth/access_token", {**form, "device_code": started["device_code"], "grant_type": GRANT}
        )

    started = post("device/code", form)
    assert poll()["error"] == "authorization_pending"
    slower = poll()
    assert (slower["error"], slower["interval"]) == ("slow_down", 10)
    double.approve_device(started["user_code"], "alice")
    now += 10
    token = poll()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    me = requests.get(f"{double.url}/user", headers=headers, timeout=9)
    assert (me.json()["login"], me.headers["X-OAuth-Scopes"]) == ("alice", "public_repo")

    started = post("device/code", form)
    now += 901
    assert poll()["error"] == "expired_token"
    started = post("device/code", form)
    double.deny_device(started["user_code"])
    assert poll()["error"] == "access_denied"


def test_events_of_pushes_and_dispatches(double: GitHubDouble, registry: RepositoryDouble) -> None:
    before, after = registry.head, registry.commit({"x": b"1"}, login="alice")
    push = double.push_event(registry, "alice", before, after)
    assert [commit["id"] for commit in push["commits"]] == [after]
    assert (push["created"], push["forced"], push["sender"]["login"]) == (False, False, "alice")
    run = double.workflow_dispatch_event("acme/registry", {"sha": after}, "bob")
    assert (run["inputs"], run["ref"]) == ({"sha": after}, "refs/heads/main")
    assert run["organization"]["login"] == "acme"
