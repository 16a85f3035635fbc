"""The commands that records become: flags, repeated words, ports, commands of other names, platforms."""

from typing import Any

import pytest
from mcp_static.packages.methods import Method, methods_of
from mcp_static.packages.values import Input, Value
from mcp_static.pages.install_snippets import Listing
from mcp_static.pages.server_view import method_views

from tests.pages.odd_servers import IMAGE, flag, named, over_http, package, positional, remotes


def method(given: dict[str, Any]) -> Method:
    [found] = methods_of({"packages": [given]})
    return found


def command(given: dict[str, Any]) -> str:
    launch = method(given).launch
    assert launch is not None
    return " ".join([launch.command, *map(written, launch.args)])


def written(value: Value) -> str:
    return "".join(part if isinstance(part, str) else f"<{part.id}>" for part in value)


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (flag("--verbose", value="true"), " --verbose"),
        (flag("--verbose", value="True"), " --verbose"),
        (flag("--verbose", default="true"), " --verbose"),
        (flag("--verbose", isRequired=True, description="Always."), " --verbose"),
        (flag("--cache", value="false"), " --cache=false"),
        (flag("--cache", default="false"), ""),
        (flag("--cache", description="If you like."), ""),
        (flag("--cache", choices=["true", "false"]), ""),
        (flag("--cache", choices=["true", "false"], isRequired=True), " --cache=<cache>"),
        (flag("--cache", value="{on}", variables={"on": {}}), " --cache=<on>"),
        ({"type": "positional", "format": "boolean", "value": "true"}, " true"),
        (named("--level", value="true"), " --level true"),
        (named("--bare"), " --bare"),
        (named("", value="nameless"), ""),
    ],
)
def test_a_boolean_argument_is_a_flag(argument: dict[str, Any], words: str) -> None:
    given = package("npm", "weather", packageArguments=[argument])
    assert command(given) == f"npx -y weather@1.2.3{words}"


def test_a_boolean_variable_is_a_word() -> None:
    variable = {"name": "DEBUG", "format": "boolean", "value": "true"}
    launch = method(package("npm", "weather", environmentVariables=[variable])).launch
    assert launch is not None
    assert launch.env == (("DEBUG", ("true",)),)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (positional("run", "-i", "--rm"), "run -i --rm"),
        (positional("docker", "run", "--rm", "-i"), "run --rm -i"),
        ([flag("-i", value="true"), flag("--rm", value="true")], "run -i --rm"),
        ([named("-i", value="true"), named("--rm", value="true")], "run -i --rm"),
        ([named("--interactive"), named("--init", value="true")], "run --rm --interactive --init"),
        ([named("-i", description="Interactive.", isRequired=True)], "run --rm -i"),
        (positional("-it"), "run --rm -it"),
        ([flag("--rm", value="false")], "run -i --rm=false"),
        ([named("-v", value="/a:/b")], "run -i --rm -v /a:/b"),
        (positional("run", "--rm", "-i", "-e", "KEY", IMAGE), "run --rm -i -e KEY"),
    ],
)
def test_what_a_record_repeats_of_docker_is_not_given_twice(
    arguments: list[dict[str, Any]], words: str
) -> None:
    assert command(package("oci", IMAGE, runtimeArguments=arguments)) == f"docker {words} {IMAGE}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (package("npm", "weather", runtimeArguments=positional("npx", "--yes")), "npx --yes weather@1.2.3"),
        (package("npm", "weather", runtimeArguments=[flag("-y", value="true")]), "npx -y weather@1.2.3"),
        (package("nuget", "Weather", runtimeArguments=positional("--yes")), "dnx --yes Weather@1.2.3"),
    ],
)  # fmt: skip
def test_what_a_record_repeats_of_a_runner_is_not_given_twice(
    given: dict[str, Any], expected: str
) -> None:
    assert command(given) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            package("pypi", "warehouse", runtimeArguments=[named("--from", value="warehouse"), *positional("warehouse-mcp")]),
            "uvx --from warehouse@1.2.3 warehouse-mcp",
        ),
        (
            package("pypi", "warehouse", runtimeArguments=positional("--from=warehouse", "warehouse-mcp")),
            "uvx --from=warehouse@1.2.3 warehouse-mcp",
        ),
        (
            package("pypi", "warehouse", runtimeArguments=[named("--from", value="warehouse[cli]==1.2.3")]),
            "uvx --from warehouse[cli]==1.2.3 warehouse",
        ),
        (
            package("pypi", "warehouse", runtimeArguments=[named("--from", value="warehouse")], packageArguments=positional("warehouse-mcp")),
            "uvx --from warehouse@1.2.3 warehouse-mcp",
        ),
        (
            package("pypi", "warehouse", runtimeArguments=[named("--from", value="warehouse")], packageArguments=positional("--stdio")),
            "uvx --from warehouse@1.2.3 warehouse --stdio",
        ),
        (
            package("pypi", "warehouse", runtimeHint="python", runtimeArguments=positional("-m", "warehouse.server")),
            "uvx --from warehouse@1.2.3 python -m warehouse.server",
        ),
        (
            package("npm", "@a/warehouse", runtimeArguments=[named("--package", value="@a/warehouse"), *positional("warehouse-mcp")]),
            "npx -y --package @a/warehouse@1.2.3 warehouse-mcp",
        ),
        (
            package("npm", "@a/warehouse", runtimeArguments=positional("--package=@a/warehouse@2")),
            "npx -y --package=@a/warehouse@2 warehouse",
        ),
    ],
)  # fmt: skip
def test_a_command_of_another_name_than_its_package_is_started(
    given: dict[str, Any], expected: str
) -> None:
    assert command(given) == expected


