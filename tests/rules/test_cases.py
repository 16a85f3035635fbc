"""Documents kept beside the project, each with what is wanted: MCP_STATIC_CASES names their folder."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.rules.documents import HOSTS, findings, verdict

CASES: Final = os.environ.get("MCP_STATIC_CASES")
OUTWEIGHED: Final = {
    "pkg-cargo-sha": "64 zeros are a placeholder, also where the digest of a crate stands",
    "x-website-backslash": "a backslash is no character of a URI, and browsers read it as a slash",
}
"""Documents of which a rule says otherwise, and why the rule is right."""


def cases() -> Iterator[dict[str, Any]]:
    if CASES:
        for line in (Path(CASES) / "validate.ndjson").read_text().splitlines():
            yield json.loads(line)


def raw(document: dict[str, Any]) -> bytes:
    if "__raw_latin1__" in document:
        return str(document["__raw_latin1__"]).encode("latin-1")
    text = json.dumps(document)
    for sign, host in HOSTS.items():
        text = text.replace(sign, host)
    return text.encode()


@pytest.mark.corpus
@pytest.mark.skipif(not CASES, reason="MCP_STATIC_CASES names no folder")
def test_every_case_has_its_verdict() -> None:
    wrong = []
    for case in cases():
        got = verdict(findings(raw(case["document"])))
        # What is accepted may be told something all the same.
        if (
            case["id"] not in OUTWEIGHED
            and got != case["want"]
            and (got, case["want"]) != ("warn", "accept")
        ):
            wrong.append((case["id"], case["want"], got))
    assert wrong == []


@pytest.mark.corpus
@pytest.mark.skipif(not CASES, reason="MCP_STATIC_CASES names no folder")
def test_no_exception_outlives_its_case() -> None:
    refused = {
        case["id"]
        for case in cases()
        if case["id"] in OUTWEIGHED and verdict(findings(raw(case["document"]))) == "reject"
    }
    assert refused == set(OUTWEIGHED)
