"""Lighthouse's own judgement of the pages that most visitors see."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import FLAGS
from tests.hosting import NODE_MODULES, tool
from tests.servers import Served

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


@pytest.mark.parametrize(
    "path", ["/", "/servers/com.example/weather/", "/search/", "/search/?q=counts"]
)
def test_lighthouse_is_content(rich_site: Served, tmp_path: Path, path: str) -> None:
    report = tmp_path / "report.json"
    run = subprocess.run(
        [
            tool("node"), str(NODE_MODULES / "lighthouse" / "cli" / "index.js"), rich_site.url + path,
            "--quiet", "--output=json", f"--output-path={report}", "--no-enable-error-reporting",
            f"--only-categories={','.join(CATEGORIES)}",
            f"--chrome-flags={' '.join(('--headless', *FLAGS))}",
        ],
        env={**os.environ, "CHROME_PATH": tool("chromium")}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(report.read_text())
    scores = {name: found["categories"][name]["score"] for name in CATEGORIES}
    doubts = [
        (audit["id"], audit.get("displayValue", audit["title"]))
        for audit in found["audits"].values()
        if audit["score"] is not None and audit["score"] < 0.9
    ]
    assert all(score is not None and score >= 0.95 for score in scores.values()), (scores, doubts)
    assert not found["runWarnings"]
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    print(path, scores, doubts)
