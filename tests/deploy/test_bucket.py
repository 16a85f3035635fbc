"""Deploying to a bucket: what is written and removed, in which order, and however it ends."""

import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp_static.build.build import BuildOptions, build
from mcp_static.deploy.bucket import Bucket
from mcp_static.deploy.release import Rank, open_release, rank_of
from mcp_static.hosts.hosts import host_named
from mcp_static.model.errors import InputError
from mcp_static.settings import Settings

from tests.doubles.s3 import BUCKET, Front, Store, front_of, s3_store
from tests.registries import Registry, entries_of
from tests.servers import PROJECT, run_cli

DESTINATION = f"s3://{BUCKET}/mirror"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with s3_store(tmp_path_factory.mktemp("s3")) as store:
        yield store


@pytest.fixture
def store(api: Store) -> Store:
    """The bucket, empty."""
    for page in api.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for item in page.get("Contents", ()):
            api.client.delete_object(Bucket=BUCKET, Key=item["Key"])
    return api


@pytest.fixture
def front(store: Store) -> Iterator[Front]:
    with front_of(store) as front:
        yield front


@pytest.fixture
def out(registry: Registry, tmp_path: Path) -> Path:
    for number in range(104):
        registry.publish(f"io.github.user{number % 40}/server", f"1.0.{number}+b")
    registry.publish("com.example/odd", "50% off #1?")
    rebuild(registry, tmp_path / "dist")
    return tmp_path / "dist"


def rebuild(registry: Registry, out: Path, host: str = "s3") -> None:
    target = host_named(host).target(Settings())
    build(BuildOptions(repository=registry.path, out=out, workers=1, target=target))


def deploy(
    out: Path, store: Store, *more: str, endpoint: str = ""
) -> "subprocess.CompletedProcess[str]":
    options = ["--out", str(out), "--grace", "0", *more]
    return run_cli("deploy", DESTINATION, *options, env=store.environment(endpoint))


def expected(out: Path) -> dict[str, str]:
    """The MD5 of every file of an output that is to be served."""
    root = out.resolve()
    files = {path.relative_to(root).as_posix(): path for path in root.rglob("*") if path.is_file()}
    served = {name: path.read_bytes() for name, path in files.items() if not name.startswith("host/")}
    return {name: hashlib.md5(body).hexdigest() for name, body in served.items()}


def test_everything_is_there_with_type_and_freshness(out: Path, store: Store) -> None:
    done = deploy(out, store)
    assert done.returncode == 0, done.stderr
    assert store.listing("mirror/") == expected(out)
    head = store.client.head_object(
        Bucket=BUCKET, Key="mirror/v0.1/servers/com.example/odd/versions/latest.json"
    )
    assert head["ContentType"] == "application/json"
    assert "stale-while-revalidate" in head["CacheControl"]
    assert "mirror/host/lock.json" not in [item["Key"] for item in listing(store)]
    again = deploy(out, store)
    assert "up to date" in again.stdout


def listing(store: Store) -> list[dict[str, str]]:
    found: list[dict[str, str]] = store.client.list_objects_v2(Bucket=BUCKET)["Contents"]
    return found


