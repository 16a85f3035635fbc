"""What the merge notes of a publish."""

import json

import pytest
from mcp_static.api.entries import MAX_ACCEPTED_BYTES
from mcp_static.check.accepted import accepted_bytes
from mcp_static.proofs.results import holds
from mcp_static.rules.sidecars import parse_accepted


@pytest.mark.parametrize("count", [1, 5, 200])
def test_packages_are_listed_as_long_as_they_fit(count: int) -> None:
    packages = [
        {
            "registryType": "npm",
            "identifier": f"weather-{n}",
            "version": "1.0.0",
            "digest": f"sha512:{'a' * 88}",
        }
        for n in range(count)
    ]
    proof = holds("github-account", "It holds.", login="alice", id="github.com/account/1001")
    content = accepted_bytes(proof, None, "0" * 40, 7, 1_800_000_000, packages=packages)
    assert isinstance(parse_accepted(content), bytes), len(content)
    noted = json.loads(content)["packages"]
    if count < 200:
        assert noted == packages
    else:
        assert len(json.dumps(noted)) < MAX_ACCEPTED_BYTES
        assert (noted["count"], len(noted["sha256"])) == (200, 64)
