"""Servers whose commands are easy to get wrong, in the forms in which real ones are published."""

from typing import Any, Final

STDIO: Final = {"type": "stdio"}


def package(kind: str, identifier: str, **more: Any) -> dict[str, Any]:
    """A package; an image has its version in the identifier."""
    version = {} if kind in {"oci", "mcpb"} else {"version": "1.2.3"}
    return {
        "registryType": kind,
        "identifier": identifier,
        **version,
        "transport": STDIO,
        **more,
    }


def named(name: str, **more: Any) -> dict[str, Any]:
    """A named argument."""
    return {"type": "named", "name": name, **more}


def flag(name: str, **more: Any) -> dict[str, Any]:
    """A named argument of the format boolean."""
    return named(name, format="boolean", **more)


def positional(*values: str) -> list[dict[str, Any]]:
    """Fixed words."""
    return [{"type": "positional", "value": value} for value in values]


def over_http(url: str, **more: Any) -> dict[str, Any]:
    """A transport by which a package is reached after its start."""
    return {"type": "streamable-http", "url": url, **more}


def remotes(*urls: str) -> list[dict[str, Any]]:
    """Remotes; the last word of an address is the kind of its transport."""
    return [{"type": "sse" if url.endswith("/sse") else "streamable-http", "url": url} for url in urls]


IMAGE: Final = "ghcr.io/alice/weather:1.0.0"
PRODUCTS: Final = [f"{word}-{number}" for word in ("docs", "logs", "dns") for number in range(5)]

ODD_SERVERS: Final[tuple[dict[str, Any], ...]] = tuple(
    {"name": f"com.example/odd-{number}", "version": "1.0.0", "description": "Odd.", **parts}
    for number, parts in enumerate(
        (
            {
                "packages": [
                    package(
                        "oci",
                        IMAGE,
                        runtimeArguments=[
                            *positional("run"),
                            flag("-i", value="true", isRequired=True, description="Interactive."),
                            flag("--rm", value="true", isRequired=True, description="Removed."),
                            named("-e", value="KEY={key}", variables={"key": {"isSecret": True}}),
                            *positional("ghcr.io/alice/weather"),
                        ],
                    )
                ]
            },
            {
                "remotes": remotes(
                    *(f"https://{product}.example.com/mcp" for product in PRODUCTS),
                    *(f"https://{product}.example.com/sse" for product in PRODUCTS),
                )
            },
            {"remotes": remotes(*["https://mcp.example.com/mcp"] * 4)},
            {"packages": [package("oci", IMAGE, transport=over_http("http://localhost:3000/mcp"))]},
            {
                "packages": [
                    package("npm", "@alice/weather", packageArguments=positional("it's", '{"a": 1}'))
                ],
            },
            {
                "packages": [
                    package(
                        "npm",
                        "weather",
                        transport=over_http("http://127.0.0.1:8080/mcp"),
                        environmentVariables=[
                            {"name": "MODE", "value": "http & more"},
                            {"name": "API_KEY", "isRequired": True, "isSecret": True},
                        ],
                    )
                ]
            },
            {
                "packages": [
                    package("mcpb", f"https://github.com/alice/weather/releases/download/v1/{file}")
                    for file in ("weather-mcp-darwin-arm64.mcpb", "weather-mcp-linux-amd64.mcpb")
                ]
            },
            {
                "packages": [
                    package("nuget", "Weather.Mcp", packageArguments=positional("mcp", "start"))
                ]
            },
            {"packages": [package("go", "github.com/alice/weather", version="v1.2.3")]},
        )
    )
)
