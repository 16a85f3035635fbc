"""`mcp-static upgrade`: what this release changes arrives, and what people changed stays."""

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import mcp_static
import pytest
from click.testing import CliRunner, Result
from mcp_static.cli import main
from mcp_static.scaffolding.creating import create_registry
from mcp_static.scaffolding.installation import installation
from mcp_static.scaffolding.record import RECORD_FILE, read_record

from tests.scaffolding.registries import answers


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A registry as this release writes it."""
    create_registry(tmp_path / "mine", answers(), installation(None))
    return tmp_path / "mine"


def upgrade(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["upgrade", str(folder), "--offline", "--yes", *options])


def commit(folder: Path) -> None:
    for arguments in (("add", "--all"), ("commit", "-qm", "Change", "--allow-empty")):
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True)


def make_older(folder: Path, changes: Mapping[str, tuple[str, str]], version: str = "0.0.1") -> None:
    """Make it look as an older release wrote it: in each file, what is new now was something else."""
    record = read_record((folder / RECORD_FILE).read_bytes())
    texts = dict(record.texts)
    for path, (new, old) in changes.items():
        assert new in texts[path]
        texts[path] = texts[path].replace(new, old)
        (folder / path).write_text(texts[path])
    older = record.model_copy(update={"texts": texts, "version": version})
    (folder / RECORD_FILE).write_bytes(older.written())
    commit(folder)


def test_what_is_up_to_date_stays_as_it_is(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    done = upgrade(folder)
    assert (done.exit_code, "nothing to change" in done.output) == (0, True)
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert {path: files[path] for path in before if ".git/" not in str(path)} == {
        path: before[path] for path in before if ".git/" not in str(path)
    }


def test_a_file_that_nobody_touched_is_brought_up_to_date(folder: Path) -> None:
    make_older(folder, {"SECURITY.md": ("Report a vulnerability privately", "Call us")})
    done = upgrade(folder)
    assert done.exit_code == 0, done.output
    assert "-Call us" in done.output
    assert "Report a vulnerability privately" in (folder / "SECURITY.md").read_text()
    assert read_record((folder / RECORD_FILE).read_bytes()).version == mcp_static.__version__


def test_changes_of_both_sides_are_merged(folder: Path) -> None:
    make_older(folder, {"README.md": ("A published version never changes.", "Nothing changes.")})
    readme = folder / "README.md"
    readme.write_text(f"# Our own heading\n{readme.read_text()}")
    commit(folder)
    done = upgrade(folder)
    assert done.exit_code == 0, done.output
    assert "README.md: merged with your changes" in done.output
    text = readme.read_text()
    assert text.startswith("# Our own heading\n")
    assert "A published version never changes." in text
    commit(folder)
    assert "nothing to change" in upgrade(folder).output


def test_a_change_in_the_same_place_is_left_to_people(folder: Path) -> None:
    make_older(folder, {"SECURITY.md": ("Report a vulnerability privately", "Call us")})
    ours = (folder / "SECURITY.md").read_text().replace("Call us", "Write to us")
    (folder / "SECURITY.md").write_text(ours)
    commit(folder)
    done = upgrade(folder)
    assert done.exit_code == 1
    assert "+Report a vulnerability privately" in done.output
    assert (folder / "SECURITY.md").read_text() == ours
    commit(folder)
    again = upgrade(folder)
    assert (again.exit_code, "nothing to change" in again.output) == (0, True), "it was shown"
    assert (folder / "SECURITY.md").read_text() == ours


def test_a_dry_run_shows_and_changes_nothing(folder: Path) -> None:
    make_older(folder, {"SECURITY.md": ("Report a vulnerability privately", "Call us")})
    done = upgrade(folder, "--dry-run")
    assert "-Call us" in done.output
    assert "Call us" in (folder / "SECURITY.md").read_text()
    assert read_record((folder / RECORD_FILE).read_bytes()).version == "0.0.1"


def test_what_somebody_removed_stays_away_and_what_is_new_comes(folder: Path) -> None:
    (folder / "MODERATION.md").unlink()
    record = read_record((folder / RECORD_FILE).read_bytes())
    texts = {path: text for path, text in record.texts.items() if path != "SECURITY.md"}
    (folder / RECORD_FILE).write_bytes(record.model_copy(update={"texts": texts}).written())
    (folder / "SECURITY.md").unlink()
    commit(folder)
    done = upgrade(folder)
    assert "SECURITY.md: added" in done.output
    assert (folder / "SECURITY.md").is_file()
    assert not (folder / "MODERATION.md").exists()


def test_what_a_release_no_longer_writes_goes_unless_it_was_changed(folder: Path) -> None:
    record = read_record((folder / RECORD_FILE).read_bytes())
    old = {"old.md": "old\n", "changed.md": "old\n"}
    (folder / RECORD_FILE).write_bytes(
        record.model_copy(update={"texts": {**record.texts, **old}}).written()
    )
    (folder / "old.md").write_text("old\n")
    (folder / "changed.md").write_text("mine\n")
    commit(folder)
    assert upgrade(folder).exit_code == 0
    assert not (folder / "old.md").exists()
    assert (folder / "changed.md").read_text() == "mine\n"


def test_answers_can_be_changed_later(folder: Path) -> None:
    assert upgrade(folder, "--host", "nginx", "--url", "https://mcp.example.com").exit_code == 0
    assert (folder / "server/update.sh").is_file()
    assert 'url = "https://mcp.example.com"' in (folder / "registry.toml").read_text()
    assert "--host nginx" in (folder / ".github/workflows/deploy.yml").read_text()


def test_the_tool_goes_on_coming_from_where_it_came_from(tmp_path: Path) -> None:
    index, home = "https://packages.example.com", "https://git.example.com/tools/mcp-static"
    create_registry(tmp_path / "mine", answers(), installation(None, index), home)
    assert "nothing to change" in upgrade(tmp_path / "mine").output
    tool = "mcp-static @ https://example.com/mcp_static-1.0-py3-none-any.whl"
    done = upgrade(tmp_path / "mine", "--tool", tool)
    assert done.exit_code == 0, done.output
    assert f"-mcp-static=={mcp_static.__version__}\n+{tool}" in done.output
    assert (tmp_path / "mine/requirements/tool.txt").read_text() == f"{tool}\n"
    commit(tmp_path / "mine")
    assert "nothing to change" in upgrade(tmp_path / "mine").output


def test_a_registry_without_a_record_gets_what_it_lacks(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-qb", "main", str(tmp_path)], check=True)
    (tmp_path / "registry.toml").write_text('title = "By hand"\n')
    commit(tmp_path)
    assert upgrade(tmp_path).exit_code == 2, "it has no answers, and none were given"
    done = upgrade(tmp_path, "--repository", "weatherco/registry")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "registry.toml").read_text() == 'title = "By hand"\n'
    assert (tmp_path / ".github/workflows/check.yml").is_file()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": 2}', "{" * 100_000])
def test_a_record_that_was_edited_is_told(content: str, folder: Path) -> None:
    (folder / RECORD_FILE).write_text(content)
    commit(folder)
    done = upgrade(folder)
    assert done.exit_code == 1
    assert RECORD_FILE in done.output


def test_an_older_release_of_the_tool_takes_nothing_back(folder: Path) -> None:
    make_older(folder, {}, version="999.0")
    done = upgrade(folder)
    assert done.exit_code == 1
    assert "999.0" in done.output


def test_uncommitted_work_is_not_mixed_with_an_upgrade(folder: Path) -> None:
    (folder / "README.md").write_text("mine")
    done = upgrade(folder)
    assert done.exit_code == 1
    assert (folder / "README.md").read_text() == "mine"


def test_a_link_in_place_of_a_file_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("mine")
    (folder / "SECURITY.md").unlink()
    (folder / "SECURITY.md").symlink_to(tmp_path / "outside")
    commit(folder)
    assert upgrade(folder).exit_code == 1
    assert (tmp_path / "outside").read_text() == "mine"


@pytest.mark.parametrize(
    "path", ["../outside.md", "/{outside}", "a/../../outside.md", ".git/config", ".GIT/config",
             "registry-data/servers/.gitkeep", "./README.md", "", "a//b", "c:\\x", "a\nb"],
)  # fmt: skip
@pytest.mark.parametrize("member", ["texts", "generated"])
def test_a_record_names_no_file_that_is_not_the_registrys_to_remove(
    member: str, path: str, folder: Path
) -> None:
    outside = folder.parent / "outside.md"
    outside.write_text("mine\n")
    known = "mine\n" if member == "texts" else hashlib.sha256(b"mine\n").hexdigest()
    document = json.loads((folder / RECORD_FILE).read_text())
    document[member][path.format(outside=outside)] = known
    (folder / RECORD_FILE).write_text(json.dumps(document))
    commit(folder)
    done = upgrade(folder)
    assert (done.exit_code, RECORD_FILE in done.output) == (1, True)
    assert outside.read_text() == "mine\n"


@pytest.mark.parametrize("is_link", [True, False])
def test_nothing_is_written_by_way_of_a_link_or_a_file(
    is_link: bool, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    subprocess.run(["git", "-C", str(folder), "rm", "-qr", "requirements"], check=True)
    if is_link:
        (folder / "requirements").symlink_to(outside)
    else:
        (folder / "requirements").write_text("mine")
    commit(folder)
    done = upgrade(folder)
    assert done.exit_code == 1
    assert "no ordinary folder" in done.output
    assert list(outside.iterdir()) == []
