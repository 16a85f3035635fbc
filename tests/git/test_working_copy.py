"""A file of a working copy is taken as Git would commit it."""

from pathlib import Path

import pytest
from git import Repo
from mcp_static.git.working_copy import committed_content

WINDOWS, UNIX = b'{\r\n  "a": 1\r\n}\r\n', b'{\n  "a": 1\n}\n'


def committed_by_git(repository: Repo, path: Path) -> bytes:
    repository.git.add(str(path))
    repository.git.commit("-m", "Add it", author="a <a@localhost>")
    name = path.relative_to(str(repository.working_tree_dir)).as_posix()
    content: bytes = repository.git.show(
        f"HEAD:{name}", strip_newline_in_stdout=False, stdout_as_string=False
    )
    return content


@pytest.mark.integration
@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize(
    ("settings", "attributes", "expected"),
    [
        ({"core.autocrlf": "true"}, "", UNIX),
        ({"core.autocrlf": "input"}, "", UNIX),
        ({"core.autocrlf": "false"}, "", WINDOWS),
        ({"core.autocrlf": "false"}, "* text=auto\n", UNIX),
        ({"core.autocrlf": "true"}, "server.json -text\n", WINDOWS),
    ],
)
def test_what_git_would_commit_is_taken(
    object_format: str, settings: dict[str, str], attributes: str, expected: bytes, tmp_path: Path
) -> None:
    repository = Repo.init(tmp_path, object_format=object_format)
    with repository.config_writer() as config:
        config.set_value("user", "name", "a").set_value("user", "email", "a@localhost")
        for key, value in settings.items():
            config.set_value(*key.split("."), value)
    (tmp_path / ".gitattributes").write_text(attributes)
    file = tmp_path / "below" / "server.json"
    file.parent.mkdir()
    file.write_bytes(WINDOWS)
    assert committed_content(file, WINDOWS) == expected
    assert committed_by_git(repository, file) == expected


def test_outside_of_a_repository_a_file_is_taken_as_it_is(tmp_path: Path) -> None:
    assert committed_content(tmp_path / "server.json", WINDOWS) == WINDOWS
