"""Who is answered what: every rule and method, everybody who may come, everything that can be asked for.

The requests are built from the application's own rules, so that none can be forgotten, and the answers
are compared with a written table. A rule without a row fails.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from intake.accounts import guards
from intake.accounts import services as accounts
from intake.accounts.models import Person
from intake.accounts.permissions import Role
from intake.digests import services as digests
from intake.foundation import clock
from intake.foundation.config import Settings
from intake.foundation.crypto import keyring
from intake.foundation.database import Base, engine, session, transaction
from intake.foundation.files.kinds import BY_NAME
from intake.foundation.files.scanning import Scan
from intake.foundation.files.workshop import CleanFile
from intake.foundation.identifiers import new_form_token, receipt_for
from intake.foundation.multilingual import Multilingual
from intake.moderation import bulk, coding, conflicts, personal, redaction
from intake.moderation.coding import Axis
from intake.moderation.filters import Filters
from intake.moderation.models import QuestionTemplate
from intake.moderation.redacted import Category
from intake.moderation.redaction import Wish
from intake.moderation.spans import Span
from intake.programme.models import ListeningSession, ReferralContact
from intake.programme.vocabulary import SessionState
from intake.submissions import attachments, workflow
from intake.submissions import services as submissions
from intake.submissions.models import Submission
from tests import builders
from tests.installation import application
from tests.provision.databases import Databases

pytestmark = pytest.mark.one_engine  # the same conditions go to either, and are tried there by what reads them

ACTORS = (
    "stranger", "secretariat", "co-lead", "other co-lead", "kin co-lead", "rapporteur", "drafter", "trained",
    "deactivated", "contributor", "contributor gone",
)  # fmt: skip
"""Who comes. Co-lead, rapporteur, drafter and who is trained for safeguarding hold their role in WG3, the other
co-lead in WG6. The kin co-lead leads WG3 for the organisation from which a submission came. With another the co-lead
has a declared conflict of interest. The deactivated person was a co-lead of WG3 and still has the cookie. Contributors
have typed a receipt; one has withdrawn since."""

SERVED, SIGN_IN, ABSENT, RECEIPT, LEFT = "+", "?", "-", "r", "l"
"""Answered by the view; asked to sign in; nothing there; asked for the receipt; told that it left one's desk."""

WORDS_OF_LEFT = (b"in the hands of people who are trained to protect", b"its contributor has withdrawn it")

