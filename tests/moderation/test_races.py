"""Two at the same moment: one wins, the other is told, and no word is lost."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from intake.foundation.database import transaction
from intake.moderation import bulk, handover, outbox, question_templates, reading, redaction, services
from intake.moderation.services import ClaimedByOther
from intake.submissions import services as submissions
from intake.submissions.models import Submission
from intake.submissions.sealing import open_reason
from intake.submissions.workflow import IllegalMove, Overtaken
from tests.moderation import desk
from tests.moderation.desk import COLLEAGUE, LEAD, acts, columns, found, give, somebody

LOST = (
    ClaimedByOther, IllegalMove, Overtaken, reading.Unreadable, outbox.Stale, redaction.Stale,
    question_templates.Changed,
)  # fmt: skip

Doing = Callable[[Submission], object]


def at_once(app: Flask, reference: str, *doing: Doing) -> list[object]:
    """Do all of it to one submission at the same moment; returns what each gave, or the exception it lost with."""
    start = Barrier(len(doing))

    def run(one: Doing) -> object:
        with app.test_request_context("/en/"):
            submission = found(reference)
            start.wait()
            try:
                with transaction():
                    return one(submission)
            except LOST as lost:
                return lost

    with ThreadPoolExecutor(len(doing)) as pool:
        return list(pool.map(run, doing))


def winners(outcomes: list[object]) -> int:
    return sum(not isinstance(one, Exception) for one in outcomes)


def claiming(email: str) -> Doing:
    return lambda submission: services.claim(submission, somebody(email))


def deciding(email: str, verb: str, words: str = "") -> Doing:
    # The version is the one that was on the page, not the one that is there by now.
    return lambda submission: services.decide(submission, verb, somebody(email), version=1, words=words)


def in_bulk(what: bulk.Act) -> Doing:
    def do(submission: Submission) -> object:
        person = somebody(COLLEAGUE)
        made = bulk.do(person, {submission.id: 1}, bulk.Wanted(what))
        return [one.skipped for one in bulk.record(made, person)] == [None] or Overtaken()

    return do


def test_claim_against_claim(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)
        outcomes = at_once(app, reference, claiming(LEAD), claiming(COLLEAGUE))
        assert winners(outcomes) == 1
        assert [one[0] for one in acts(app, reference)].count("submission.start") == 1


def test_two_take_over_from_the_same(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)
        at_once(app, reference, claiming(COLLEAGUE))
        (holder,) = columns(app, reference, "claimed_by_id")

        def take(submission: Submission, holder: int = holder) -> None:
            handover.take_over(submission, somebody(LEAD), holder=holder, note="You are ill.")

        # The second time it is one's own: nobody is told twice.
        at_once(app, reference, take, take)
        assert [one[0] for one in acts(app, reference)].count("submission.take_over") == 1


def test_two_decisions(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)
        outcomes = at_once(
            app, reference, deciding(LEAD, "decline", "Not about migration."), deciding(COLLEAGUE, "accept")
        )
        assert winners(outcomes) == 1
        with app.app_context():
            submission = found(reference)
            (decision,) = submission.decisions
            assert submission.state == decision.to_state
            assert (open_reason(submission, decision) == "Not about migration.") == (decision.verb == "decline")
            assert len(submission.messages) == (decision.verb == "decline")


def test_a_decision_against_a_withdrawal(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)
        outcomes = at_once(app, reference, deciding(LEAD, "accept"), submissions.withdraw)
        assert not isinstance(outcomes[1], Exception), "nothing stands in the way of a withdrawal"
        state, standing, claim = columns(app, reference, "state", "accepted_revision", "claimed_by_id")
        assert (state, standing, claim) == ("withdrawn", None, None)


def test_a_decision_against_a_flag(app: Flask) -> None:
    """Whoever is second finds it gone, and what somebody is worried about is never decided beside it."""
    for _round in range(desk.ROUNDS):
        reference = give(app)
        outcomes = at_once(app, reference, deciding(LEAD, "accept"), deciding(COLLEAGUE, "safeguard", "I am worried."))
        assert winners(outcomes) == 1
        state, standing = columns(app, reference, "state", "accepted_revision")
        assert (state, standing) in {("accepted", 1), ("safeguarding", None)}
        with app.app_context():
            assert len(found(reference).decisions) == 1


def test_two_return_it_from_safeguarding(app: Flask) -> None:
    for _round in range(desk.ROUNDS):
        reference = give(app)
        at_once(app, reference, deciding(LEAD, "safeguard", "I am worried."))

        def returning(submission: Submission) -> None:
            services.decide(submission, "return", somebody(LEAD), version=2, words="They are safe.")

        assert winners(at_once(app, reference, returning, returning)) == 1
        assert columns(app, reference, "state") == ("in_review",)


def test_several_at_once_against_one(app: Flask) -> None:
    for what, single in (
        (bulk.Act.CLAIM, claiming(LEAD)),
        (bulk.Act.SPAM, deciding(LEAD, "accept")),
        (bulk.Act.SPAM, claiming(LEAD)),
    ):
        for _round in range(desk.ROUNDS):
            reference = give(app)
            outcomes = at_once(app, reference, single, in_bulk(what))
            told = [one for one in outcomes if isinstance(one, Exception)]
            assert len(told) == 1, outcomes
            with app.app_context():
                submission = found(reference)
                assert len(submission.decisions) == 1
                assert len(submission.messages) == (submission.state == "declined")


def test_several_at_once_do_not_wait_for_each_other_for_good(app: Flask) -> None:
    """Who holds the register's line while another holds a row that is wanted next would wait for ever."""
    for _round in range(desk.ROUNDS):
        references = [give(app) for _number in range(4)]
        with app.app_context():
            chosen = {found(one).id: 1 for one in references}

        def many(_submission: Submission, chosen: dict[int, int] = chosen) -> object:
            return bulk.do(somebody(COLLEAGUE), chosen, bulk.Wanted(bulk.Act.CLAIM))

        at_once(app, references[-1], many, deciding(LEAD, "accept"), submissions.withdraw)
        assert columns(app, references[-1], "state") == ("withdrawn",)
        assert desk.columns(app, references[0], "state") == ("in_review",)
