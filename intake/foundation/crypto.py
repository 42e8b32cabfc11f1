"""Encryption at rest: a keyring outside the database, AES-256-GCM in a versioned envelope.

Envelope: ``version (1 byte) | length of key id (1) | key id | nonce (12) | ciphertext and tag``.
The associated data names table, column and row, so that a value moved to another row
does not open. Each submission has keys of its own, wrapped by the keyring: destroying the
wrapped key erases all that it sealed, wherever in the database that was written.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

from .config import write_once

_VERSION = 1
_NONCE_BYTES = 12
KEY_BYTES = 32


class SealError(Exception):
    """A sealed value cannot be opened: wrong key, wrong place, or changed bytes."""


class KeyringError(Exception):
    """The keyring is missing or unreadable; the application must not start without it."""


def _aad(place: tuple[str, ...]) -> bytes:
    return "\x1f".join(place).encode()


def _seal(key_id: str, key: bytes, plain: bytes, place: tuple[str, ...]) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    name = key_id.encode()
    return bytes([_VERSION, len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, plain, _aad(place))


def _key_id(envelope: bytes) -> str:
    if len(envelope) < 2 or envelope[0] != _VERSION:
        raise SealError("not an envelope of a known version")
    return envelope[2 : 2 + envelope[1]].decode("ascii", "replace")


def _open(key: bytes, envelope: bytes, place: tuple[str, ...]) -> bytes:
    start = 2 + envelope[1]
    nonce, body = envelope[start : start + _NONCE_BYTES], envelope[start + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, _aad(place))
    except (InvalidTag, ValueError) as error:
        raise SealError("cannot be opened here") from error


def new_key() -> bytes:
    """A fresh 256-bit key."""
    return secrets.token_bytes(KEY_BYTES)


def seal_with(key: bytes, plain: str, *place: str) -> bytes:
    """``plain`` sealed under a single ``key`` for ``place`` (table, column, row)."""
    return _seal("", key, plain.encode(), place)


def open_with(key: bytes, envelope: bytes, *place: str) -> str:
    """The text of an envelope made by ``seal_with`` with the same key and place.

    Raises:
        SealError: for another key or place, or changed bytes.
    """
    _key_id(envelope)
    return _open(key, envelope, place).decode()


@dataclass(frozen=True, slots=True)
class Keyring:
    """The installation's keys by id, the one new values are sealed with, and a key for blind indexes."""

    active: str
    keys: dict[str, bytes]
    index_key: bytes

    @classmethod
    def create(cls, path: Path) -> None:
        """Write a new keyring (mode 0600) to ``path`` unless one is there already."""
        content = {
            "active": "k1",
            "keys": {"k1": base64.b64encode(new_key()).decode()},
            "index": base64.b64encode(new_key()).decode(),
        }
        write_once(path, json.dumps(content, indent=1))

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """The keyring in ``path``.

        Raises:
            KeyringError: missing, unreadable or damaged.
        """
        try:
            content = json.loads(path.read_text())
            keys = {name: base64.b64decode(key) for name, key in content["keys"].items()}
            ring = cls(content["active"], keys, base64.b64decode(content["index"]))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise KeyringError(f"the keyring {path} is missing or damaged; restore it from its backup") from error
        if ring.active not in keys or any(len(key) != KEY_BYTES for key in [*keys.values(), ring.index_key]):
            raise KeyringError(f"the keyring {path} is damaged; restore it from its backup")
        return ring

    def seal(self, plain: bytes, *place: str) -> bytes:
        """``plain`` sealed under the active key for ``place`` (table, column, row)."""
        return _seal(self.active, self.keys[self.active], plain, place)

    def open(self, envelope: bytes, *place: str) -> bytes:
        """What ``seal`` took, given the same place.

        Raises:
            SealError: unknown key, another place, or changed bytes.
        """
        key_id = _key_id(envelope)
        if key_id not in self.keys:
            raise SealError(f"sealed with the key {key_id}, which this keyring does not hold")
        return _open(self.keys[key_id], envelope, place)

    def index(self, purpose: str, value: str) -> str:
        """A keyed digest (64 hex digits) by which ``value`` can be found but not read."""
        return hmac.new(self.index_key, f"{purpose}\x1f{value}".encode(), hashlib.sha256).hexdigest()


def init_app(app: Flask, keyring: Keyring) -> None:
    """Give ``app`` its keyring."""
    app.extensions["keyring"] = keyring


def keyring() -> Keyring:
    """The keyring of the current application."""
    found: Keyring = current_app.extensions["keyring"]
    return found
