"""What can be done with digests: freeze one, make its document, export it."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from intake.foundation import clock, register
from intake.foundation.database import session
from intake.foundation.vocabularies import region_of, vocabulary
from intake.moderation.alike import distinct_texts
from intake.moderation.models import VOCABULARY_OF, Scheme
from intake.programme.models import ListeningSession
from intake.submissions.consent import effective

from . import queries
from .builder import build
from .disclosure import counted, organisations
from .document import Document
from .formats import FORMATS, Format, filename
from .freeze import TEMPLATE, Frozen, by_reference, fingerprint, vocabulary_version
from .gate import let_through
from .models import Digest

EDITION = "working"
"""For drafters: everything that may be read, ideas included (DOMAIN D2)."""


class Damaged(Exception):
    """The freeze is not what its fingerprint says: somebody changed the row."""


@dataclass(frozen=True, slots=True)
class Export:
    """A digest in one format and language, ready to leave; ``sha256`` (hex) is of ``content``."""

    digest: str
    format: Format
    language: str
    filename: str
    content: bytes
    sha256: str
    items: int


def compile_digest(held: ListeningSession, *, person_id: int | None = None, cutoff: datetime | None = None) -> Digest:
    """Freeze what of ``held`` is accepted and came by ``cutoff`` (default: now) as its next version."""
    version = queries.next_version(held.id)
    moment = clock.now()
    cutoff = cutoff or moment
    frozen = _freeze(held, version, moment, cutoff)
    digest = Digest(
        listening_session=held, version=version, compiled_at=moment, compiled_by_id=person_id, cutoff=cutoff,
        frozen=frozen, freeze=fingerprint(frozen),
    )  # fmt: skip
    session().add(digest)
    session().flush()
    register.record(
        "digest.compile", digest.identifier, person_id=person_id,
        freeze=digest.freeze, cutoff=frozen["cutoff"], items=len(frozen["entries"]),
    )  # fmt: skip
    return digest


def _freeze(held: ListeningSession, version: int, moment: datetime, cutoff: datetime) -> Frozen:
    received = queries.received(held.id, cutoff)
    accepted = sorted(
        (row for row in received if row.accepted_revision is not None), key=lambda row: by_reference(row.reference)
    )
    return {
        "template": TEMPLATE,
        "vocabulary": vocabulary_version(),
        "version": version,
        "compiled": clock.day(moment).isoformat(),
        "cutoff": clock.day(cutoff).isoformat(),
        "session": _session(held),
        "received": dict(Counter(row.kind for row in received)),
        "organisations": organisations(accepted, lambda row: _tier(held, row)),
        "distinct_texts": distinct_texts(held.id, [row.reference for row in accepted]),
        "stakeholder_types": _cells(held, accepted, lambda row: row.stakeholder_type),
        "regions": _cells(held, accepted, lambda row: region_of(row.country or "")),
        "entries": _entries(held, accepted),
    }


def _cells(
    held: ListeningSession, accepted: Iterable[Any], code_of: Callable[[Any], str | None]
) -> dict[str, dict[str, int]]:
    """The figures of a table as ``freeze.Cell`` describes them."""
    return {code: cell._asdict() for code, cell in counted(accepted, code_of, lambda row: _tier(held, row)).items()}


def _tier(held: ListeningSession, row: Any) -> int:
    return int(effective(row.consent_tier, row.tier_cap, row.promised_ceiling, held.ceiling))


def _session(held: ListeningSession) -> dict[str, Any]:
    group = held.working_group
    return {
        "code": held.code,
        "topic": dict(held.topic),
        "purpose": dict(held.purpose),
        "series": {"title": dict(held.series.title), "footer": dict(held.series.footer)},
        "date": held.date.isoformat() if held.date else None,
        "days": _days(held),
        "sittings": held.sitting_count,
        "standing": held.standing,
        "working_group": group and {
            "code": group.code,
            "name": dict(group.name),
            "co_leads": [co_lead.organisation.name for co_lead in group.co_leads],
        },
        "organisers": [organiser.organisation.name for organiser in held.organisers],
        "format": list(held.formats),
        "audience": list(held.audience),
        "languages": list(held.languages),
        "interpretation": held.interpretation,
        "consent_ceiling": held.consent_ceiling,
        "guiding_questions": [{"position": asked.position, "text": dict(asked.text)} for asked in held.questions],
    }  # fmt: skip


def _days(held: ListeningSession) -> list[str]:
    """The days of the sittings, each where it was held."""
    zones = ((sitting.starts_at, sitting.time_zone or held.time_zone or "UTC") for sitting in held.sittings)
    return sorted({start.astimezone(ZoneInfo(zone)).date().isoformat() for start, zone in zones if start})


def _entries(held: ListeningSession, accepted: Sequence[Any]) -> list[dict[str, Any]]:
    codes, translations = queries.codes(held.id), queries.checked_translations(held.id)
    return [
        {
            "reference": row.reference,
            "revision": row.accepted_revision,
            "kind": row.kind,
            "language": row.language,
            "tier": _tier(held, row),
            "publication": row.publication,
            "received": clock.day(row.received_at).isoformat(),
            **{name: _of_all(codes.get(row.id, {}).get(scheme, ()), scheme) for name, scheme in _SCHEMES.items()},
            "translations": list(translations.get(row.id, ())),
        }
        for row in accepted
    ]


_SCHEMES = {"themes": Scheme.THEME, "objectives": Scheme.GCM_OBJECTIVE}
"""What an entry is coded with, and the scheme of its codes."""


def _of_all(codes: Iterable[str], scheme: Scheme) -> list[str]:
    """Those of ``codes`` that every session shares: a freeze has no name for what one of them added itself."""
    return [code for code in codes if code in vocabulary(VOCABULARY_OF[scheme])]


def document(digest: Digest, language: str) -> Document:
    """The digest in ``language``, with what may be used of it at this moment.

    Raises:
        Damaged: the freeze is not the one that was issued.
    """
    if fingerprint(digest.frozen) != digest.freeze:
        raise Damaged(digest.identifier)
    return build(digest.frozen, let_through(digest.frozen, language, issued=digest.compiled_at), language)


def export(digest: Digest, format_name: str, language: str) -> Export:
    """The digest in that format and language. Nobody may have it before ``record_export``.

    Made outside any transaction: a long document must not keep contributors waiting.

    Raises:
        KeyError: for an unknown format.
        Damaged: as ``document``.
    """
    chosen = FORMATS[format_name]
    made = document(digest, language)
    out = io.BytesIO()
    chosen.write(made, out)
    content = out.getvalue()
    return Export(
        digest=digest.identifier, format=chosen, language=language, filename=filename(made, chosen),
        content=content, sha256=hashlib.sha256(content).hexdigest(), items=len(made.entries),
    )  # fmt: skip


def record_export(export: Export, *, person_id: int | None = None) -> None:
    """Write down who takes what out."""
    register.record(
        "digest.export", export.digest, person_id=person_id, edition=EDITION, format=export.format.name,
        language=export.language, items=export.items, sha256=export.sha256,
    )  # fmt: skip
