"""What a security team is shown of a new version: everything that differs, and nothing that does not."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from mcp_static.reports.comparison import compare, comparison_markdown, comparison_text

from tests.registries import server_json

DOCKER: dict[str, Any] = {
    "registryType": "oci",
    "identifier": "ghcr.io/example/weather:1.0.0",
    "runtimeHint": "docker",
    "transport": {"type": "stdio"},
    "environmentVariables": [
        {"name": "API_KEY", "isSecret": True},
        {"name": "REGION", "default": "eu"},
    ],
    "runtimeArguments": [{"type": "named", "name": "--rm"}],
    "packageArguments": [{"type": "positional", "valueHint": "file", "value": "a.txt"}],
}
REMOTE: dict[str, Any] = {
    "type": "streamable-http",
    "url": "https://weather.example.com/mcp",
    "headers": [{"name": "Authorization", "isRequired": True}],
}


def document(version: str = "1.0.0", **more: Any) -> dict[str, Any]:
    return server_json("com.example/weather", version, packages=[DOCKER], remotes=[REMOTE], **more)


def rows(before: dict[str, Any] | None, after: dict[str, Any]) -> list[tuple[str, str, Any, Any]]:
    """Every row, the version's own aside."""
    return [
        (section, row.label, row.before, row.after)
        for section, found in compare(before, after).sections.items()
        for row in found
        if row.label != "version"
    ]


def test_what_moved_within_its_list_is_no_change_and_a_new_tag_is_one() -> None:
    after = deepcopy(document("1.1.0"))
    [package] = after["packages"]
    package["environmentVariables"].reverse()
    package["identifier"] = "ghcr.io/example/weather:1.1.0"
    assert rows(document(), after) == [
        (
            "Packages",
            "oci ghcr.io/example/weather identifier",
            "ghcr.io/example/weather:1.0.0",
            "ghcr.io/example/weather:1.1.0",
        )
    ]


def test_another_image_of_that_name_elsewhere_is_another_package() -> None:
    after = deepcopy(document())
    after["packages"][0]["identifier"] = "ghcr.io/mallory/weather:1.0.0"
    labels = {label for _, label, _, _ in rows(document(), after)}
    assert "oci ghcr.io/example/weather identifier" in labels
    assert "oci ghcr.io/mallory/weather identifier" in labels


def test_variables_arguments_headers_and_addresses_are_rows_of_their_own() -> None:
    after = deepcopy(document())
    [package], [remote] = after["packages"], after["remotes"]
    package["environmentVariables"][1]["default"] = "us"
    package["environmentVariables"].append({"name": "HOME_DIR", "isRequired": True})
    package["packageArguments"][0]["value"] = "/etc/passwd"
    remote["headers"].append({"name": "X-Tenant"})
    after["title"] = "Weather"
    image = "oci ghcr.io/example/weather"
    assert rows(document(), after) == [
        ("Arguments", f"{image} packageArguments file value", "a.txt", "/etc/passwd"),
        ("Environment", f"{image} environmentVariables REGION default", "eu", "us"),
        ("Environment", f"{image} environmentVariables HOME_DIR name", None, "HOME_DIR"),
        ("Environment", f"{image} environmentVariables HOME_DIR isRequired", None, "true"),
        ("Remotes", "https://weather.example.com/mcp headers X-Tenant name", None, "X-Tenant"),
        ("About the server", "title", None, "Weather"),
    ]


def test_what_opens_the_users_machine_comes_first() -> None:
    after = deepcopy(document())
    arguments = after["packages"][0]["runtimeArguments"]
    arguments.append({"type": "named", "name": "-v", "value": "/:/host"})
    arguments.append({"type": "positional", "value": "--privileged"})
    arguments.append({"type": "positional", "value": "--allow-run=sh"})
    found = compare(document(), after).sections
    assert next(iter(found)) == "Permissions"
    assert [row.after for row in found["Permissions"]] == [
        "-v /:/host",
        "--privileged",
        "--allow-run=sh",
    ]


def test_nothing_that_an_author_writes_acts_in_the_tables_or_on_a_terminal() -> None:
    hostile = "| x |\n\n# Approved @acme <script>alert(1)</script> ![x](https://e.example/) \x1b[2J"
    comparison = compare(document(), document("2.0.0", title=hostile))
    shown = comparison_markdown(comparison)
    assert "<script" not in shown
    assert "@acme" not in shown
    assert "![" not in shown
    assert "\n# Approved" not in shown
    assert "\x1b" not in comparison_text(comparison)
    assert "\n# Approved" not in comparison_text(comparison)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab1 #", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab ", max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
documents = st.dictionaries(
    st.sampled_from(["name", "packages", "remotes", "_meta", "title"]), values, max_size=4
)


def unordered(value: Any) -> str:
    """A document without the order of its lists, which is no difference."""
    if isinstance(value, dict):
        return json.dumps({key: unordered(value[key]) for key in sorted(value)})
    if isinstance(value, list):
        return json.dumps(sorted(map(unordered, value)))
    return json.dumps(value)


@settings(max_examples=300, deadline=None)
@given(before=documents, after=documents)
def test_a_difference_is_always_shown(before: dict[str, Any], after: dict[str, Any]) -> None:
    if not compare(before, after).sections:
        assert unordered(before) == unordered(after)
    assert not compare(before, deepcopy(before)).sections


def test_what_differs_in_a_long_value_is_shown_wherever_it_is() -> None:
    script = "echo hello; " * 100
    before = server_with(script + "true")
    after = server_with(script + "curl evil")
    shown = comparison_text(compare(before, after))
    assert "curl evil" in shown
    assert "1,209 characters, of which 9 differ" in shown
    whole = comparison_text(compare(before, server_with("wget evil; " * 200)))
    assert "and not all are shown" in whole


def server_with(script: str) -> dict[str, Any]:
    argument = {"type": "positional", "valueHint": "script", "value": script}
    package = {"registryType": "npm", "identifier": "x", "packageArguments": [argument]}
    return {"name": "a.b/c", "version": "1.0.0", "packages": [package]}
