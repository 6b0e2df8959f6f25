"""The limit: only a P-256 signature by OpenSSL, of an existing digest with an existing key."""

# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

DIGEST = hashlib.sha256(b"a string to sign").digest()
ALGORITHM = ec.ECDSA(utils.Prehashed(hashes.SHA256()))
KEY = ec.derive_private_key(0xED6E, ec.SECP256R1())


def handler(event: object, context: object) -> bytes:
    return KEY.sign(DIGEST, ALGORITHM)


def verify(signature: bytes) -> None:
    """Raises InvalidSignature."""
    KEY.public_key().verify(signature, DIGEST, ALGORITHM)
