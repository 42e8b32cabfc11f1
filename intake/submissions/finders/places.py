"""Where a text holds an exact place: coordinates, links to maps, addresses of streets and camps."""

from __future__ import annotations

import re

from intake.foundation.legible import pattern

from . import ARABIC, CAPITAL, CAPITALISED, LETTER, matching

_HEMISPHERE = r"(?: ?[NSEWO]\b)"
_MINUTES = (
    rf"\d{{1,3}} ?[°º] ?\d{{1,2}}(?:[.,]\d{{1,6}})? ?'(?:(?: ?\d{{1,2}}(?:[.,]\d{{1,6}})? ?(?:\"|''))?){_HEMISPHERE}?"
)
coordinates = matching(
    pattern(
        rf"(?<![\w.,])[-+]?\d{{1,3}}\.\d{{4,15}}°?{_HEMISPHERE}?(?: ?[,;/] ?| )[-+]?\d{{1,3}}\.\d{{4,15}}(?!\d)"
        rf"°?{_HEMISPHERE}?"
    ),
    pattern(
        rf"(?<![\w.,])[-+]?\d{{1,3}},\d{{4,15}}°?{_HEMISPHERE}?(?: ?[;/] ?|, | )[-+]?\d{{1,3}},\d{{4,15}}(?!\d)"
        rf"°?{_HEMISPHERE}?"
    ),
    pattern(rf"(?<![\w.,])\d{{1,3}}[.,]\d{{2,15}} ?°?{_HEMISPHERE}[,;/]? ?\d{{1,3}}[.,]\d{{2,15}} ?°?{_HEMISPHERE}"),
    pattern(rf"(?<![\w.,]){_MINUTES}(?:[,;/]? {{0,2}}{_MINUTES})?"),
    pattern(
        r"(?i:coordinates|coordonnées|coordenadas|إحداثيات|الإحداثيات|GPS)[^\d\n]{0,20}"
        r"(?P<found>[-+]?\d{1,3}[.,]\d{2,15}(?:[,;/]? )[-+]?\d{1,3}[.,]\d{2,15})(?!\d)"
    ),
    pattern(
        r"(?<![\w+])(?=[2-9+]{0,11}[CFGHJMPQRVWX])"
        r"[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![\w+])"
    ),
    pattern(
        r"(?<![\w.@])(?:https?://)?(?:www\.)?(?:maps\.app\.goo\.gl|goo\.gl/maps|maps\.google\.[a-z.]{2,6}"
        r"|google\.[a-z.]{2,6}/maps|maps\.apple\.com|openstreetmap\.org|osm\.org|waze\.com|what3words\.com|w3w\.co)"
        r"[/?#][^\s<>\"'|]{0,299}[\w/]",
        re.IGNORECASE,
    ),
    pattern(
        r"(?<![\w/])(?:///[^\W\d_]{2,20}\.[^\W\d_]{2,20}\.[^\W\d_]{2,20}|geo:-?\d{1,3}\.\d{1,9},-?\d{1,3}\.\d{1,9})"
    ),
)

