"""`mcp-static new`: a repository that is complete, or nothing at all."""

import json
import re
import subprocess
import sys
from pathlib import Path

import mcp_static
import pytest
import yaml
from click.testing import CliRunner, Result
from mcp_static.cli import main
from mcp_static.hosts.hosts import HOSTS
from mcp_static.scaffolding.answers import AUDIENCES
from mcp_static.scaffolding.record import read_record
from mcp_static.scaffolding.templates import own_files, project_url, registry_files
from mcp_static.settings import parse_settings

from tests.doubles.registry_double import sha256
from tests.scaffolding.registries import answers, index
from tests.servers import PROJECT


def new(folder: Path, *options: str, text: str | None = None) -> Result:
    """Run the command; offline, and asking nothing, unless the options say otherwise."""
    usual = ("--repository", "weatherco/registry", "--offline", "--yes")
    return CliRunner().invoke(main, ["new", str(folder), *(options or usual)], input=text)


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout


def test_a_new_registry_is_one_commit_with_a_clean_work_tree(tmp_path: Path) -> None:
    done = new(tmp_path / "mine")
    assert done.exit_code == 0, done.output
    assert git(tmp_path / "mine", "status", "--porcelain") == ""
    assert git(tmp_path / "mine", "rev-list", "--count", "main") == "1\n"
    settings = parse_settings((tmp_path / "mine/registry.toml").read_text())
    assert settings.title == "MCP servers of mine"
    assert settings.url == "https://weatherco.github.io/registry"
    assert settings.repository == "https://github.com/weatherco/registry"
    assert settings.namespace == "io.github.weatherco"


def test_what_a_build_and_its_deploy_write_is_not_committed(tmp_path: Path) -> None:
    new(tmp_path / "mine")
    written = ["dist", "dist.state", "public"]
    assert git(tmp_path / "mine", "check-ignore", *written).split() == written
    hosts = (PROJECT / "docs/hosts.md").read_text()
    assert set(re.findall(r"--out (\S+)|cp -rL \S+ (\S+)", hosts)) == {("", "public")}


def test_it_holds_no_code_and_names_one_release(tmp_path: Path) -> None:
    new(tmp_path / "mine")
    files = git(tmp_path / "mine", "ls-files").split()
    assert not [file for file in files if file.endswith((".py", ".js"))]
    tool = (tmp_path / "mine/requirements/tool.txt").read_text()
    assert tool == f"mcp-static=={mcp_static.__version__}\n"
    lock = (tmp_path / "mine/requirements/dependencies.txt").read_bytes()
    assert lock == (PROJECT / "requirements/run.txt").read_bytes()


def test_the_index_gives_the_digests_of_the_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index(tmp_path, monkeypatch):
        done = new(tmp_path / "mine", "--repository", "weatherco/registry", "--yes")
    assert done.exit_code == 0, done.output
    version = mcp_static.__version__
    digest = sha256(f"mcp_static-{version}-py3-none-any.whl")
    tool = (tmp_path / "mine/requirements/tool.txt").read_text()
    assert tool == f"mcp-static=={version} \\\n    --hash=sha256:{digest}\n"
    assert "note:" not in done.output


def test_an_index_without_the_release_is_told_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with index(tmp_path, monkeypatch, releases=False):
        done = new(tmp_path / "mine", "--repository", "weatherco/registry", "--yes")
    assert done.exit_code == 2
    assert "--tool" in done.output
    assert not (tmp_path / "mine").exists()


