"""Whatever reads who somebody is, decides, hides, takes out or changes what people may do leaves its line."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts import services as accounts
from intake.accounts.permissions import Role
from intake.digests.commands import digest
from intake.digests.services import compile_digest
from intake.foundation.database import session, transaction
from intake.foundation.files.kinds import BY_NAME
from intake.foundation.files.scanning import Scan
from intake.foundation.files.workshop import CleanFile
from intake.foundation.register import RegisterLine
from intake.moderation import conflicts
from intake.programme.commands import programme
from intake.programme.models import WorkingGroup
from intake.submissions import attachments, workflow
from intake.submissions.vocabulary import State
from tests import builders
from tests.acts import written
from tests.forms import form_on, send
from tests.moderation.desk import (
    COLLEAGUE,
    LEAD,
    WG3,
    act,
    found,
    give,
    held,
    put_in_state,
    signed_in,
    somebody,
    url,
)
from tests.moderation.test_agreement import ask, coded, finish
from tests.moderation.test_bilingual import leave
from tests.moderation.test_protect import hide
from tests.moderation.test_safeguarding import at, fill

HERE = "/en/staff/sessions/wg3-2020-06-09/"
OFFICE, GUARD, DRAFTER = "office@example.org", "guard@example.org", "drafter@example.org"
NO_ONE = ""


@pytest.fixture(autouse=True)
def staff(app: Flask) -> None:
    """Whoever is not of this desk."""
    with app.app_context(), transaction():
        group = session().scalars(sa.select(WorkingGroup).where(WorkingGroup.code == "WG3")).one()
        for email, role, where in (
            (OFFICE, Role.SECRETARIAT, None), (GUARD, Role.SAFEGUARDING, group), (DRAFTER, Role.DRAFTER, None),
        ):  # fmt: skip
            builders.person(email, (role, where))


def done(response: TestResponse) -> None:
    assert response.status_code in (200, 303), response.status


def press(client: FlaskClient, here: str, action: str, **typed: Any) -> None:
    done(send(client, here, form_on(client.get(here), action=action), typed))


def with_file(app: Flask, **about: Any) -> str:
    reference = give(app, **about)
    with app.app_context(), transaction():
        sound = CleanFile(BY_NAME["wav"], b"RIFF", ())
        new = attachments.put(sound, name="a.wav", digest=secrets.token_hex(8), scan=Scan.NOT_SCANNED)
        attachments.add(found(reference), new)
    return reference


# Reading who somebody is


def opens_the_contact(app: Flask) -> None:
    press(signed_in(app), url(give(app, email="amal@example.org")), "/contact/", reason="danger")


def opens_the_contact_in_care(app: Flask) -> None:
    done(fill(signed_in(app, GUARD), give(app, danger_now="yes", email="amal@example.org"), "contact", reason="danger"))


def _opens(app: Flask, email: str, address: Callable[[str], str], **about: Any) -> None:
    client, there = signed_in(app, email), address(with_file(app, **about))
    shown = client.get(there)
    with app.app_context():
        identity = session().scalars(sa.select(attachments.Attachment.id)).one()
    done(send(client, there, form_on(shown, action=f"/files/{identity}/")))


def opens_a_file(app: Flask) -> None:
    _opens(app, LEAD, url)


def opens_a_file_in_care(app: Flask) -> None:
    _opens(app, GUARD, at, danger_now="yes")


# Hiding


def hides_and_shows_again(app: Flask) -> None:
    lead, reference = signed_in(app), give(app, what_happened="Amina took us to Tripoli, and nobody asked.")
    done(hide(lead, reference, "Amina"))
    press(lead, url(reference, "protect/"), "/protect/lift/")


def withholds_and_gives_back(app: Flask) -> None:
    lead, reference = signed_in(app), with_file(app)
    press(lead, url(reference, "protect/"), "/withhold/", reason="A face is seen.")
    press(lead, url(reference, "protect/"), "/give-back/")


# Taking out


def takes_out_a_digest(app: Flask) -> None:
    _compiled(app)
    press(signed_in(app, DRAFTER), f"/en/staff/digests/{WG3.lower()}/1/", "/docx", language="en")


def takes_out_a_digest_by_command(app: Flask) -> None:
    _compiled(app)
    made = CliRunner().invoke(digest, ["export", WG3.lower(), "--format", "json", "-o", "-"], obj=lambda: app)
    assert made.exit_code == 0


def _compiled(app: Flask) -> None:
    put_in_state(app, give(app), "accepted")
    with app.app_context(), transaction():
        compile_digest(held(WG3), person_id=somebody(DRAFTER).id)


def takes_out_passages(app: Flask) -> None:
    lead = signed_in(app)
    coded(app, lead)
    press(lead, f"{HERE}passages/", "/export/csv/")


def takes_out_agreement(app: Flask) -> None:
    lead, colleague = signed_in(app), signed_in(app, COLLEAGUE)
    coded(app, lead)
    done(ask(app, lead))
    done(finish(colleague))
    press(lead, f"{HERE}agreement/", "/export/csv/")


def takes_out_the_picture(app: Flask) -> None:
    put_in_state(app, give(app), "accepted")
    press(signed_in(app), f"{HERE}picture/", "/export/csv/")


def takes_out_the_gaps(app: Flask) -> None:
    put_in_state(app, give(app), "accepted")
    press(signed_in(app), f"{HERE}gaps/", "/export/csv/")


def takes_out_for_translation(app: Flask) -> None:
    done(leave(signed_in(app), give(app), target="ar"))


def takes_out_the_programme(app: Flask) -> None:
    made = CliRunner().invoke(programme, ["export", "--series", f"series-{WG3.lower()}"], obj=lambda: app)
    assert made.exit_code == 0


# Who may do what


def names_who_is_trained(app: Flask) -> None:
    office = signed_in(app, OFFICE)
    with app.app_context():
        whose = str(somebody(COLLEAGUE).id)
    with app.app_context(), transaction():  # so that only one is left whose training can end
        accounts.revoke(somebody(GUARD), accounts.Grant(Role.SAFEGUARDING, *somebody(GUARD).memberships[0].reach))
    done(send(office, TRAINED, form_on(office.get(TRAINED), having="where"), {"person": whose, "where": "WG3"}))
    press(office, TRAINED, "/end/")


TRAINED, CONFLICTS = "/en/staff/trained/", "/en/staff/conflicts/"


def declares_a_conflict(app: Flask) -> None:
    lead = signed_in(app)
    done(send(lead, CONFLICTS, form_on(lead.get(CONFLICTS), having="reason"),
              {"reason": "My sister works there.", "organisation": "Linha Aberta"}))  # fmt: skip


def ends_a_conflict(app: Flask) -> None:
    with app.app_context(), transaction():
        conflicts.declare(somebody(), somebody(), conflicts.With(organisation="Linha Aberta"), "My sister.")
    press(signed_in(app, OFFICE), CONFLICTS, "/end/")


def _of_a_command(doing: Callable[[Any], object]) -> Callable[[Flask], None]:
    def do(app: Flask) -> None:
        with app.app_context(), transaction():
            doing(somebody(COLLEAGUE))

    return do


def loses_the_second_factor(app: Flask) -> None:
    with app.app_context(), transaction():
        person = somebody(COLLEAGUE)
        person.totp_secret = b"sealed"
        accounts.reset_second_factor(person)


def uses_an_invitation(app: Flask) -> None:
    with app.app_context(), transaction():
        assert accounts.use_invitation(accounts.invite(somebody(COLLEAGUE)), "a hash") is not None


class Case(NamedTuple):
    """Something that is done, the lines it has to leave, and who has to stand in them."""

    do: Callable[[Flask], None]
    acts: tuple[str, ...]
    by: str


CASES = [
    Case(opens_the_contact, ("submission.reveal_contact",), LEAD),
    Case(opens_the_contact_in_care, ("submission.reveal_contact",), GUARD),
    Case(opens_a_file, ("submission.open_file",), LEAD),
    Case(opens_a_file_in_care, ("submission.open_file",), GUARD),
    Case(hides_and_shows_again, ("submission.redact", "submission.lift"), LEAD),
    Case(withholds_and_gives_back, ("submission.withhold", "submission.give_back"), LEAD),
    Case(takes_out_a_digest, ("digest.compile", "digest.export"), DRAFTER),
    Case(takes_out_a_digest_by_command, ("digest.export",), NO_ONE),
    Case(takes_out_passages, ("codebook.export",), LEAD),
    Case(takes_out_agreement, ("agreement.export",), LEAD),
    Case(takes_out_the_picture, ("picture.export",), LEAD),
    Case(takes_out_the_gaps, ("gap.export",), LEAD),
    Case(takes_out_for_translation, ("submission.export_translation",), LEAD),
    Case(takes_out_the_programme, ("programme.exported",), NO_ONE),
    Case(names_who_is_trained, ("person.grant", "person.revoke"), OFFICE),
    Case(declares_a_conflict, ("conflict.declare",), LEAD),
    Case(ends_a_conflict, ("conflict.end",), OFFICE),
    Case(_of_a_command(lambda one: accounts.grant(one, accounts.Grant(Role.DRAFTER))), ("person.grant",), NO_ONE),
    Case(_of_a_command(accounts.deactivate), ("person.deactivate", "visit.end_all"), NO_ONE),
    Case(_of_a_command(accounts.activate), ("person.activate",), NO_ONE),
    Case(loses_the_second_factor, ("person.reset_second_factor", "visit.end_all"), NO_ONE),
    Case(uses_an_invitation, ("person.set_password",), COLLEAGUE),
    Case(_of_a_command(accounts.invite), ("person.invite",), NO_ONE),
    Case(_of_a_command(lambda _one: accounts.add_person("new@example.org", "New", [(Role.DRAFTER, None, None)])),
         ("person.add", "person.grant"), NO_ONE),
]  # fmt: skip


def lines(app: Flask) -> set[tuple[str, int | None]]:
    with app.app_context():
        return {(act, who) for act, who in session().execute(sa.select(RegisterLine.act, RegisterLine.person_id))}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.acts[0]}-{case.do.__name__}")
def test_it_leaves_its_line_with_who_did_it(app: Flask, case: Case) -> None:
    before = lines(app)
    with app.app_context():
        by = somebody(case.by).id if case.by else None
    case.do(app)
    for one in case.acts:
        assert (one, by) not in before
        assert (one, by) in lines(app), one


def test_every_way_out_is_among_them(app: Flask) -> None:
    """A new export is not forgotten: neither one that leaves a line, nor an address of staff that gives a file."""
    tried = {one for case in CASES for one in case.acts}
    assert {one for one in written() if "export" in one} <= tried
    ways = {
        rule.endpoint for rule in app.url_map.iter_rules()
        if "/staff/" in rule.rule and any(one in rule.rule for one in ("export", "table", "<format_name>", "/files/<"))
    }  # fmt: skip
    assert ways == {
        "digests.download", "moderation.export_passages", "moderation.export_agreement", "picture.export_picture",
        "picture.export_gaps", "moderation.leave_for_translation", "moderation.open_file", "moderation.care_file",
        "moderation.withhold", "moderation.give_back",
    }  # fmt: skip


@pytest.mark.parametrize("verb", workflow.MOVES)
def test_every_move_leaves_its_line(app: Flask, verb: str) -> None:
    move = workflow.MOVES[verb]
    reference = give(app)
    put_in_state(app, reference, min(move.origins - {State.WITHDRAWN}))
    by_staff = move.who == workflow.MODERATOR
    with app.app_context(), transaction():
        who = somebody().id if by_staff else None
        one = found(reference)
        changes: dict[str, Any] = {"accepted_revision": 1} if move.to is State.ACCEPTED else {}
        if verb == "withdraw":
            changes["contact_key"] = None
        back = min(move.backs) if move.backs else None
        workflow.make(one, verb, version=one.version, person_id=who, back_to=back, **changes)
    with app.app_context():
        line = session().scalars(sa.select(RegisterLine).order_by(RegisterLine.number.desc())).first()
        assert line is not None
        assert (line.act, line.subject, line.person_id) == (f"submission.{verb}", reference, who)


def test_a_decision_on_the_page_leaves_its_line(app: Flask, lead: FlaskClient) -> None:
    reference = give(app)
    done(act(lead, reference, "decide/accept/"))
    with app.app_context():
        assert ("submission.accept", somebody().id) in lines(app)