_NO_YEAR = r"(?!(?:19|20)\d\d(?!\d))"
_HOUSE = rf"{_NO_YEAR}\d{{1,5}}(?: ?(?:bis|ter|quater)\b|[A-Za-z]\b)?"
_NUMBER_SIGN = r"(?:(?:(?i:n[º°.]{1,2}|nº|no\.?|nro\.?|núm\.?|número|numéro)|#) ?)"
_A_DAY = (
    r"(?:\d{1,2} de (?i:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre"
    r"|diciembre))"
)
_STREET_NAME = rf"(?:{CAPITALISED}|{CAPITAL}\.|{_A_DAY}|\d{{1,2}}(?:er|st|nd|rd|th|º)?)"
_NEXT_NAME = rf"(?:{CAPITALISED}|[IVX]{{1,4}}(?!\w))"
_SMALL_WORDS = r"(?:(?:de|des|du|del|d'|l'|la|las|le|les|los|el|al|y|et|of|the|rue|san|santa) ?)"
_TOWN_CODE = rf"\d{{5}}(?= {CAPITAL})"
_STREETS_EN = (
    r"(?:[Ss]treet|[Ss]tr?\.|St|[Rr]oad|[Rr]d\.?|[Aa]venue|Ave\.?|[Ll]ane|[Dd]rive|[Bb]oulevard|Blvd\.?|[Cc]rescent"
    r"|Close|Court|[Tt]errace|[Ww]ay|Square|Gardens|Highway|Row)"
)
_STREETS_FR = (
    r"(?i:rue|ruelle|avenue|av\.|boulevard|bd\.?|impasse|allée|chemin|quai|derb|zanqat|lotissement|résidence|lot|hay"
    r"|place|cité|passage|cours|route|square|faubourg)"
)
_STREETS_ES = (
    r"(?:(?i:calle|avenida|avda\.?|av\.|plaza|plazuela|paseo|carretera|callejón|travesía|jirón|jr\.|pasaje|carrera"
    r"|cra\.?|transversal|diagonal|urbanización|urb\.|colonia|col\.|barrio|ronda|camino)|[Cc]/|Cl\.|Kr\.)"
)
_STREETS_AR = r"(?:و|ب|ل)?(?:شارع|زنقة|نهج|حارة|زقاق|درب|جادة|حي|حيّ|إقامة|عمارة|بناية|مجمع|تجزئة|سكة)"
_AR_HOUSE = (
    r"(?:(?:ال)?(?:منزل|بيت|دار|عمارة|بناية|شقة|مبنى|بلوك|طابق|باب|غرفة|خيمة|كرفان|كرافان|فيلا|مدخل|قطاع|مربع|رقم))"
)
_PART_OF_A_HOUSE = (
    r"(?i:house|building|bldg\.?|block|flat|apartment|apt\.?|room|tent|shelter|villa|plot|floor|unit|caravan"
    r"|bâtiment|bât\.?|bloc|immeuble|appartement|appt\.?|étage|escalier|porte|chambre|tente|zone"
    r"|edificio|bloque|manzana|mz|lote|lt|torre|piso|puerta|apartamento|apto\.?|casa|carpa|habitación|escalera"
    rf"|{_AR_HOUSE})"
)
_PART = rf"{_PART_OF_A_HOUSE} {{0,2}}(?:{_NUMBER_SIGN}|رقم )?(?:{_NO_YEAR}\d{{1,4}}[A-Za-z]?|[A-Z])(?!\w)"
_LIVING = (
    r"(?i:li(?:ve|ves|ved|ving) (?:at|on|in)|stay(?:s|ed|ing)? (?:at|on)|habit(?:e|es|ent|ons|ait|ais)|demeur(?:e|ant)"
    r"|résid(?:e|ent|ant)|log(?:e|é|ée|és)|viv(?:o|e|en|imos|ía|íamos)|resid(?:o|e|en)"
    r"|domicili(?:o|ada|ado|é|ée)|[أيتن]سكن|[أيتن]عيش|يسكنون|نقيم|أقيم|مقيم|عنواني|عنوانه|عنوانها|السكن)"
)
_GRID_STREET = r"(?:(?i:calle|carrera|cra|avenida|av|diagonal|transversal)|Cl|CL|Kr|KR|Cr|CR|Kra|Clle|AK|AC|Tv|Dg)"
_GRID_SIDE = r"[Bb]is|[Ss]ur|[Nn]orte|[Ee]ste|[Oo]este"
_UK_AREAS = (
    "AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU"
    "|HA|HD|HG|HP|HR|HS|HU|HX|IG|IP|IV|KA|KT|KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL"
    "|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|WN|WR|WS|WV|YO|ZE"
)
"""British postcodes, which stand for some fifteen houses, begin with one of these."""
_A_HOME = (
    r"(?i:house|flat|apartment|apt\.?|plot|tent|shelter|caravan|room|maison|appartement|appt\.?|tente|chambre|casa|apartamento"
    r"|apto\.?|departamento|depto\.?|carpa|lote|cuarto|(?:ال)?(?:خيمة|بيت|منزل|شقة|كرفان|غرفة|عمارة))"
)
addresses = matching(
    pattern(rf"(?<![\w.,/\-]){_HOUSE},? (?:{_STREET_NAME} ){{1,4}}{_STREETS_EN}(?!\w)"),
    pattern(
        rf"(?<![\w.,/\-]){_HOUSE},? {{1,2}}{_STREETS_FR} {_SMALL_WORDS}{{0,3}}{_STREET_NAME}"
        rf"(?:[ \-]{_SMALL_WORDS}{{0,2}}{_NEXT_NAME}){{0,3}}(?:,? {{1,2}}{_TOWN_CODE})?"
    ),
    pattern(
        rf"(?<!\w)(?:{_STREETS_FR}|{_STREETS_ES}) ?{_SMALL_WORDS}{{0,3}}{_STREET_NAME}"
        rf"(?:[ \-]{_SMALL_WORDS}{{0,3}}(?:{_STREET_NAME}|{_NEXT_NAME})){{0,4}}"
        rf"(?:,? {{1,2}}{_NUMBER_SIGN}|, ?| ){_HOUSE}(?![\w.,]\d|\w)"
        r"(?:, ?\d{1,2}[º°ª] ?(?:[A-Z]\b|izq\b|dcha\b)?)?"
    ),
    pattern(
        rf"(?<!\w){_GRID_STREET}\.? \d{{1,3}}(?:ª|a\b|ta\b|ra\b)? ?(?:[A-Za-z]\b)?(?: ?(?:{_GRID_SIDE})\b)?,?"
        rf" ?(?:{_NUMBER_SIGN}|con )\d{{1,3}} ?(?:[A-Za-z]\b)?(?: ?(?:{_GRID_SIDE})\b)?(?: ?- ?\d{{1,3}})?(?!\w)"
    ),
    pattern(
        rf"(?<!\w){_GRID_STREET}\.? \d{{1,3}} ?(?:[A-Za-z]\b)?,? \d{{1,3}} ?(?:[A-Za-z]\b)? ?- ?\d{{1,3}}(?![\w\-])"
    ),
    pattern(
        r"(?<![\w.,/\-])\d{1,2}(?:ª|a|ta|ra|da|va)?\.? (?i:avenida|av\.|calle) [A-Z]?\d{1,2}[A-Z]? ?- ?\d{1,3}(?!\w)"
    ),
    pattern(rf"(?<![\w\-])(?:{_UK_AREAS})\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{{2}}(?![\w\-])"),
    pattern(
        r"(?<!\w)(?i:post ?code|postal code|zip(?: code)?|code postal|código postal|C\.P\.|الرمز البريدي)"
        r"(?: is| est(?: le)?| es(?: el)?| هو)?:? {0,2}"
        r"(?P<found>(?=[A-Z]{0,2}\d)[A-Z\d]{3,5}(?:[ \-][A-Z\d]{3,4})?)(?!\w)"
    ),
    pattern(rf"(?<!\w){_A_HOME} (?:{_NUMBER_SIGN}|number |رقم ?)(?:{_NO_YEAR}\d{{1,4}}(?:-?[A-Za-z])?)(?![\w.,]\d|\w)"),
    pattern(
        rf"(?<!\w){_STREETS_AR} (?:{ARABIC}{{2,15}} ){{0,3}}{ARABIC}{{2,15}},? {{1,2}}(?:{_AR_HOUSE} ){{1,2}}"
        rf"{_NO_YEAR}\d{{1,4}}(?!\w)"
    ),
    pattern(
        rf"(?<![\w.,/\-]){_NO_YEAR}\d{{1,4}},? (?:شارع|زنقة|نهج|درب|حارة|زقاق|جادة|حي) {ARABIC}{{2,15}}"
        rf"(?: ال{ARABIC}{{2,13}})?(?!\w)"
    ),
    pattern(rf"(?<!\w)(?:{_PART}(?: ?[,\-/] ?| )){{1,4}}{_PART}"),
    pattern(
        r"(?<!\w)(?:P\.? ?O\.? ?Box|B\.?P\.?|[Aa]partado(?: postal)?|ص\.? ?ب\.?|صندوق بريد) {0,2}:? ?\d{2,6}(?!\w)"
    ),
    pattern(
        rf"(?<!\w){_LIVING}(?: {LETTER}{{1,12}}){{0,2}},? (?P<found>(?:{_STREETS_FR}|{_STREETS_ES})"
        rf" {_SMALL_WORDS}{{0,3}}{_STREET_NAME}(?:[ \-]{_NEXT_NAME}){{0,3}}|(?:{CAPITALISED} ){{1,3}}{_STREETS_EN}"
        rf"|{_STREETS_AR} {ARABIC}{{2,15}}(?: ال{ARABIC}{{2,13}})?)(?!\w)"
    ),
)
