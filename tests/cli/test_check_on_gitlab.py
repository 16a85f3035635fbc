"""`check --author` for registries on GitLab: accounts as they are given, with nobody asked."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from mcp_static.cli import main

from tests.registries import Registry, path_of, server_json

NAME = "io.github.octo/weather"
NOWHERE = "http://127.0.0.1:9"
ON_GITLAB = 'repository = "https://gitlab.com/acme/registry"\n'
ON_OUR_OWN = (
    'repository = "https://git.example.com/acme/registry"\n'
    '[[forges]]\nkind = "gitlab"\nurl = "https://git.example.com"\n'
)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", NOWHERE)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    monkeypatch.setenv("MCP_STATIC_RATE_WAIT", "0")
    monkeypatch.delenv("CI_SERVER_URL", raising=False)


def checked(folder: Path, settings: str, holder: str, *author: str) -> tuple[int, str]:
    """The outcome for a version of a name that a grant gives to an account."""
    registry = Registry(folder / "registry.git")
    grant = f'[[grants]]\nnamespace = "io.github.octo"\naccounts = ["{holder}"]\n'
    registry.commit({"registry.toml": f"{settings}{grant}"})
    base = registry.head
    record = json.dumps(server_json(NAME, "1.0.0"))
    head = registry.commit({path_of(NAME, "1.0.0"): record})
    command = ["check", "--repo", str(registry.path), "--base", base, "--head", head, *author]
    result = CliRunner().invoke(main, command)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("settings", "holder", "author"),
    [
        (ON_GITLAB, "gitlab:octo#7", "gitlab:octo#7"),
        (ON_GITLAB, "gitlab.com/user/7", "gitlab:octo#7"),
        (ON_GITLAB, "gitlab.com/user/7", "gitlab.com/user/7"),
        (ON_OUR_OWN, "git.example.com/user/7", "gitlab:octo#7"),
        (ON_OUR_OWN, "git.example.com/user/7", "git.example.com/user/7"),
        ("", "gitlab.com/user/7", "gitlab:octo#7"),
        ("", "github.com/account/7", "octo#7"),
    ],
)
def test_an_account_is_taken_as_it_is_given(
    settings: str, holder: str, author: str, tmp_path: Path
) -> None:
    code, output = checked(tmp_path, settings, holder, "--author", author)
    assert (code, "[grant]" in output) == (0, True), output


@pytest.mark.parametrize(
    ("settings", "author", "comment"),
    [
        (ON_GITLAB, ["--author", "gitlab:octo#8"], "!confirm"),
        ("", ["--author", "git.example.com/user/8"], "!confirm"),
        (ON_GITLAB, [], "!confirm"),
    ],
)
def test_what_to_comment_is_told_as_the_forge_takes_it(
    settings: str, author: list[str], comment: str, tmp_path: Path
) -> None:
    _, output = checked(tmp_path, settings, "gitlab:octo#7", *author)
    assert f"`{comment} " in output
