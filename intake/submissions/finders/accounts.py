"""Where a text holds addresses of mail and accounts on social networks; other web addresses point to nobody."""

from __future__ import annotations

import re

from intake.foundation.legible import pattern

from . import matching

_EMAIL = pattern(
    r"(?<![\w.%+\-])[\w.%+\-]{1,64}(?:@| @ | ?[\[(] ?(?:at|arroba|arobase|chez) ?[\])] ?| (?:arroba|arobase) )"
    r"(?:[\w\-]{1,63}(?:\.| ?[\[(] ?(?:dot|point|punto) ?[\])] ?)){1,8}[^\W\d_]{2,24}(?!\w)",
    re.IGNORECASE,
)

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

emails = matching(_EMAIL)
accounts = matching(_ACCOUNT, _HANDLE)
