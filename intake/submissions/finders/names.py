"""Where a text holds names of people: after a title or an office, after "my sister", after "my name is", and a kunya.

Some titles are everyday words as well (Father, hermana, Captain): after those only what is written
as a name is one, and not what they are half of (Mother Earth, le père Noël).

Arabic writes no capitals. What follows a title is a name if it is a usual one, or, where the title is
nothing else, if nothing about it says that it is a verb, an adjective or one of the small words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from intake.foundation.legible import legible, pattern

from . import ARABIC, CAPITAL, CAPITALISED, LETTER, Span, matching

_OFFICES = (
    r"(?i:(?:vice|co)?-?(?:presid|chair|minist|secret|ambass|amb(?:aj|as)|embaj|moderat|moderad|modérat|speaker|direct"
    r"|rapporteur|relator|commission|comision|excellenc|excelenc|judge|juge|juez|jueza|mayor\b|maire\b|alcald|préfet"
    r"|gobern|govern|gouvern|prime|premier|primer|general\b|général|coordinat|coordinad|delegat|délégu|delegad"
    r"|consul|cónsul|deputy|senator|sénat|senador|diputad|député|doctor|docteur|professeur|profesor|sherpa)"
    r"|madam|madame|bosco\b|the\b|and\b)"
)
_HONORIFICS = (
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Dra|Prof|Sr|Sra|Srta|Mme|Mmes|Mlle|Me|Lic|Ing|Hon|Pr|Rev|Revd|Rvdo|Mgr|Mons|Fr|Hno|Hna"
    r"|Sgt|Capt|Lt|Insp|Arq|Abg|Gral|Tte|Pbro)\.?|M\.|MM\.|D\.|D\.?ª|Br\."
    r"|(?:[Mm]onsieur|[Mm]adame|[Mm]ademoiselle|[Mm]aître|[Dd]octeur|[Dd]octor|[Dd]octora|[Pp]rofessor|[Pp]rofesseur"
    r"|[Pp]rofesora?|[Ll]icenciad[oa]|[Ss]eñor|[Ss]eñora|[Ss]eñorita|[Dd]on|[Dd]oña|SR|SRA|MR|MRS|MME|[Mm]adam)\.?"
)
_WORDS_AND_TITLES = (
    r"(?i:father|sister|brother|mother|pastor|reverend|imam|s(?:heikh|heik|haykh|heik[h]?a)|bishop|archbishop|deacon"
    r"|rabbi|mullah|mufti|ustadh|ustaz|mallam|alhaji|alhaja|hajia|hajji|haji|hajja|sayyid|sir|captain|sergeant"
    r"|lieutenant|colonel|inspector|constable|nurse|teacher|aunt|auntie|aunty|uncle|mama|mzee"
    r"|p(?:è|e)re|m(?:è|e)re|s(?:œ|oe)ur|fr(?:è|e)re|abbé|pasteur|révérende?|cheikh|cheick|monseigneur|évêque|rabbin"
    r"|hadj|el hadj|hadja|hadji|tata|tonton|tantie|tantine|capitaine|commandant|adjudant|sergent|brigadier|inspecteur"
    r"|commissaire|maître|infirmi(?:er|ère)|gendarme|officier|caporal|maréchal des logis(?:-chef)?|brigadier-chef"
    r"|adjudant-chef|lieutenant-colonel|soldat|procureur|magistrate|judge|corporal|commander|detective|officer|agente?"
    r"|juge|juez|jueza|magistrad[oa]|oficial|subteniente|subinspectora?|soldado|cabo(?! Verde)|fiscal"
    r"|padre|madre|hermana|hermano|sor|fray|pastora|reverendo|reverenda|imán|jeque|monseñor|obispo|diácono|rabino"
    r"|tía|tío|capitán|comandante|sargento|teniente|coronel|inspectora|maestra|maestro|profe|enfermer[oa]|compadre"
    r"|comadre|abogad[oa]|ingenier[oa])|Chief|Mère|Dom"
)
_HALF_OF_A_WORD = (
    r"(?:Christmas|Time\b|Earth|Nature\b|Tongues?\b|Languages?|Countr|Land\b|Cit(?:y|ies)\b|Organi[sz]ation|Act\b|Day\b"
    r"|Church\b|School|Superior|Supérieure?|House|Compan|Board|Union|Training|Practitioner|Education|Executive"
    r"|Justice|Officers?\b|Technical|Economist|Operating|Financial|Advis[eo]r|Inspector|Engineer|Whip|Planner|Africa\b"
    r"|Sam\b|Child\b|Care\b|Health|In\b|And\b|Or\b|Of\b|For\b|With\b|Who\b|Is\b|Was\b|At\b|To\b|From\b|My\b|Our\b"
    r"|We\b|They\b|He\b|She\b|It\b|You\b|God\b|Allah\b|Alhamdulillah|Inshallah|Lord\b|Muslims?\b|Africans?\b"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|January|February|March\b|April\b|May\b|June\b|July\b|August\b"
    r"|September|October|November|December|(?:Lun|Mar|Mercre|Jeu|Vendre|Same)di\b|Dimanche\b|Noël|Fouettard|Lachaise|Patrie|Église|République|Dieu\b|Courage|Poule"
    r"|Nuestr[oa]|Sant[oa]\b|Tierra|Patria|Mayor\b|Menor\b|Naturaleza|Dios\b|Etern[oa]|Celestial|Iglesia|Lunes|Martes"
    r"|Miércoles|Jueves|Viernes|Sábado|Domingo\b|Je\b|Il\b|Elle\b|On\b|Nous\b|Les\b|Le\b|La\b|El\b|En\b|Et\b|Y\b"
    r"|No\b|But\b|Mais\b|Pero\b|Que\b|Qui\b|Orange\b|National|Nacional|Federal|Civil\b|Migra|Immigration"
    r"|Primer[oa]?\b|Segund[oa]|Tercer[oa]?\b|Número|Programme|Program\b)"
)
"""What makes something else of an everyday word before it, and what begins a sentence after it."""
_WHAT_BEARS_NAMES = (
    r"(?:Street|St\b|Road|Rd\b|Avenue|Ave\b|Boulevard|Hospital|Clinic|School|College|University|Camp\b|Mosque|Church\b"
    r"|Cent(?:re|er)\b|Foundation|Prize|Award|Airport|Bridge\b|Square|Stadium|Shrine|Highway)"
)
_PARTICLE = r"(?:(?:al|el|ben|bin|bint|ibn|ould|van|von|dos|da|del|de los|Al|El)[ \-])"
_NAME = rf"(?!{_OFFICES}|{_WHAT_BEARS_NAMES}){CAPITALISED}"
_FULL_NAME = (
    rf"(?>(?:{CAPITAL}\. ?){{0,2}}{_PARTICLE}?{_NAME}(?: {_PARTICLE}?{_NAME}){{0,3}}(?!\w))(?! {_WHAT_BEARS_NAMES})"
)
"""A name, and no street or hospital that has it."""
_PLAIN_NAME = rf"(?!{CAPITAL}{{2}}|{_HALF_OF_A_WORD}){_FULL_NAME}"
"""A name after a word that is a title only before names: no capitals alone, as NGOs have them."""
_MORE_THAN_ONE_NAME = (
    r"(?!South|North|East|West|Central|New\b|Saudi|Sierra|Burkin|Costa|Puerto|Port\b|Cape|Cabo|Sri\b|Abu\b|Ciudad"
    r"|Villa|United|Nations|Naciones|Unies|Saint|San\b|Roman|Orthodox|Catholic|Christian|Jehovah|Seventh|African|European"
    rf"|{LETTER}{{2,12}}(?:ese|ish|erian|opian|yrian|nian|mbian|ean)\b|(?:Somali|Afghan|Iraqi|Pakistani|Muslim|Shia)\b)"
    rf"(?={CAPITALISED}[ \-]{_PARTICLE}?{CAPITAL}){_PLAIN_NAME}"
)
"""A name after words that stand before anything else as well: whole, and not of a country, a town or a church."""
_TITLED = pattern(rf"(?<![\w.])(?:{_HONORIFICS}) {{1,2}}(?P<found>{_FULL_NAME})")
_WITH_OFFICE = pattern(rf"(?<![\w.\-])(?:{_WORDS_AND_TITLES}) {{1,2}}(?P<found>{_PLAIN_NAME})")

_FAMILY_EN = (
    r"(?:(?:half-|step|grand|god)?(?:sister|brother|mother|father|son|daughter)(?:-in-law)?|mum|mom|dad|husband|wife"
    r"|cousin|aunt|auntie|uncle|niece|nephew|baby|child|twin)"
)
_FRIENDS_EN = (
    r"(?:(?:best |girl|boy)?friend|neighbou?r|colleague|boss|fiancée?|room-?mate|landlord|landlady|supervisor|manager"
    r"|lawyer|caseworker|co-?worker|classmate)"
)
_FAMILY_FR = (
    r"(?:(?:demi-|grand-|petite?-|beau-|belle-)?(?:s(?:œ|oe)ur|frère|mère|père|fils|fille)|maman|papa|mari|femme|épouse"
    r"|époux|cousine?|tante|oncle|nièce|neveu|bébé|enfant|jumeau|jumelle)"
)
_FRIENDS_FR = (
    r"(?:amie?|copine|copain|voisine?|collègue|patron(?:ne)?|chef|fiancée?|propriétaire|bailleur|avocate?|colocataire"
    r"|camarade|responsable)"
)
_FAMILY_ES = (
    r"(?:(?:media )?herman[oa]|madre|padre|mamá|papá|esposo|esposa|marido|mujer|hijo|hija|prim[oa]|tía|tío|sobrin[oa]"
    r"|abuel[oa]|niet[oa]|cuñad[oa]|suegr[oa]|nuera|yerno|beb[eé]|niñ[oa]|compañer[oa]|gemel[oa])"
)
_FRIENDS_ES = (
    r"(?:amig[oa]|vecin[oa]|colega|jef[ea]|patron[oa]?|patrón|novi[oa]|dueñ[oa]|caser[oa]|abogad[oa]|supervisora?"
    r"|comadre|compadre|patrona)"
)
_BETWEEN_EN = r"(?:late |little |older |elder |younger |big |small |eldest |youngest |first |second |own |dear )?"
_BETWEEN_FR = r"(?:petite? |grande? |jeune |défunte? |feu |feue |meilleure? |chère? |cher |ancien(?:ne)? )?"
_AFTER_FR = r"(?: aînée?| cadet(?:te)?)?"
_AFTER_ES = r"(?: mayor| menor| pequeñ[oa]| difunt[oa])?"
_THEIR_OWN = pattern(
    rf"(?<!\w)(?:(?i:my|his|her|our|their|your) {_BETWEEN_EN}{_FAMILY_EN}|(?i:my|his|her) {_BETWEEN_EN}{_FRIENDS_EN}"
    rf"|(?i:mon|ma|son|sa|notre|leur|votre) {_BETWEEN_FR}{_FAMILY_FR}{_AFTER_FR}"
    rf"|(?i:mon|ma|son|sa) {_BETWEEN_FR}{_FRIENDS_FR}"
    rf"|(?i:mi|su|nuestr[oa]) {_FAMILY_ES}{_AFTER_ES}|(?i:mi) (?:mejor )?{_FRIENDS_ES}),? (?P<found>{_PLAIN_NAME})"
)
_SOMEBODY_EN = (
    r"(?:man|woman|boy|girl|lady|guy|person|broker|agent|smuggler|officer|policeman|policewoman|guard|driver|doctor"
    r"|nurse|teacher|employer|trafficker|recruiter|interpreter|volunteer|kid|someone|somebody)"
)
_SOMEBODY_FR = (
    r"(?:homme|dame|monsieur|garçon|jeune|passeur|agente?|policier|gardien(?:ne)?|chauffeur|médecin|employeur"
    r"|trafiquant|recruteur|interprète|bénévole|quelqu'un|intermédiaire|courtier)"
)
_SOMEBODY_ES = (
    r"(?:hombre|señora?|chic[oa]|muchach[oa]|joven|coyote|coyotero|pollero|traficante|agente|policía|guardia|chofer"
    r"|conductora?|médic[oa]|doctora?|enfermer[oa]|reclutadora?|intérprete|voluntari[oa]|alguien|persona|trochero)"
)
_CALLED = pattern(
    rf"(?<!\w)(?:(?:{_FAMILY_EN}|{_FRIENDS_EN}|{_SOMEBODY_EN})(?: is| was| who is| who was)?,?"
    r" (?:named|called|known as|by the name of|whose name (?:is|was))"
    rf"|(?:{_FAMILY_FR}|{_FRIENDS_FR}|{_SOMEBODY_FR}),?"
    r" (?:(?:qui )?s'appel(?:le|ait)|(?:dé|pré|sur)?nommée?|appelée?|du nom de)"
    rf"|(?:{_FAMILY_ES}|{_FRIENDS_ES}|{_SOMEBODY_ES}),?"
    r" (?:(?:que )?se llama(?:ba)?|llamad[oa]|de nombre|conocid[oa] como|apodad[oa]|que le dicen)"
    r"|(?i:un certain|une certaine|un tal|una tal|el tal|le (?:dé|sus)?nommé|la (?:dé|sus)?nommée))"
    rf" (?P<found>{_PLAIN_NAME})"
)
_THE_EN, _THE_FR, _THE_ES = r"(?:my|his|her|our|their|the)", r"(?:mon|ma|son|sa|notre|le|la|l')", r"(?:mi|su|el|la)"
_OF_SOMETHING = rf"(?: (?:of the|of|du|de la|de l'|del|de) ?{LETTER}{{2,15}})?"
_RANK = (
    r"(?:commander|captain|commandant|chef|responsable|comandante|capitan|encargad[oa]|director|directora|directrice)"
)
_WHO_IT_IS = pattern(
    rf"(?<!\w)(?i:{_THE_EN} {_BETWEEN_EN}(?:{_FAMILY_EN}|{_FRIENDS_EN}|{_SOMEBODY_EN}|{_RANK}){_OF_SOMETHING}"
    r" (?:is|was)"
    rf"|{_THE_FR} ?{_BETWEEN_FR}(?:{_FAMILY_FR}|{_FRIENDS_FR}|{_SOMEBODY_FR}|{_RANK}){_OF_SOMETHING},?"
    r" (?:est|était|c'est|c'était)"
    rf"|{_THE_ES} (?:{_FAMILY_ES}|{_FRIENDS_ES}|{_SOMEBODY_ES}|{_RANK}){_OF_SOMETHING} (?:es|era|fue)"
    rf"|(?:family|{_FAMILY_EN}) of|(?:famille|{_FAMILY_FR}) d(?:e|')|(?:familia|{_FAMILY_ES}) de)"
    rf"(?: |(?<='))(?P<found>{_MORE_THAN_ONE_NAME})"
)
"""Who somebody is ("my lawyer is", "le chef du poste était") or whose family ("the family of")."""
_ONE_OF_THEM = pattern(
    rf"(?<!\w)(?i:an? (?:{_FAMILY_EN}|{_FRIENDS_EN}) of (?:mine|ours|his|hers|theirs)"
    rf"|one of (?:my|our|his|her|their) (?:{_FAMILY_EN}|{_FRIENDS_EN})s?"
    rf"|une? (?:{_FAMILY_FR}|{_FRIENDS_FR}) (?:à (?:moi|nous|lui|elle))"
    rf"|une? de (?:mes|nos|ses) (?:{_FAMILY_FR}|{_FRIENDS_FR})s?"
    rf"|una? (?:{_FAMILY_ES}|{_FRIENDS_ES}) (?:mí[oa]|nuestr[oa]|suy[oa])"
    rf"|un[oa] de (?:mis|sus|nuestr[oa]s) (?:{_FAMILY_ES}|{_FRIENDS_ES})e?s?),? (?P<found>{_PLAIN_NAME})"
)
_INTRODUCED = pattern(
    r"(?<!\w)(?i:my (?:full |first |real )?name(?: is|'s)|my names are"
    r"|(?:his|her) (?:full |first |real )?name (?:is|was)"
    rf"|(?:my|his|her|our|the|an?) {_BETWEEN_EN}(?:{_FAMILY_EN}|{_FRIENDS_EN}|{_SOMEBODY_EN})'s name (?:is|was)"
    rf"|name of the (?:{_SOMEBODY_EN}) (?:is|was)"
    rf"|le nom (?:du |de la |de l')(?:{_SOMEBODY_FR}|{_FRIENDS_FR}) (?:est|était)"
    rf"|el nombre (?:del |de la )(?:{_SOMEBODY_ES}|{_FRIENDS_ES}) (?:es|era)|i am called|they call me"
    r"|je m'appelle|on m'appelle|(?:il|elle) s'appel(?:le|ait)|(?:mon|son) (?:vrai )?(?:nom|prénom) (?:est|c'est)"
    r"|moi c'est|me llamo|me dicen|(?:él|ella) se llama(?:ba)?|(?:mi|su) (?:verdadero )?nombre (?:completo )?(?:es|era)"
    r"|(?:full name|first name|last name|family name|surname|nom et prénom|nom complet|prénom|nom de famille|apellidos?"
    rf"|nombre completo|nombre y apellidos?|nombres y apellidos) ?:) (?P<found>{_FULL_NAME})"
)


def _words(name: str) -> frozenset[str]:
    """The words of a list in ``data``, as legible texts spell them."""
    return frozenset(legible((_DATA / name).read_text(encoding="utf-8")).text.split())


_DATA = Path(__file__).parents[1] / "data"
_WITH_DOTS = _words("given_names_ar.txt")
_GIVEN = _WITH_DOTS | {name.replace("ى", "ي") for name in _WITH_DOTS}
"""Usual given names; along the Nile and in haste, ى at the end is written with its dots or without."""
_NOT_A_NAME = _words("no_names_ar.txt")
_LINKS = frozenset(legible("بن ابن بنت ولد آل عبد أبو أبا أم بو").text.split())
_AR_JOINED = "(?:و|ب|ل|ف|ك)?"
_AR_HONORIFICS = (
    rf"(?:{_AR_JOINED}(?:السيدة|السيد|للسيدة|للسيد|الأستاذة|الأستاذ|للأستاذة|للأستاذ|الدكتورة|الدكتور|للدكتورة|للدكتور|الآنسة|الشيخ"
    r"|للشيخ|المهندسة|المهندس|المحامية|المحامي|الحاجة|الحاج|القسيس|القس|الأنبا|الخوري)|د\.)"
)
_AR_WORDS_AND_TITLES = (
    rf"(?:{_AR_JOINED}(?:(?:ال|لل)(?:أب|أخت|أخ|أم|إمام|مطران|أسقف|راهبة|راهب|حاخام|ملا|كابتن|قبطان|عم|عمة|خال|خالة|معلمة|معلم|ممرضة|ممرض|طبيبة|طبيب|قاضي|قاضية|ست|شيخة|سائق|مهرب|سمسار|كفيل|مترجم"
    r"|مترجمة|طفل|طفلة|شاب|شابة|مدير|مديرة)|سيدي|سيدنا|لالة|لالا|مولاي|أخي|أختي|أخوي|زوجي|زوجتي|ابني|ابنتي|بنتي|ولدي"
    r"|والدي|والدتي|أبي|أمي|عمي|عمتي|خالي|خالتي|جدي|جدتي|صديقي|صديقتي|جاري|جارتي|زميلي|زميلتي|خطيبي|خطيبتي"
    r"|أخوه|أخوها|أخته|أختها|ابنه|ابنها|ابنته|ابنتها|زوجها|زوجته|يدعى|تدعى|المدعو|المدعوة|يسمى|تسمى|اسم (?:زوجي|زوجتي"
    r"|ابني|ابنتي|أخي|أختي|أبي|والدي|أمي|والدتي|الكفيل|السمسار|المهرب)(?: هو| هي)?)|باسم|أ\.|م\.|أ\.د\.)"
)
"""Words that also stand before anything else, and letters that number lists: a usual name has to follow."""
_AR_RANKS = (
    rf"{_AR_JOINED}(?:ال|لل)(?:ضابطة|ضابط|عقيد|عميد|لواء|رائد|مقدم|نقيب|ملازم|رقيب|عريف|جندي|شرطية|شرطي|محققة|محقق)"
    r"(?: (?:أول|الأول|ثان))?"
)
_MOSTLY_ADJECTIVES = _words("adjectives_ar.txt")
_SAID_OF_RANKS = frozenset(
    legible("كبير كبيرة حاضر حاضرة سعيد سعيدة صادق صادقة كامل وحيد وحيدة مؤمن حامل مسعود").text.split()
)
"""Of a relative much is said in one word ("my brother is safe"), of an officer little."""
_NEXT_WORDS = rf"{ARABIC}{{2,15}}(?: {ARABIC}{{2,15}}){{0,4}}(?!{ARABIC})"
# What follows is looked at and not passed over: another title may stand among it.
_AR_APART = r"(?: ?[/:] ?|(?<=\.)| ) ?"
_AR_TITLED = pattern(rf"(?<![\w.]){_AR_HONORIFICS}{_AR_APART}(?=(?P<found>{_NEXT_WORDS}))")
_AR_LETTER_AND_STROKE = pattern(rf"(?<![\w./])(?:أ\.?د|[دأم]) ?/ {{0,2}}(?=(?P<found>{_NEXT_WORDS}))")
_AR_WITH_OFFICE = pattern(rf"(?<![\w.]){_AR_WORDS_AND_TITLES}{_AR_APART}(?=(?P<found>{_NEXT_WORDS}))")
_AR_WITH_RANK = pattern(rf"(?<![\w.]){_AR_RANKS}{_AR_APART}(?=(?P<found>{_NEXT_WORDS}))")
_AR_INTRODUCED = pattern(
    r"(?<!\w)(?:و|أنا )?(?:اسمي|اسمه|اسمها|واسمي|(?:ال)?اسم(?:ه|ها|ي)? الكامل)(?: هو| هي|:| :)? "
    rf"(?=(?P<found>{_NEXT_WORDS}))"
)
_KUNYA = pattern(rf"(?<!\w)(?:و|ل|ب)?(?P<found>(?:أم|أبو|أبا|أبي) (?P<child>{ARABIC}{{2,15}}))(?!{ARABIC})")
_WORD = re.compile(r"\S+")


def names(text: str, country: str | None) -> Iterator[Span]:
    """Where ``text`` (legible) names people."""
    yield from matching(_TITLED, _WITH_OFFICE, _THEIR_OWN, _WHO_IT_IS, _ONE_OF_THEM, _CALLED, _INTRODUCED)(
        text, country
    )
    for sought, no_names in (
        (_AR_TITLED, None), (_AR_LETTER_AND_STROKE, _MOSTLY_ADJECTIVES), (_AR_WITH_OFFICE, _MOSTLY_ADJECTIVES),
        (_AR_WITH_RANK, _SAID_OF_RANKS), (_AR_INTRODUCED, None),
    ):  # fmt: skip
        for match in sought.finditer(text):
            for start, end in _arabic_names(match["found"], no_names):
                yield match.start("found") + start, match.start("found") + end
    yield from (match.span("found") for match in _KUNYA.finditer(text) if match["child"] in _GIVEN)


def _arabic_names(words: str, no_names: frozenset[str] | None) -> Iterator[Span]:
    """Where ``words``, which follow a title, begin with a name, and with another one after "and" (أحمد وفاطمة).

    A name is one or two words and what links them (بن، عبد، ال). ``no_names``: usual names that are
    none here; only if the first is another usual one, and the second looks like a name itself. None: any may be one.
    """
    found = list(_WORD.finditer(words))
    if no_names is not None and not _is_usual([word[0] for word in found], no_names):
        return
    end = names = 0
    for place, word in enumerate(found):
        could_be = _could_be_a_name(word[0], first=place == 0) if no_names is None else _looks_like_a_name(word[0])
        if names == 2 or not could_be:
            break
        if word[0] not in _LINKS:
            names, end = names + 1, word.end()
    if end:
        yield 0, end
        after = next((word for word in found if word.start() > end), None)
        if after and after[0][0] == "و" and after[0][1:] in _GIVEN:
            yield after.start() + 1, after.end()


def _is_usual(words: list[str], no_names: frozenset[str]) -> bool:
    first = next((word for word in words if word not in _LINKS), "")
    is_servant = words[0] == "عبد" and first.startswith("ال")  # عبد الرحمن
    return is_servant or (first in _GIVEN and first not in no_names)


def _looks_like_a_name(word: str) -> bool:
    return word in _GIVEN or word in _LINKS or (word.startswith(("ال", "بو", "بن")) and word not in _NOT_A_NAME)


def _could_be_a_name(word: str, *, first: bool) -> bool:
    if word in _GIVEN or word in _LINKS:
        return True
    if word in _NOT_A_NAME:
        return False
    if word.startswith("ال"):
        # After a title an adjective has the article as well (السيدة المسنة); after a given name, a family's name.
        return not first
    # Verbs, which Arabic tells from names by no capital: those of the present, "she did", and "… us, them, her".
    if word[0] in "يت" or word.endswith(("ت", "نا", "هم", "ها")):
        return False
    # What begins like a small word joined to the next is none where it ends like a family's name, or begins like one.
    return word[0] not in "نسوفبلك" or (len(word) > 3 and word.endswith("ي")) or word.startswith(("بو", "بن"))
