"""A small digest with everything in it: every block, four languages, hostile text."""

from __future__ import annotations

from datetime import date
from typing import Literal

from intake.digests.document import (
    Block,
    Bullets,
    Card,
    Document,
    Entry,
    Facts,
    Heading,
    Paragraph,
    Quotation,
    Table,
    Translation,
)
from intake.foundation.multilingual import Text

WORDING: dict[str, dict[str, str]] = {
    "en": {
        "title": "Access to health services during the pandemic",
        "subtitle": "What civil society told working group 3 on 9 June 2020",
        "footer": "Mobility in the Time of COVID-19: online series",
        "lead": "Thirty-one organisations and people from eleven countries spoke. These are their words.",
        "passport": "Passport",
        "session": "Listening session",
        "languages": "Languages",
        "people": "Who we heard",
        "caption": "Accepted submissions by type of contributor (n = 31)",
        "type": "Type of contributor",
        "received": "Received",
        "accepted": "Accepted",
        "women": "Women-led organisation",
        "union": "Trade union",
        "note": "Cells under three are not shown.",
        "heard": "What we heard",
        "question": "What keeps migrants from seeking care?",
        "voices": "In their own words",
        "practices": "Practices",
        "problem": "The problem",
        "done": "What was done",
        "partners": "Partners",
        "single": "Single voices",
        "empty": "None recorded.",
        "body": "Fear of being reported was named in every session; the fee comes second (WG3-2020-06-09/T-017).",
        "attribution": "a women-led organisation, Western Africa",
    },
    "fr": {
        "title": "L’accès aux services de santé pendant la pandémie",
        "subtitle": "Ce que la société civile a dit au groupe de travail 3 le 9 juin 2020",
        "footer": "La mobilité au temps de la COVID-19 : série en ligne",
        "lead": "Trente et une organisations et personnes de onze pays se sont exprimées. Voici leurs propos.",
        "passport": "Fiche",
        "session": "Séance d’écoute",
        "languages": "Langues",
        "people": "Qui nous avons entendu",
        "caption": "Contributions acceptées par type de contributeur (n = 31)",
        "type": "Type de contributeur",
        "received": "Reçues",
        "accepted": "Acceptées",
        "women": "Organisation dirigée par des femmes",
        "union": "Syndicat",
        "note": "Les cases de moins de trois ne sont pas montrées.",
        "heard": "Ce que nous avons entendu",
        "question": "Qu’est-ce qui empêche les migrants de se soigner ?",
        "voices": "Dans leurs propres mots",
        "practices": "Pratiques",
        "problem": "Le problème",
        "done": "Ce qui a été fait",
        "partners": "Partenaires",
        "single": "Voix isolées",
        "empty": "Aucune enregistrée.",
        "body": "La peur d’être dénoncé revient partout ; le prix vient ensuite (WG3-2020-06-09/T-017).",
        "attribution": "une organisation dirigée par des femmes, Afrique de l’Ouest",
    },
    "es": {
        "title": "El acceso a los servicios de salud durante la pandemia",
        "subtitle": "Lo que la sociedad civil dijo al grupo de trabajo 3 el 9 de junio de 2020",
        "footer": "La movilidad en tiempos de la COVID-19: serie en línea",
        "lead": "Hablaron treinta y una organizaciones y personas de once países. Estas son sus palabras.",
        "passport": "Ficha",
        "session": "Sesión de escucha",
        "languages": "Idiomas",
        "people": "A quién escuchamos",
        "caption": "Contribuciones aceptadas por tipo de contribuyente (n = 31)",
        "type": "Tipo de contribuyente",
        "received": "Recibidas",
        "accepted": "Aceptadas",
        "women": "Organización dirigida por mujeres",
        "union": "Sindicato",
        "note": "Las celdas de menos de tres no se muestran.",
        "heard": "Lo que escuchamos",
        "question": "¿Qué impide que los migrantes busquen atención?",
        "voices": "Con sus propias palabras",
        "practices": "Prácticas",
        "problem": "El problema",
        "done": "Lo que se hizo",
        "partners": "Socios",
        "single": "Voces aisladas",
        "empty": "Ninguna registrada.",
        "body": "El miedo a ser denunciado apareció en todas partes; luego el precio (WG3-2020-06-09/T-017).",
        "attribution": "una organización dirigida por mujeres, África Occidental",
    },
    "ar": {
        "title": "الحصول على الخدمات الصحية أثناء الجائحة",
        "subtitle": "ما قاله المجتمع المدني لفريق العمل 3 في 9 حزيران/يونيو 2020",
        "footer": "التنقل في زمن كوفيد-19: سلسلة عبر الإنترنت",
        "lead": "تحدثت إحدى وثلاثون منظمة وشخصاً من أحد عشر بلداً. هذه كلماتهم.",
        "passport": "البطاقة",
        "session": "جلسة استماع",
        "languages": "اللغات",
        "people": "من استمعنا إليهم",
        "caption": "المساهمات المقبولة حسب نوع المساهم (العدد = 31)",
        "type": "نوع المساهم",
        "received": "الواردة",
        "accepted": "المقبولة",
        "women": "منظمة تقودها نساء",
        "union": "نقابة عمالية",
        "note": "لا تظهر الخانات التي تقل عن ثلاثة.",
        "heard": "ما سمعناه",
        "question": "ما الذي يمنع المهاجرين من طلب الرعاية؟",
        "voices": "بكلماتهم",
        "practices": "ممارسات",
        "problem": "المشكلة",
        "done": "ما الذي تم",
        "partners": "الشركاء",
        "single": "أصوات منفردة",
        "empty": "لم يُسجَّل شيء.",
        "body": "ورد الخوف من الإبلاغ في كل جلسة، ثم تأتي الرسوم (WG3-2020-06-09/T-017) كما قالت UNHCR.",
        "attribution": "منظمة تقودها نساء، غرب أفريقيا",
    },
}