def test_only_what_changed_is_written_leaves_before_indexes(
    registry: Registry, out: Path, store: Store, front: Front
) -> None:
    deploy(out, store)
    registry.publish("io.github.user3/server", "2.0.0")
    registry.set_status("io.github.user4/server", "1.0.4+b", "deleted")
    rebuild(registry, out)
    planned = deploy(out, store, "--dry-run", endpoint=front.url)
    assert not front.writes
    done = deploy(out, store, endpoint=front.url)
    assert done.returncode == 0, done.stderr
    assert store.listing("mirror/") == expected(out)
    paths = [path.partition("/mirror/")[2].replace("%2B", "+") for path in front.writes]
    assert 10 < len(paths) < 60
    assert planned.stdout.count("would write") == len(paths)
    gone = [line for line in planned.stdout.splitlines() if line.startswith("would remove")]
    # A part under the name of its former content goes once the index names the new one.
    parts = [
        line for line in gone if re.search(r"/(?:checksums|export|search)/.*-[0-9a-f]{32}\.", line)
    ]
    assert len(gone) - len(parts) == 1
    ranks = [rank_of(path, is_new=False) for path in paths]
    lists = {Rank.LIST, Rank.NEW_LIST}
    settled = [Rank.LIST if rank in lists else rank for rank in ranks]
    assert settled == sorted(settled)
    assert paths[-1] == "data/snapshot.json"
    assert "v0.1/servers/io.github.user4/server/versions/1.0.4+b.json" not in store.listing("mirror/")
    assert front.removals == 2  # of what is gone, and of the lock


def reader_is_content(store: Store) -> None:
    """A client under way: every page is whole, every cursor leads on, and every entry is there."""
    objects = store.objects("mirror/")
    for chain in ("all", "latest"):
        number, seen = 0, []
        while True:
            body = objects[f"data/pages/{chain}/{number}.json"]
            seen += entries_of(body)
            cursor = json.loads(body)["metadata"].get("nextCursor")
            if not cursor:
                break
            number = int(cursor.rpartition(".")[2]) // 100
        assert len(seen) == len(set(seen)) >= 40
        for name, version in seen:
            document = json.loads(objects[f"v0.1/servers/{name}/versions/{version}.json"])
            assert document["server"]["version"] == version
    for path, body in objects.items():
        if path.endswith(".gz"):
            gzip.decompress(body)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.7, 0.97])
def test_killed_at_any_object_readers_are_content_and_the_next_deploy_goes_on(
    share: float, registry: Registry, out: Path, store: Store, front: Front
) -> None:
    deploy(out, store)
    before = expected(out)
    for number in range(90):  # a new page, too
        registry.publish(f"io.github.user{number % 40}/server", f"3.0.{number}")
    rebuild(registry, out)
    front.kill_at = int(
        share * len([1 for path, body in expected(out).items() if before.get(path) != body])
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT / "builder"), **store.environment(front.url)}
    command = [
        sys.executable,
        "-m",
        "mcp_static",
        "deploy",
        DESTINATION,
        "--out",
        str(out),
        "--grace",
        "0",
    ]
    # Waiting for the front: it must know whom to end before the first object arrives.
    process = subprocess.Popen(command, env=environment, text=True, stderr=subprocess.DEVNULL)
    front.process = process
    assert process.wait(timeout=120) == -9
    reader_is_content(store)
    refused = deploy(out, store)
    assert refused.returncode == 1
    assert "--break-lock" in refused.stderr
    # Meanwhile the registry has gone on, or back: what the killed deploy wrote counts for nothing.
    registry.set_status("io.github.user5/server", "3.0.5", "deleted")
    rebuild(registry, out)
    done = deploy(out, store, "--break-lock")
    assert done.returncode == 0, done.stderr
    assert "did not end" in done.stdout
    assert store.listing("mirror/") == expected(out)
    reader_is_content(store)


def test_a_deploy_of_an_earlier_release_after_a_killed_one_leaves_nothing_of_it(
    registry: Registry, out: Path, store: Store, front: Front, tmp_path: Path
) -> None:
    earlier = tmp_path / "earlier"
    subprocess.run(["cp", "-rL", str(out), str(earlier)], check=True)
    deploy(out, store)
    registry.publish("com.example/new", "1.0.0")
    rebuild(registry, out)
    front.kill_at = 12
    front.process = None  # the connection breaks instead
    assert deploy(out, store, endpoint=front.url).returncode in {1, 3}
    assert {*store.listing("mirror/")} - {*expected(earlier)}, "nothing of the later one was written"
    refused = deploy(earlier, store, "--break-lock")
    assert refused.returncode == 1, "readers may have seen something of the later one"
    assert "could undo takedowns" in refused.stderr
    assert deploy(earlier, store, "--break-lock", "--allow-rollback").returncode == 0
    assert store.listing("mirror/") == expected(earlier)