@pytest.mark.parametrize(
    ("url", "more", "words"),
    [
        ("http://localhost:3000/mcp", {}, " -p 127.0.0.1:3000:3000"),
        ("http://127.0.0.1:3000/mcp", {}, " -p 127.0.0.1:3000:3000"),
        ("http://0.0.0.0:3000", {}, " -p 127.0.0.1:3000:3000"),
        ("http://[::1]:3000/", {}, " -p 127.0.0.1:3000:3000"),
        ("https://localhost/mcp", {}, " -p 127.0.0.1:443:443"),
        ("http://localhost:{PORT}/mcp", {}, " -p 127.0.0.1:8080:8080"),
        ("http://localhost:{port}/mcp", {}, " -p 127.0.0.1:<port>:<port>"),
        ("http://{host}:3000/mcp", {}, " -p 127.0.0.1:3000:3000"),
        ("http://localhost:{unknown}/mcp", {}, ""),
        ("http://localhost:{0}/mcp", {}, ""),
        ("https://example.com:3000/mcp", {}, ""),
        ("http://localhost.example.com:3000/mcp", {}, ""),
        ("localhost:3000", {}, ""),
        ("http://localhost:3000/mcp", {"runtimeArguments": [named("-p", value="1:3000")]}, " -p 1:3000"),
        ("http://localhost:3000/mcp", {"runtimeArguments": positional("--publish=1:2")}, " --publish=1:2"),
        ("http://localhost:3000/mcp", {"runtimeArguments": [named("--network", value="host")]}, " --network host"),
    ],
)  # fmt: skip
def test_a_container_that_is_reached_over_http_publishes_its_port(
    url: str, more: dict[str, Any], words: str
) -> None:
    variables = {"port": {"description": "The port."}, "host": {"default": "127.0.0.1"}}
    arguments = [
        named("--port", value="{port}", variables={"port": variables["port"]}),
        named("--host", value="{host}", variables={"host": variables["host"]}),
    ]
    given = package(
        "oci",
        IMAGE,
        transport=over_http(url),
        packageArguments=arguments,
        environmentVariables=[{"name": "PORT", "default": "8080"}],
        **more,
    )
    at_end = f"-e PORT{words}" if more else f"{words.strip()} -e PORT".strip()
    assert command(given) == f"docker run -i --rm {at_end} {IMAGE} --port <port> --host <host>"


def test_a_port_is_published_before_an_image_of_any_name() -> None:
    for image in ("run", "rm"):
        given = package("oci", image, transport=over_http("http://localhost:1/"))
        assert command(given) == f"docker run -i --rm -p 127.0.0.1:1:1 {image}"


def test_a_container_that_is_talked_to_directly_publishes_nothing() -> None:
    assert command(package("oci", IMAGE)) == f"docker run -i --rm {IMAGE}"


def test_variables_of_one_name_in_two_arguments_are_two_inputs() -> None:
    mounts = [
        named(
            "--mount",
            value=f"type=bind,src={{path}},dst={target}",
            variables={"path": {"description": f"For {target}."}},
        )
        for target in ("/a", "/b", "/a")
    ]
    found = method(package("oci", IMAGE, runtimeArguments=mounts))
    assert command(package("oci", IMAGE, runtimeArguments=mounts)) == (
        "docker run -i --rm --mount type=bind,src=<path>,dst=/a --mount type=bind,src=<path-2>,dst=/b "
        f"--mount type=bind,src=<path>,dst=/a {IMAGE}"
    )
    assert found.inputs == (Input("path", "For /a."), Input("path-2", "For /b."))


