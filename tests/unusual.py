"""Strings of every kind that a text may be made of, the same for the same seed."""

import random
from collections.abc import Callable, Iterator


def words(table: str) -> list[str]:
    return table.split(" ")


WORDS = words(
    "attention model LEARN naïve Größe straße über café cafe\u0301 A\u030angstro\u0308m İstanbul "
    "ǆ ﬁne "
    "深度学习 机器 论文 の カナ 한국어 \u1112\u1161\u11ab модель Ωμέγα ϵ עברית العربية हिन्दी "
    "ภาษาไทย ქართული አማርኛ ᏣᎳᎩ "
    "ſ K Å µ ß ꞓ Ᲊ Ƛǅ 𝒪 𐐀 ㍿ ＡＢＣ １２３ ｶﾞ rt RT a_b _x_ 3.5 1,000 10% v2.0 e.g. et al. i"
)
TLDS = words(
    "com org net de co.uk cn io ai py md sh rs tv app dev zip mov museum xn--p1ai рф 中国 香港 "
    "みんな 한국 भारत "
    "co jp web csv txt js c s1 local test example invalid COM Com cOm ﷺ سوريا 新加坡 みんなの "
    "comx orgs"
)
NEWER_TLDS = words("music kids merck spa xn--4dbrk0ce ישראל 澳門 cpa llp amazon アマゾン 亚马逊")
LABELS = words(
    "example a x9 my-site -a a- a_b _a a_ t twitter bücher пример 例え 日本語 www 1 123 "
    "xn--bcher-kva xn-- ä é e\u0301 "
    "a\u200db İ ſ K ab--cd o" + "o" * 63 + " " + "é" * 58 + " 𝒪 😀"
)
SCHEMES = words(
    "http:// https:// HTTP:// hTTps:// ftp:// // :// mailto: http:/ https: dat:// shttp://"
)
PATHS = words(
    "/ /a /a/b.html /(a) /a(b(c)d)e /((a)) /a) /(a /a_(b)? /wiki/Ä /путь /中文 /a,b. /a! /~x /@u "
    "/#b /a%20b /a-_-b "
    "/a'b /a;b:c /$x /[y] /a* /a&b /a|b /a–b //b /a\u200bb /é /e\u0301 /ქ /Ა"
)
QUERIES = words("?a=b ?a=b&c=d#e ? ?. ?a. ?a=(b) ?中 ?a=b! ?~ ?a=[1] ?a|b #top ?#")
EMOJI = words(
    "😀 👍🏽 👩‍🔬 👩🏾‍🚀 👨‍👩‍👧‍👦 🏳️‍🌈 🏴‍☠️ 🇩🇪 🇺🇸 🇪🇺 🇽🇽 🇩 1️⃣ #️⃣ *⃣ 3⃣ ❤️ ❤ ☀︎ ©️ ® ™️ "
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f "
    "🧑‍💻 👩‍❤️‍👨 👨‍❤️‍💋‍👨 🏋🏻‍♀️ 🏋️‍♂️ ⛹🏿‍♂️ 🤷‍♀️ 🤷🏽‍♂️ 🕵️ 👁‍🗨 👁️‍🗨️ ✌🏼 ✌️🏼 "
    "🧝‍♀️ 🧞‍♂️ 🫠 🫱🏻‍🫲🏿 🥲 🐻‍❄️ 😶‍🌫️ ❤️‍🔥 🧑‍🤝‍🧑 🏳️‍⚧️ "
    "🐦‍⬛ 🫨 🏻 ♀️ ♂ ♻️ 👨‍🦰 🦸🏿‍♂️ 🪐 🧔‍♀️"
)
MARKS = list(
    " \n\t.,:;!?…-–—_/\\|()[]{}<>'\"“”‘’*&^%$#@~`+=。，！？：；、（）《》【】＃＠·・"
) + words(
    "\x00 \x01 \x1f \x7f \x80 \x85 \xa0 \xad \u0300 \u034f \u061c \u115f \u180e \u200b \u200c "
    "\u200d \u200e \u200f "
    "\u2028 \u2029 \u202a \u202c \u202e \u202f \u205f \u2060 \u2066 \u2069 \u3000 "
    "\ufe0e \ufe0f \u20e3 \ufeff \ufffe \uffff \ufffd \U000e0067 \U000e007f \U0010ffff "
    "\U0001f3fb \u2705 "
    ".. ... :// @a #a #1 ##a #a_b ＃中文 #日本 $A $ABC.D @a/b @＠b "
    "#\ufe0f #é #e\u0301 #٣ #ｶﾞ \ud800 \udfff &#1 &amp; a@b.com @x.com $.com #x.com"
)


