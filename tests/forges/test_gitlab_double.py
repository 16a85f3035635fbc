"""The double of GitLab: what other tests read from it."""

import json
from pathlib import Path

from tests.doubles.gitlab_double import GitLabDouble


def test_a_moved_fork_is_read_whole(tmp_path: Path) -> None:
    double = GitLabDouble(tmp_path / "gitlab")
    parent = double.add_project("acme/tools/weather")
    head = parent.commit({"a/server.json": b"{}"})
    for number in range(25):
        parent.tag(f"v{number}", head, annotated=number % 2 == 0)
    double.users.add("alice")
    fork = double.add_project("alice/weather", fork_of=parent)
    double.move("alice/weather", "alice/climate")

    status, headers, _ = double.handle("GET", "/api/v4/projects/alice%2Fweather?license=1", {})
    assert (status, headers["Location"]) == (301, f"/api/v4/projects/{fork.id}?license=1")
    shown = json.loads(double.handle("GET", headers["Location"], {})[2])
    assert shown["path_with_namespace"] == "alice/climate"
    assert shown["forked_from_project"]["id"] == parent.id
    assert (shown["namespace"]["kind"], shown["default_branch"]) == ("user", "main")
    assert double.handle("GET", "/api/v4/projects/alice%2Fabsent", {})[0] == 404

    base = f"/api/v4/projects/{fork.id}/repository"
    branch = json.loads(double.handle("GET", f"{base}/branches/main", {})[2])
    assert branch["commit"]["id"] == head
    status, headers, raw = double.handle("GET", f"{base}/files/a%2Fserver.json/raw?ref={head}", {})
    assert (status, raw) == (200, b"{}")
    names: list[str] = []
    page = "1"
    while page:
        status, headers, body = double.handle("GET", f"{base}/tags?search=^v&page={page}", {})
        assert {tag["commit"]["id"] for tag in json.loads(body)} == {head}
        names += [tag["name"] for tag in json.loads(body)]
        page = headers["X-Next-Page"]
    assert sorted(names) == sorted(f"v{number}" for number in range(25))


def test_namespaces_are_shown_to_those_logged_in(tmp_path: Path) -> None:
    double = GitLabDouble(tmp_path / "gitlab")
    double.add_project("acme/tools/weather")
    double.users.add("alice")
    space = "/api/v4/namespaces/acme%2Ftools"
    assert double.handle("GET", space, {})[0] == 401
    group = json.loads(double.handle("GET", space, {"PRIVATE-TOKEN": "any"})[2])
    assert (group["kind"], group["full_path"]) == ("group", "acme/tools")
    status, _, body = double.handle("GET", "/api/v4/groups/acme%2Ftools", {})
    assert (status, json.loads(body)["id"]) == (200, group["id"])
    assert double.handle("GET", "/api/v4/groups/alice", {})[0] == 404
    users = json.loads(double.handle("GET", "/api/v4/users?username=Alice", {})[2])
    assert [user["username"] for user in users] == ["alice"]