def test_a_tool_from_elsewhere_is_what_the_workflows_install(tmp_path: Path) -> None:
    wheel = "mcp-static @ https://example.com/mcp_static-1.0-py3-none-any.whl#sha256=" + "0" * 64
    options = ("--repository", "weatherco/registry", "--yes", "--tool", wheel)
    assert new(tmp_path / "mine", *options).exit_code == 0
    assert (tmp_path / "mine/requirements/tool.txt").read_text() == f"{wheel}\n"
    wrong = new(tmp_path / "wrong", *options[:-1], "requests==2")
    assert (wrong.exit_code, (tmp_path / "wrong").exists()) == (2, False)


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 2, "--repository"),
        (("--repository", "x"), 2, "OWNER/NAME"),
        (("--repository", "https://github.com/a/b/tree/main"), 2, "OWNER/NAME"),
        (("--repository", "https://bitbucket.org/a/b"), 2, "--forge"),
        (("--forge", "github", "--repository", "https://gitlab.com/a/b"), 2, "--forge gitlab"),
        (("--forge", "gitlab", "--repository", "https://github.com/a/b"), 2, "--forge github"),
        (("--repository", "a/b", "--host", "gitlab-pages"), 2, "GitLab"),
        (("--forge", "gitlab", "--repository", "a/b", "--host", "github-pages"), 2, "GitHub"),
        (("--forge", "none", "--repository", "a/b"), 2, "https address"),
        (("--repository", "a/b", "--url", "nonsense"), 2, "url"),
        (("--repository", "a/b", "--url", "https://example.com/?a=b"), 2, "url"),
        (("--repository", "a/b", "--namespace", "io.modelcontextprotocol.x"), 2, "namespace"),
        (("--repository", "a/b", "--host", "moon"), 2, "moon"),
        (("--repository", "a/b", "--forge", "sourceforge"), 2, "sourceforge"),
        (("--forge", "none"), 2, "--url"),
        (("--repository", "a/b", "--title", "a\udcff"), 2, "--title"),
        (("--repository", "a/b", "--description", "a\x7f"), 2, "--description"),
        (
            ("--repository", "a/b", "--index", "https://user:secret@packages.example.com/simple"),
            2,
            "credentials",
        ),
        (("--repository", "a/b", "--index", "https://packages.example.com/;x"), 2, "--index"),
        (("--repository", "a/b", "--index", "https://packages.example.com/\n--pre"), 2, "--index"),
        (
            ("--repository", "a/b", "--tool", "mcp-static @ https://user:secret@example.com/a.whl"),
            2,
            "credentials",
        ),
        (
            ("--repository", "a/b", "--tool-url", "https://example.com/a\nautomatic = true"),
            2,
            "--tool-url",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    options: tuple[str, ...], code: int, message: str, tmp_path: Path
) -> None:
    done = new(tmp_path / "mine", *options, "--offline", "--yes")
    assert (done.exit_code, (tmp_path / "mine").exists()) == (code, False)
    assert message in done.output


@pytest.mark.parametrize("name", ["caf\udce9", "x" * 200])
def test_a_folder_of_any_name_will_do(name: str, tmp_path: Path) -> None:
    assert new(tmp_path / name).exit_code == 0


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    done = new(tmp_path)
    assert done.exit_code == 1
    assert "upgrade" in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    assert new(tmp_path).exit_code == 0


def test_an_answer_that_cannot_be_is_asked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mcp_static.cli.new_command.can_ask", lambda: True)
    typed = ["Ours", "company", "github", "nonsense", "acme/mcp", "nginx", "nowhere"]
    typed += ["https://mcp.example.com", "Bad Name!", "com.example.mcp"]
    done = new(tmp_path / "mine", "--offline", text="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    settings = parse_settings((tmp_path / "mine/registry.toml").read_text())
    assert (settings.title, settings.namespace) == ("Ours", "com.example.mcp")
    assert settings.repository == "https://github.com/acme/mcp"


def test_an_empty_clone_will_do_whatever_branch_it_is_on(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "-b", "master", str(tmp_path)], check=True)
    assert new(tmp_path).exit_code == 0
    assert git(tmp_path, "branch", "--show-current") == "main\n"
    assert git(tmp_path, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    "given", ["https://gitlab.com/acme/tools/mcp", "git@gitlab.com:acme/tools/mcp.git"]
)
def test_an_address_says_which_forge_it_is_on(given: str) -> None:
    made = answers(repository=given, url="https://mcp.example.com/")
    assert (made.forge, made.repository) == ("gitlab", "https://gitlab.com/acme/tools/mcp")
    assert made.url == "https://mcp.example.com"


def test_authors_are_told_to_install_what_the_workflows_install(tmp_path: Path) -> None:
    wheel = "mcp-static @ https://example.com/mcp_static-1.0-py3-none-any.whl"
    new(tmp_path / "mine", "--repository", "weatherco/registry", "--yes", "--tool", wheel)
    assert f"pipx install '{wheel}'\n" in (tmp_path / "mine/README.md").read_text()
    index = ("--index", "https://packages.example.com/simple", "--offline")
    new(tmp_path / "other", "--repository", "weatherco/registry", "--yes", *index)
    line = "--index-url https://packages.example.com/simple/"
    assert f"pipx install {line} mcp-static\n" in (tmp_path / "other/README.md").read_text()
    assert (tmp_path / "other/requirements/tool.txt").read_text().startswith(f"{line}\n")