def test_what_was_to_be_removed_is_removed_by_the_next_deploy(
    registry: Registry, out: Path, store: Store, front: Front
) -> None:
    deploy(out, store)
    registry.set_status("io.github.user4/server", "1.0.4+b", "deleted")
    rebuild(registry, out)
    front.refuse = lambda method, path: method == "POST"
    done = deploy(out, store, endpoint=front.url)
    assert done.returncode == 1
    assert "s3:DeleteObject" in done.stderr
    gone = "v0.1/servers/io.github.user4/server/versions/1.0.4+b.json"
    assert gone in store.listing("mirror/")
    assert deploy(out, store, "--break-lock").returncode == 0
    assert gone not in store.listing("mirror/")
    assert store.listing("mirror/") == expected(out)


def test_extensionless_copies_come_and_go(registry: Registry, out: Path, store: Store) -> None:
    deploy(out, store, "--extensionless")
    objects = store.listing("mirror/")
    assert (
        objects["v0.1/servers/com.example/odd/versions"]
        == objects["v0.1/servers/com.example/odd/versions.json"]
    )
    assert objects["v0.1/health"] == objects["v0.1/health.json"]
    head = store.client.head_object(
        Bucket=BUCKET, Key="mirror/v0.1/servers/com.example/odd/versions/latest"
    )
    assert head["ContentType"] == "application/json"
    registry.set_status("com.example/odd", "50% off #1?", "deleted")
    rebuild(registry, out)
    deploy(out, store, "--extensionless")
    assert "v0.1/servers/com.example/odd/versions" not in store.listing("mirror/")
    deploy(out, store)
    assert store.listing("mirror/") == expected(out)


