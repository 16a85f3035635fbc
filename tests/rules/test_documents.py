"""Hundreds of documents, each with one thing about it: it is taken or refused, and by the right rule."""

import json

import pytest
from mcp_static.rules.rule import EmptyRegistry
from mcp_static.rules.run import findings_of, read_record

from tests.rules.breaches import with_package
from tests.rules.documents import Case, documents, findings, verdict


@pytest.mark.parametrize("case", documents(), ids=lambda case: case.id)
def test_each_document_is_told_the_one_thing_that_is_wrong_with_it(case: Case) -> None:
    found = findings(case.raw)
    assert verdict(found) == case.want, found
    assert {(finding.id, finding.path) for finding in found} == case.findings
    if case.says:
        assert any(case.says in finding.message + finding.fix for finding in found), found


def test_what_is_mirrored_is_no_less_refused_for_a_placeholder_in_it() -> None:
    """A warning of an authoring rule hides no error of another rule at its place."""
    raw = json.dumps(with_package(fileSha256="${SHA256}")).encode()
    assert [finding.id for finding in findings(raw)] == ["no-placeholder"]
    mirrored = findings_of(read_record(raw), EmptyRegistry(), is_authored=False)
    assert [finding.id for finding in mirrored if finding.is_error] == ["schema"]