VOICES = {
    "en": "I waited outside the clinic for two hours. Then the guard asked for my papers, and I went home.\n"
    "My daughter was six weeks old. Nobody had told us that we had a right to be there.",
    "fr": "On m’a demandé « vos papiers ? » avant de me demander où j’avais mal.\nJe ne suis jamais revenue.",
    "es": "¿Quién va al hospital si en la puerta está la policía? Nosotros no.",
    "ar": "ذهبنا إلى المستشفى في العاشرة ليلاً، وقالوا لنا إن البطاقة غير صالحة.\n"
    "عدنا في اليوم التالي مع منظمة MSF ودفعنا 300 درهم، ثم رأى الطبيب ابنتي.",
}

HOSTILE = {
    "markup": '<script>alert(1)</script> & "quotes" ]]> <w:p/> {{ 7*7 }} {% raw %} &amp; &#x202e;',
    "formula": '=HYPERLINK("http://example.org","click"); @SUM(1) - TOC \\o "1-3" \\h { PAGE }',
    "bidi": "left \u202eoverride\u202c \u2067isolate\u2069 \u200fmark\u200e \u061cend",
    "controls": "nul\x00 bell\x07 escape\x1b nel\x85line vt\x0b ff\x0c lone\ud800 non\ufffe char\ufdd0 tab\tend",
    "long": "x" * 600,
}

TRANSLATED = {
    "en": "They asked for our papers first.\nThen nobody came.",
    "fr": "Ils ont d’abord demandé nos papiers.\nPuis personne n’est venu.",
    "es": "Primero nos pidieron los papeles.\nLuego no vino nadie.",
    "ar": "طلبوا أوراقنا أولاً (قبل 8).\nثم لم يأت أحد.",
}
"""What stands as the translation of every voice in another language."""

_TIERS = {"en": 4, "fr": 3, "es": 2, "ar": 2}
QUESTIONS = ("what_happened", "what_would_help", "guiding_1", "title", "never_answered")


def golden(language: str) -> Document:
    """The digest in interface ``language``; the same at every call."""
    words = WORDING[language]

    def local(key: str) -> Text:
        return Text(words[key], language)

    def heading(level: Literal[1, 2, 3], key: str) -> Heading:
        return Heading(level, local(key), f"s-{key}")

    blocks: list[Block] = [
        Paragraph(local("lead"), "lead"),
        heading(1, "passport"),
        Facts(
            (
                (local("session"), (local("title"),)),
                (local("languages"), tuple(Text(name, code) for code, name in _ENDONYMS.items())),
                (Text("Nothing", "en"), ()),
            )
        ),
        heading(1, "people"),
        Table(
            local("caption"),
            (local("type"), local("received"), local("accepted")),
            ((local("women"), 1840, 19), (local("union"), 12, None), (Text("ONG « Étoile »", "fr"), 3, 1)),
            local("note"),
        ),
        heading(1, "heard"),
        heading(2, "question"),
        Paragraph(local("body")),
        Bullets((local("women"), Text("نقابة العمال (الدار البيضاء)", "ar"), Text("Sindicato SUTNA", "es"))),
        heading(3, "voices"),
        *(
            Quotation(
                Text(text, code),
                local("attribution"),
                f"WG3-2020-06-09/T-{at:03}",
                1,
                _TIERS[code],
                _translation(code, language),
            )
            for at, (code, text) in enumerate(VOICES.items(), 16)
        ),
        heading(2, "practices"),
        *(_card(code, language) for code in ("en", "ar")),
        heading(1, "single"),
        Paragraph(local("empty"), "empty"),
        Heading(2, Text("Working paper 7 (annex)", "en"), "s-annex"),
        *(
            Quotation(Text(text, "en"), Text(f"<b>{name}</b> & co", "en"), f"WG3-2020-06-09/T-{at}", 2, 4)
            for at, (name, text) in enumerate(HOSTILE.items(), 101)
        ),
        Table(
            Text(HOSTILE["markup"], "en"),
            (Text(HOSTILE["markup"], "en"), Text(HOSTILE["formula"], "en")),
            tuple((Text(name, "en"), Text(text, "en")) for name, text in HOSTILE.items()),
        ),
        Facts(((Text(HOSTILE["controls"], "en"), (Text(HOSTILE["bidi"], "ar"),)),)),
        Paragraph(local("note"), "note"),
    ]
    return Document(
        identifier="WG3-2020-06-09/D-2",
        version=2,
        language=language,
        title=local("title"),
        subtitle=local("subtitle"),
        issued=date(2020, 6, 12),
        freeze="5e" * 32,
        footer=(local("footer"), Text("References to Kosovo: see resolution 1244 (1999).", "en")),
        blocks=tuple(blocks),
        entries=tuple(_entries(language)),
        questions=QUESTIONS,
    )