def test_a_damaged_output_is_named_and_nothing_leads_to_it(
    out: Path, store: Store, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-rL", str(out), str(copy)], check=True)
    damaged = copy / "v0.1/servers/com.example/odd/versions/latest.json"
    damaged.write_bytes(damaged.read_bytes() + b" ")
    done = deploy(copy, store)
    assert done.returncode == 1
    assert (
        "v0.1/servers/com.example/odd/versions/latest.json does not match its checksum" in done.stderr
    )
    assert "data/snapshot.json" not in store.listing("mirror/")
    (index,) = copy.glob("data/checksums/index-*.txt")
    index.write_text("")
    assert index.name in deploy(copy, store).stderr


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_bucket_without_rights_is_told(method: str, out: Path, store: Store, front: Front) -> None:
    front.refuse = lambda given, _: given == method
    done = deploy(out, store, endpoint=front.url)
    assert done.returncode == 1
    assert "s3:PutObject" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"),
        ({"AWS_ACCESS_KEY_ID": "key"}, "AWS_SECRET_ACCESS_KEY is not set"),
    ],
)
def test_missing_credentials_are_named(
    given: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(variable)
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")  # a machine without a role
    with pytest.raises(InputError, match=missing):
        Bucket("bucket", "").read("key")


def test_wrong_places_are_told(out: Path, store: Store, registry: Registry) -> None:
    for place in ("gs://bucket", "s3://", "s3://UPPER", "https://example.com"):
        assert run_cli("deploy", place, "--out", out).returncode == 2
    missing = run_cli("deploy", "s3://no-such-bucket", "--out", out, env=store.environment())
    assert (missing.returncode, "the bucket does not exist" in missing.stderr) == (1, True)
    nothing = run_cli("deploy", DESTINATION, "--out", out.with_name("none"), env=store.environment())
    assert (nothing.returncode, "mcp-static build" in nothing.stderr) == (1, True)
    rebuild(registry, out, "nginx")
    message = deploy(out, store)
    assert (message.returncode, "not served from a bucket" in message.stderr) == (1, True)


def test_the_order_is_known_for_every_kind_of_file(out: Path) -> None:
    release = open_release(out.resolve())
    ranks = {rank_of(path, is_new=True) for path in expected(out)}
    assert ranks == set(Rank) - {Rank.LIST}
    assert release.host == host_named("s3").facts


FOREIGN = {
    "mirror/index.html": b"a site of somebody else's",
    "mirror/photos/1.jpg": b"a photo",
    "mirror/v0.1/servers/io.github.alice/old/versions/1.0.0.json": b"{}",
}


def put(store: Store, objects: dict[str, bytes]) -> None:
    for key, body in objects.items():
        store.client.put_object(Bucket=BUCKET, Key=key, Body=body)


def content(store: Store, key: str) -> bytes:
    body: bytes = store.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


def test_a_first_deploy_over_objects_of_others_is_refused(out: Path, store: Store) -> None:
    put(store, FOREIGN)
    before = store.objects()
    for more in ((), ("--dry-run",), ("--extensionless",), ("--allow-rollback",)):
        done = deploy(out, store, *more)
        assert done.returncode == 1
        message = " ".join(done.stderr.split())
        assert "3 objects that mcp-static did not put there: index.html, photos/1.jpg" in message
        assert "prefix of its own" in done.stderr
        assert store.objects() == before
    assert "mirror/host/lock.json" not in {item["Key"] for item in listing(store)}


def test_objects_beside_the_prefix_are_nobodys_business(out: Path, store: Store) -> None:
    put(store, {"index.html": b"ours at the root", "mirror-2/index.html": b"another"})
    assert deploy(out, store).returncode == 0
    assert content(store, "index.html") == b"ours at the root"
    assert content(store, "mirror-2/index.html") == b"another"


def test_adopting_overwrites_what_has_the_same_name_and_removes_nothing(
    registry: Registry, out: Path, store: Store
) -> None:
    put(store, FOREIGN)
    assert deploy(out, store, "--adopt").returncode == 0
    kept = {key.removeprefix("mirror/") for key in FOREIGN} - {"index.html"}
    assert {*store.listing("mirror/")} == {*expected(out)} | kept
    assert content(store, "mirror/index.html") != FOREIGN["mirror/index.html"]
    registry.publish("com.example/new", "1.0.0")
    rebuild(registry, out)
    assert deploy(out, store).returncode == 0
    assert deploy(out, store, "--extensionless").returncode == 0, "compares every object"
    assert deploy(out, store).returncode == 0
    assert {*store.listing("mirror/")} == {*expected(out)} | kept
    assert content(store, "mirror/photos/1.jpg") == b"a photo"


def test_what_others_add_later_outlives_a_deploy_that_was_killed(
    registry: Registry, out: Path, store: Store, front: Front
) -> None:
    assert deploy(out, store).returncode == 0
    put(store, {"mirror/guide/index.html": b"a guide"})
    registry.publish("com.example/new", "1.0.0")
    rebuild(registry, out)
    front.kill_at = 12
    front.process = None
    assert deploy(out, store, endpoint=front.url).returncode in {1, 3}
    assert deploy(out, store, "--break-lock").returncode == 0
    assert {*store.listing("mirror/")} == {*expected(out), "guide/index.html"}


def test_a_killed_first_deploy_leaves_nothing_behind_for_ever(
    registry: Registry, out: Path, store: Store, front: Front
) -> None:
    front.kill_at = 200
    front.process = None
    assert deploy(out, store, endpoint=front.url).returncode in {1, 3}
    assert "data/snapshot.json" not in store.listing("mirror/")
    registry.set_status("io.github.user4/server", "1.0.4+b", "deleted")
    registry.set_status("com.example/odd", "50% off #1?", "deleted")
    rebuild(registry, out)
    assert deploy(out, store, "--break-lock").returncode == 0
    assert store.listing("mirror/") == expected(out)
