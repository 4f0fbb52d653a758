"""Notices of roundups' pages and of their covers."""

from bot.core import month
from bot.core.notices.entry import Entry, Kind, printable
from bot.core.notices.roundups import of_roundup


def of_file(path: str) -> str:
    """What notices of a file that was edited by hand are about."""
    return f"file/{path}"


def of_page(series: str, title_month: str) -> str:
    """What notices of a page that cannot be made again are about."""
    return f"page/{series}/{title_month}"


def _left(path: str) -> str:
    return f"{path} was edited by hand, and is left as it is."


def _anew(command: str) -> str:
    return f"To write it anew, with the edited one kept beside it: {command}"


class PageNotCorrected(Entry):
    """The page of a roundup cannot be made again, though what it shows was changed."""

    kind = Kind.FAILED
    series: str
    title_month: str
    reason: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/page/{self.reason}")

    @property
    def subject(self) -> str:
        return of_page(self.series, self.title_month)

    @property
    def sentence(self) -> str:
        page = f"The page of the roundup {self.title_month} of {self.series}"
        return f"{page} is older than what it shows, and cannot be made again: {self.reason}"

    @property
    def advice(self) -> str:
        return "It is tried again at every tick."


class CoverNotMade(Entry):
    """A roundup's cover, or the card of its page, cannot be made. `reason` is a sentence.

    Where its thread `is_out`, the page alone lacks it.
    """

    kind = Kind.DIFFERS
    series: str
    title_month: str
    reason: str
    is_out: bool = False

    @property
    def key(self) -> str:
        lacks = "cover-of-page" if self.is_out else "cover"
        return printable(f"{self.series}/{self.title_month}/{lacks}/{self.reason}")

    @property
    def subject(self) -> str:
        return of_roundup(self.series, self.title_month)

    @property
    def sentence(self) -> str:
        if self.is_out:
            return (
                f"The page of the roundup {self.title_month} of {self.series} has no cover: "
                f"{self.reason}"
            )
        return (
            f"The roundup {self.title_month} of {self.series} has no cover, so its thread shows "
            f"the picture of its first collage: {self.reason}"
        )

    @property
    def advice(self) -> str:
        which = f"{self.title_month} --series {self.series}"
        if month.is_year(self.title_month):
            look = f"mlcollage roundup preview {which}"
            return f"Mend that while its thread is not out, and look at it with: {look}"
        render = f"mlcollage roundup render {which}"
        if self.is_out:
            return f"Mend that, and make it with: {render}"
        return f"Mend that while its thread is not out, and make it with: {render}"


class PageEdited(Entry):
    """A page was edited by hand, so that it is not written anew by itself."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    path: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/edited/{self.path}")

    @property
    def subject(self) -> str:
        return of_file(self.path)

    @property
    def sentence(self) -> str:
        return _left(self.path)

    @property
    def advice(self) -> str:
        return _anew(self.command)

    @property
    def command(self) -> str:
        return f"mlcollage roundup render {self.title_month} --series {self.series} --over-edits"


class SiteEdited(Entry):
    """A file of the site that is no roundup's was edited by hand, and is not written anew."""

    kind = Kind.DIFFERS
    series: str
    path: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/site/edited/{self.path}")

    @property
    def subject(self) -> str:
        return of_file(self.path)

    @property
    def sentence(self) -> str:
        return _left(self.path)

    @property
    def advice(self) -> str:
        return _anew(self.command)

    @property
    def command(self) -> str:
        return f"mlcollage site --series {self.series} --over-edits"


class PageGone(Entry):
    """A page that was made is not where it was written any more."""

    kind = Kind.DIFFERS
    series: str
    title_month: str
    path: str

    @property
    def key(self) -> str:
        return printable(f"{self.series}/{self.title_month}/gone/{self.path}")

    @property
    def sentence(self) -> str:
        return f"{self.path}, the page of the roundup {self.title_month}, is gone."

    @property
    def advice(self) -> str:
        return f"Make it again with: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage roundup render {self.title_month} --series {self.series}"
