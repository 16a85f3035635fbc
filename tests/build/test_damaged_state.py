"""An incremental build trusts the state of the last one only as far as it is whole."""

import sqlite3
from pathlib import Path

import pytest
from mcp_static.model.errors import StoreUnusableError
from mcp_static.store.seal import seal
from mcp_static.store.store import Store, telling_damage

from tests.conftest import build_registry
from tests.registries import Registry, files_below

ALICE = "io.github.alice/weather"


@pytest.mark.parametrize("damage", ["zero", "random", "gone", "format", "tree", "snapshot", "builder"])
def test_any_doubt_about_the_state_means_a_full_build(
    registry: Registry, tmp_path: Path, damage: str
) -> None:
    for version in range(30):
        registry.publish(ALICE, f"1.0.{version}")
    out = tmp_path / "dist"
    build_registry(registry, out)
    registry.publish(ALICE, "2.0.0")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    match damage:
        case "zero":
            database.write_bytes(b"")
        case "random":
            content = bytearray(database.read_bytes())
            content[4096 : len(content) : 7] = b"\xa5" * len(content[4096 : len(content) : 7])
            database.write_bytes(bytes(content))
        case "gone":
            database.unlink()
        case "tree":
            with sqlite3.connect(database) as connection:
                connection.execute("UPDATE facts SET value = 'z' WHERE key = 'tree'")
        case "snapshot":
            (out / "data/snapshot.json").unlink()
        case _:
            with sqlite3.connect(database) as connection:
                connection.execute("UPDATE facts SET value = '0' WHERE key = ?", (damage,))
    report = build_registry(registry, out)
    assert report.why_full
    assert report.versions == 31
    fresh = tmp_path / "fresh"
    build_registry(registry, fresh)
    assert files_below(out) == files_below(fresh)
    assert [child.name for child in (tmp_path / "dist.state").iterdir() if child.name.isdecimal()] == [
        "2"
    ]


def test_changed_bodies_in_the_state_are_noticed(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    registry.publish(ALICE, "2.0.0")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE bodies SET document = CAST(replace(document, 'Earth', 'Mars!') AS BLOB)"
        )
    seal(database)  # as if a failing disk had done it
    report = build_registry(registry, tmp_path / "dist")
    assert "is damaged: the body of entry 0" in report.why_full
    assert not [path for path, body in files_below(tmp_path / "dist").items() if b"Mars" in body]


def test_a_broken_page_of_the_database_means_a_full_build(registry: Registry, tmp_path: Path) -> None:
    for number in range(40):
        registry.publish(f"com.example/server-{number}")
    out = tmp_path / "dist"
    build_registry(registry, out)
    registry.publish(ALICE)
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    content = bytearray(database.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    database.write_bytes(content)
    seal(database)  # as if a failing disk had done it
    assert "is damaged" in build_registry(registry, out).why_full
    build_registry(registry, tmp_path / "fresh")
    assert files_below(out) == files_below(tmp_path / "fresh")


def test_a_mistaken_query_is_no_damage(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with (
        pytest.raises(sqlite3.OperationalError, match="no such table"),
        telling_damage(),
        Store.open(database) as store,
    ):
        store.entries._connection.execute("SELECT * FROM nowhere")


def test_a_store_that_anything_wrote_to_is_not_trusted(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with Store.open(database):
        pass
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM left_out")
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(StoreUnusableError, match="was changed"):
        Store.open(database)


@pytest.mark.parametrize("table", ["days", "servers", "versions", "bodies", "facts", "documents"])
def test_a_state_that_lacks_rows_means_a_full_build(
    registry: Registry, tmp_path: Path, table: str
) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    registry.publish(ALICE, "2.0.0")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute(f"DELETE FROM {table}")
    assert build_registry(registry, tmp_path / "dist").versions == 2
    build_registry(registry, tmp_path / "fresh")
    assert files_below(tmp_path / "dist") == files_below(tmp_path / "fresh")


def test_a_state_without_our_tables_is_of_another_version(registry: Registry, tmp_path: Path) -> None:
    registry.publish(ALICE)
    build_registry(registry, tmp_path / "dist")
    database = next((tmp_path / "dist.state").glob("*/state.sqlite3"))
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE facts")
    connection.close()
    seal(database)
    assert "another version" in build_registry(registry, tmp_path / "dist").why_full