def test_a_variable_may_have_any_name_and_a_fixed_value() -> None:
    value = "{my key}/{--dir}/{region}/{else}"
    variables = {"my key": {"default": "k"}, "region": {"value": "eu"}}
    arguments = [named("--dir", default="/data"), named("--to", value=value, variables=variables)]
    given = package("npm", "weather", packageArguments=arguments)
    assert command(given) == "npx -y weather@1.2.3 --dir /data --to <my key>//data/eu/{else}"


def test_what_is_the_same_for_all_users_is_no_setting() -> None:
    arguments = [
        *positional("run"),
        named("--rm"),
        flag("-i", value="true"),
        flag("--init", isRequired=True),
        named("-e", value="KEY={key}", variables={"key": {"isSecret": True}}),
        named("--log", default="info", isRepeated=True),
        {"type": "positional", "valueHint": "folder"},
    ]
    variables = [
        {"name": "MODE", "value": "stdio"},
        {"name": "LEAKED", "value": "sk-1", "isSecret": True},
        {"name": "REGION"},
    ]
    given = package("oci", IMAGE, runtimeArguments=arguments, environmentVariables=variables)
    [view] = method_views({"name": "a/weather", "packages": [given]}, None)
    assert [(option.name, option.kind) for option in view.options] == [
        ("LEAKED", "environment variable"),
        ("REGION", "environment variable"),
        ("key", "part of -e"),
        ("--log", "runtime argument, may be repeated"),
        ("folder", "runtime argument"),
    ]


@pytest.mark.parametrize(
    ("file", "more", "title"),
    [
        ("weather-mcp-darwin-arm64.mcpb", {}, "MCP bundle, macOS ARM64"),
        ("Weather_1.0_Windows_x86_64.mcpb", {}, "MCP bundle, Windows x64"),
        ("weather-mcp-win32-ia32.mcpb", {}, "MCP bundle, Windows x86"),
        ("weather-mcp-linux.mcpb", {}, "MCP bundle, Linux"),
        ("weather-mcp.macos-universal.mcpb", {}, "MCP bundle, macOS universal"),
        ("weather-mcp.mcpb", {"runtimeHint": "linux-amd64"}, "MCP bundle, Linux x64"),
        ("darwinian-mcp.mcpb", {}, "MCP bundle"),
        ("weather-mcp.mcpb", {"runtimeHint": "binary"}, "MCP bundle"),
    ],
)
def test_bundles_are_told_apart_by_their_platform(file: str, more: dict[str, Any], title: str) -> None:
    url = f"https://github.com/alice/linux-weather/releases/download/v1.0.0/{file}"
    assert method(package("mcpb", url, **more)).title == title


def names(*urls: str) -> list[str]:
    listing = Listing("com.example/weather")
    return [listing.whole_name(found) for found in methods_of({"remotes": remotes(*urls)})]


def test_the_remotes_of_a_server_have_names_of_their_own() -> None:
    base = "https://docs.example.com"
    others = ("https://logs.example.com/mcp", f"{base}/sse", "https://logs.example.com/sse")
    assert names(f"{base}/mcp", *others) == [
        "com.example/weather",
        "com.example/weather/logs",
        "com.example/weather/sse",
        "com.example/weather/logs-sse",
    ]
    assert names(f"{base}/mcp", *others[::-1]) == [
        "com.example/weather",
        "com.example/weather/logs-sse",
        "com.example/weather/sse",
        "com.example/weather/logs",
    ]
    assert names(f"{base}/mcp", others[0]) == ["com.example/weather", "com.example/weather/logs"]


def test_remotes_that_differ_in_nothing_have_names_of_their_own_as_well() -> None:
    found = names(*["https://mcp.example.com/mcp"] * 6, "https://mcp.example.com/" + "a" * 90)
    assert len(set(found)) == 7
    assert max(map(len, found)) <= len("com.example/weather/") + 40


def test_a_short_name_has_the_letters_that_every_client_takes() -> None:
    found = methods_of({"remotes": remotes("https://a.example/mcp", "https://ä.example/{x}?y=É")})
    listing = Listing("com.example/weather")
    assert [listing.short_name(one) for one in found] == ["weather", "weather-x-y"]


def test_a_package_has_the_name_of_its_server() -> None:
    server = {"remotes": remotes("https://a.example/mcp"), "packages": [package("npm", "weather")] * 2}
    listing = Listing("com.example/weather")
    assert {listing.whole_name(found) for found in methods_of(server)} == {"com.example/weather"}
