"""The client of GitHub: what each status and each unreadable answer is told as."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mcp_static.forges.github.client import GitHub
from mcp_static.forges.github.repository import GitHubRepository
from mcp_static.model.errors import ForbiddenError, InputError, UnansweredError

from tests.doubles.github_double import GitHubDouble
from tests.doubles.github_repository import RepositoryDouble

REPOSITORY = "acme/registry"


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHubDouble]:
    """A hub with a repository that alice owns, and a token of hers."""
    with GitHubDouble(tmp_path / "github") as double:
        monkeypatch.setenv("GITHUB_API_URL", double.url)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
        monkeypatch.setenv("MCP_STATIC_RATE_WAIT", "0.05")
        double.add_user("acme")
        double.add_token("token-of-acme", "acme")
        double.add_repository(REPOSITORY).commit({"server.json": b"{}"})
        yield double


@pytest.fixture
def registry(double: GitHubDouble) -> RepositoryDouble:
    return double.repository(REPOSITORY)


@pytest.fixture
def github(double: GitHubDouble) -> Iterator[GitHub]:
    with GitHub("token-of-acme") as github:
        yield github


QUESTIONS: dict[str, Callable[[GitHub], object]] = {
    "/users/acme": lambda github: github.account("acme"),
    "/repos/acme/registry": lambda github: github.repository(REPOSITORY),
    "/git/ref/heads/main": lambda github: github.branch_head(REPOSITORY, "main"),
    "/git/matching-refs/": lambda github: github.tags(REPOSITORY, "v1"),
    "/contents/server.json": lambda github: github.file(REPOSITORY, "server.json", "main"),
    "/activity": lambda github: github.pushes(REPOSITORY, "main"),
    "/issues/comments/1": lambda github: github.comment(REPOSITORY, 1),
}


def asked(path: str) -> str:
    """The expression for requests of a path, whatever their query."""
    return path if path.endswith("/") else rf"{path}(\?|$)"


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{", b"7", b"null", b'{"login": 7, "id": "x"}', b"[7]"]
)
def test_an_unreadable_answer_is_no_answer(
    path: str, body: bytes, double: GitHubDouble, github: GitHub
) -> None:
    double.fail_next("GET", asked(path), 200, body)
    with pytest.raises(UnansweredError, match="cannot be read"):
        QUESTIONS[path](github)


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize("status", [404, 409, 410, 422, 451])
def test_what_is_not_there_is_none(
    path: str, status: int, double: GitHubDouble, github: GitHub
) -> None:
    double.fail_next("GET", asked(path), status)
    assert not QUESTIONS[path](github)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, InputError), (403, ForbiddenError), (429, UnansweredError), (502, UnansweredError)],
)
def test_a_status_is_told_as_one_error(
    status: int, error: type[Exception], double: GitHubDouble, github: GitHub
) -> None:
    double.fail_next("GET", "/users/acme$", status, times=10)
    with pytest.raises(error) as caught:
        github.account("acme")
    assert type(caught.value) is error


def test_a_rate_limit_that_does_not_end_is_no_matter_of_rights(
    double: GitHubDouble, github: GitHub
) -> None:
    double.limit_next("GET", "/users/acme$", times=10)
    with pytest.raises(UnansweredError):
        github.account("acme")


def test_a_redirect_to_another_host_is_not_followed(double: GitHubDouble, github: GitHub) -> None:
    elsewhere = {"Location": "https://example.com/users/acme"}
    double.fail_next("GET", "/users/acme$", 301, headers=elsewhere)
    with pytest.raises(UnansweredError, match="redirects"):
        github.account("acme")


def test_a_write_that_is_redirected_was_not_carried_out(
    double: GitHubDouble, registry: RepositoryDouble, github: GitHub
) -> None:
    repository = GitHubRepository(github, REPOSITORY)
    double.fail_next("POST", "/git/refs$", 307)
    with pytest.raises(InputError, match="has moved"):
        repository.create_branch("new", registry.head)


def test_a_file_that_is_not_base64_is_no_answer(double: GitHubDouble, github: GitHub) -> None:
    body = b'{"type": "file", "size": 2, "encoding": "base64", "content": "e3=0"}'
    double.fail_next("GET", asked("/contents/server.json"), 200, body)
    with pytest.raises(UnansweredError, match="not base64"):
        github.file(REPOSITORY, "server.json", "main")


def test_a_head_is_kept_for_proofs_and_asked_anew_for_changes(
    registry: RepositoryDouble, github: GitHub
) -> None:
    repository = GitHubRepository(github, REPOSITORY)
    before = registry.head
    assert github.branch_head(REPOSITORY, "main") == repository.head_of("main") == before
    after = registry.commit({"README.md": b"new"})
    assert github.branch_head(REPOSITORY, "main") == before
    assert repository.head_of("main") == after
