"""Keys of a domain: the records that publish them, and the files that keep the private halves.

A record is `v=MCPv1; k=ed25519; p=<base64>`, in DNS or over HTTPS, read as the official registry
does (`internal/api/handlers/v0/auth/common.go`): an Ed25519 key of 32 raw bytes, or, with
`k=ecdsap384`, a compressed P-384 point of 49.
"""

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mcp_static.git.interruption import uninterrupted
from mcp_static.model.errors import InputError

Algorithm = Literal["ed25519", "ecdsap384"]
PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey
PublicKey = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey

_RECORD: Final = re.compile(r"v=MCPv1;[\t\n\f\r ]*k=([^;]+);[\t\n\f\r ]*p=([A-Za-z0-9+/=]+)")
_MARK: Final = "v=MCPv1"
_MAX_RECORDS: Final = 50
_MAX_KEY_FILE: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class DomainKey:
    """A public key as a domain publishes it."""

    algorithm: Algorithm
    raw: bytes

    @property
    def fingerprint(self) -> str:
        """How messages name the key: the first 16 hexadecimal digits of its SHA-256."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    @property
    def public(self) -> PublicKey:
        """The key for a library; it was tried when the record was read."""
        if self.algorithm == "ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(self.raw)
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP384R1(), self.raw)

    @property
    def record(self) -> str:
        """The text that publishes this key."""
        return f"{_MARK}; k={self.algorithm}; p={base64.b64encode(self.raw).decode()}"


@dataclass(frozen=True, slots=True)
class KeyRecords:
    """What some texts say: the keys, and sentences about records that are not valid."""

    keys: tuple[DomainKey, ...]
    faults: tuple[str, ...]


def read_records(texts: list[str]) -> KeyRecords:
    """Read every key record among some texts; texts without `v=MCPv1` are something else."""
    keys: list[DomainKey] = []
    faults: list[str] = []
    for text in [text for text in texts if _MARK in text][:_MAX_RECORDS]:
        match = _RECORD.search(text)
        if not match:
            faults.append("a record is not `v=MCPv1; k=<algorithm>; p=<base64>`")
            continue
        key = _key(match[1], match[2])
        if isinstance(key, str):
            faults.append(key)
        elif key not in keys:
            keys.append(key)
    return KeyRecords(tuple(keys), tuple(faults))


def _key(algorithm: str, encoded: str) -> DomainKey | str:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return "a record's p= is not base64"
    if algorithm == "ed25519":
        key = DomainKey("ed25519", raw)
        message = f"an ed25519 key has 32 bytes, this one {len(raw)}"
    elif algorithm == "ecdsap384":
        key = DomainKey("ecdsap384", raw)
        message = f"an ecdsap384 key is a compressed point of 49 bytes, this one has {len(raw)}"
    else:
        return f"k={algorithm[:40]} is neither ed25519 nor ecdsap384"
    if len(raw) != (32 if algorithm == "ed25519" else 49):
        return message
    try:
        _ = key.public
    except (ValueError, UnsupportedAlgorithm):
        return f"a record's {algorithm} key is not a point on its curve"
    return key


def new_private_key(algorithm: Algorithm) -> PrivateKey:
    """A fresh private key."""
    if algorithm == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(ec.SECP384R1())


def key_of(private: PrivateKey) -> DomainKey:
    """The public half, as a domain publishes it."""
    if isinstance(private, ed25519.Ed25519PrivateKey):
        raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return DomainKey("ed25519", raw)
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    return DomainKey("ecdsap384", point)


def write_private_key(path: Path, private: PrivateKey) -> None:
    """Write a private key as PEM (PKCS #8), readable by its owner alone.

    Raises InputError when the file is there already: a key that is in use is never overwritten.
    """
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with uninterrupted():
        _write_new(path, pem)


def _write_new(path: Path, pem: bytes) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise InputError(
            f"{path} is there already.", "Keep that key, or name another file with --key."
        ) from None
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Name another file with --key."
        ) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(pem)


def read_private_key(path: Path) -> PrivateKey:
    """Read a private key: PEM, or the hexadecimal digits that the official publisher takes.

    Raises InputError for anything else. 64 digits are an Ed25519 seed, 96 a P-384 scalar.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(_MAX_KEY_FILE).strip()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}.", "Make a key with `mcp-static keygen DOMAIN`."
        ) from None
    fix = "Use an Ed25519 or P-384 key, as `mcp-static keygen` makes them."
    try:
        if re.fullmatch(rb"[0-9A-Fa-f]{64}", content):
            return ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content.decode()))
        if re.fullmatch(rb"[0-9A-Fa-f]{96}", content):
            return ec.derive_private_key(int(content, 16), ec.SECP384R1())
    except ValueError:
        raise InputError(f"{path} holds no private key that can be read.", fix) from None
    try:
        private = load_pem_private_key(content, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):  # a TypeError when it is encrypted
        raise InputError(f"{path} holds no private key that can be read.", fix) from None
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return private
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == "secp384r1":
        return private
    raise InputError(f"{path} holds a key of another kind.", fix)
