"""The page about security names only tests that there are."""

import ast
import re

from tests.servers import PROJECT

PAGE = PROJECT / "docs" / "security.md"


def named_tests() -> set[str]:
    """The tests in the last column of the table."""
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    return {name for row in rows[2:] for name in re.findall(r"`(\w+)`", row.split(" | ")[-1])}


def known_tests() -> set[str]:
    """Every test, and every class of tests."""
    found = set()
    for path in (PROJECT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(node.name)
    return found


def test_every_threat_names_a_test_that_exists() -> None:
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 10
    assert all(re.findall(r"`(\w+)`", row.split(" | ")[-1]) for row in rows)
    assert named_tests() - known_tests() == set()