# One column for each actor above, in that order. "read" is GET and HEAD, "act" is POST.
TABLE = """
read front.home                                                 + + + + + + + + + + +
read front.security_txt                                         + + + + + + + + + + +
read programme.index                                            + + + + + + + + + + +
read pages.about                                                + + + + + + + + + + +
read pages.accessibility                                        + + + + + + + + + + +
act  submissions.leave                                          + + + + + + + + + + +
read submissions.left                                           + + + + + + + + + + +
read pages.privacy                                              + + + + + + + + + + +
read submissions.receipt_door                                   + + + + + + + + + + +
act  submissions.receipt_door                                   + + + + + + + + + + +
read submissions.files                                          r r r r r r r r r + r
act  submissions.files                                          r r r r r r r r r + r
act  submissions.device_file                                    - - - - - - - - - - -
read submissions.own_file              present                  r r r r r r r r r - r
read submissions.own_file              missing                  r r r r r r r r r - r
act  submissions.remove_file           present                  r r r r r r r r r + r
act  submissions.remove_file           missing                  r r r r r r r r r + r
read submissions.device                testimony                + + + + + + + + + + +
read submissions.device                practice                 + + + + + + + + + + +
read submissions.device                intervention             - - - - - - - - - - -
read submissions.device                closed                   + + + + + + + + + + +
read submissions.device                missing                  - - - - - - - - - - -
act  submissions.device                testimony                + + + + + + + + + + +
act  submissions.device                practice                 + + + + + + + + + + +
act  submissions.device                intervention             - - - - - - - - - - -
act  submissions.device                closed                   + + + + + + + + + + +
act  submissions.device                missing                  - - - - - - - - - - -
read submissions.paper                 testimony                + + + + + + + + + + +
read submissions.paper                 practice                 + + + + + + + + + + +
read submissions.paper                 intervention             - - - - - - - - - - -
read submissions.paper                 closed                   + + + + + + + + + + +
read submissions.paper                 missing                  - - - - - - - - - - -
act  submissions.paper                 testimony                + + + + + + + + + + +
act  submissions.paper                 practice                 + + + + + + + + + + +
act  submissions.paper                 intervention             - - - - - - - - - - -
act  submissions.paper                 closed                   + + + + + + + + + + +
act  submissions.paper                 missing                  - - - - - - - - - - -
read submissions.paper_file            testimony                + + + + + + + + + + +
read submissions.paper_file            practice                 + + + + + + + + + + +
read submissions.paper_file            intervention             - - - - - - - - - - -
read submissions.paper_file            closed                   - - - - - - - - - - -
read submissions.paper_file            missing                  - - - - - - - - - - -
read submissions.verify                                         + + + + + + + + + + +
act  submissions.verify                                         + + + + + + + + + + +
act  submissions.answer                                         r r r r r r r r r + r
read submissions.amend                                          r r r r r r r r r + r
act  submissions.amend                                          r r r r r r r r r + r
read submissions.consent                                        r r r r r r r r r + r
act  submissions.consent                                        r r r r r r r r r + r
read submissions.own_copy                                       r r r r r r r r r + r
act  submissions.mail_receipt                                   r r r r r r r r r - r
read submissions.own_copy_file                                  r r r r r r r r r + r
read submissions.mine                                           r r r r r r r r r + r
read submissions.draft                                          r r r r r r r r r r r
read submissions.delete_draft                                   r r r r r r r r r r r
act  submissions.delete_draft                                   r r r r r r r r r r +
read submissions.draft_deleted                                  + + + + + + + + + + +
read submissions.withdraw                                       r r r r r r r r r + r
act  submissions.withdraw                                       r r r r r r r r r + +
read submissions.withdrawn                                      + + + + + + + + + + +
read programme.listening_session       open                     + + + + + + + + + + +
read programme.listening_session       closed                   + + + + + + + + + + +
read programme.listening_session       other group's            + + + + + + + + + + +
read programme.listening_session       missing                  - - - - - - - - - - -
read programme.calendar                open                     + + + + + + + + + + +
read programme.calendar                closed                   + + + + + + + + + + +
read programme.calendar                other group's            + + + + + + + + + + +
read programme.calendar                missing                  - - - - - - - - - - -
read submissions.submit                testimony                + + + + + + + + + + +
read submissions.submit                practice                 + + + + + + + + + + +
read submissions.submit                intervention             - - - - - - - - - - -
read submissions.submit                closed                   + + + + + + + + + + +
read submissions.submit                missing                  - - - - - - - - - - -
act  submissions.submit                testimony                + + + + + + + + + + +
act  submissions.submit                practice                 + + + + + + + + + + +
act  submissions.submit                intervention             - - - - - - - - - - -
act  submissions.submit                closed                   + + + + + + + + + + +
act  submissions.submit                missing                  - - - - - - - - - - -
read accounts.confirm                                           ? + + + + + + + ? ? ?
act  accounts.confirm                                           ? + + + + + + + ? ? ?
read digests.desk                                               ? - - - - - + - ? ? ?
act  digests.compile_digest            open                     ? - - - - - + - ? ? ?
act  digests.compile_digest            closed                   ? - - - - - + - ? ? ?
act  digests.compile_digest            other group's            ? - - - - - - - ? ? ?
act  digests.compile_digest            missing                  ? - - - - - - - ? ? ?
read digests.digest                    present                  ? - - - - - + - ? ? ?
read digests.digest                    other group's            ? - - - - - - - ? ? ?
read digests.digest                    missing version          ? - - - - - - - ? ? ?
read digests.digest                    missing                  ? - - - - - - - ? ? ?
act  digests.download                  present                  ? - - - - - + - ? ? ?
act  digests.download                  other group's            ? - - - - - - - ? ? ?
act  digests.download                  missing version          ? - - - - - - - ? ? ?
act  digests.download                  missing format           ? - - - - - - - ? ? ?
read accounts.home                                              ? + + + + + + + ? ? ?
read accounts.me                                                ? + + + + + + + ? ? ?
act  accounts.me                                                ? + + + + + + + ? ? ?
act  accounts.end_sessions                                      ? + + + + + + + ? ? ?
read accounts.change_password                                   ? + + + + + + + ? ? ?
act  accounts.change_password                                   ? + + + + + + + ? ? ?
read programme.help_by_country                                  + + + + + + + + + + +
read programme.referral                                         ? + - - - - - - ? ? ?
read programme.add_referral                                     ? + - - - - - - ? ? ?
act  programme.add_referral                                     ? + - - - - - - ? ? ?
read programme.change_referral         present                  ? + - - - - - - ? ? ?
read programme.change_referral         missing                  ? - - - - - - - ? ? ?
act  programme.change_referral         present                  ? + - - - - - - ? ? ?
act  programme.change_referral         missing                  ? - - - - - - - ? ? ?
act  programme.remove_referral         present                  ? + - - - - - - ? ? ?
act  programme.remove_referral         missing                  ? - - - - - - - ? ? ?
read programme.desk                                             ? + - - - - - - ? ? ?
read moderation.queue                                           ? - + + + - - - ? ? ?
read moderation.search                                          ? - + + + - - - ? ? ?
act  moderation.search                                          ? - + + + - - - ? ? ?
act  moderation.save_filters                                    ? - + + + - - - ? ? ?
act  moderation.forget_filters         present                  ? - - - - - - - ? ? ?
act  moderation.forget_filters         missing                  ? - - - - - - - ? ? ?
act  moderation.several                                         ? - + + + - - - ? ? ?
read moderation.several_list                                    ? - + + + - - - ? ? ?
read moderation.several_done           co-lead's                ? - + - - - - - ? ? ?
read moderation.several_done           missing                  ? - - - - - - - ? ? ?
act  moderation.several_undo           co-lead's                ? - + - - - - - ? ? ?
act  moderation.several_undo           missing                  ? - - - - - - - ? ? ?
read picture.picture                   open                     ? - + - + - + - ? ? ?
read picture.picture                   closed                   ? - + - + - + - ? ? ?
read picture.picture                   other group's            ? - - + - - - - ? ? ?
read picture.picture                   missing                  ? - - - - - - - ? ? ?
act  picture.export_picture            present                  ? - + - + - + - ? ? ?
act  picture.export_picture            other group's            ? - - + - - - - ? ? ?
act  picture.export_picture            missing format           ? - - - - - - - ? ? ?
read picture.gaps                      open                     ? - + - + - - - ? ? ?
read picture.gaps                      closed                   ? - + - + - - - ? ? ?
read picture.gaps                      other group's            ? - - + - - - - ? ? ?
read picture.gaps                      missing                  ? - - - - - - - ? ? ?
act  picture.export_gaps               present                  ? - + - + - - - ? ? ?
act  picture.export_gaps               other group's            ? - - + - - - - ? ? ?
act  picture.export_gaps               missing format           ? - - - - - - - ? ? ?
read picture.gap                       expected                 ? - + - + - - - ? ? ?
read picture.gap                       other group's            ? - - + - - - - ? ? ?
read picture.gap                       missing                  ? - - - - - - - ? ? ?
read picture.gap                       missing gap              ? - - - - - - - ? ? ?
act  picture.mark_gap                  expected                 ? - + - + - - - ? ? ?
act  picture.mark_gap                  other group's            ? - - + - - - - ? ? ?
act  picture.mark_gap                  missing                  ? - - - - - - - ? ? ?
act  picture.mark_gap                  missing gap              ? - - - - - - - ? ? ?
read moderation.agreements             open                     ? - + - + - - - ? ? ?
read moderation.agreements             closed                   ? - + - + - - - ? ? ?
read moderation.agreements             other group's            ? - - + - - - - ? ? ?
read moderation.agreements             missing                  ? - - - - - - - ? ? ?
act  moderation.ask_second_coder       open                     ? - + - + - - - ? ? ?
act  moderation.ask_second_coder       closed                   ? - + - + - - - ? ? ?
act  moderation.ask_second_coder       other group's            ? - - + - - - - ? ? ?
act  moderation.ask_second_coder       missing                  ? - - - - - - - ? ? ?
act  moderation.done_second_coding     open                     ? - + - + - - - ? ? ?
act  moderation.done_second_coding     closed                   ? - + - + - - - ? ? ?
act  moderation.done_second_coding     other group's            ? - - + - - - - ? ? ?
act  moderation.done_second_coding     missing                  ? - - - - - - - ? ? ?
act  moderation.export_agreement       present                  ? - + - + - - - ? ? ?
act  moderation.export_agreement       other group's            ? - - + - - - - ? ? ?
act  moderation.export_agreement       missing format           ? - - - - - - - ? ? ?
read submissions.enter                 testimony                ? - + - + + - - ? ? ?
read submissions.enter                 practice                 ? - + - + + - - ? ? ?
read submissions.enter                 intervention             ? - - - - - - - ? ? ?
read submissions.enter                 closed                   ? - + - + + - - ? ? ?
read submissions.enter                 missing                  ? - - - - - - - ? ? ?
act  submissions.enter                 testimony                ? - + - + + - - ? ? ?
act  submissions.enter                 practice                 ? - + - + + - - ? ? ?
act  submissions.enter                 intervention             ? - - - - - - - ? ? ?
act  submissions.enter                 closed                   ? - + - + + - - ? ? ?
act  submissions.enter                 missing                  ? - - - - - - - ? ? ?
read submissions.record_index                                   ? - + + + + - - ? ? ?
read accounts.second_factor_code                                ? + + + + + + + ? ? ?
act  accounts.second_factor_code                                ? + + + + + + + ? ? ?
read accounts.second_factor_setup                               ? + + + + + + + ? ? ?
act  accounts.second_factor_setup                               ? + + + + + + + ? ? ?
read accounts.second_factor_picture                             - + + + + + + + - - -
read submissions.record                open                     ? - + - + + - - ? ? ?
read submissions.record                closed                   ? - + - + + - - ? ? ?
read submissions.record                other group's            ? - - + - - - - ? ? ?
read submissions.record                missing                  ? - - - - - - - ? ? ?
act  submissions.record                open                     ? - + - + + - - ? ? ?
act  submissions.record                closed                   ? - + - + + - - ? ? ?
act  submissions.record                other group's            ? - - + - - - - ? ? ?
act  submissions.record                missing                  ? - - - - - - - ? ? ?
read accounts.sign_in                                           + + + + + + + + + + +
act  accounts.sign_in                                           + + + + + + + + + + +
act  accounts.sign_out                                          + + + + + + + + + + +
read moderation.submission             own group's              ? - + - + - - - ? ? ?
read moderation.submission             from kin                 ? - + - - - - - ? ? ?
read moderation.submission             conflicted               ? - - - + - - - ? ? ?
read moderation.submission             other group's            ? - - + - - - - ? ? ?
read moderation.submission             safeguarding             ? - - - - - - - ? ? ?
read moderation.submission             withdrawn                ? - - - - - - - ? ? ?
read moderation.submission             missing                  ? - - - - - - - ? ? ?
read moderation.alike                  own group's              ? - + - + - - - ? ? ?
read moderation.alike                  from kin                 ? - + - - - - - ? ? ?
read moderation.alike                  conflicted               ? - - - + - - - ? ? ?
read moderation.alike                  other group's            ? - - + - - - - ? ? ?
read moderation.alike                  safeguarding             ? - - - - - - - ? ? ?
read moderation.alike                  withdrawn                ? - - - - - - - ? ? ?
read moderation.alike                  missing                  ? - - - - - - - ? ? ?
act  moderation.join_alike             own group's              ? - + - + - - - ? ? ?
act  moderation.join_alike             from kin                 ? - + - - - - - ? ? ?
act  moderation.join_alike             conflicted               ? - - - + - - - ? ? ?
act  moderation.join_alike             other group's            ? - - + - - - - ? ? ?
act  moderation.join_alike             safeguarding             ? - l - l - - - ? ? ?
act  moderation.join_alike             withdrawn                ? - l - l - - - ? ? ?
act  moderation.join_alike             missing                  ? - - - - - - - ? ? ?
act  moderation.part_alike             own group's              ? - + - + - - - ? ? ?
act  moderation.part_alike             from kin                 ? - + - - - - - ? ? ?
act  moderation.part_alike             conflicted               ? - - - + - - - ? ? ?
act  moderation.part_alike             other group's            ? - - + - - - - ? ? ?
act  moderation.part_alike             safeguarding             ? - l - l - - - ? ? ?
act  moderation.part_alike             withdrawn                ? - l - l - - - ? ? ?
act  moderation.part_alike             missing                  ? - - - - - - - ? ? ?
act  moderation.dissolve_alike         own group's              ? - + - + - - - ? ? ?
act  moderation.dissolve_alike         from kin                 ? - + - - - - - ? ? ?
act  moderation.dissolve_alike         conflicted               ? - - - + - - - ? ? ?
act  moderation.dissolve_alike         other group's            ? - - + - - - - ? ? ?
act  moderation.dissolve_alike         safeguarding             ? - l - l - - - ? ? ?
act  moderation.dissolve_alike         withdrawn                ? - l - l - - - ? ? ?
act  moderation.dissolve_alike         missing                  ? - - - - - - - ? ? ?
act  moderation.pick_alike             own group's              ? - + - + - - - ? ? ?
act  moderation.pick_alike             from kin                 ? - + - - - - - ? ? ?
act  moderation.pick_alike             conflicted               ? - - - + - - - ? ? ?
act  moderation.pick_alike             other group's            ? - - + - - - - ? ? ?
act  moderation.pick_alike             safeguarding             ? - l - l - - - ? ? ?
act  moderation.pick_alike             withdrawn                ? - l - l - - - ? ? ?
act  moderation.pick_alike             missing                  ? - - - - - - - ? ? ?
act  moderation.organiser_alike        own group's              ? - + - + - - - ? ? ?
act  moderation.organiser_alike        from kin                 ? - + - - - - - ? ? ?
act  moderation.organiser_alike        conflicted               ? - - - + - - - ? ? ?
act  moderation.organiser_alike        other group's            ? - - + - - - - ? ? ?
act  moderation.organiser_alike        safeguarding             ? - l - l - - - ? ? ?
act  moderation.organiser_alike        withdrawn                ? - l - l - - - ? ? ?
act  moderation.organiser_alike        missing                  ? - - - - - - - ? ? ?
act  moderation.claim                  own group's              ? - + - + - - - ? ? ?
act  moderation.claim                  from kin                 ? - + - - - - - ? ? ?
act  moderation.claim                  conflicted               ? - - - + - - - ? ? ?
act  moderation.claim                  other group's            ? - - + - - - - ? ? ?
act  moderation.claim                  safeguarding             ? - l - l - - - ? ? ?
act  moderation.claim                  withdrawn                ? - l - l - - - ? ? ?
act  moderation.claim                  missing                  ? - - - - - - - ? ? ?
act  moderation.code                   own group's              ? - + - + - - - ? ? ?
act  moderation.code                   from kin                 ? - + - - - - - ? ? ?
act  moderation.code                   conflicted               ? - - - + - - - ? ? ?
act  moderation.code                   other group's            ? - - + - - - - ? ? ?
act  moderation.code                   safeguarding             ? - l - l - - - ? ? ?
act  moderation.code                   withdrawn                ? - l - l - - - ? ? ?
act  moderation.code                   missing                  ? - - - - - - - ? ? ?
act  moderation.contact                own group's              ? - + - + - - - ? ? ?
act  moderation.contact                from kin                 ? - + - - - - - ? ? ?
act  moderation.contact                conflicted               ? - - - + - - - ? ? ?
act  moderation.contact                other group's            ? - - + - - - - ? ? ?
act  moderation.contact                safeguarding             ? - l - l - - - ? ? ?
act  moderation.contact                withdrawn                ? - l - l - - - ? ? ?
act  moderation.open_file              own group's              ? - + - + - - - ? ? ?
act  moderation.open_file              other group's            ? - - - - - - - ? ? ?
act  moderation.open_file              missing file             ? - - - - - - - ? ? ?
act  moderation.contact                missing                  ? - - - - - - - ? ? ?
act  moderation.decide                 own group's              ? - + - + - - - ? ? ?
act  moderation.decide                 from kin                 ? - + - - - - - ? ? ?
act  moderation.decide                 conflicted               ? - - - + - - - ? ? ?
act  moderation.decide                 other group's            ? - - + - - - - ? ? ?
act  moderation.decide                 safeguarding             ? - l - l - - - ? ? ?
act  moderation.decide                 withdrawn                ? - l - l - - - ? ? ?
act  moderation.decide                 missing                  ? - - - - - - - ? ? ?
act  moderation.decide                 contributor's move       ? - - - - - - - ? ? ?
act  moderation.decide                 missing move             ? - - - - - - - ? ? ?
read moderation.protect                own group's              ? - + - + - - - ? ? ?
read moderation.protect                from kin                 ? - + - - - - - ? ? ?
read moderation.protect                conflicted               ? - - - + - - - ? ? ?
read moderation.protect                other group's            ? - - + - - - - ? ? ?
read moderation.protect                safeguarding             ? - - - - - - - ? ? ?
read moderation.protect                withdrawn                ? - - - - - - - ? ? ?
read moderation.protect                missing                  ? - - - - - - - ? ? ?
act  moderation.protect                own group's              ? - + - + - - - ? ? ?
act  moderation.protect                from kin                 ? - + - - - - - ? ? ?
act  moderation.protect                conflicted               ? - - - + - - - ? ? ?
act  moderation.protect                other group's            ? - - + - - - - ? ? ?
act  moderation.protect                safeguarding             ? - l - l - - - ? ? ?
act  moderation.protect                withdrawn                ? - l - l - - - ? ? ?
act  moderation.protect                missing                  ? - - - - - - - ? ? ?
act  moderation.protect_proposed       own group's              ? - + - + - - - ? ? ?
act  moderation.protect_proposed       from kin                 ? - + - - - - - ? ? ?
act  moderation.protect_proposed       conflicted               ? - - - + - - - ? ? ?
act  moderation.protect_proposed       other group's            ? - - + - - - - ? ? ?
act  moderation.protect_proposed       safeguarding             ? - l - l - - - ? ? ?
act  moderation.protect_proposed       withdrawn                ? - l - l - - - ? ? ?
act  moderation.protect_proposed       missing                  ? - - - - - - - ? ? ?
act  moderation.lift                   own group's              ? - + - + - - - ? ? ?
act  moderation.lift                   from kin                 ? - + - - - - - ? ? ?
act  moderation.lift                   conflicted               ? - - - + - - - ? ? ?
act  moderation.lift                   other group's            ? - - + - - - - ? ? ?
act  moderation.lift                   safeguarding             ? - l - l - - - ? ? ?
act  moderation.lift                   withdrawn                ? - l - l - - - ? ? ?
act  moderation.lift                   missing                  ? - - - - - - - ? ? ?
read moderation.erase                  own group's              ? - + - + - - - ? ? ?
read moderation.erase                  other group's            ? - - + - - - - ? ? ?
read moderation.erase                  missing number           ? - - - - - - - ? ? ?
read moderation.erase                  withdrawn                ? - - - - - - - ? ? ?
act  moderation.erase                  own group's              ? - + - + - - - ? ? ?
act  moderation.erase                  other group's            ? - - + - - - - ? ? ?
act  moderation.erase                  missing number           ? - - - - - - - ? ? ?
act  moderation.erase                  withdrawn                ? - l - l - - - ? ? ?
act  moderation.withhold               own group's              ? - + - + - - - ? ? ?
act  moderation.withhold               other group's            ? - - - - - - - ? ? ?
act  moderation.withhold               missing file             ? - - - - - - - ? ? ?
act  moderation.give_back              own group's              ? - + - + - - - ? ? ?
act  moderation.give_back              other group's            ? - - - - - - - ? ? ?
act  moderation.give_back              missing file             ? - - - - - - - ? ? ?
read moderation.question               own group's              ? - + - + - - - ? ? ?
read moderation.question               from kin                 ? - + - - - - - ? ? ?
read moderation.question               conflicted               ? - - - + - - - ? ? ?
read moderation.question               other group's            ? - - + - - - - ? ? ?
read moderation.question               safeguarding             ? - - - - - - + ? ? ?
read moderation.question               withdrawn                ? - - - - - - - ? ? ?
read moderation.question               missing                  ? - - - - - - - ? ? ?
act  moderation.question               own group's              ? - + - + - - - ? ? ?
act  moderation.question               from kin                 ? - + - - - - - ? ? ?
act  moderation.question               conflicted               ? - - - + - - - ? ? ?
act  moderation.question               other group's            ? - - + - - - - ? ? ?
act  moderation.question               safeguarding             ? - l - l - - + ? ? ?
act  moderation.question               withdrawn                ? - l - l - - - ? ? ?
act  moderation.question               missing                  ? - - - - - - - ? ? ?
read moderation.read_question          own group's              ? - + - + - - - ? ? ?
read moderation.read_question          from kin                 ? - + - - - - - ? ? ?
read moderation.read_question          conflicted               ? - - - + - - - ? ? ?
read moderation.read_question          other group's            ? - - + - - - - ? ? ?
read moderation.read_question          safeguarding             ? - - - - - - + ? ? ?
read moderation.read_question          withdrawn                ? - - - - - - - ? ? ?
read moderation.read_question          missing                  ? - - - - - - - ? ? ?
act  moderation.send_question          own group's              ? - + - + - - - ? ? ?
act  moderation.send_question          from kin                 ? - + - - - - - ? ? ?
act  moderation.send_question          conflicted               ? - - - + - - - ? ? ?
act  moderation.send_question          other group's            ? - - + - - - - ? ? ?
act  moderation.send_question          safeguarding             ? - l - l - - + ? ? ?
act  moderation.send_question          withdrawn                ? - l - l - - - ? ? ?
act  moderation.send_question          missing                  ? - - - - - - - ? ? ?
act  moderation.discard_question       own group's              ? - + - + - - - ? ? ?
act  moderation.discard_question       from kin                 ? - + - - - - - ? ? ?
act  moderation.discard_question       conflicted               ? - - - + - - - ? ? ?
act  moderation.discard_question       other group's            ? - - + - - - - ? ? ?
act  moderation.discard_question       safeguarding             ? - l - l - - + ? ? ?
act  moderation.discard_question       withdrawn                ? - l - l - - - ? ? ?
act  moderation.discard_question       missing                  ? - - - - - - - ? ? ?
read moderation.conflicts                                       ? + + + + - + - ? ? ?
act  moderation.conflicts                                       ? + + + + - + - ? ? ?
act  moderation.end_conflict           present                  ? + - - - - - - ? ? ?
act  moderation.end_conflict           missing                  ? - - - - - - - ? ? ?
read moderation.outbox                                          ? - + + + - - - ? ? ?
act  moderation.outbox_gone                                     ? - + + + - - - ? ? ?
read moderation.question_templates                              ? + + + + - - - ? ? ?
act  moderation.add_template                                    ? + + + + - - - ? ? ?
read moderation.question_template      shared template          ? + + + + - - - ? ? ?
read moderation.question_template      own group's              ? + + - + - - - ? ? ?
read moderation.question_template      other group's            ? + - + - - - - ? ? ?
read moderation.question_template      missing                  ? - - - - - - - ? ? ?
act  moderation.question_template      shared template          ? + - - - - - - ? ? ?
act  moderation.question_template      own group's              ? + + - + - - - ? ? ?
act  moderation.question_template      other group's            ? + - + - - - - ? ? ?
act  moderation.question_template      missing                  ? - - - - - - - ? ? ?
act  moderation.retire_template        shared template          ? + - - - - - - ? ? ?
act  moderation.retire_template        own group's              ? + + - + - - - ? ? ?
act  moderation.retire_template        other group's            ? + - + - - - - ? ? ?
act  moderation.retire_template        missing                  ? - - - - - - - ? ? ?
act  moderation.restore_template       shared template          ? + - - - - - - ? ? ?
act  moderation.restore_template       own group's              ? + + - + - - - ? ? ?
act  moderation.restore_template       other group's            ? + - + - - - - ? ? ?
act  moderation.restore_template       missing                  ? - - - - - - - ? ? ?
act  moderation.release                own group's              ? - + - + - - - ? ? ?
act  moderation.release                from kin                 ? - + - - - - - ? ? ?
act  moderation.release                conflicted               ? - - - + - - - ? ? ?
act  moderation.release                other group's            ? - - + - - - - ? ? ?
act  moderation.release                safeguarding             ? - l - l - - - ? ? ?
act  moderation.release                withdrawn                ? - l - l - - - ? ? ?
act  moderation.release                missing                  ? - - - - - - - ? ? ?
read moderation.excerpts               own group's              ? - + - + - - - ? ? ?
read moderation.excerpts               from kin                 ? - + - - - - - ? ? ?
read moderation.excerpts               conflicted               ? - - - + - - - ? ? ?
read moderation.excerpts               other group's            ? - - + - - - - ? ? ?
read moderation.excerpts               safeguarding             ? - - - - - - - ? ? ?
read moderation.excerpts               withdrawn                ? - - - - - - - ? ? ?
read moderation.excerpts               missing                  ? - - - - - - - ? ? ?
act  moderation.add_excerpt            own group's              ? - + - + - - - ? ? ?
act  moderation.add_excerpt            from kin                 ? - + - - - - - ? ? ?
act  moderation.add_excerpt            conflicted               ? - - - + - - - ? ? ?
act  moderation.add_excerpt            other group's            ? - - + - - - - ? ? ?
act  moderation.add_excerpt            safeguarding             ? - l - l - - - ? ? ?
act  moderation.add_excerpt            withdrawn                ? - l - l - - - ? ? ?
act  moderation.add_excerpt            missing                  ? - - - - - - - ? ? ?
read moderation.code_afresh            own group's              ? - + - + - - - ? ? ?
read moderation.code_afresh            from kin                 ? - + - - - - - ? ? ?
read moderation.code_afresh            conflicted               ? - - - + - - - ? ? ?
read moderation.code_afresh            other group's            ? - - + - - - - ? ? ?
read moderation.code_afresh            safeguarding             ? - - - - - - - ? ? ?
read moderation.code_afresh            withdrawn                ? - - - - - - - ? ? ?
read moderation.code_afresh            missing                  ? - - - - - - - ? ? ?
act  moderation.code_afresh            own group's              ? - + - + - - - ? ? ?
act  moderation.code_afresh            from kin                 ? - + - - - - - ? ? ?
act  moderation.code_afresh            conflicted               ? - - - + - - - ? ? ?
act  moderation.code_afresh            other group's            ? - - + - - - - ? ? ?
act  moderation.code_afresh            safeguarding             ? - l - l - - - ? ? ?
act  moderation.code_afresh            withdrawn                ? - l - l - - - ? ? ?
act  moderation.code_afresh            missing                  ? - - - - - - - ? ? ?
act  moderation.done_afresh            own group's              ? - + - + - - - ? ? ?
act  moderation.done_afresh            from kin                 ? - + - - - - - ? ? ?
act  moderation.done_afresh            conflicted               ? - - - + - - - ? ? ?
act  moderation.done_afresh            other group's            ? - - + - - - - ? ? ?
act  moderation.done_afresh            safeguarding             ? - l - l - - - ? ? ?
act  moderation.done_afresh            withdrawn                ? - l - l - - - ? ? ?
act  moderation.done_afresh            missing                  ? - - - - - - - ? ? ?
read moderation.excerpt                own group's              ? - + - + - - - ? ? ?
read moderation.excerpt                other group's            ? - - + - - - - ? ? ?
read moderation.excerpt                missing number           ? - - - - - - - ? ? ?
read moderation.excerpt                withdrawn                ? - - - - - - - ? ? ?
act  moderation.excerpt                own group's              ? - + - + - - - ? ? ?
act  moderation.excerpt                other group's            ? - - + - - - - ? ? ?
act  moderation.excerpt                missing number           ? - - - - - - - ? ? ?
act  moderation.excerpt                withdrawn                ? - l - l - - - ? ? ?
act  moderation.remove_excerpt         own group's              ? - + - + - - - ? ? ?
act  moderation.remove_excerpt         other group's            ? - - + - - - - ? ? ?
act  moderation.remove_excerpt         missing number           ? - - - - - - - ? ? ?
act  moderation.remove_excerpt         withdrawn                ? - l - l - - - ? ? ?
act  moderation.put_back_excerpt       own group's              ? - + - + - - - ? ? ?
act  moderation.put_back_excerpt       other group's            ? - - + - - - - ? ? ?
act  moderation.put_back_excerpt       missing number           ? - - - - - - - ? ? ?
act  moderation.put_back_excerpt       withdrawn                ? - l - l - - - ? ? ?
act  moderation.move_excerpt           own group's              ? - + - + - - - ? ? ?
act  moderation.move_excerpt           other group's            ? - - + - - - - ? ? ?
act  moderation.move_excerpt           missing number           ? - - - - - - - ? ? ?
act  moderation.move_excerpt           withdrawn                ? - l - l - - - ? ? ?
read moderation.code_book              open                     ? - + - + - - - ? ? ?
read moderation.code_book              closed                   ? - + - + - - - ? ? ?
read moderation.code_book              other group's            ? - - + - - - - ? ? ?
read moderation.code_book              missing                  ? - - - - - - - ? ? ?
act  moderation.add_theme              open                     ? - + - + - - - ? ? ?
act  moderation.add_theme              closed                   ? - + - + - - - ? ? ?
act  moderation.add_theme              other group's            ? - - + - - - - ? ? ?
act  moderation.add_theme              missing                  ? - - - - - - - ? ? ?
read moderation.passages               open                     ? - + - + - - - ? ? ?
read moderation.passages               closed                   ? - + - + - - - ? ? ?
read moderation.passages               other group's            ? - - + - - - - ? ? ?
read moderation.passages               missing                  ? - - - - - - - ? ? ?
read moderation.theme                  shared theme             ? - + - + - - - ? ? ?
read moderation.theme                  other group's            ? - - + - - - - ? ? ?
read moderation.theme                  missing theme            ? - - - - - - - ? ? ?
read moderation.theme                  missing                  ? - - - - - - - ? ? ?
act  moderation.change_theme           shared theme             ? - + - + - - - ? ? ?
act  moderation.change_theme           other group's            ? - - + - - - - ? ? ?
act  moderation.change_theme           missing theme            ? - - - - - - - ? ? ?
act  moderation.change_theme           missing                  ? - - - - - - - ? ? ?
act  moderation.merge_theme            shared theme             ? - + - + - - - ? ? ?
act  moderation.merge_theme            other group's            ? - - + - - - - ? ? ?
act  moderation.merge_theme            missing theme            ? - - - - - - - ? ? ?
act  moderation.merge_theme            missing                  ? - - - - - - - ? ? ?
act  moderation.split_theme            shared theme             ? - + - + - - - ? ? ?
act  moderation.split_theme            other group's            ? - - + - - - - ? ? ?
act  moderation.split_theme            missing theme            ? - - - - - - - ? ? ?
act  moderation.split_theme            missing                  ? - - - - - - - ? ? ?
act  moderation.export_passages        present                  ? - + - + - - - ? ? ?
act  moderation.export_passages        other group's            ? - - + - - - - ? ? ?
act  moderation.export_passages        missing format           ? - - - - - - - ? ? ?
read moderation.translation_of         own group's              ? - + - + - - - ? ? ?
read moderation.translation_of         from kin                 ? - + - - - - - ? ? ?
read moderation.translation_of         conflicted               ? - - - + - - - ? ? ?
read moderation.translation_of         other group's            ? - - + - - - - ? ? ?
read moderation.translation_of         safeguarding             ? - - - - - - - ? ? ?
read moderation.translation_of         withdrawn                ? - - - - - - - ? ? ?
read moderation.translation_of         missing                  ? - - - - - - - ? ? ?
read moderation.translate              own group's              ? - + - + - - - ? ? ?
read moderation.translate              from kin                 ? - + - - - - - ? ? ?
read moderation.translate              conflicted               ? - - - + - - - ? ? ?
read moderation.translate              other group's            ? - - + - - - - ? ? ?
read moderation.translate              safeguarding             ? - - - - - - - ? ? ?
read moderation.translate              withdrawn                ? - - - - - - - ? ? ?
read moderation.translate              missing                  ? - - - - - - - ? ? ?
act  moderation.translate              own group's              ? - + - + - - - ? ? ?
act  moderation.translate              from kin                 ? - + - - - - - ? ? ?
act  moderation.translate              conflicted               ? - - - + - - - ? ? ?
act  moderation.translate              other group's            ? - - + - - - - ? ? ?
act  moderation.translate              safeguarding             ? - l - l - - - ? ? ?
act  moderation.translate              withdrawn                ? - l - l - - - ? ? ?
act  moderation.translate              missing                  ? - - - - - - - ? ? ?
act  moderation.check_translation      own group's              ? - + - + - - - ? ? ?
act  moderation.check_translation      from kin                 ? - + - - - - - ? ? ?
act  moderation.check_translation      conflicted               ? - - - + - - - ? ? ?
act  moderation.check_translation      other group's            ? - - + - - - - ? ? ?
act  moderation.check_translation      safeguarding             ? - l - l - - - ? ? ?
act  moderation.check_translation      withdrawn                ? - l - l - - - ? ? ?
act  moderation.check_translation      missing                  ? - - - - - - - ? ? ?
act  moderation.machine_translation    own group's              ? - - - - - - - ? ? ?
act  moderation.machine_translation    from kin                 ? - - - - - - - ? ? ?
act  moderation.machine_translation    conflicted               ? - - - - - - - ? ? ?
act  moderation.machine_translation    other group's            ? - - - - - - - ? ? ?
act  moderation.machine_translation    safeguarding             ? - l - l - - - ? ? ?
act  moderation.machine_translation    withdrawn                ? - l - l - - - ? ? ?
act  moderation.machine_translation    missing                  ? - - - - - - - ? ? ?
act  moderation.leave_for_translation                           ? - + + + - - - ? ? ?
read moderation.return_translation                              ? - + + + - - - ? ? ?
act  moderation.return_translation                              ? - + + + - - - ? ? ?
act  moderation.take_over              own group's              ? - + - + - - - ? ? ?
act  moderation.take_over              from kin                 ? - + - - - - - ? ? ?
act  moderation.take_over              conflicted               ? - - - + - - - ? ? ?
act  moderation.take_over              other group's            ? - - + - - - - ? ? ?
act  moderation.take_over              safeguarding             ? - l - l - - - ? ? ?
act  moderation.take_over              withdrawn                ? - l - l - - - ? ? ?
act  moderation.take_over              missing                  ? - - - - - - - ? ? ?
act  moderation.told                   own group's              ? - + - + - - - ? ? ?
act  moderation.told                   from kin                 ? - + - - - - - ? ? ?
act  moderation.told                   conflicted               ? - - - + - - - ? ? ?
act  moderation.told                   other group's            ? - - + - - - - ? ? ?
act  moderation.told                   safeguarding             ? - l - l - - - ? ? ?
act  moderation.told                   withdrawn                ? - l - l - - - ? ? ?
act  moderation.told                   missing                  ? - - - - - - - ? ? ?
read accounts.set_password             invited                  + + + + + + + + + + +
read accounts.set_password             missing                  - - - - - - - - - - -
act  accounts.set_password             invited                  + + + + + + + + + + +
act  accounts.set_password             missing                  - - - - - - - - - - -
read front.health                                               + + + + + + + + + + +
read static                            present                  + + + + + + + + + + +
read static                            missing                  - - - - - - - - - - -
read moderation.care                                            ? - + + + - - + ? ? ?
read moderation.care_submission        own group's              ? - - - - - - - ? ? ?
read moderation.care_submission        from kin                 ? - - - - - - - ? ? ?
read moderation.care_submission        conflicted               ? - - - - - - - ? ? ?
read moderation.care_submission        other group's            ? - - - - - - - ? ? ?
read moderation.care_submission        safeguarding             ? - - - - - - + ? ? ?
read moderation.care_submission        withdrawn                ? - - - - - - - ? ? ?
read moderation.care_submission        missing                  ? - - - - - - - ? ? ?
act  moderation.write_care             own group's              ? - - - - - - - ? ? ?
act  moderation.write_care             from kin                 ? - - - - - - - ? ? ?
act  moderation.write_care             conflicted               ? - - - - - - - ? ? ?
act  moderation.write_care             other group's            ? - - - - - - - ? ? ?
act  moderation.write_care             safeguarding             ? - l - l - - + ? ? ?
act  moderation.write_care             withdrawn                ? - l - l - - - ? ? ?
act  moderation.write_care             missing                  ? - - - - - - - ? ? ?
act  moderation.care_contact           own group's              ? - - - - - - - ? ? ?
act  moderation.care_contact           from kin                 ? - - - - - - - ? ? ?
act  moderation.care_contact           conflicted               ? - - - - - - - ? ? ?
act  moderation.care_contact           other group's            ? - - - - - - - ? ? ?
act  moderation.care_contact           safeguarding             ? - l - l - - + ? ? ?
act  moderation.care_contact           withdrawn                ? - l - l - - - ? ? ?
act  moderation.care_contact           missing                  ? - - - - - - - ? ? ?
act  moderation.return_from_care       own group's              ? - - - - - - - ? ? ?
act  moderation.return_from_care       from kin                 ? - - - - - - - ? ? ?
act  moderation.return_from_care       conflicted               ? - - - - - - - ? ? ?
act  moderation.return_from_care       other group's            ? - - - - - - - ? ? ?
act  moderation.return_from_care       safeguarding             ? - l - l - - + ? ? ?
act  moderation.return_from_care       withdrawn                ? - l - l - - - ? ? ?
act  moderation.return_from_care       missing                  ? - - - - - - - ? ? ?
act  moderation.care_seen              own group's              ? - - - - - - - ? ? ?
act  moderation.care_seen              from kin                 ? - - - - - - - ? ? ?
act  moderation.care_seen              conflicted               ? - - - - - - - ? ? ?
act  moderation.care_seen              other group's            ? - - - - - - - ? ? ?
act  moderation.care_seen              safeguarding             ? - l - l - - + ? ? ?
act  moderation.care_seen              withdrawn                ? - l - l - - - ? ? ?
act  moderation.care_seen              missing                  ? - - - - - - - ? ? ?
act  moderation.care_file              own group's              ? - - - - - - - ? ? ?
act  moderation.care_file              other group's            ? - - - - - - - ? ? ?
act  moderation.care_file              missing file             ? - - - - - - - ? ? ?
read moderation.trained                                         ? + - - - - - - ? ? ?
act  moderation.trained                                         ? + - - - - - - ? ? ?
act  moderation.end_trained            present                  ? + - - - - - - ? ? ?
act  moderation.end_trained            missing                  ? - - - - - - - ? ? ?
"""

