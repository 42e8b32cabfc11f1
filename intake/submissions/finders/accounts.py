"""Where a text holds addresses of mail and accounts on social networks; other web addresses point to nobody."""

from __future__ import annotations

import re

from intake.foundation.legible import pattern

from . import CAPITALISED, matching

_EMAIL = pattern(
    r"(?<![\w.%+\-])[\w.%+\-]{1,64}(?:@| @ | ?[\[(] ?(?:at|arroba|arobase|chez) ?[\])] ?| (?:arroba|arobase) )"
    r"(?:[\w\-]{1,63}(?:\.| ?[\[(] ?(?:dot|point|punto) ?[\])] ?)){1,8}[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)

_SPOKEN = pattern(
    r"(?<![\w.%+\-])[\w.%+\-]{2,64} (?:"
    r"(?:arroba|arobase|آت|أت)(?: [\w\-]{2,63} (?:dot|point|punto|دوت|نقطة)){1,4} [^\W\d_]{2,10}"
    r"|at(?: [\w\-]{2,63} (?:dot|point|punto|دوت|نقطة)){1,4}"
    r" (?:com|org|net|info|edu|gov|int|eu|fr|uk|ke|ng|gh|za|ug|tz|mx|ma|dz|tn|sn))(?!\w)",
    re.IGNORECASE,
)
"""An address as it is said aloud. After "at" only with endings that are no words ("at that point in")."""

_ACCOUNT = pattern(
    r"(?<![\w.@\-])(?:https?://)?(?:(?:www|m|mobile|web|[a-z]{2}(?:-[a-z]{2})?)\.)?(?:"
    r"(?:facebook\.com|fb\.com|fb\.me|m\.me|instagram\.com|instagr\.am|tiktok\.com|x\.com|twitter\.com|threads\.net"
    r"|vk\.com|ok\.ru|t\.me|telegram\.me|wa\.me|api\.whatsapp\.com|chat\.whatsapp\.com|snapchat\.com/add|discord\.gg"
    r"|signal\.me|bsky\.app/profile|linkedin\.com/(?:in|pub)|youtube\.com/(?:c|user|channel)|line\.me)/"
    r"(?!(?:hashtag|search|watch|events?|share|sharer|intent|explore|help|policies|about|privacy)\b)"
    r"|youtube\.com/@)[^\s<>\"',;|]{0,199}[\w/]",
    re.IGNORECASE,
)
_HANDLE = pattern(r"(?<![\w@/.+\-])@(?=[\w.]{0,29}[^\W\d_])\w(?:[\w.]{1,28}\w)(?![\w@])")

_NETWORK = (
    r"(?:(?i:telegram|signal|whats ?app|instagram|insta|facebook|messenger|tik ?tok|snap(?:chat)?|twitter|skype|viber"
    r"|discord|wechat|imo|linkedin|youtube|x \(twitter\))|IG|FB|fb|ig"
    r"|(?:ال|ب|ل|بال|عال)?(?:تلغرام|تليغرام|تيليجرام|تليجرام|سيجنال|سيغنال|واتساب|واتس|انستغرام|انستجرام|إنستا|انستا|إنستغرام"
    r"|فيسبوك|فيس بوك|ماسنجر|تيك توك|تيكتوك|سناب|سناب شات|تويتر|سكايب|فايبر))"
)
_IT_IS = (
    r"(?: (?:(?i:is|are|as|under|user(?:name)?|account|handle|name|id|profile|est|compte|pseudo|nom|sous|mon|c'est|es"
    r"|como|usuario|cuenta|perfil|nombre|su|mi)|هو|حسابي|حساب|باسم|اسم|المستخدم|على)){0,3} ?:?"
)
_SAYS_NOTHING = (
    r"(?!(?i:closed|open|none|nothing|blocked|private|group|page|yes|no|non|oui|rien|bloqué|fermé|aucun|privé|sí|si|ninguno"
    r"|nada|cerrado|bloqueado|www|https?|unknown|groups|pages|calls?|messages?|only|daily)\b)"
)
_UNMARKED = pattern(
    rf"(?<![\w@./]){_NETWORK}{_IT_IS} {{0,2}}(?P<found>(?=[\w.]{{0,29}}[^\W\d_])(?=[a-zA-Z\d]{{1,28}}[_.\d][\w.])"
    r"[a-zA-Z\d](?:[\w.]{1,28}\w))(?![\w@])"
)
"""An account without its @: what no word looks like, with a digit, a point or a line in it."""
_AFTER_A_COLON = pattern(
    rf"(?<![\w@./]){_NETWORK}(?: (?i:user(?:name)?|account|handle|id|compte|pseudo|usuario|cuenta|حساب))? ?: {{0,2}}"
    rf"{_SAYS_NOTHING}"
    rf"(?P<found>[a-zA-Z][\w.]{{2,28}}\w|{CAPITALISED}(?: {CAPITALISED}){{1,2}})(?= ?(?:[,;.)\n]|$))"
)
"""Any single word after "Telegram:", or a whole name after "Facebook:", where nothing more follows."""
_UNDER_A_NAME = pattern(
    rf"(?<!\w)(?:(?i:my|his|her|their|mon|son|leur|mi|su) {_NETWORK}(?i: (?:user ?name|name|account|profile))?"
    r"|(?i:(?:my|his|her|their|mon|son|leur|mi|su)"
    r" (?:name|account|profile|nom|compte|profil|pseudo|nombre|cuenta|perfil) (?:on|in|sur|en|de))"
    rf" {_NETWORK}) (?i:is|was|est|c'est|était|es|era)(?i: (?:under|sous|como))? {_SAYS_NOTHING}"
    rf"(?P<found>{CAPITALISED}(?: {CAPITALISED}){{1,3}})(?!\w)"
)
"""A whole name under which somebody is found."""

emails = matching(_EMAIL, _SPOKEN)
accounts = matching(_ACCOUNT, _HANDLE, _UNMARKED, _AFTER_A_COLON, _UNDER_A_NAME)
