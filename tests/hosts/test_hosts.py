"""Building for a host: its files, its twins, its limits, and what is refused."""

import gzip
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from mcp_static.api.snapshot import host_of
from mcp_static.api.variants import Extent, Variant
from mcp_static.build.extent import estimate, measure
from mcp_static.hosts.files import dates_up_to
from mcp_static.hosts.host import Host, Limits
from mcp_static.hosts.hosts import HOSTS, host_named
from mcp_static.model.errors import InputError
from mcp_static.settings import Settings, parse_settings

from tests.conftest import Corpus, build_registry
from tests.hosting import nginx_command, site_of
from tests.registries import Registry, files_below
from tests.servers import run_cli


@pytest.fixture
def filled(registry: Registry) -> Registry:
    for number in range(30):
        registry.publish("io.github.alice/weather", f"1.0.{number}", description="Words " * 15)
    return registry


def build(registry: Registry, out: Path, host: str, settings: str = "") -> None:
    build_registry(registry, out, target=host_named(host).target(parse_settings(settings)))


def bare(path: str) -> str:
    """The name of a file without the digest in it."""
    return re.sub("-[0-9a-f]{32}", "", path)


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_every_host_has_the_common_files_and_only_twins_beside(
    host: Host, filled: Registry, tmp_path: Path
) -> None:
    name = host.name
    build(filled, tmp_path / "plain", "plain")
    build(filled, tmp_path / "dist", name)
    common, own = files_below(tmp_path / "plain"), files_below(tmp_path / "dist")
    differing = {path for path, body in common.items() if own.get(path) != body}
    assert {bare(path) for path in differing} <= {
        "data/snapshot.json", "data/checksums/index.txt"
    }  # fmt: skip
    assert host_of(json.loads(own["data/snapshot.json"])) == host.facts
    for path in own.keys() - common.keys():
        if path.endswith(".gz"):
            assert gzip.decompress(own[path]) == own[path.removesuffix(".gz")]
        elif path.startswith("v0.1/") and path.endswith(".html"):
            original = path.replace("/index.html", ".json").replace(".html", ".json")
            assert own[path] == own[original]
        else:
            assert path.startswith("host/") or path.endswith("/since.json") or bare(path) in {
                "data/checksums/host.txt", "data/checksums/index.txt", "data/pages/none.json", ".nojekyll", "404.html", ".assetsignore",
                "_headers", "firebase.json", "staticwebapp.config.json", "vercel.json",
            }  # fmt: skip