_SUBMISSIONS = ("own group's", "from kin", "conflicted", "other group's", "safeguarding", "withdrawn", "missing")
_MOVES = {
    "contributor's move": {"reference": "own group's", "verb": "withdraw"},
    "missing move": {"reference": "own group's", "verb": "publish"},
}
OBJECTS: dict[frozenset[str], dict[str, dict[str, Any]]] = {
    frozenset(): {"": {}},
    frozenset({"slug"}): {
        "open": {"slug": "wg3-open"},
        "closed": {"slug": "wg3-closed"},
        "other group's": {"slug": "wg6-open"},
        "missing": {"slug": "wg3-none"},
    },
    frozenset({"slug", "kind"}): {
        "testimony": {"slug": "wg3-open", "kind": "testimony"},
        "practice": {"slug": "wg3-open", "kind": "practice"},
        "intervention": {"slug": "wg3-open", "kind": "intervention"},
        "closed": {"slug": "wg3-closed", "kind": "testimony"},
        "missing": {"slug": "wg3-none", "kind": "testimony"},
    },
    frozenset({"slug", "version"}): {
        "present": {"slug": "wg3-open", "version": 1},
        "other group's": {"slug": "wg6-open", "version": 1},
        "missing version": {"slug": "wg3-open", "version": 999},
        "missing": {"slug": "wg3-none", "version": 1},
    },
    frozenset({"slug", "version", "format_name"}): {
        "present": {"slug": "wg3-open", "version": 1, "format_name": "json"},
        "other group's": {"slug": "wg6-open", "version": 1, "format_name": "json"},
        "missing version": {"slug": "wg3-open", "version": 999, "format_name": "json"},
        "missing format": {"slug": "wg3-open", "version": 1, "format_name": "exe"},
    },
    frozenset({"reference"}): {name: {"reference": name} for name in _SUBMISSIONS},
    frozenset({"reference", "verb"}): {name: {"reference": name, "verb": "accept"} for name in _SUBMISSIONS} | _MOVES,
    frozenset({"reference", "target"}): {name: {"reference": name, "target": "ar"} for name in _SUBMISSIONS},
    frozenset({"reference", "identity"}): {
        "own group's": {"reference": "own group's", "identity": "file"},
        "other group's": {"reference": "other group's", "identity": "file"},
        "missing file": {"reference": "own group's", "identity": 999},
    },
    frozenset({"reference", "number"}): {
        "own group's": {"reference": "own group's", "number": 1},
        "other group's": {"reference": "other group's", "number": 1},
        "missing number": {"reference": "own group's", "number": 999},
        "withdrawn": {"reference": "withdrawn", "number": 1},
    },
    frozenset({"slug", "code"}): {
        "shared theme": {"slug": "wg3-open", "code": "gender"},
        "other group's": {"slug": "wg6-open", "code": "gender"},
        "missing theme": {"slug": "wg3-open", "code": "none"},
        "missing": {"slug": "wg3-none", "code": "gender"},
    },
    frozenset({"slug", "format_name"}): {
        "present": {"slug": "wg3-open", "format_name": "csv"},
        "other group's": {"slug": "wg6-open", "format_name": "csv"},
        "missing format": {"slug": "wg3-open", "format_name": "exe"},
    },
    frozenset({"slug", "axis", "code"}): {
        "expected": {"slug": "wg3-open", "axis": "who", "code": "member_state"},
        "other group's": {"slug": "wg6-open", "axis": "who", "code": "member_state"},
        "missing": {"slug": "wg3-none", "axis": "who", "code": "member_state"},
        "missing gap": {"slug": "wg3-open", "axis": "who", "code": "nobody_there"},
    },
    frozenset({"template"}): {
        "shared template": {"template": "shared template"},
        "own group's": {"template": "own template"},
        "other group's": {"template": "other template"},
        "missing": {"template": 999},
    },
    frozenset({"trained"}): {"present": {"trained": "trained"}, "missing": {"trained": 999}},
    frozenset({"conflict"}): {"present": {"conflict": "conflict"}, "missing": {"conflict": 999}},
    frozenset({"saved"}): {"present": {"saved": "saved"}, "missing": {"saved": 999}},
    frozenset({"made"}): {"co-lead's": {"made": "several"}, "missing": {"made": 999}},
    frozenset({"identity"}): {"present": {"identity": "contact"}, "missing": {"identity": 999}},
    frozenset({"token"}): {"invited": {"token": "invited"}, "missing": {"token": "x" * 43}},
    frozenset({"filename"}): {"present": {"filename": "intake.css"}, "missing": {"filename": "intake.py"}},
}
"""By the parts of an address, what can be asked for there; the world knows references and invitation."""

