"""One registry, served by every host."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doubles.cloudfront import cloudfront
from tests.doubles.github_pages import github_pages
from tests.doubles.s3 import BUCKET, s3_store
from tests.hosting import Hosted, Starting, caddy, embedded, nginx, node, site_of, workerd
from tests.registries import START, Registry
from tests.servers import run_cli

FULL: dict[str, tuple[str, Starting]] = {
    "serve": ("plain", embedded),
    "nginx": ("nginx", nginx),
    "workerd": ("cloudflare", workerd),
    "node": ("nginx", node),
}
"""Those that honour everything: the host that is built for, and how it starts."""
BY_RULES: dict[str, tuple[str, Starting]] = {
    "nginx-rules": ("nginx-rules", nginx),
    "caddy": ("caddy", caddy),
}


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


def started(built_for: str, start: Starting, registry: Registry, folder: Path) -> Iterator[Hosted]:
    """A registry, built and served by a host."""
    with start(site_of(registry, folder / built_for, built_for)) as hosted:
        yield hosted


@pytest.fixture(scope="session", params=list(FULL))
def full_host(
    request: pytest.FixtureRequest,
    contract_registry: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hosted]:
    """Each host that honours everything."""
    yield from started(*FULL[request.param], contract_registry, tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="session", params=list(BY_RULES))
def rules_host(
    request: pytest.FixtureRequest,
    contract_registry: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Hosted]:
    """Each host that goes by rewrite rules."""
    yield from started(*BY_RULES[request.param], contract_registry, tmp_path_factory.mktemp("host"))


@pytest.fixture(scope="session")
def pages_host(
    contract_registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    """GitHub Pages, under a project's path."""
    site = site_of(
        contract_registry, tmp_path_factory.mktemp("host") / "pages", "github-pages", "/repo"
    )
    with github_pages(site.out.resolve(), site.path, site.port):
        yield Hosted(site.url, site.out)


@pytest.fixture(scope="session")
def bucket_host(
    contract_registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hosted]:
    """A bucket behind CloudFront, filled by `mcp-static deploy`."""
    folder = tmp_path_factory.mktemp("bucket-host")
    site = site_of(contract_registry, folder / "s3", "s3")
    with s3_store(folder) as store:
        done = run_cli(
            "deploy", f"s3://{BUCKET}/site", "--out", site.out, "--grace", "0", env=store.environment()
        )
        assert done.returncode == 0, done.stderr
        with cloudfront(site, store, "site") as hosted:
            yield hosted
