"""Names as messages show them: what looks the same must not read the same.

A name in a spreadsheet may have two blanks where Connect's has one, or a no-break space from a web page. Messages are
one line, in which white space is folded, and a terminal shows either as a blank: so such places are written in words.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Blanks of any kind and in any number, and letters that are not shown at all (Unicode's categories Zs, Cc, Cf).
_UNSEEN: Final = re.compile(
    "[\\s\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+"
)
_WORDS: Final = {" ": "blank", "\t": "tab", "\n": "line break", "\r": "carriage return"}
#: What people write between names, who do not know of ``|``.
_OTHER_SEPARATORS: Final = re.compile(r"[;,\n]")


def visible(name: str) -> str:
    """``name`` with everything but single blanks written out: ``Quality<2 blanks>Analyst``."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] == " " else f"<{_in_words(found[0])}>", name)


def _in_words(unseen: str) -> str:
    if len(set(unseen)) > 1:
        return " + ".join(map(_word, unseen))
    return _word(unseen[0]) if len(unseen) == 1 else f"{len(unseen)} {_word(unseen[0])}s"


def _word(letter: str) -> str:
    return _WORDS.get(letter) or unicodedata.name(letter, f"U+{ord(letter):04X}").lower()


def parts(text: str) -> list[str]:
    """The names in a text that has them between commas, semicolons or line ends; [] where there are no two."""
    found = [part.strip() for part in _OTHER_SEPARATORS.split(text)]
    found = [part for part in found if part]
    return found if len(found) > 1 else []