TYPED = {"words": "Because.", "version": "1", "reason": "danger", "language": "en", "name": "Somebody"}
"""What is sent with every act: enough for decisions, contacts, downloads and the own page to be carried out."""

SPENDS = {"accounts.sign_out", "accounts.end_sessions", "accounts.me", "submissions.withdraw", "submissions.leave"}
"""After these an actor is made anew."""

RECEIPT_DOOR = "/en/receipt/"

TOKEN = "0123456789abcdef0123456789abcdef01234567"
WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|CREATE|ALTER|DROP"
    r"|WITH\b.*\b(?:INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM))\b",
    re.IGNORECASE | re.DOTALL,
)
SEEN = re.compile(r"\s*UPDATE visit SET seen_at\b")


@dataclass
class World:
    """One application with everything in it that somebody could ask for."""

    app: Flask
    known: dict[str, str] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)
    _people: dict[str, int] = field(default_factory=dict)
    _visits: dict[str, dict[str, Any]] = field(default_factory=dict)
    _number: str = TOKEN
    _receipt_of_the_gone: str = ""

    def set_up(self) -> None:
        with self.app.app_context(), transaction():
            self._fill()

    def _fill(self) -> None:
        third, sixth = builders.working_group("WG3"), builders.working_group("WG6")
        day = {"date": date(2020, 6, 9)}
        held = builders.listening_session("WG3-OPEN", group=third, audience=["member_states"], **day)
        builders.listening_session("WG3-CLOSED", group=third, state=SessionState.CLOSED, **day)
        elsewhere = builders.listening_session("WG6-OPEN", group=sixth, audience=["member_states"], **day)
        kin = builders.organisation("ACT Alliance", "ACT")
        lead = (Role.CO_LEAD, third)
        for name, roles, organisation in (
            ("secretariat", [(Role.SECRETARIAT, None)], None),
            ("co-lead", [lead], builders.organisation("OHCHR")),
            ("other co-lead", [(Role.CO_LEAD, sixth)], None),
            ("kin co-lead", [lead], kin),
            ("rapporteur", [(Role.RAPPORTEUR, third)], None),
            ("drafter", [(Role.DRAFTER, third)], None),
            ("trained", [(Role.SAFEGUARDING, third)], None),
            ("deactivated", [lead], None),
        ):
            person = builders.person(f"{name.replace(' ', '-')}@example.org", *roles, of=organisation)
            self._people[name] = person.id
        known = accounts.add_person("also@example.org", "Also", [(Role.SAFEGUARDING, sixth.id, None)]).memberships
        made = {
            "own group's": builders.submission(held, email="somebody@example.org"),
            "from kin": builders.submission(held, organisation="act  alliance"),
            "conflicted": builders.submission(held),
            "other group's": builders.submission(elsewhere),
            "safeguarding": builders.submission(held),
            "withdrawn": builders.submission(held),
        }
        self.known = {name: one.reference for name, one in made.items()} | {"missing": "WG3-OPEN/T-999"}
        self.known["trained"] = str(known[0].id)
        for name, coder in (("own group's", "co-lead"), ("other group's", "other co-lead"), ("withdrawn", "co-lead")):
            coder_there = session().get_one(Person, self._people[coder])
            codes = {Axis.THEME: ["gender"], Axis.KIND: ["practice"]}
            coding.add(made[name], coder_there, Span(1, "what_happened", 0, 4), codes)
            wish = Wish(Span(1, "what_happened", 0, 4), Category.OTHER, "left_out")
            redaction.hide(made[name], coder_there, [wish], seen=redaction.seen_as(made[name]))
        self._conflicts(made["conflicted"])
        workflow.make(made["safeguarding"], "safeguard", version=1, person_id=self._people["co-lead"], reason="Danger.")
        submissions.withdraw(made["withdrawn"])
        self._receipt_of_the_gone = self._submitted(held, withdrawn=True)
        for one in (held, elsewhere):
            digests.compile_digest(one, person_id=self._people["drafter"])
        contact = ReferralContact(name="Help", helps_with={"en": "Shelter"}, checked_on=date(2020, 6, 9))
        session().add(contact)
        session().flush()
        self.known["contact"] = str(contact.id)
        sound = CleanFile(BY_NAME["wav"], b"RIFF", ())
        attachments.add(made["own group's"], attachments.put(sound, name="a.wav", digest="a", scan=Scan.NOT_SCANNED))
        self.known["file"] = str(attachments.of(made["own group's"])[0].id)
        lead = session().get_one(Person, self._people["co-lead"])
        personal.save(session().get_one(Person, self._people["deactivated"]), "Mine", Filters())
        self.known["saved"] = str(session().scalars(sa.select(personal.SavedFilter.id)).one())
        for name, group in (("shared template", None), ("own template", third), ("other template", sixth)):
            template = QuestionTemplate(
                title=Multilingual({"en": "When"}), text=Multilingual({"en": "When was that?"}), retired=False,
                working_group_id=group and group.id,
            )  # fmt: skip
            session().add(template)
            session().flush()
            self.known[name] = str(template.id)
        self.known["several"] = str(bulk.do(lead, {}, bulk.Wanted(bulk.Act.CLAIM)).id)
        self.known["invited"] = accounts.invite(builders.person("new@example.org"))

    def _conflicts(self, apart: Submission) -> None:
        """One of the co-lead's with ``apart``, and one of somebody else's that may be ended."""
        by = session().get_one(Person, self._people["secretariat"])
        for name, what in (("co-lead", conflicts.With(submission=apart)), ("rapporteur", conflicts.With("ICMC"))):
            whose = session().get_one(Person, self._people[name])
            self.known["conflict"] = str(conflicts.declare(whose, by, what, "A friend.").id)

    def real(self, parts: dict[str, Any]) -> dict[str, Any]:
        """The parts of an address as they are in this world."""
        return {name: self.known.get(value, value) for name, value in parts.items()}

    def _submitted(self, held: ListeningSession, *, withdrawn: bool = False) -> str:
        """The digest of the receipt of a new submission, which waits for an answer or is withdrawn."""
        token = new_form_token()
        made = builders.submission(held, token=token)
        if withdrawn:
            submissions.withdraw(made)
        else:
            workflow.make(made, "ask", version=1, person_id=self._people["co-lead"], reason="Where?")
        return keyring().index("receipt", receipt_for(token))

    def is_public(self, cell: Cell) -> bool:
        """Whether anybody may know what is there: then a missing thing may say what it would have been."""
        return guards.access_of(self.app.view_functions[cell.rule.endpoint], cell.rule.endpoint) == guards.PUBLIC

    def _visit_of(self, actor: str) -> dict[str, Any]:
        """What the cookie of ``actor`` holds."""
        if actor not in self._visits:
            with self.app.app_context(), transaction():
                self._visits[actor] = self._new_visit(actor)
        return self._visits[actor]

    def _new_visit(self, actor: str) -> dict[str, Any]:
        since = int(clock.now().timestamp())
        if actor == "contributor":
            held = session().scalars(sa.select(ListeningSession).where(ListeningSession.slug == "wg3-open")).one()
            return {"receipt": {"digest": self._submitted(held), "since": since, "visits": 0}}
        if actor == "contributor gone":
            return {"receipt": {"digest": self._receipt_of_the_gone, "since": since, "visits": 0}}
        if actor not in self._people:
            return {}
        token = accounts.start_visit(self._people[actor])
        if actor == "deactivated":
            session().get_one(Person, self._people[actor]).active = False
        return {"visit": token}

    def browser(self, actor: str) -> FlaskClient:
        """A browser with the cookie of ``actor``, and a form's token in it."""
        client = self.app.test_client()
        with self.app.app_context():
            signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
            value = signer.dumps({**self._visit_of(actor), "csrf_token": self._number})
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], value)
        return client

    def spent(self, actor: str) -> None:
        """Let ``actor`` come anew, with another visit: nobody comes back to one that was left."""
        self._visits.pop(actor, None)
        self._number = hashlib.sha1(self._number.encode(), usedforsecurity=False).hexdigest()

    def token(self) -> str:
        """The form's token as a page of this visit would carry it."""
        signer: Any = URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token")
        return str(signer.dumps(self._number))

    def fingerprints(self) -> dict[str, str]:
        """A digest of all rows of every table; when a visit was last seen does not count."""
        with self.app.app_context():
            return {table.name: self._fingerprint(table) for table in Base.metadata.sorted_tables}

    def _fingerprint(self, table: sa.Table) -> str:
        counted = [column for column in table.columns if (table.name, column.name) != ("visit", "seen_at")]
        rows = sorted(repr(tuple(row)) for row in session().execute(sa.select(*counted)))
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()

    @contextmanager
    def watched(self) -> Iterator[list[str]]:
        """The statements that write, sent to the database meanwhile."""
        del self.statements[:]
        yield self.statements

    def listen(self) -> None:
        with self.app.app_context():
            event.listen(engine(), "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if WRITES.match(statement) and not SEEN.match(statement):
            self.statements.append(statement)


@pytest.fixture(scope="module")
def one_world(databases: Databases, migrated_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, made once for each engine: what is done in it changes no answer to anybody else."""
    url = databases.fresh(migrated_url)
    instance = tmp_path_factory.mktemp("matrix")
    settings = Settings.from_environment(
        {"INTAKE_INSTANCE": str(instance), "INTAKE_DATABASE_URL": url, "INTAKE_SECOND_FACTOR": "optional"}
    )
    with application(settings) as app:
        made = World(app)
        made.set_up()
        made.listen()
        with app.app_context():
            engine().dispose()
        yield made
    databases.drop(url)


@pytest.fixture
def world(one_world: World) -> Iterator[World]:
    """The world, its connections closed after each test."""
    yield one_world
    with one_world.app.app_context():
        engine().dispose()


@dataclass(frozen=True)
class Cell:
    """One address with one way to ask for it."""

    rule: Rule
    way: str
    name: str
    parts: dict[str, Any]

    @property
    def row(self) -> str:
        """The row of the table it belongs to."""
        return f"{self.way:<5}{self.rule.endpoint:<34}{self.name}".rstrip()

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "HEAD") if self.way == "read" else ("POST",)


def cells(world: World, *ways: str) -> list[Cell]:
    """Every rule of the application in the ways it answers, for everything that can be asked for there."""
    found = []
    for rule in sorted(world.app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        objects = OBJECTS[frozenset(rule.arguments - {"lang"})]
        for way, method in (("read", "GET"), ("act", "POST")):
            if way in ways and method in (rule.methods or ()):
                found += [Cell(rule, way, name, world.real(parts)) for name, parts in objects.items()]
    return found


def address(world: World, cell: Cell, language: str = "en") -> str:
    with world.app.test_request_context():
        values = {**cell.parts, **({"lang": language} if "lang" in cell.rule.arguments else {})}
        built = cell.rule.build(values)
    assert built is not None
    return built[1]


def ask(world: World, actor: str, cell: Cell, method: str, **typed: str) -> TestResponse:
    client, url = world.browser(actor), address(world, cell)
    data = {"csrf_token": world.token(), **TYPED, **typed} if method == "POST" else None
    # With it a held form is known to come from a page of ours, as a browser would say.
    answer = client.open(url, method=method, data=data, headers={"Sec-Fetch-Site": "same-origin"}, buffered=True)
    if method == "POST" and cell.rule.endpoint in SPENDS:
        world.spent(actor)
    return answer


def outcome(answer: TestResponse) -> str:
    """What the answer comes to, in a sign of the table."""
    going = answer.headers.get("Location", "").partition("?")[0]
    here = answer.request.path
    if answer.status_code == 404:
        return ABSENT
    if answer.status_code == 409 and any(words in answer.data for words in WORDS_OF_LEFT):
        return LEFT
    if "Clear-Site-Data" in answer.headers:
        return SERVED  # leaving ends at the door, too
    if going.endswith("/staff/sign-in/") or b'name="carried"' in answer.data:
        return SIGN_IN
    if "/receipt/" in here and (
        going.endswith("/receipt/") or (here != RECEIPT_DOOR and b'name="code"' in answer.data)
    ):
        return RECEIPT
    assert answer.status_code in (200, 302, 303, 409, 422), (answer.request.method, here, answer.status)
    return SERVED


@cache
def table() -> dict[str, str]:
    """The signs of every row."""
    rows = [line.rsplit("  ", 1) for line in TABLE.strip().splitlines()]
    return {row.rstrip(): signs.replace(" ", "") for row, signs in rows}


def plain(answer: TestResponse, cell: Cell) -> tuple[Any, ...]:
    """An answer without the address it was asked at and without what is new every time."""
    text = answer.get_data(as_text=True)
    for part in sorted((str(part) for part in cell.parts.values()), key=len, reverse=True):
        for written in {part, quote(part), quote(part, safe="")}:
            text = text.replace(f"/{written}", "/_")
    text = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1", text)
    headers = sorted((name, value) for name, value in answer.headers if name not in ("Set-Cookie", "Content-Length"))
    return answer.status_code, headers, text


def test_the_table_is_complete(world: World) -> None:
    assert [cell.row for cell in cells(world, "read", "act") if cell.row not in table()] == []
    assert set(table()) - {cell.row for cell in cells(world, "read", "act")} == set()
    assert {len(signs) for signs in table().values()} == {len(ACTORS)}


@pytest.mark.parametrize("actor", ACTORS)
def test_reading_is_answered_as_the_table_says_and_changes_nothing(world: World, actor: str) -> None:
    world.browser(actor)
    before = world.fingerprints()
    wrong, absent = [], {}
    for cell in cells(world, "read"):
        for method in cell.methods:
            with world.watched() as written:
                answer = ask(world, actor, cell, method)
            expected = table()[cell.row][ACTORS.index(actor)]
            if outcome(answer) != expected:
                wrong.append(f"{method} {cell.row}: {outcome(answer)} {answer.status}, not {expected}")
            if written:
                wrong.append(f"{method} {cell.row} writes: {written}")
            if answer.status_code == 404 and not world.is_public(cell):
                absent.setdefault((cell.rule.endpoint, method), []).append(plain(answer, cell))
    assert wrong == []
    assert world.fingerprints() == before
    assert [key for key, answers in absent.items() if any(one != answers[0] for one in answers)] == []


@pytest.mark.parametrize("actor", ACTORS)
def test_acting_is_answered_as_the_table_says(world: World, actor: str) -> None:
    wrong, absent = [], {}
    for cell in cells(world, "act"):
        world.browser(actor)
        with world.watched() as written:
            answer = ask(world, actor, cell, "POST")
        expected = table()[cell.row][ACTORS.index(actor)]
        if outcome(answer) != expected:
            wrong.append(f"{cell.row}: {outcome(answer)} {answer.status}, not {expected}")
        if written and expected != SERVED:
            wrong.append(f"{cell.row} writes: {written}")
        if answer.status_code == 404 and not world.is_public(cell):
            absent.setdefault(cell.rule.endpoint, []).append(plain(answer, cell))
    assert wrong == []
    assert [rule for rule, answers in absent.items() if any(one != answers[0] for one in answers)] == []


@pytest.mark.parametrize("actor", ["stranger", "co-lead", "drafter", "contributor"])
def test_an_act_without_its_token_changes_nothing(world: World, actor: str) -> None:
    wrong = []
    for cell in cells(world, "act"):
        world.browser(actor)
        with world.watched() as written:
            answer = ask(world, actor, cell, "POST", csrf_token="")
        if cell.rule.endpoint == "submissions.leave":
            continue  # it asks for no token: one that has run out must not keep anybody here
        refused = answer.status_code in (303, 400, 404) or outcome(answer) in (SIGN_IN, LEFT)
        if written or not refused:
            wrong.append(f"{cell.row}: {answer.status} {written}")
    assert wrong == []


@pytest.mark.parametrize("actor", ["stranger", "co-lead"])
def test_a_method_that_no_rule_takes_is_refused(world: World, actor: str) -> None:
    client, wrong = world.browser(actor), []
    for url in sorted({address(world, cell) for cell in cells(world, "read", "act")}):
        with world.watched() as written:
            refused = {method: client.open(url, method=method).status_code for method in ("PUT", "DELETE", "TRACE")}
        if set(refused.values()) != {405} or written:
            wrong.append(f"{url}: {refused} {written}")
    assert wrong == []


def test_a_language_that_is_none_of_ours_is_not_there(world: World) -> None:
    client = world.browser("co-lead")
    urls = [(cell, address(world, cell, "xx")) for cell in cells(world, "read") if "lang" in cell.rule.arguments]
    assert [cell.row for cell, url in urls if client.get(url).status_code != 404] == []
