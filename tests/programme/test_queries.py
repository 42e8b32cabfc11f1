from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from intake.foundation.database import transaction
from intake.programme import queries
from intake.programme.models import ListeningSession
from intake.programme.record import record_of
from tests.programme.files import EXAMPLE, as_csv, bring_in, statements


@pytest.mark.usefixtures("programme")
def test_a_session_is_found_by_its_address(app: Flask) -> None:
    with app.app_context():
        held = queries.session_by_slug("regular-pathways-2020-06-09")
        assert held is not None
        assert (held.code, held.series.slug) == ("WG3-2020-06-09", "mobility-covid-19")
        assert queries.session_by_slug("nowhere") is None


def test_a_whole_programme_asks_as_much_for_one_entry_as_for_seventeen(app: Flask) -> None:
    counts = []
    one = as_csv([{"position": "1", "working_group": "WG2", "organisers": "IDC"}])
    for data in (one, EXAMPLE):
        bring_in(app, data, series="one" if data is one else None)
        with statements(app) as asked, app.app_context():
            series = queries.all_series()[0 if data is EXAMPLE else -1]
            for held in queries.whole_programme(series):
                record_of(held)
                assert held.series.slug == series.slug
                assert held.working_group is None or held.working_group.co_leads[0].organisation.name
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 11


@pytest.mark.usefixtures("programme")
def test_the_version_of_a_session_moves_with_it_alone(app: Flask) -> None:
    slug = "regular-pathways-2020-06-09"
    with app.app_context():
        before = queries.session_version(slug)
        held = queries.session_by_slug(slug)
        assert before == queries.version_of(held)
        with transaction() as database:
            database.execute(sa.update(ListeningSession).where(ListeningSession.slug != slug).values(standing=True))
        assert queries.session_version(slug) == before
        with transaction() as database:
            database.execute(sa.update(ListeningSession).where(ListeningSession.slug == slug).values(state="closed"))
        assert queries.session_version(slug) != before
        assert queries.session_version("nowhere") is None
