"""Files whose times are lost on the way to the web server, as in an image whose files all have one."""

import gzip
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.hosting import Hosted, Site, nginx, site_of
from tests.registries import Registry, server_json
from tests.servers import run_cli

FIXED = (1_600_000_000, 315_532_800, 1_300_000_000)
"""A recent time, the earliest of a ZIP archive, and one that might be a digest."""
LATEST = "/v0.1/servers/com.example%2Fone/versions/latest"


def baked(site: Site, time: int) -> None:
    """Put the output where nginx looks, as an image does it: copied whole, all files of one time."""
    place = site.folder / "baked"
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(site.out.resolve(), place)
    for folder, _, names in os.walk(place):
        for name in names:
            os.utime(Path(folder, name), (time, time))


@pytest.fixture
def site(registry: Registry, tmp_path: Path, request: pytest.FixtureRequest) -> Site:
    """A registry built for nginx, served from where images have it."""
    for number in range(20):
        registry.publish(f"com.example/server-{number}")
    registry.publish("com.example/one")
    name, more = getattr(request, "param", ("nginx", ""))
    return site_of(registry, tmp_path / "site", name, more=f"searches_per_second = 0\n{more}")


def _served(site: Site, time: int) -> Iterator[Hosted]:
    configuration = site.out / "host/nginx.conf"
    text = configuration.read_text().replace(str(site.out), str(site.folder / "baked"))
    baked(site, time)
    served = Site(site.folder, site.name, site.port, site.repository)
    out = site.folder / "baked"
    (out / "host/nginx.conf").write_text(text)
    configuration.unlink()  # a hard link of the state's
    configuration.write_text(text)
    with nginx(served):
        yield Hosted(site.url, out)


@pytest.mark.parametrize("time", FIXED)
def test_a_change_is_never_answered_with_304(site: Site, time: int) -> None:
    for hosted in _served(site, time):
        first = requests.get(hosted.url + LATEST, timeout=30)
        assert first.json()["server"]["version"] == "1.0.0"
        known = {"If-None-Match": first.headers["ETag"]}
        unchanged = requests.get(hosted.url + LATEST, headers=known, timeout=30)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["Cache-Control"] == first.headers["Cache-Control"]
        registry = site.registry()
        registry.publish("com.example/one", "1.0.1")
        site.build()
        baked(site, time)
        changed = requests.get(hosted.url + LATEST, headers=known, timeout=30)
        assert changed.status_code == 200
        assert changed.json()["server"]["version"] == "1.0.1"
        assert len(changed.content) == len(first.content), "or their lengths would tell them apart"
        assert "Last-Modified" not in changed.headers
        assert changed.headers["Access-Control-Allow-Origin"] == "*"


def test_a_file_under_a_tag_of_its_content_is_compressed_and_has_ranges(site: Site) -> None:
    for hosted in _served(site, FIXED[0]):
        url = f"{hosted.url}/v0.1/servers?limit=100"
        packed = requests.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=30)
        assert packed.headers["Content-Encoding"] == "gzip"
        plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=30)
        assert gzip.decompress(packed.raw.read(decode_content=False)) == plain.content
        assert packed.headers["ETag"] == plain.headers["ETag"]
        part = requests.get(url, headers={"Accept-Encoding": "", "Range": "bytes=2-5"}, timeout=30)
        assert (part.status_code, part.content) == (206, plain.content[2:6])
        head = requests.head(url, timeout=30)
        assert (head.status_code, head.headers["ETag"]) == (200, plain.headers["ETag"])
        names = [name.lower() for name, _ in plain.raw.headers.items()]
        assert sorted(names) == sorted(set(names))
        done = run_cli("verify", hosted.url, "--all")
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("site", [("nginx-rules", "")], indirect=True)
def test_a_verification_notices_what_rules_cannot_mend(site: Site) -> None:
    for hosted in _served(site, FIXED[0]):
        done = run_cli("verify", hosted.url, "--all")
        assert done.returncode == 1, done.stdout
        assert "have the one ETag" in done.stdout
        assert "keeps_file_times" in done.stdout


@pytest.mark.parametrize("site", [("nginx-rules", "keeps_file_times = false\n")], indirect=True)
def test_rules_send_no_tag_where_settings_say_that_times_are_lost(site: Site) -> None:
    for hosted in _served(site, FIXED[0]):
        assert "ETag" not in requests.get(hosted.url + LATEST, timeout=30).headers
        done = run_cli("verify", hosted.url, "--all")
        assert done.returncode == 0, done.stdout


def test_a_deploy_gives_files_their_times_again(registry: Registry, tmp_path: Path) -> None:
    registry.publish("com.example/one")
    site = site_of(registry, tmp_path / "site", "nginx")
    place = tmp_path / "srv"
    baked(site, FIXED[0])
    first = run_cli("deploy", place, "--out", site.folder / "baked")
    assert first.returncode == 0, first.stderr

    def times(root: Path) -> dict[str, int]:
        found = (Path(folder, name) for folder, _, names in os.walk(root) for name in names)
        return {str(file.relative_to(root)): int(file.stat().st_mtime) for file in found}

    assert times(place.resolve()) == times(site.out.resolve())
    # Of the same length as the release before, and of the same time as well.
    document = server_json("com.example/one", "1.0.1")
    site.registry().publish(document["name"], document["version"])
    site.build()
    baked(site, FIXED[0])
    second = run_cli("deploy", place, "--out", site.folder / "baked")
    assert second.returncode == 0, second.stderr
    assert times(place.resolve()) == times(site.out.resolve())
    latest = place / "v0.1/servers/com.example/one/versions/latest.json"
    assert b'"1.0.1"' in latest.read_bytes()
