"""Which passwords are accepted, and how they are kept."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from argon2 import extract_parameters

from intake.accounts import passwords
from tests.accounts.people import PASSWORD, kept

ABOUT = ["zineb.alaoui@example.org", "Zineb Alaoui", "Asia Pacific Refugee Rights Network"]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "unbreakable wooden chair",
        "le vélo de ma tante est bleu",
        "mi abuela cocina con limones",
        "قطار الليل يمر فوق الجسر",
        "uV3#kq9Lw!x82Fz",
        "^&%*#(@!)$_+={}[]",
        "zineb walks to the market",
        "482910573829104",
        "my 🐢 swims to the island",
        "x" + " ".join(f"verse {number} of a poem by heart" for number in range(8)),
    ],
)
def test_what_nobody_guesses_is_accepted_whatever_it_is_made_of(password: str) -> None:
    assert passwords.problem(password, ABOUT) is None


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password123456789",
        "P@$$w0rd12345678",
        "p4ssw0rd-p4ssw0rd",
        "correct horse battery staple",
        "CorrectHorseBatteryStaple1",
        "thequickbrownfoxjumps",
        "iloveyou iloveyou forever",
        "qwertyuiopasdfghjkl",
        "1qaz2wsx3edc4rfv5tgb",
        "q1w2e3r4t5y6u7i8o9p0",
        "azertyuiopqsdfghjklm",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "123456789012345",
        "19841984198419841984",
        "administrator2024!",
        "LetMeInLetMeIn12",
        "Welcome2024Welcome2024",
        "motdepassemotdepasse",
        "je t'aime mon amour",
        "contraseña123456",
        "te quiero mucho mucho",
        "بسم الله الرحمن الرحيم",
        "كلمة السر كلمة السر",
        "lailahaillallah",
        "zinebalaoui2020!",
        "Zineb.Alaoui.1990",
        "Refugee-Rights-Network",
        "asia pacific refugee rights network",
        "intake-secretariat",
        "listening session 2020",
        "               a              ",
    ],
)
def test_what_is_easily_guessed_is_refused(password: str) -> None:
    assert "easily guessed" in str(passwords.problem(password, ABOUT))


def test_fifteen_characters_are_counted_as_people_see_them() -> None:
    assert passwords.problem("kq9Lw!x82FzvT3") is not None
    assert passwords.problem("kq9Lw!x82FzvT3#") is None
    assert passwords.problem("éé" + "e\u0301" * 12) is not None
    assert passwords.problem("x" * 257) is not None


def test_the_list_is_folded_and_long_enough_to_matter() -> None:
    assert len(passwords.common()) > 500
    assert all(word and " " not in word for word in passwords.common())


def test_hashes_are_argon2id_with_at_least_19_mib() -> None:
    for made in (kept(), passwords._NOBODYS):
        parameters = extract_parameters(made)
        assert parameters.type.name == "ID"
        assert parameters.memory_cost >= 19 * 1024
        assert parameters.time_cost >= 2
    assert extract_parameters(kept()) == extract_parameters(passwords._NOBODYS)


def test_a_password_is_compared_as_a_whole_and_in_its_normal_form() -> None:
    made = passwords.hashed("un café près de la rivière")
    assert passwords.is_right("un cafe\u0301 pre\u0300s de la rivie\u0300re", made)
    assert not passwords.is_right("Un café près de la rivière", made)
    assert not passwords.is_right("un café près de la rivièr", made)


def test_nobodys_password_is_never_right() -> None:
    assert not passwords.is_right(PASSWORD, None)
    assert not passwords.is_right("", None)


def test_no_more_than_four_hash_at_once() -> None:
    most, present, lock = 0, 0, threading.Lock()

    def take_turn(_number: int) -> None:
        nonlocal most, present
        with passwords._turn():
            with lock:
                present += 1
                most = max(most, present)
            passwords._HASHER.hash("somebody's password")
            with lock:
                present -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(take_turn, range(16)))
    assert most <= 4
