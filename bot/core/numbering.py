"""The rule of our own numbers: where they start, when they restart, and how a number is shown."""

import re
from dataclasses import dataclass
from datetime import date

from bot.core import settings
from bot.core.settings import setting


@dataclass(frozen=True, slots=True)
class Numbering:
    """`[series.NAME.numbering]`. A number is unique in its series and numbering year."""

    format: str = setting(settings.number_format, "{n}/52")
    restart: str = setting(settings.one_of("yearly", "never"), "yearly")
    first: int = setting(settings.whole(0, 1_000_000), 1)

    def year(self, local_on: date) -> int:
        """The numbering year of a day: 0 where numbers never restart."""
        if self.restart == "never":
            return 0
        return local_on.year

    def after(self, newest: int | None) -> int:
        """The number after the newest one of its year."""
        if newest is None:
            return self.first
        return newest + 1

    @property
    def total(self) -> int | None:
        """What the numbers are out of: 52 of "{n}/52", None where the format names nothing."""
        match = re.search(r"\{n\}\D{1,10}(\d{1,6})(?!\d)", self.format)
        return int(match[1]) if match else None

    def shown(self, number: int | None) -> str:
        """ "29/52"; empty where there is no number or the series shows none."""
        if number is None:
            return ""
        return self.format.replace("{n}", str(number))

    def read(self, printed: str) -> int | None:
        """The 29 of a printed "29/52", "#29" or "29"; None for what is no number of a series.

        That is also one beyond its own total, as "320/52".
        """
        found = re.fullmatch(r"\D*?(\d{1,6})(?:\s*/\s*(\d{1,6}))?\D*", printed, re.ASCII)
        if found is None:
            return None
        number, total = int(found[1]), found[2]
        if total is not None and number > int(total):
            return None
        return number


def other_in(text: str, number: str) -> str:
    """A number in the text that looks as the series' own do and is another one; "" for none.

    `number` is as the series shows it, "29/52"; of numbers without such an end nothing can be told.
    """
    total = number.partition("/")[2]
    if not total.isdigit():
        return ""
    found = re.findall(rf"\b\d+/{total}\b", text)
    return next((other for other in found if other != number), "")
