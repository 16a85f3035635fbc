"""The seal tells a store that an earlier build left from one that anything else has touched."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from mcp_static.model.errors import StoreUnusableError
from mcp_static.store.seal import require_sealed, seal


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "state.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bodies (document)")
        connection.executemany("INSERT INTO bodies VALUES (?)", [("x" * 900,)] * 2000)
    connection.close()
    seal(path)
    return path


def test_what_was_sealed_is_accepted_and_so_is_a_copy_of_it(database: Path, tmp_path: Path) -> None:
    require_sealed(database)
    copy = tmp_path / "copy" / database.name
    copy.parent.mkdir()
    shutil.copyfile(database, copy)
    shutil.copyfile(database.with_suffix(".seal"), copy.with_suffix(".seal"))
    require_sealed(copy)


def test_a_copy_from_an_archive_is_known_by_its_second(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(database, ns=(0, 1_700_000_000_123_456_789))
    seal(database)
    os.utime(database, (0, 1_700_000_000))
    with monkeypatch.context() as patched:
        patched.setattr("mcp_static.store.seal._opened", lambda *_: pytest.fail("it was read whole"))
        require_sealed(database)
    os.utime(database, (0, 1_700_000_001))
    require_sealed(database)  # of another second: SQLite decides


def test_a_write_that_was_not_sealed_is_noticed(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE bodies SET document = 'y' WHERE rowid = 7")
    connection.close()
    with pytest.raises(StoreUnusableError, match="was changed"):
        require_sealed(database)


@pytest.mark.parametrize("noted", [b"", b"[]", b"{}", b'{"size": 1'])
def test_a_seal_that_says_something_else_is_none(database: Path, noted: bytes) -> None:
    database.with_suffix(".seal").write_bytes(noted)
    with pytest.raises(StoreUnusableError):
        require_sealed(database)


def test_a_page_that_something_else_broke_is_noticed(database: Path) -> None:
    content = bytearray(database.read_bytes())
    content[4096 * 9 : 4096 * 10] = bytes(4096)
    database.write_bytes(content)
    with pytest.raises(StoreUnusableError, match="integrity check"):
        require_sealed(database)


@pytest.mark.integration
def test_a_transaction_that_was_killed_is_rolled_back(database: Path) -> None:
    program = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size=4")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE bodies SET document = 'z'")
os.kill(os.getpid(), signal.SIGKILL)
"""
    before = database.read_bytes()
    killed = subprocess.run([sys.executable, "-c", program, os.fspath(database)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert database.read_bytes() != before  # the cache spilled
    require_sealed(database)
    assert database.read_bytes() == before


def test_a_store_without_a_seal_or_a_file_is_not_used(database: Path) -> None:
    database.with_suffix(".seal").unlink()
    with pytest.raises(StoreUnusableError, match="not finished"):
        require_sealed(database)
    database.unlink()
    with pytest.raises(StoreUnusableError):
        require_sealed(database)
