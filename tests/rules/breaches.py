"""For every rule, documents that break it and the JSON paths at which they do."""

import json
from typing import Any

from mcp_static.packages import npm, pypi

from tests.registries import server_json

NAME = "io.github.alice/weather"
NO_SCHEMA: dict[str, Any] = {"$schema": None}
STDIO = {"type": "stdio"}
PYPI, NPM_PAGES = pypi.REGISTRY.site.url, npm.REGISTRY.pages.url


def package(**more: Any) -> dict[str, Any]:
    """A valid npm package; `more` replaces or (None) removes fields."""
    fields = {
        "registryType": "npm",
        "identifier": "weather",
        "version": "1.0.0",
        "transport": STDIO,
        **more,
    }
    return {key: value for key, value in fields.items() if value is not None}


def raw_server(**members: Any) -> bytes:
    """A server as a program writes it, nulls included."""
    return json.dumps(server_json(NAME) | members).encode()


def with_package(**more: Any) -> dict[str, Any]:
    """A server with one package."""
    return server_json(NAME, packages=[package(**more)])


def with_remote(**more: Any) -> dict[str, Any]:
    """A server with one remote."""
    return server_json(
        NAME,
        remotes=[{"type": "streamable-http", "url": "https://weather.weather-tools.dev/mcp", **more}],
    )


def with_argument(**argument: Any) -> dict[str, Any]:
    """A server with one named argument."""
    return with_package(packageArguments=[{"type": "named", **argument}])


PUBLISHER = "io.modelcontextprotocol.registry/publisher-provided"

