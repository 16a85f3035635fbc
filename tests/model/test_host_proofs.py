"""Which hosts a proof on record speaks for."""

from typing import Any

import pytest
from mcp_static.model.host_proofs import is_host_proven
from mcp_static.model.names import Namespace


def facts(domain: object = "example.com") -> dict[str, Any]:
    return {"facts": {"domain": domain}}


@pytest.mark.parametrize(
    ("accepted", "namespace", "host", "is_proven"),
    [
        ({"proof": "dns-key", **facts()}, "com.example", "example.com", True),
        ({"proof": "dns-key", **facts()}, "com.example.api", "mcp.example.com", True),
        ({"proof": "dns-key", **facts()}, "com.example", "notexample.com", False),
        ({"proof": "dns-key", **facts("api.example.com")}, "com.example.api", "example.com", False),
        ({"proof": "dns-key", **facts(7)}, "com.example", "example.com", False),
        ({"proof": "dns-key", "facts": []}, "com.example", "example.com", False),
        ({"proof": "dns-delegation", **facts()}, "com.example", "mcp.example.com", True),
        ({"proof": "https-key", **facts()}, "com.example", "example.com", True),
        ({"proof": "https-key", **facts()}, "com.example", "mcp.example.com", False),
        ({"proof": "github-account"}, "io.github.Alice", "alice.github.io", True),
        ({"proof": "github-account"}, "io.github.alice", "bob.github.io", False),
        ({"proof": "github-account", **facts()}, "io.github.alice", "example.com", False),
        ({"proof": "source"}, "io.github.alice", "github.io", False),
        ({"proof": "grant"}, "com.example", "mcp.example.com", True),
        ({"proof": "of-a-later-release", **facts()}, "com.example", "example.com", False),
        ({"proof": ["dns-key"], **facts()}, "com.example", "example.com", False),
        ({}, "com.example", "example.com", False),
        (None, "com.example", "example.com", False),
    ],
)
def test_a_proof_speaks_for_its_hosts(
    accepted: dict[str, Any] | None, namespace: str, host: str, is_proven: bool
) -> None:
    assert is_host_proven(accepted, Namespace(namespace), host) is is_proven
