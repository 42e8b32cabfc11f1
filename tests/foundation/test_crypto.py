from __future__ import annotations

import stat
from pathlib import Path

import pytest

from intake.foundation.crypto import Keyring, KeyringError, SealError, new_key, open_with, seal_with


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    Keyring.create(tmp_path / "keyring.json")
    return Keyring.load(tmp_path / "keyring.json")


def test_what_is_sealed_opens_in_its_own_place_only(ring: Keyring) -> None:
    sealed = ring.seal(b"a name", "person", "name", "1")
    assert b"a name" not in sealed
    assert ring.open(sealed, "person", "name", "1") == b"a name"
    for elsewhere in (("person", "name", "2"), ("person", "email", "1"), ("visit", "name", "1")):
        with pytest.raises(SealError):
            ring.open(sealed, *elsewhere)


def test_a_changed_byte_is_found(ring: Keyring) -> None:
    sealed = bytearray(ring.seal(b"text", "t"))
    for place in range(len(sealed)):
        changed = bytes(sealed[:place]) + bytes([sealed[place] ^ 1]) + bytes(sealed[place + 1 :])
        with pytest.raises(SealError):
            ring.open(changed, "t")


def test_another_keyring_opens_nothing(ring: Keyring, tmp_path: Path) -> None:
    Keyring.create(tmp_path / "other.json")
    with pytest.raises(SealError):
        Keyring.load(tmp_path / "other.json").open(ring.seal(b"text", "t"), "t")


def test_own_keys_seal_and_open() -> None:
    key = new_key()
    sealed = seal_with(key, "نص", "answers", "WG3/T-001", "1")
    assert open_with(key, sealed, "answers", "WG3/T-001", "1") == "نص"
    with pytest.raises(SealError):
        open_with(new_key(), sealed, "answers", "WG3/T-001", "1")


def test_the_keyring_is_for_its_owner_only_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    before = path.read_bytes()
    Keyring.create(path)
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {entry.name for entry in tmp_path.iterdir()} == {"keyring.json", "keyring.lock"}


@pytest.mark.parametrize("content", [None, "", "{}", '{"active": "k1", "keys": {}, "index": ""}', "[]"])
def test_without_its_keyring_nothing_starts(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "keyring.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KeyringError):
        Keyring.load(path)


def test_an_index_finds_equal_values_and_tells_nothing(ring: Keyring) -> None:
    assert ring.index("organisation", "act alliance") == ring.index("organisation", "act alliance")
    assert ring.index("organisation", "act alliance") != ring.index("receipt", "act alliance")
    assert "act" not in ring.index("organisation", "act alliance")
