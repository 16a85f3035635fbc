"""The proofs of a namespace by their ids, as `accepted.json` has them, and what people are told."""

from collections.abc import Mapping
from enum import StrEnum

Facts = Mapping[str, str | int | tuple[str, ...]]
"""What a proof rests on, as its finding and the `accepted.json` have it."""


class ProofId(StrEnum):
    """Which proof of a namespace; the value is what is written and what reports show."""

    label: str

    def __new__(cls, value: str, label: str) -> "ProofId":
        """An id with the sentence that a server's page shows."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    GRANT = "grant", "Granted by this registry"
    ACCOUNT = "github-account", "Verified: published by the owner's account"
    GITLAB_ACCOUNT = "gitlab-account", "Verified: published by the owner's account"
    SOURCE = "source", "Verified by the same record in the owner's repository"
    SOURCE_REGISTRY = "source-registry", "Taken in from another registry, which this one mirrors"
    DNS_KEY = "dns-key", "Verified by a key in the domain's DNS"
    HTTPS_KEY = "https-key", "Verified by a key that the domain publishes over HTTPS"
    DNS_DELEGATION = "dns-delegation", "Verified: published by an account that the domain's DNS names"


def proof_label(proof: object) -> str:
    """What people are told of a proof on record; of one that this release does not know, its id."""
    if not proof:
        return "No verification on record: imported, or merged by hand"
    known = next((known for known in ProofId if known.value == proof), None)
    return known.label if known else f"Verified by {proof}"