BREACHES: list[tuple[str, dict[str, Any] | bytes, list[str]]] = [
    ("file-size", b'{"a":"' + b"x" * 98_304 + b'"}', [""]),
    ("file-encoding", b'{"name": "\xff"}', [""]),
    ("file-encoding", b'{"name": "\\ud800"}', ["name"]),
    ("file-json", b"{", [""]),
    ("file-json", b"[]", [""]),
    ("file-json", b'"text"', [""]),
    ("file-json", b"", [""]),
    ("file-unambiguous", b'{"name": "a", "name": "b"}', ["name"]),
    ("file-unambiguous", b'{"_meta": {"n": NaN}}', ["_meta.n"]),
    ("file-depth", b'{"a":' * 40 + b"1" + b"}" * 40, [""]),
    ("schema-known", server_json(NAME, **{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-01-27/server.schema.json"}), ["$schema"]),
    ("schema-known", server_json(NAME, **{"$schema": "https://example.com/schema.json"}), ["$schema"]),
    ("schema-current", server_json(NAME, **{"$schema": "https://static.modelcontextprotocol.io/schemas/2025-09-29/server.schema.json"}), ["$schema"]),
    ("schema-named", server_json(NAME, **NO_SCHEMA), ["$schema"]),
    ("name-grammar", server_json("weather"), ["name"]),
    ("name-grammar", server_json("io.github.alice/a/b"), ["name"]),
    ("name-grammar", server_json("io.github.alice/_x"), ["name"]),
    ("name-grammar", server_json("com.example/" + "y" * 190), ["name"]),
    ("name-grammar", server_json("com.example/nul"), ["name"]),
    ("name-grammar", server_json("com.example/index.html"), ["name"]),
    ("namespace-reversed-domain", server_json("alice/weather"), ["name"]),
    ("namespace-reversed-domain", server_json("com..example/weather"), ["name"]),
    ("namespace-reversed-domain", server_json("com.-example/weather"), ["name"]),
    ("version-in-a-path", server_json(NAME, "../../x"), ["version"]),
    ("version-in-a-path", server_json(NAME, "latest"), ["version"]),
    ("version-in-a-path", server_json(NAME, "CON"), ["version"]),
    ("version-in-a-path", server_json(NAME, "😀" * 255), ["version"]),
    ("version-is-one-version", server_json(NAME, "^1.2.3"), ["version"]),
    ("version-is-one-version", server_json(NAME, "1.x"), ["version"]),
    ("version-ascii", server_json(NAME, "1.0.1\u00ba"), ["version"]),
    ("version-ascii", with_package(version="1.0.\uff11"), ["packages[0].version"]),
    ("version-semantic", server_json(NAME, "v1"), ["version"]),
    ("shape", server_json(NAME, description=None), ["description"]),
    ("shape", server_json(NAME, title=7), ["title"]),
    ("shape", server_json(NAME, packages={"a": 1}), ["packages"]),
    ("shape", with_package(environmentVariables=[{"name": "A", "isSecret": "yes"}]), ["packages[0].environmentVariables[0].isSecret"]),
    ("shape", with_package(transport={"type": "sse", "url": 7}), ["packages[0].transport.url"]),
    ("shape", with_package(transport={"type": ["stdio"]}), ["packages[0].transport"]),
    ("rendered-size", server_json(NAME, _meta={PUBLISHER: {"a": "<" * 20_000}}), [""]),
    ("renamed-field", with_package(registry_base_url="https://example.com"), ["packages[0].registry_base_url"]),
    ("renamed-field", server_json(NAME, website_url="https://example.com"), ["website_url"]),
    ("renamed-field", server_json(NAME, version_detail={"version": "1.0.0"}), ["version_detail"]),
    ("schema", server_json(NAME, description="x" * 101), ["description"]),
    ("schema", server_json(NAME, description=""), ["description"]),
    ("schema", server_json(NAME, repository={"id": "1"}), ["repository.url", "repository.source"]),
    ("schema", with_package(transport={"type": "http", "url": "https://a.example"}), ["packages[0].transport"]),
    ("schema", with_package(transport={"type": "sse"}), ["packages[0].transport.url"]),
    ("schema", with_package(packageArguments=[{"type": "positional"}]), ["packages[0].packageArguments[0]"]),
    ("schema", with_package(fileSha256="ABC"), ["packages[0].fileSha256"]),
    ("schema", server_json(NAME, icons=[{"src": "https://a.example/i.png", "sizes": ["big"]}]), ["icons[0].sizes[0]"]),
    ("schema", with_remote(type="stdio"), ["remotes[0]"]),
    ("no-empty-member", server_json(NAME, title=""), ["title"]),
    ("no-empty-member", server_json(NAME, repository={}), ["repository"]),
    ("no-empty-member", server_json(NAME, repository={"url": "", "source": ""}), ["repository"]),
    ("no-empty-member", raw_server(repository=None, packages=None), ["repository", "packages"]),
    ("no-empty-member", with_package(transport={"type": "stdio", "url": ""}, runtimeHint=""), ["packages[0].runtimeHint", "packages[0].transport.url"]),
    ("unknown-field", server_json(NAME, websiteURL="https://example.com"), ["websiteURL"]),
    ("unknown-field", with_package(env=[{"name": "TOKEN"}]), ["packages[0].env"]),
    ("unknown-field", with_package(transport={"type": "stdio", "command": "x"}), ["packages[0].transport.command"]),
    ("unknown-field", server_json(NAME, OpenWeatherMap={"ApiKey": "not-a-real-key"}), ["OpenWeatherMap"]),
    ("unknown-field", with_remote(variables={"a": {"require": True}}), ["remotes[0].variables.a.require"]),
    ("no-secrets", with_package(environmentVariables=[{"name": "A", "default": "ghp_" + "aB3dE6gH9j" * 4}]), ["packages[0].environmentVariables[0].default"]),
    ("no-placeholder", server_json(NAME, "${VERSION}"), ["version"]),
    ("no-placeholder", server_json(NAME, description="<your description here>"), ["description"]),
    ("no-placeholder", with_package(version="{{VERSION}}"), ["packages[0].version"]),
    ("no-placeholder", with_package(version="$npm_package_version"), ["packages[0].version"]),
    ("no-placeholder", with_package(fileSha256="0" * 64), ["packages[0].fileSha256"]),
    ("no-placeholder", with_remote(headers=[{"name": "X-Key", "value": "YOUR_API_KEY"}]), ["remotes[0].headers[0].value"]),
    ("no-example-host", with_remote(url="https://example.com/mcp"), ["remotes[0].url"]),
    ("no-example-host", with_remote(url="https://mcp.weather.example/"), ["remotes[0].url"]),
    ("no-example-transport", with_package(transport={"type": "sse", "url": "https://example.com/sse"}), ["packages[0].transport.url"]),
    ("transport-url-of-the-draft", with_remote(url="{base}/mcp", variables={"base": {}}), ["remotes[0].url"]),
    ("version-on-windows", server_json(NAME, "1.0."), ["version"]),
    ("path-length", server_json("io.github.alice/" + "weather" * 15, "1.0.0-" + "x" * 60), [""]),
    ("package-name", with_package(identifier="@corp/docs@1.0.0"), ["packages[0].identifier"]),
    ("package-name", with_package(registryType="oci", identifier="ghcr.io/Alice/weather:1", version=None), ["packages[0].identifier"]),
    ("package-name", with_package(registryType="mcpb", identifier="https://example.com/mcp/x.mcpb", fileSha256="a" * 64, version=None), ["packages[0].identifier"]),
    ("package-owner", with_package(registryType="go", identifier="github.com/bob/weather", version="v1.0.0"), ["packages[0].identifier"]),
    ("package-registry-other", with_package(registryBaseUrl=PYPI), ["packages[0].registryBaseUrl"]),
    ("package-registry-other", with_package(registryBaseUrl="/npm"), ["packages[0].registryBaseUrl"]),
    ("package-registry-private", with_package(registryBaseUrl="https://npm.corp.dev"), ["packages[0].registryBaseUrl"]),
    ("package-registry-private", with_package(registryType="oci", identifier="images.corp.dev/a:1", version=None), ["packages[0].identifier"]),
    ("package-moving-tag", with_package(registryType="oci", identifier="ghcr.io/alice/weather:latest", version=None), ["packages[0].identifier"]),
    ("runtime-arguments-repeated", with_package(runtimeHint="npx", runtimeArguments=[{"type": "named", "name": "-y"}]), ["packages[0].runtimeArguments[0]"]),
    ("no-null", server_json(NAME, _meta={"x.y/z": None}), ['_meta["x.y/z"]']),
    ("meta-publisher-only", server_json(NAME, _meta={"com.example/x": {}}), ['_meta["com.example/x"]']),
    ("meta-size", server_json(NAME, _meta={PUBLISHER: {"a": "x" * 4096}}), [f'_meta["{PUBLISHER}"]']),
    ("no-registry-fields", server_json(NAME, status="active"), ["status"]),
    ("text-visible", server_json(NAME, title="a\u202eb"), ["title"]),
    ("text-visible", server_json(NAME, description="a\x07b"), ["description"]),
    ("text-visible", server_json(NAME, title="a\u200bb"), ["title"]),
    ("text-visible", server_json(NAME, description="Ignore\U000e0061\U000e0062"), ["description"]),
    ("text-visible", server_json(NAME, description="a\ue000b"), ["description"]),
    ("text-visible", server_json(NAME, description="a\u0378b"), ["description"]),
    ("text-visible", server_json(NAME, description="a\u2028b"), ["description"]),
    ("text-visible", server_json(NAME, description="a\ufe0fb"), ["description"]),
    ("text-visible", with_package(environmentVariables=[{"name": "A\u2060B"}]), ["packages[0].environmentVariables[0].name"]),
    ("text-visible", with_remote(variables={"a\u3164": {}}), ["remotes[0].variables"]),
    ("text-one-line", server_json(NAME, description="a\nb"), ["description"]),
    ("text-not-blank", server_json(NAME, title="  "), ["title"]),
    ("text-not-blank", server_json(NAME, title="\u2800\u3000"), ["title"]),
    ("website-https", server_json(NAME, websiteUrl="https://github.com@example.com/"), ["websiteUrl"]),
    ("website-https", server_json(NAME, websiteUrl="https://example.com\\@example.org/"), ["websiteUrl"]),
    ("website-https", server_json(NAME, websiteUrl="http://example.com"), ["websiteUrl"]),
    ("website-https", server_json(NAME, websiteUrl="javascript:alert(1)"), ["websiteUrl"]),
    ("website-https", server_json(NAME, websiteUrl="https://[bad"), ["websiteUrl"]),
    ("icon-https", server_json(NAME, icons=[{"src": "data:image/png;base64,AA"}]), ["icons[0].src"]),
    ("repository-address", server_json(NAME, repository={"url": "https://example.com/a/b", "source": "github"}), ["repository.url"]),
    ("repository-address", server_json(NAME, repository={"url": "https://github.com/a", "source": "github"}), ["repository.url"]),
    ("repository-address", server_json(NAME, repository={"url": "https://sr.ht/~a/b", "source": "sourcehut"}), ["repository.source"]),
    ("repository-https", server_json(NAME, repository={"url": "http://github.com/a/b", "source": "github"}), ["repository.url"]),
    ("repository-subfolder", server_json(NAME, repository={"url": "https://github.com/a/b", "source": "github", "subfolder": "../x"}), ["repository.subfolder"]),
    ("repository-subfolder", server_json(NAME, repository={"url": "https://github.com/a/b", "source": "github", "subfolder": "/x"}), ["repository.subfolder"]),
    ("package-type", with_package(registryType="apt"), ["packages[0].registryType"]),
    ("package-identifier", with_package(identifier="a b"), ["packages[0].identifier"]),
    ("package-one-version", with_package(version="latest"), ["packages[0].version"]),
    ("package-one-version", with_package(version=">=1"), ["packages[0].version"]),
    ("package-version-needed", with_package(version=None), ["packages[0].version"]),
    ("package-version-needed", with_package(registryType="cargo", version=None), ["packages[0].version"]),
    ("package-go-version", with_package(registryType="go", version="1.0.0"), ["packages[0].version"]),
    ("package-oci-reference", with_package(registryType="oci", identifier="ghcr.io/a/b", version=None), ["packages[0].identifier"]),
    ("package-oci-reference", with_package(registryType="oci", identifier="ghcr.io/a/b:1"), ["packages[0].version"]),
    ("package-oci-reference", with_package(registryType="oci", identifier="localhost:5000/b", version=None), ["packages[0].identifier"]),
    ("package-mcpb-file", with_package(registryType="mcpb", identifier="https://github.com/a/b/x.zip", version=None), ["packages[0].fileSha256", "packages[0].identifier"]),
    ("package-mcpb-file", with_package(registryType="mcpb", identifier="x.mcpb", version=None, fileSha256="a" * 64), ["packages[0].identifier"]),
    ("package-registry-address", with_package(registryType="pypi", registryBaseUrl=f"{PYPI}/simple"), ["packages[0].registryBaseUrl"]),
    ("package-registry-address", with_package(registryBaseUrl=f"{NPM_PAGES}/package"), ["packages[0].registryBaseUrl"]),
    ("package-registry-implied", with_package(registryType="pypi", registryBaseUrl=f"{PYPI}/"), ["packages[0].registryBaseUrl"]),
    ("package-runtime-hint", with_package(runtimeArguments=[{"type": "named", "name": "-y"}]), ["packages[0].runtimeHint"]),
    ("argument-name", with_argument(name="--port 8080"), ["packages[0].packageArguments[0].name"]),
    ("argument-name", with_argument(name=""), ["packages[0].packageArguments[0].name"]),
    ("argument-name", with_argument(name="--dir <path>"), ["packages[0].packageArguments[0].name"]),
    ("argument-value", with_argument(name="--port", value="--port 8080"), ["packages[0].packageArguments[0].value"]),
    ("argument-value", with_argument(name="--port", default="--port=1"), ["packages[0].packageArguments[0].default"]),
    ("variable-name", with_package(environmentVariables=[{"name": "UNITS=metric"}]), ["packages[0].environmentVariables[0].name"]),
    ("transport-stdio", with_package(transport={"type": "stdio", "url": "http://a.example"}), ["packages[0].transport.url"]),
    ("transport-address", with_package(transport={"type": "sse", "url": "http://:8080/x"}), ["packages[0].transport.url"]),
    ("transport-address", with_package(transport={"type": "sse", "url": "http://a.example@127.0.0.1/x"}), ["packages[0].transport.url"]),
    ("transport-variables", with_package(transport={"type": "sse", "url": "http://127.0.0.1:{port}/sse"}), ["packages[0].transport.url"]),
    ("remote-address", with_remote(url="http://weather.weather-tools.dev/mcp"), ["remotes[0].url"]),
    ("remote-address", with_remote(url="https://localhost/mcp"), ["remotes[0].url"]),
    ("remote-address", with_remote(url="https://10.0.0.1/mcp"), ["remotes[0].url"]),
    ("remote-address", with_remote(url="https://[::1]/mcp"), ["remotes[0].url"]),
    *(
        ("remote-address", with_remote(url=url), ["remotes[0].url"])
        for url in (
            "https://8.8.8.8/mcp", "https://0x7f.1/mcp", "https://2130706433/mcp", "https://127.1./mcp",
            "https://[::ffff:10.0.0.1]/", "https://224.0.0.1/", "https://[ff02::1]/", "https://localhost./mcp",
            "https://a.localhost/", "https://a:b@weather.weather-tools.dev/", "https://mcp.weather-tools.dev@weather.weather-tools.dev/",
            "https:weather.weather-tools.dev/", "https:/weather.weather-tools.dev/", "https://weather.weather-tools.dev\\@example.org/",
            "https://weather.weather-tools.dev:0/", "https://weather.exa\tmple.dev/", "https://%00.weather-tools.dev/",
        )
    ),
    ("remote-address", with_remote(url="https://{host}/mcp", variables={"host": {"default": "localhost:8080"}}), ["remotes[0].url"]),
    ("remote-address", with_remote(url="{base}/mcp", variables={"base": {"value": "http://weather.weather-tools.dev"}}), ["remotes[0].url"]),
    ("remote-address", with_remote(url="https://{host}/mcp", variables={"host": {"choices": ["weather.weather-tools.dev", "10.0.0.1"]}}), ["remotes[0].url"]),
    ("remote-address", with_remote(url="https://weather.weather-tools.dev:{port}/", variables={"port": {"default": "443@example.org"}}), ["remotes[0].url"]),
    ("remote-address", with_remote(url="https://weather.weather-tools.dev/" + "a" * 2048), ["remotes[0].url"]),
    ("host-script", with_remote(url="https://\u0430pple.weather-tools.dev/"), ["remotes[0].url"]),
    ("host-script", with_remote(url="https://xn--pple-43d.com/"), ["remotes[0].url"]),
    ("host-script", with_remote(url="https://xn--80ak6aa92e.com/"), ["remotes[0].url"]),
    ("host-script", server_json(NAME, websiteUrl="https://\u03b1lpha.example.com/"), ["websiteUrl"]),
    ("remote-addresses", with_remote(url="https://{a}.{b}.weather-tools.dev/", variables={key: {"choices": [f"{key}{number}" for number in range(17)]} for key in "ab"}), ["remotes"]),
    ("remote-addresses", with_package(transport={"type": "sse", "url": "https://{a}.{b}.example.com/"}, environmentVariables=[{"name": key, "choices": [f"{key}{number}" for number in range(9)]} for key in "ab"]), ["packages[0].transport.url"]),
    ("remote-variables", with_remote(url="https://{tenant}.weather-tools.dev/mcp"), ["remotes[0].url"]),
    ("header-name", with_remote(headers=[{"name": "X Key: a"}]), ["remotes[0].headers[0].name"]),
]  # fmt: skip

SOUND: list[dict[str, Any]] = [
    server_json(NAME),
    with_package(),
    with_package(registryType="pypi", runtimeHint="uvx"),
    with_package(registryType="oci", identifier="ghcr.io/alice/weather:1.2.3", version=None),
    with_package(registryType="oci", identifier="ghcr.io/alice/w@sha256:" + "a" * 64, version=None),
    with_package(registryType="mcpb", identifier="https://github.com/a/b/releases/download/v1/x.mcpb", version=None, fileSha256="a" * 64),
    with_package(registryType="go", identifier="github.com/alice/weather", version="v1.2.3"),
    with_package(
        transport={"type": "streamable-http", "url": "http://127.0.0.1:{port}/{PREFIX}/mcp"},
        packageArguments=[{"type": "named", "name": "--port", "default": "8080", "format": "number"}],
        environmentVariables=[{"name": "PREFIX", "isSecret": False}],
    ),
    with_package(transport={"type": "sse", "url": "http://{host}/sse"}, runtimeHint="npx",
                 runtimeArguments=[{"type": "positional", "valueHint": "host"}]),
    with_package(postInstallInstructions=[{"description": "Start the daemon.", "optional": True}]),
    with_remote(),
    with_remote(type="sse", headers=[{"name": "X-Api-Key", "isSecret": True}]),
    with_remote(url="https://{tenant}.weather-tools.dev/mcp", variables={"tenant": {"isRequired": True}}),
    with_remote(url="https://{base}/mcp", variables={"base": {"description": "Where it runs."}}),
    with_remote(url="https://{host}:{port}/mcp", variables={"host": {"isRequired": True}, "port": {"default": "8443"}}),
    with_remote(url="https://m\u00fcnchen.weather-tools.dev/mcp"),
    with_remote(url="https://\u6771\u4eactokyo.weather-tools.dev/mcp"),
    with_remote(url="https://weather.weather-tools.dev/{path}?a={b}#c", variables={"path": {}, "b": {}}),
    server_json(NAME, description="\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937 \U0001f469\U0001f3fd\u200d\U0001f4bb \u2764\ufe0f 1\ufe0f\u20e3"),
    server_json(NAME, repository={"url": "https://gitlab.com/group/sub/project", "source": "gitlab", "subfolder": "src/a"}),
    server_json(NAME, repository={"url": "https://github.com/alice/weather", "source": "github", "id": "1"}),
    server_json(NAME, title="Wetter für alle 🌦", websiteUrl="https://example.com/a?b#c"),
    server_json(NAME, icons=[{"src": "https://example.com/i.png", "sizes": ["48x48", "any"], "theme": "dark"}]),
    server_json(NAME, _meta={PUBLISHER: {"snake_case": None, "tool": "x"}}),
]  # fmt: skip
