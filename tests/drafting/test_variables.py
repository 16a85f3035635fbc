"""Environment variables: which are found, what is said of them, and that no value ever is."""

import json
from pathlib import Path

import pytest
from mcp_static.drafting.answers import Answers
from mcp_static.drafting.draft import draft
from mcp_static.drafting.findings import search
from mcp_static.drafting.variables import is_secret_name, variables_of
from mcp_static.packages.manifest import Variable

SECRET = "hunter2-sk-4f9a8b7c6d5e4f3a2b1c0d9e"
ENV = {"WEATHER_KEY": SECRET, "WEATHER_CITY": SECRET}
PACKAGE = {"name": "weather", "version": "1.2.3", "description": "Forecasts.", "bin": "cli.js"}


def write(folder: Path, **files: str) -> None:
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)


def variables_in(folder: Path) -> list[str]:
    return [variable.name for variable in search(folder).findings.variables]


def configuration(**server: object) -> str:
    return json.dumps({"mcpServers": {"weather": server}})


@pytest.mark.parametrize(
    "text",
    [
        configuration(command="npx", args=["-y", "weather"], env=ENV),
        configuration(command="npx", args=["-y", "weather@1.2.3"], environment=ENV),
        configuration(command=["npx", "weather"], environment=ENV),
        json.dumps(
            {"context_servers": {"w": {"command": {"path": "weather", "args": [], "env": ENV}}}}
        ),
        json.dumps({"servers": {"w": {"command": "weather", "env": ENV}}}),
        json.dumps({"mcp": {"servers": {"w": {"command": "weather", "env": ENV}}}}),
        json.dumps({"weather": {"command": "weather", "env": ENV}}),
        f'"mcpServers": {{"w": {{"command": "weather", "env": {json.dumps(ENV)},}}}} // all',
        configuration(
            command="docker",
            args=["run", "-e", f"WEATHER_KEY={SECRET}", "--env", "WEATHER_CITY", "a/weather"],
        ),
    ],
    ids=range(9),
)
def test_configurations_of_every_kind_name_variables(text: str, tmp_path: Path) -> None:
    write(
        tmp_path, **{"package.json": json.dumps(PACKAGE), "README.md": f"Hi.\n\n```json\n{text}\n```\n"}
    )
    assert variables_in(tmp_path) == ["WEATHER_KEY", "WEATHER_CITY"]


def test_no_value_of_a_variable_is_in_anything_that_a_project_gives(tmp_path: Path) -> None:
    config = configuration(
        command="weather", args=["--key", SECRET], env=ENV, url=f"https://x.io/?k={SECRET}"
    )
    write(
        tmp_path,
        **{
            "package.json": json.dumps(PACKAGE),
            ".env": f"WEATHER_KEY={SECRET}\n",
            ".mcp.json": config,
            ".vscode/mcp.json": config,
            "docker-compose.yml": (
                f"services: {{w: {{build: ., image: a/weather, environment: {{WEATHER_KEY: {SECRET}}}}}}}"
            ),
            "smithery.yaml": (
                "startCommand:\n"
                "  configSchema: {properties: {key: {description: The key}, "
                f"WEATHER_TOKEN: {{default: {SECRET}}}}}}}\n"
                f"  commandFunction: 'c => ({{env: {{WEATHER_KEY: c.key || \"{SECRET}\"}}}})'\n"
                f"  exampleConfig: {{key: {SECRET}}}\n"
            ),
            "manifest.json": json.dumps(
                {
                    "manifest_version": "0.3",
                    "server": {
                        "mcp_config": {"env": {"WEATHER_API": SECRET, "KEY": "${user_config.k}"}}
                    },
                    "user_config": {"k": {"sensitive": True, "default": SECRET}},
                }
            ),
            "README.md": (
                f"Forecasts.\n\n- `WEATHER_KEY`: for example {SECRET} or so\n\n"
                f"| `WEATHER_CITY` | use {SECRET} if you like |\n\n```json\n{config}\n```\n"
            ),
        },
    )
    found = search(tmp_path)
    result = draft(found.findings, Answers(name="io.github.alice/weather"))
    assert "WEATHER_KEY" in str(result.document)
    assert SECRET not in str(result.document)
    assert SECRET not in str((result.notes, found.notes, [one.asks for one in result.missing]))
    assert SECRET not in str([one.default for one in result.missing])


def test_servers_of_others_in_a_configuration_are_passed_over(tmp_path: Path) -> None:
    others = json.dumps(
        {"mcpServers": {"db": {"command": "npx", "args": ["other"], "env": {"DB_KEY": ""}}}}
    )
    files = {
        "package.json": json.dumps(PACKAGE),
        ".mcp.json": others,
        "README.md": f"```json\n{others}\n```",
    }
    write(tmp_path, **files)
    assert variables_in(tmp_path) == []


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"mcpServers": []}', '{"mcpServers": {"w": 1}}', "{" * 5000]
)
def test_no_configuration_whatever_it_says_ends_the_search(text: str, tmp_path: Path) -> None:
    write(
        tmp_path, **{".mcp.json": text, "README.md": f"```json\n{text}\n```", ".cursor/mcp.json": text}
    )
    assert variables_in(tmp_path) == []


def test_a_form_says_more_than_a_configuration() -> None:
    form = Variable(name="MODE", description="How.", is_required=True, choices=("a", "b"), default="a")
    (variable,) = variables_of([form], ["MODE", "PATH", "not a name", "NODE_ENV"], None)
    assert variable == form


def test_a_readme_tells_what_a_variable_is_for() -> None:
    readme = (
        "- **`A_URL`** (required): Where the instance is. It can be anywhere.\n"
        "| `B_TOKEN` | yes | A token for its API | `x` |\n* `C`: x\n"
    )
    found = variables_of([], ["A_URL", "B_TOKEN", "C"], readme)
    assert [(one.description, one.is_secret) for one in found] == [
        ("Where the instance is. It can be anywhere.", False),
        ("A token for its API", True),
        (None, False),
    ]


@pytest.mark.parametrize(
    ("name", "is_secret"),
    [
        ("BRAVE_API_KEY", True),
        ("GITHUB_TOKEN", True),
        ("GITHUB_PAT", True),
        ("DB_PASSWORD", True),
        ("APIKEY", True),
        ("CLIENT_SECRET", True),
        ("CLIENT_KEY_PATH", False),
        ("CLIENT_ID", False),
        ("MAX_TOKENS", False),
        ("MONKEY", False),
    ],
)
def test_a_name_tells_a_secret(name: str, is_secret: bool) -> None:
    assert is_secret_name(name) == is_secret


def test_an_author_chooses_among_the_variables_or_names_others(tmp_path: Path) -> None:
    text = configuration(command="weather", env=ENV)
    write(tmp_path, **{"package.json": json.dumps(PACKAGE), ".mcp.json": text})
    found = search(tmp_path).findings

    def drafted(answer: str | None) -> list[dict[str, object]]:
        (package,) = draft(found, Answers(variables=answer)).document["packages"]
        variables: list[dict[str, object]] = package.get("environmentVariables", [])
        return variables

    assert drafted(None) == [{"name": "WEATHER_KEY", "isSecret": True}, {"name": "WEATHER_CITY"}]
    assert drafted("WEATHER_CITY, UNITS") == [{"name": "WEATHER_CITY"}, {"name": "UNITS"}]
    assert drafted("-") == []
