"""A second coder who does not see the first: the sample, the blindness, and how far both agree."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections import deque
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from intake.accounts.permissions import Role
from intake.foundation.database import session, transaction
from intake.moderation import agreement, coding, services
from intake.moderation.agreement import NotPossible
from intake.moderation.models import SecondCoding, SecondCodingItem
from tests import builders
from tests.forms import form_on, page, send
from tests.moderation.desk import (
    COLLEAGUE,
    LEAD,
    OTHER,
    WG3,
    acts,
    found,
    give,
    held,
    put_in_state,
    signed_in,
    somebody,
    text,
    url,
    withdraw,
)
from tests.moderation.test_canary import everything
from tests.moderation.test_excerpts import add

HERE = "/en/staff/sessions/wg3-2020-06-09/agreement/"
BOOK = HERE.replace("agreement", "codes")
STARTS = (
    "/en/staff/queue/", "/en/staff/queue/?state=accepted", HERE, BOOK, HERE.replace("agreement", "passages"),
    HERE.replace("agreement", "picture"), HERE.replace("agreement", "gaps"),
    *(f"/en/staff/queue/?state=accepted&theme={theme}" for theme in ("regular_pathways", "gender", "trafficking")),
    *(HERE.replace("agreement", "passages") + f"?{narrowing}" for narrowing in ("theme=gender", "kind=practice")),
)  # fmt: skip


def coded(app: Flask, client: FlaskClient, theme: str = "regular_pathways") -> str:
    """An accepted submission that ``client`` has coded."""
    made = give(app)
    put_in_state(app, made, "accepted")
    assert add(client, made, themes=theme).status_code == 303
    return made


def ask(app: Flask, client: FlaskClient, size: object = 20, of: str = COLLEAGUE) -> TestResponse:
    with app.app_context():
        coder = somebody(of).id
    return send(client, HERE, form_on(client.get(HERE), action="/ask/"), {"coder": str(coder), "size": str(size)})


def finish(client: FlaskClient) -> TestResponse:
    """Press that all are done, and once more where some are not coded."""
    answer = press_done(client)
    return send(client, HERE, form_on(answer, having="uncoded")) if answer.status_code == 200 else answer


def press_done(client: FlaskClient) -> TestResponse:
    return send(client, HERE, form_on(client.get(HERE), action="/done/"))


def everywhere(client: FlaskClient) -> dict[str, str]:
    """Every page that somebody reaches from the desk by its links, each choice of the filters, every table."""
    waiting, pages = deque(STARTS), {}
    seen = set(STARTS)
    while waiting:
        here = waiting.popleft()
        answer = client.get(here, buffered=True)
        pages[here] = everything(answer)
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        for link in page(answer).iter("a"):
            leads = urlsplit(link.get("href") or "")
            if leads.path.startswith("/en/staff/") and not leads.netloc and leads.path not in seen:
                seen.add(leads.path)
                waiting.append(leads.path)
    for name in ("passages", "picture", "gaps"):
        there = HERE.replace("agreement", name)
        forms = [one for one in page(client.get(there)).forms if "/export/csv/" in (one.get("action") or "")]
        if forms:
            pages[f"table {name}"] = everything(send(client, there, form_on(client.get(there), action="/export/csv/")))
    return pages


def figures(client: FlaskClient) -> dict[str, tuple[str, ...]]:
    rows = page(client.get(HERE)).cssselect("tbody tr")
    return {row[0].text_content().strip(): tuple(cell.text_content() for cell in row[1:]) for row in rows}


def test_while_somebody_codes_a_sample_nothing_that_others_coded_of_it_exists_for_them(
    app: Flask, lead: FlaskClient
) -> None:
    made = [coded(app, lead) for _n in range(2)]
    second = signed_in(app, COLLEAGUE)
    assert ask(app, lead).status_code == 303
    before = everywhere(second)
    assert not any("They closed the border" in before[one] and "Regular pathways</bdi>" in before[one]
                   for one in before if "/passages/" in one)  # fmt: skip
    for one, theme in zip(made, ("gender", "trafficking"), strict=True):
        assert add(lead, one, passage="on the day", themes=theme, kind="practice", memo="Ask her").status_code == 303
        with app.app_context(), transaction():
            services.code(found(one), somebody(LEAD), themes=["gender", "trafficking"], objectives=["gcm05"])
    after = everywhere(second)
    assert {where for where in before.keys() | after.keys() if before.get(where) != after.get(where)} == set()
    assert finish(second).status_code == 303
    assert everywhere(second) != after, "and all of it exists once they are done"


def test_one_of_a_sample_is_not_done_alone(app: Flask, lead: FlaskClient) -> None:
    one, second = coded(app, lead, "gender"), signed_in(app, COLLEAGUE)
    ask(app, lead)
    shown = second.get(url(one, "excerpts/"))
    assert "It is one of your sample" in text(shown)
    with app.app_context(), transaction():
        coding.done_afresh(found(one), somebody(COLLEAGUE))
    assert page(second.get(url(one, "excerpts/"))).cssselect(".passages .words") == []
    assert "You are coding this without seeing" in text(second.get(url(one, "excerpts/")))


def test_everybodys_themes_are_neither_seen_nor_changed_by_whoever_codes_afresh(app: Flask, lead: FlaskClient) -> None:
    one, second = coded(app, lead), signed_in(app, COLLEAGUE)
    with app.app_context(), transaction():
        services.code(found(one), somebody(LEAD), themes=["gender"], objectives=[])
    ask(app, lead)
    assert "Gender" not in text(second.get(url(one)))
    assert one not in text(second.get("/en/staff/queue/?state=accepted&theme=gender"))
    assert one in text(lead.get("/en/staff/queue/?state=accepted&theme=gender"))


def test_agreement_is_told_with_its_n_by_theme_and_as_a_list(app: Flask, lead: FlaskClient) -> None:
    made = [coded(app, lead, theme) for theme in ("gender", "gender", "trafficking", "trafficking")]
    second = signed_in(app, COLLEAGUE)
    ask(app, lead)
    for one, theme in zip(made, ("gender", "gender", "trafficking", "gender"), strict=True):
        assert add(second, one, themes=theme).status_code == 303
    assert "Being coded" in text(lead.get(HERE))
    assert figures(lead) == {}
    finish(second)
    # Four units, two coders, one difference: 1 - (n - 1) * 2 o / (n0 * n1), with n = 8, o = 1, n0 = 3, n1 = 5.
    assert figures(lead) == {
        "Gender and migrant women": ("2", "0", "1", "1", "0.53"),
        "Trafficking in persons": ("1", "1", "0", "2", "0.53"),
    }
    told = text(lead.get(HERE))
    assert "(4 submissions, two coders" in told
    assert f"{made[3]} · Gender and migrant women · Only the second" in told
    assert f"{made[3]} · Trafficking in persons · Only the first" in told
    answer = send(lead, HERE, form_on(lead.get(HERE), action="/export/csv/"))
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row[2:10] for row in rows[1:]] == [
        ["Gender and migrant women", "4", "2", "2", "0", "1", "1", "0.5333"],
        ["Trafficking in persons", "4", "2", "1", "1", "0", "2", "0.5333"],
        ["*", "4", "2", "", "", "", "", "0.5312"],
    ]
    assert [act for act, _who, _detail in acts(app, WG3)][-3:] == [
        "agreement.ask",
        "agreement.done",
        "agreement.export",
    ]


def test_what_is_changed_after_talking_makes_nobody_agree_in_retrospect(app: Flask, lead: FlaskClient) -> None:
    one, second = coded(app, lead, "gender"), signed_in(app, COLLEAGUE)
    coded(app, lead, "gender")
    ask(app, lead)
    finish(second)
    before = figures(lead)
    assert before["Gender and migrant women"][:4] == ("0", "2", "0", "0")
    add(second, one, themes="gender")
    assert figures(lead) == before


def test_a_sample_can_be_drawn_again_and_is_of_what_both_may_read(app: Flask, lead: FlaskClient) -> None:
    first = [coded(app, signed_in(app, COLLEAGUE)) for _n in range(3)]
    give(app)
    from_kin = give(app, organisation="ohchr")
    put_in_state(app, from_kin, "accepted")
    add(lead, from_kin)
    for one in first:
        add(lead, one, passage="on the day")
    with app.app_context(), transaction():
        with pytest.raises(NotPossible):
            agreement.ask(held(WG3), somebody(LEAD), somebody(COLLEAGUE), 2)
        third = builders.person("third@example.org", (Role.CO_LEAD, held(WG3).working_group))
        row = agreement.ask(held(WG3), somebody(LEAD), third, 2)
        frame = [found(one).id for one in (*first, from_kin)]
        drawn = session().scalars(sa.select(SecondCodingItem.submission_id).order_by(SecondCodingItem.submission_id))
        assert list(drawn) == agreement.draw(frame, 2, row.seed) == agreement.draw(list(reversed(frame)), 2, row.seed)
        assert (row.size, row.drawn_from) == (2, 4)
        with pytest.raises(NotPossible):
            agreement.ask(held(WG3), somebody(LEAD), third, 2)


def test_nobody_is_asked_who_reads_the_digests(app: Flask, lead: FlaskClient) -> None:
    coded(app, lead)
    with app.app_context(), transaction():
        builders.person("both@example.org", (Role.CO_LEAD, held(WG3).working_group), (Role.DRAFTER, None))
        names = [one.email for one in agreement.can_be_asked(held(WG3), somebody(LEAD))]
    assert names == [COLLEAGUE]
    assert signed_in(app, OTHER).get(HERE).status_code == 404


@pytest.mark.parametrize("size", ["0", "201", "many", ""])
def test_a_number_that_makes_no_sample_is_refused(app: Flask, lead: FlaskClient, size: str) -> None:
    coded(app, lead)
    assert ask(app, lead, size).status_code == 422
    with app.app_context():
        assert session().scalars(sa.select(SecondCoding)).all() == []


def test_no_page_waits_for_a_library_that_only_agreement_needs() -> None:
    asked = "import sys, intake, intake.moderation.views; intake.create_app; print('numpy' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)  # noqa: S603
    assert said.stdout.strip() == "False"


def test_what_is_withdrawn_leaves_the_figures(app: Flask, lead: FlaskClient) -> None:
    made, second = [coded(app, lead, theme) for theme in ("gender", "trafficking")], signed_in(app, COLLEAGUE)
    ask(app, lead)
    for one in made:
        add(second, one, themes="gender")
    finish(second)
    withdraw(app, made[1])
    assert figures(lead) == {"Gender and migrant women": ("1", "0", "0", "0", "none")}


def test_what_is_left_uncoded_is_asked_about_once_more(app: Flask, lead: FlaskClient) -> None:
    one, two, three = (coded(app, lead, "gender") for _n in range(3))
    second = signed_in(app, COLLEAGUE)
    assert ask(app, lead).status_code == 303
    assert add(second, one, themes="gender").status_code == 303
    withdraw(app, three)
    asked = press_done(second)
    assert "1 of your sample is not coded" in text(asked)
    assert "counts as “no theme”, never as missing" in text(asked)
    named = [link.text_content() for link in page(asked).cssselect("#uncoded a")]
    assert named == [two], "what is coded is not among them, nor what was withdrawn"
    with app.app_context():
        assert session().scalars(sa.select(SecondCoding.done_at)).all() == [None]
    confirm = form_on(asked, having="uncoded")
    four = send(second, HERE, confirm, {"uncoded": "2"})
    assert "1 of your sample is not coded" in text(four), "another number was seen"
    assert send(second, HERE, confirm).status_code == 303
    with app.app_context():
        assert session().scalars(sa.select(SecondCoding.done_at)).one() is not None


def test_a_sample_that_is_coded_is_done_at_once(app: Flask, lead: FlaskClient) -> None:
    one, second = coded(app, lead, "gender"), signed_in(app, COLLEAGUE)
    assert ask(app, lead).status_code == 303
    assert add(second, one, themes="gender").status_code == 303
    assert press_done(second).status_code == 303
