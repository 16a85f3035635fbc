"""Every page of a registry held against the HTML standard, whatever its authors write."""

import json
import subprocess
from pathlib import Path

from tests.hosting import Hosted, tool
from tests.servers import PROJECT

VALIDATOR = PROJECT / "tests" / "node" / "validate.mjs"


def complaints(*files: Path) -> list[str]:
    run = subprocess.run(
        [tool("node"), str(VALIDATOR), *map(str, files)], capture_output=True, text=True, check=True
    )
    found: list[str] = json.loads(run.stdout)
    return found


def test_every_page_is_valid(project_site: Hosted) -> None:
    pages = sorted(
        path for path in project_site.out.resolve().rglob("*.html") if "v0.1" not in path.parts
    )
    assert len(pages) > 200
    assert complaints(*pages) == []


def test_the_validator_complains_of_what_is_wrong(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "<!doctype html><html><head><title>x</title></head><body><p><div>a</div></p></body></html>"
    )
    assert len(complaints(page)) == 2