@pytest.mark.parametrize("name", ["nginx", "nginx-rules"])
def test_nginx_finds_nothing_to_warn_of(name: str, filled: Registry, tmp_path: Path) -> None:
    site = site_of(filled, tmp_path / "site", name)
    body = f"include /etc/nginx/mime.types;\ngzip on;\ninclude {site.out}/host/nginx.conf;"
    tested = subprocess.run(
        [*nginx_command(site.folder, body), "-t"], capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr
    assert "warn" not in tested.stderr


def test_what_is_worth_it_is_compressed_beforehand(filled: Registry, tmp_path: Path) -> None:
    build(filled, tmp_path / "dist", "nginx")
    packed = {path for path in files_below(tmp_path / "dist") if path.endswith(".gz")}
    assert "data/pages/all/0.json.gz" in packed
    assert "v0.1/health.json.gz" not in packed
    for number in range(29):  # the list becomes so short that it is not worth it any more
        filled.set_status("io.github.alice/weather", f"1.0.{number}", "deleted")
    path = tmp_path / "dist/v0.1/servers/io.github.alice/weather/versions.json.gz"
    assert path.exists()
    build(filled, tmp_path / "dist", "nginx")
    assert not path.exists()
    build(filled, tmp_path / "fresh", "nginx")
    assert files_below(tmp_path / "dist") == files_below(tmp_path / "fresh")


@pytest.mark.parametrize("path", ["/a%20b", "/a,b", "/a=b"])
def test_a_path_that_configurations_cannot_name_is_refused(
    path: str, filled: Registry, tmp_path: Path
) -> None:
    filled.commit({"registry.toml": f'url = "https://example.com{path}"'})
    run = run_cli("build", "--repo", filled.path, "--out", tmp_path / "dist", "--host", "nginx")
    assert run.returncode == 1
    assert path in run.stderr
    assert not (tmp_path / "dist").exists()


def test_an_unknown_host_is_told_with_those_there_are(filled: Registry, tmp_path: Path) -> None:
    run = run_cli("build", "--repo", filled.path, "--out", tmp_path / "dist", "--host", "tomcat")
    assert run.returncode == 2
    assert all(host.name in run.stderr for host in HOSTS)


def test_what_does_not_fit_is_refused_with_the_figure_and_the_way_out(
    filled: Registry, tmp_path: Path
) -> None:
    filled.commit({"registry.toml": "[hosting]\nmax_files = 180"})
    command = ("build", "--repo", filled.path, "--out", tmp_path / "dist", "--host", "cloudflare")
    run = run_cli(*command)
    assert run.returncode == 0, run.stderr
    before = files_below(tmp_path / "dist")
    for number in range(30):
        filled.publish("io.github.alice/other", f"1.0.{number}")
    for again in range(2):  # incremental, and then from nothing
        run = run_cli(*command, *(["--full"] if again else []))
        assert run.returncode == 1
        assert "the limit is 180" in run.stderr
        assert "cloudflare-r2" in run.stderr
        assert files_below(tmp_path / "dist") == before


def test_each_limit_is_told_in_words() -> None:
    extent = Extent(files=12_345, total=2_000_000_000, largest=30_000_000, largest_path="data/x.json")
    assert Limits().exceeded_by(extent) is None
    assert "12,345 files" in (Limits(files=10).exceeded_by(extent) or "")
    assert "data/x.json has 28.6 MiB" in (Limits(file_size=10).exceeded_by(extent) or "")
    assert "1,907.3 MiB in all" in (Limits(total=10).exceeded_by(extent) or "")
    require = host_named("cloudflare").target(Settings()).require
    assert require is not None
    with pytest.raises(InputError, match="the limit is 20,000") as caught:
        require(Extent(30_000, 1, 1))
    assert "cloudflare-r2" in caught.value.fix


def test_the_table_says_what_fits_without_building_for_it(filled: Registry, tmp_path: Path) -> None:
    nothing = run_cli("hosts", "--out", tmp_path / "none", cwd=tmp_path)
    assert nothing.returncode == 0
    assert "nothing is built yet" in nothing.stdout
    assert "default settings" in nothing.stderr
    filled.commit({"registry.toml": 'url = "https://example.com/x%20y"\n[hosting]\nmax_files = 20'})
    build(filled, tmp_path / "dist", "plain")
    run = run_cli("hosts", "--repo", filled.path, "--out", tmp_path / "dist", "--format", "json")
    rows = {row["name"]: row for row in json.loads(run.stdout)}
    assert list(rows) == [host.name for host in HOSTS]
    assert rows["nginx"]["fits"].startswith("no: registry.toml: `url` has the path /x%20y")
    text = run_cli("hosts", "--repo", filled.path, "--out", tmp_path / "dist").stdout
    assert all(host.description in text for host in HOSTS)


def test_the_table_takes_no_faulty_settings_for_the_defaults(filled: Registry, tmp_path: Path) -> None:
    filled.commit({"registry.toml": "[hosting]\nmax_files = 0"})
    run = run_cli("hosts", "--repo", filled.path, "--out", tmp_path / "none")
    assert (run.returncode, run.stdout) == (1, "")
    assert "hosting.max_files" in run.stderr
    wrong = run_cli("hosts", "--repo", tmp_path / "nowhere", "--out", tmp_path / "none")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "nowhere" in wrong.stderr
    empty = Registry(tmp_path / "empty.git")
    assert run_cli("hosts", "--repo", empty.path, "--out", tmp_path / "none").returncode == 0


def test_the_table_takes_no_damaged_output_for_a_built_one(filled: Registry, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/snapshot.json").write_text("{")
    run = run_cli("hosts", "--repo", filled.path, "--out", tmp_path)
    assert (run.returncode, run.stdout) == (1, "")
    assert "holds no built registry" in run.stderr


def test_an_estimate_is_near_what_is_built(corpus: Corpus, tmp_path: Path) -> None:
    for name, variants in (("github-pages", (Variant.HTML,)), ("nginx", (Variant.GZIP,))):
        registry = Registry(corpus.repository)
        build(registry, tmp_path / name, name)
        built, guessed = measure(tmp_path / name), estimate(corpus.out, variants)
        assert guessed.files == pytest.approx(built.files, rel=0.25)
        assert guessed.total == pytest.approx(built.total, rel=0.25)
        assert estimate(tmp_path / name, ()).files == pytest.approx(measure(corpus.out).files, abs=20)


def test_settings_of_hosts_have_a_narrow_alphabet() -> None:
    for message in (
        'root = "relative"',
        'root = "/a b"',
        'root = "/a;b"',
        'name = "UPPER"',
        'bucket = "a"',
        "max_files = 0",
    ):
        with pytest.raises(InputError, match="hosting"):
            parse_settings(f"[hosting]\n{message}")
    for url in (
        "https://a.example/'x",
        "https://a.example/$x",
        "https://a.example/{x}",
        'https://a.example/"',
    ):
        with pytest.raises(InputError, match="url"):
            parse_settings(f"url = '''{url}'''")


def test_a_title_cannot_leave_its_comment(filled: Registry, tmp_path: Path) -> None:
    filled.commit({"registry.toml": 'title = "A\\n[evil]\\nx = 1"'})
    text = 'title = "A\\n[evil]\\nx = 1"'
    for host, file in (
        ("cloudflare", "wrangler.toml"),
        ("nginx", "nginx.conf"),
        ("s3", "cloudfront.js"),
    ):
        build(filled, tmp_path / host, host, text)
        written = (tmp_path / host / "host" / file).read_text()
        assert "A [evil] x = 1" in written.splitlines()[0]
    assert "evil" not in tomllib.loads((tmp_path / "cloudflare/host/wrangler.toml").read_text())


def test_dates_up_to_a_day_are_told_by_their_beginning() -> None:
    import re
    from datetime import date, timedelta

    for day in (date(2025, 10, 9), date(2024, 2, 29), date(2030, 1, 1)):
        pattern = re.compile(f"(?:{dates_up_to(day.isoformat())})")
        for offset in (*range(-800, 800), -20_000, 20_000):
            other = day + timedelta(days=offset)
            assert bool(pattern.match(f"{other.isoformat()}T")) is (offset <= 0)
