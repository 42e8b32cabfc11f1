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
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

from .config import alone_with, replace_whole, write_once

FILE_NAME = "keyring.json"
"""The keyring in the folder of an installation."""

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
    return envelope_head(key_id) + nonce + AESGCM(key).encrypt(nonce, plain, _aad(place))


def envelope_head(key_id: str) -> bytes:
    """How every envelope begins that is sealed with the key ``key_id``, and no other."""
    name = key_id.encode()
    return bytes([_VERSION, len(name)]) + name


def key_id_of(envelope: bytes) -> str:
    """The id of the key with which ``envelope`` was sealed; raises ``SealError`` for what is no envelope."""
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


def seal_bytes_with(key: bytes, plain: bytes, *place: str) -> bytes:
    """``plain`` sealed under a single ``key`` for ``place``."""
    return _seal("", key, plain, place)


def open_bytes_with(key: bytes, envelope: bytes, *place: str) -> bytes:
    """What ``seal_bytes_with`` took; raises ``SealError`` like ``open_with``."""
    key_id_of(envelope)
    return _open(key, envelope, place)


def open_with(key: bytes, envelope: bytes, *place: str) -> str:
    """The text of an envelope made by ``seal_with`` with the same key and place.

    Raises:
        SealError: for another key or place, or changed bytes.
    """
    key_id_of(envelope)
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
        if not path.exists():
            with alone_with(path):
                write_once(path, cls("k1", {"k1": new_key()}, new_key()).written())

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

    def with_new_key(self) -> Keyring:
        """This keyring with one more key, with which everything is sealed from now on."""
        number = 1 + max(int(name.removeprefix("k")) for name in self.keys)
        return replace(self, active=f"k{number}", keys={**self.keys, f"k{number}": new_key()})

    def without(self, key_id: str) -> Keyring:
        """This keyring without the key ``key_id``: what is still sealed with it can never be opened again."""
        return replace(self, keys={name: key for name, key in self.keys.items() if name != key_id})

    def save(self, path: Path) -> None:
        """Replace the file ``path`` by this keyring; every process takes it up with its next request.

        To be called inside ``alone_with(path)``, on what was loaded inside it: of two that change the
        keyring at once, one would forget the key of the other.
        """
        replace_whole(path, self.written())

    def written(self) -> str:
        """The content of its file."""
        content = {
            "active": self.active,
            "keys": {name: base64.b64encode(key).decode() for name, key in self.keys.items()},
            "index": base64.b64encode(self.index_key).decode(),
        }
        return json.dumps(content, indent=1)

    def seal(self, plain: bytes, *place: str) -> bytes:
        """``plain`` sealed under the active key for ``place`` (table, column, row)."""
        return _seal(self.active, self.keys[self.active], plain, place)

    def open(self, envelope: bytes, *place: str) -> bytes:
        """What ``seal`` took, given the same place.

        Raises:
            SealError: unknown key, another place, or changed bytes.
        """
        key_id = key_id_of(envelope)
        if key_id not in self.keys:
            raise SealError(f"sealed with the key {key_id}, which this keyring does not hold")
        return _open(self.keys[key_id], envelope, place)

    def sign(self, message: bytes) -> bytes:
        """A signature (64 bytes) by which anybody can be told that ``message`` came from this installation."""
        return self._signing_key().sign(message)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether ``signature`` is ours over ``message``."""
        try:
            self._signing_key().public_key().verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def cover(self, plain: str) -> bytes:
        """``plain`` so that only this installation reads it, the same bytes every time: for what leaves the house."""
        nonce = bytes.fromhex(self.index("cover", plain))[:_NONCE_BYTES]
        return nonce + AESGCM(self._derived(b"intake covers")).encrypt(nonce, plain.encode(), None)

    def uncover(self, covered: bytes) -> str:
        """What ``cover`` took; raises ``SealError`` for anything else."""
        nonce, body = covered[:_NONCE_BYTES], covered[_NONCE_BYTES:]
        try:
            return AESGCM(self._derived(b"intake covers")).decrypt(nonce, body, None).decode()
        except (InvalidTag, ValueError) as error:
            raise SealError("not covered here") from error

    def _signing_key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derived(b"intake signatures"))

    def _derived(self, purpose: bytes) -> bytes:
        # From the index key, so that a keyring from before has them too: they live as long as it does.
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(self.index_key)

    def index(self, purpose: str, value: str) -> str:
        """A keyed digest (64 hex digits) by which ``value`` can be found but not read."""
        return hmac.new(self.index_key, f"{purpose}\x1f{value}".encode(), hashlib.sha256).hexdigest()


class _InUse:
    """The keyring of an application, read again when its file was replaced: keys are changed while it runs."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._read_stamp()
        self.keyring = Keyring.load(path)

    def current(self) -> Keyring:
        stamp = self._read_stamp()
        if stamp != self._stamp:
            self.keyring, self._stamp = Keyring.load(self._path), stamp
        return self.keyring

    def holding(self, key_id: str) -> Keyring:
        """Read again when ``key_id`` is unknown: a file system may tell late that a file was replaced."""
        if key_id not in self.current().keys:
            self.keyring = Keyring.load(self._path)
        return self.keyring

    def _read_stamp(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError as error:
            raise KeyringError(f"the keyring {self._path} is missing; restore it from its backup") from error
        return found.st_ino, found.st_mtime_ns, found.st_size


def init_app(app: Flask, path: Path) -> None:
    """Give ``app`` the keyring in ``path``.

    Raises:
        KeyringError: missing, unreadable or damaged.
    """
    app.extensions["keyring"] = _InUse(path)


def keyring() -> Keyring:
    """The keyring of the current application, as its file is now."""
    return _in_use().current()


def open_kept(envelope: bytes, *place: str) -> bytes:
    """What the keyring of the current application sealed for ``place``, also with a key that came just now.

    Raises:
        SealError: unknown key, another place, or changed bytes.
    """
    return _in_use().holding(key_id_of(envelope)).open(envelope, *place)


def _in_use() -> _InUse:
    found: _InUse = current_app.extensions["keyring"]
    return found