_ENDONYMS = {"en": "English", "fr": "Français", "es": "Español", "ar": "العربية"}

_CARDS = {
    "en": (
        "A clinic that asks for no papers",
        "People stayed away because the registration desk stands beside the police post.",
        "We moved registration into the waiting room.\nTwo mediators sit there every morning.",
        ("City of Dakar", "Red Cross", "نقابة الممرضات"),
    ),
    "ar": (
        "عيادة لا تسأل عن الأوراق",
        "ابتعد الناس لأن مكتب التسجيل يقع بجانب مركز الشرطة.",
        "نقلنا التسجيل إلى قاعة الانتظار.\nتجلس هناك وسيطتان كل صباح (من 8 إلى 12).",
        ("مدينة داكار", "الصليب الأحمر"),
    ),
}


def _translation(code: str, language: str) -> Translation | None:
    if code == language:
        return None
    return Translation(Text(TRANSLATED[language], language), Text(f"{WORDING[language]['languages']}: Awa", language))


def _card(code: str, language: str) -> Card:
    words = WORDING[language]
    title, problem, done, partners = _CARDS[code]
    rows = (("problem", (problem,)), ("done", (done,)), ("partners", partners))
    facts = Facts(
        tuple((Text(words[key], language), tuple(Text(value, code) for value in values)) for key, values in rows)
    )
    attribution = Text(words["attribution"], language)
    return Card(Text(title, code), "WG3-2020-06-09/P-004", attribution, facts, 3, 3)


def _entries(language: str) -> list[Entry]:
    label = Text(WORDING[language]["question"], language)
    entries = [
        Entry(
            reference=f"WG3-2020-06-09/T-{at:03}",
            revision=at - 15,
            kind="testimony",
            language=code,
            tier=_TIERS[code],
            received=date(2020, 6, 9),
            stakeholder_type="women_led" if code != "es" else None,
            country="SN" if code == "en" else None,
            subregion="011",
            person="Awa Ndiaye" if code == "en" else None,
            organisation="Étoile" if code in ("en", "fr") else None,
            attribution=Text(WORDING[language]["attribution"], language),
            themes=("access", "fear"),
            objectives=("gcm15",),
            groups=("women", "children"),
            translations={"what_happened": made} if (made := _translation(code, language)) else {},
            answers={"guiding_1": (label, Text(text, code)), "what_happened": (label, Text(text, code))},
        )
        for at, (code, text) in enumerate(VOICES.items(), 16)
    ]
    entries += [
        Entry(
            reference=f"WG3-2020-06-09/T-{at}",
            revision=1,
            kind="testimony",
            language="en",
            tier=4,
            received=date(2020, 6, 10),
            stakeholder_type=None,
            country=None,
            subregion=None,
            person=text,
            organisation=f" {text}",
            attribution=Text(text, "en"),
            answers={"what_happened": (Text(text, "en"), Text(text, "en")), "undeclared": (label, label)},
        )
        for at, text in enumerate(HOSTILE.values(), 101)
    ]
    entries.append(
        Entry(
            reference="WG3-2020-06-09/T-120",
            revision=1,
            kind="practice",
            language="ar",
            tier=0,
            received=date(2020, 6, 11),
            stakeholder_type=None,
            country=None,
            subregion=None,
            person=None,
            organisation=None,
            attribution=Text("", language),
        )
    )
    return entries
