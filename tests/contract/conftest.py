"""One registry, served by every host."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

import pytest
from mcp_static.api.abilities import EVERYTHING, Ability
from mcp_static.hosts.hosts import host_named
from mcp_static.hosts.rules import BY_RULES as HONOURED_BY_RULES

from tests.doubles.cloudfront import cloudfront
from tests.doubles.s3 import BUCKET, s3_store
from tests.doubles.static_hosts import static_host
from tests.hosting import Hosted, Site, Starting, apache, caddy, embedded, nginx, node, site_of, workerd
from tests.registries import START, Registry
from tests.servers import run_cli


@contextmanager
def bucket(site: Site) -> Iterator[Hosted]:
    """A bucket behind CloudFront, filled by `mcp-static deploy`."""
    with s3_store(site.folder) as store:
        done = run_cli(
            "deploy", f"s3://{BUCKET}/site", "--out", site.out, "--grace", "0", env=store.environment()
        )
        assert done.returncode == 0, done.stderr
        with cloudfront(site, store, "site") as hosted:
            yield hosted


@contextmanager
def static(site: Site) -> Iterator[Hosted]:
    """A host of static files, by its rules."""
    with static_host(site.name, site.out.resolve(), site.path, site.port):
        yield Hosted(site.url, site.out)


@contextmanager
def smallest_workerd(site: Site) -> Iterator[Hosted]:
    """The Worker within the limits of Cloudflare's smallest plan."""
    with workerd(site, reads=48) as hosted:
        yield hosted


@dataclass(frozen=True)
class Server:
    """A program that serves what was built for a host, at an address with a path."""

    built_for: str
    start: Starting
    path: str = ""

    @property
    def honours(self) -> frozenset[Ability]:
        """What it is held to: what the host says; the embedded host, which `plain` is for, to all."""
        honours = host_named(self.built_for).honours
        return EVERYTHING if honours is None else honours


PATH: Final = "/mcp-registry"
"""Where half of them serve it, so that both are tested without more servers."""
SERVERS: Final = {
    "serve": Server("plain", embedded),
    "nginx": Server("nginx", nginx),
    "workerd": Server("cloudflare", workerd, PATH),
    "node": Server("nginx", node),
    "nginx-rules": Server("nginx-rules", nginx, PATH),
    "apache": Server("apache", apache, PATH),
    "caddy": Server("caddy", caddy, PATH),
    "s3": Server("s3", bucket, PATH),
    "github-pages": Server("github-pages", static, "/repo"),
    "gitlab-pages": Server("gitlab-pages", static, "/repo"),
    **{
        name: Server(name, static)
        for name in ("azure-static-web-apps", "firebase", "netlify", "vercel")
    },
}
FULL: Final = tuple(name for name, server in SERVERS.items() if server.honours == EVERYTHING)
BY_RULES: Final = tuple(name for name, server in SERVERS.items() if server.honours == HONOURED_BY_RULES)
BY_FILES: Final = tuple(
    name for name, server in SERVERS.items() if Ability.CURSORS not in server.honours
)


@pytest.fixture(scope="session")
def contract_registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    """Several versions and days, deleted entries, names and versions with every odd character."""
    registry = Registry(tmp_path_factory.mktemp("contract") / "registry.git")
    for number in range(260):
        name = f"io.github.user{number % 130 % 50}/server-{number % 130}"
        registry.publish(name, f"1.{number // 130}.{number % 7}", description=f"Number {number}.")
    for version in ("2025.10.23.1321", "1.0.0+build.7", "2.0.0-RC_1", "50% off", "vÄ 1", "a?b#c&d=e"):
        registry.publish("com.example/odd", version, title="Ödd & <b>ÍSTANBUL</b> ΣΑΣ 😀")
    registry.set_status("com.example/odd", "1.0.0+build.7", "deleted", "Gone.")
    registry.publish("com.example/gone", "1.0.0", time=START + 3 * 86_400)
    registry.set_status("com.example/gone", "1.0.0", "deleted")
    registry.set_status("io.github.user3/server-3", "1.0.3", "deprecated", "Old.")
    registry.publish("com.example/last", "1.0.0", time=START + 9 * 86_400, description="The last.")
    return registry


Serve = Callable[[str], Hosted]
"""Gives the contract's registry, served by a server of this name until the tests end."""


@pytest.fixture(scope="session")
def serve(contract_registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Each server, started when it is first asked for."""
    running: dict[str, Hosted] = {}
    with ExitStack() as stack:

        def hosted(name: str) -> Hosted:
            if name not in running:
                server = SERVERS[name]
                folder = tmp_path_factory.mktemp("host") / server.built_for
                more = "searches_per_second = 0\n[policies]\n"
                site = site_of(contract_registry, folder, server.built_for, server.path, more)
                running[name] = stack.enter_context(server.start(site))
            return running[name]

        yield hosted


@pytest.fixture(params=SERVERS)
def any_host(request: pytest.FixtureRequest, serve: Serve) -> Hosted:
    """Each server."""
    return serve(request.param)


@pytest.fixture(params=FULL)
def full_host(request: pytest.FixtureRequest, serve: Serve) -> Hosted:
    """Each server that honors everything."""
    return serve(request.param)


@pytest.fixture(params=BY_RULES)
def rules_host(request: pytest.FixtureRequest, serve: Serve) -> Hosted:
    """Each server that goes by rewrite rules."""
    return serve(request.param)


@pytest.fixture(params=BY_FILES)
def files_host(request: pytest.FixtureRequest, serve: Serve) -> Hosted:
    """Each server that reads no query."""
    return serve(request.param)


@pytest.fixture
def bucket_host(serve: Serve) -> Hosted:
    """A bucket behind CloudFront."""
    return serve("s3")