class Strings:
    """A source of strings without an end; `kinds` names what each may be made of."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.kinds: tuple[Callable[[], str], ...] = (
            *(self.word, self.word, self.url, self.url, self.emoji),
            *(self.mark, self.mark, self.character, self.tag),
        )

    def __iter__(self) -> Iterator[str]:
        while True:
            yield self.string()

    def string(self) -> str:
        choice = self.random.choice
        count = 60 if self.random.random() < 0.01 else choice((1, 2, 2, 3, 4, 6, 9))
        gaps = ("", "", " ", " ", " ", ".", "\n", "，")
        return apart("".join(choice(self.kinds)() + choice(gaps) for _ in range(count)))

    def word(self) -> str:
        return self.random.choice(WORDS)

    def emoji(self) -> str:
        chosen = self.random.choice(EMOJI)
        if self.random.random() < 0.3 and len(chosen) > 1:
            at = self.random.randrange(len(chosen))
            return (
                chosen[:at]
                + self.random.choice(("", "\ufe0f", "\u200d", "🏽", chosen[at] * 2))
                + chosen[at + 1 :]
            )
        return chosen

    def mark(self) -> str:
        return self.random.choice(MARKS)

    def character(self) -> str:
        top = self.random.choice((0x7F, 0x24F, 0x10FF, 0x2FFF, 0xFFFF, 0x1FFFF, 0x10FFFF))
        return chr(self.random.randint(0, top))

    def tag(self) -> str:
        sign = self.random.choice("##＃@＠$")
        return sign + "".join(
            self.random.choice((self.word, self.character, self.mark))()
            for _ in range(self.random.randint(1, 3))
        )

    def url(self) -> str:
        choice, chance = self.random.choice, self.random.random
        labels = [choice(LABELS) for _ in range(self.random.choice((1, 1, 1, 2, 3)))]
        host = ".".join([*labels, choice(NEWER_TLDS) if chance() < 0.08 else choice(TLDS)])
        scheme = choice(SCHEMES) if chance() < 0.5 else ""
        if chance() < 0.05:
            host, scheme = choice(("t.co", "T.co", "t.co.uk")), choice(("http://", "https://", ""))
        port = choice((":80", ":", ":8a")) if chance() < 0.1 else ""
        path = "".join(choice(PATHS) for _ in range(choice((1, 1, 2)))) if chance() < 0.4 else ""
        if chance() < 0.2:
            path = "/" + "".join(
                choice("ab1(()),.-&/~;:!@é中я%\u0301") for _ in range(self.random.randint(1, 12))
            )
        query = choice(QUERIES) if chance() < 0.2 else ""
        url = scheme + host + port + path + query
        if chance() < 0.2:
            at = self.random.randrange(len(url) + 1)
            url = (
                url[:at]
                + choice((self.mark, self.character, self.word))()
                + url[at + self.random.randint(0, 1) :]
            )
        return url


def apart(text: str) -> str:
    """Two halves of a character side by side are one in JavaScript and two in Python: a space
    between them.
    """
    return "".join(
        character + " " * ("\ud800" <= character <= "\udbff" and "\udc00" <= after <= "\udfff")
        for character, after in zip(text, text[1:] + " ", strict=True)
    )