def test_an_answer_is_text_wherever_it_goes() -> None:
    title = 'A "title"\nwith\\ lines: [x](y) ${{ github.token }} <%= 1 %> \' #'
    files = registry_files(answers(title=title, description=title))
    assert parse_settings(files["registry.toml"].decode()).title == title
    assert files["README.md"].decode().splitlines()[0] == f"# {' '.join(title.split())}"
    for path, content in files.items():
        if path.endswith((".yml", "CODEOWNERS")):
            assert b"lines: [x]" not in content, path


@pytest.mark.parametrize("host", [host.name for host in HOSTS])
@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("forge", ["github", "gitlab", "none"])
def test_every_combination_is_whole(host: str, audience: str, forge: str) -> None:
    if host.endswith("-pages") and host != f"{forge}-pages":
        return  # refused
    repository = "weatherco/registry" if forge != "none" else ""
    more = {"forge": forge, "repository": repository, "url": "https://mcp.example.com"}
    given = answers(host=host, audience=audience, **more)
    files = registry_files(given)
    settings = parse_settings(files["registry.toml"].decode())
    assert settings.merge.automatic is (audience == "public")
    for path, content in files.items():
        text = content.decode()
        assert "<%" not in text, path
        assert "%>" not in text, path
        assert not text.startswith("\n"), path
        if path.endswith(".yml"):
            assert yaml.safe_load(text), path
    readme = files["README.md"].decode()
    assert ("(server/README.md" in readme) == ("server/README.md" in files)
    assert "(MODERATION.md)" in readme
    setup = readme.partition("### Set up once")[2]
    assert setup.strip()
    assert not re.search(r"[:,]\n(?!   )|[:,]\Z", setup), "half a sentence"
    deploys = yaml.safe_load(files[".github/workflows/deploy.yml"]) if forge == "github" else None
    if deploys:
        assert ("deploy" in deploys["jobs"]) != ("server/update.sh" in files)


@pytest.mark.parametrize("audience", AUDIENCES)
def test_sources_are_kept_by_a_workflow_without_and_one_with_rights(audience: str) -> None:
    given = answers(audience=audience, sources=("https://registry.example.org/v0.1/",))
    files = registry_files(given)
    [source] = parse_settings(files["registry.toml"].decode()).sources
    assert source.url == "https://registry.example.org"
    assert (source.approve, source.include_from) == (
        ("review", "approved.txt") if audience == "company" else ("auto", "")
    )
    assert (source.include_from in files) is (audience == "company")
    jobs = yaml.safe_load(files[".github/workflows/sync.yml"])["jobs"]
    assert set(jobs["read"]["permissions"].values()) == {"read"}
    assert ".github/workflows/sync.yml" not in registry_files(answers())


def test_this_projects_own_workflows_come_from_the_same_templates() -> None:
    for path, content in own_files().items():
        assert (PROJECT / path).read_bytes() == content, f"{path}: run `make docs`"


def test_the_ruleset_of_the_documentation_is_the_one_that_is_written() -> None:
    ruleset = json.loads(registry_files(answers())[".github/ruleset.json"])
    page = (PROJECT / "docs/operators.md").read_text()
    shown = page.partition("```json\n")[2].partition("```")[0]
    assert json.loads(shown) == ruleset


def test_the_tools_address_is_one_fact_that_can_be_told() -> None:
    home = "https://git.example.com/tools/mcp-static"
    ours = registry_files(answers())
    theirs = registry_files(answers(), home)
    assert any(project_url().encode() in content for content in ours.values())
    assert not any(project_url().encode() in content for content in theirs.values())


def test_the_record_says_what_was_answered_and_written(tmp_path: Path) -> None:
    new(tmp_path / "mine")
    record = read_record((tmp_path / "mine/.mcp-static.json").read_bytes())
    assert record.answers.repository == "https://github.com/weatherco/registry"
    for path, text in record.texts.items():
        assert (tmp_path / "mine" / path).read_text() == text
    assert set(record.generated) == {
        "requirements/dependencies.txt", "requirements/tool.txt", "requirements/uv.txt"
    }  # fmt: skip


@pytest.mark.parametrize("host", ["nginx", "s3", "cloudflare", "github-pages"])
def test_the_workflows_pass_the_linters(host: str, tmp_path: Path) -> None:
    source = "https://registry.example.org"
    files = registry_files(answers(host=host, url="https://mcp.example.com", sources=(source,)))
    for path, content in files.items():
        if path.startswith(".github/"):
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_bytes(content)
    tools = Path(sys.executable).parent
    workflows = map(str, (tmp_path / ".github/workflows").iterdir())
    for command in (
        ["zizmor", "--quiet", "--offline", "--persona", "auditor", str(tmp_path / ".github")],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows],
    ):
        done = subprocess.run(
            [tools / command[0], *command[1:]], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
