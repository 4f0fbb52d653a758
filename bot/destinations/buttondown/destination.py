"""Puts a roundup into a newsletter at Buttondown: as a draft, or, where a setting says so, sent.

A mail is made as a draft with our key in its metadata, and sent by a change of that one draft: so
none is sent twice, whatever breaks between.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path

from bot.core import settings
from bot.core.answers import inner, text_of
from bot.core.errors import Unavailable
from bot.core.schedule import Clock
from bot.core.settings import Secret, setting
from bot.destinations import marks, pictures
from bot.destinations.buttondown import setup
from bot.destinations.buttondown.calls import Api, Mail, Owner
from bot.destinations.pictures import Placed
from bot.destinations.protocol import Article, Checked, Published, Saved
from bot.destinations.transport import Client

FORMAT = 1
"""Counts how mails are written: where it changes, drafts are written anew."""

KEY, STATE, SENT = "mlcollage", "mlcollage_state", "mlcollage_sent"
"""What is in the metadata of our mails: the article's key, the state of its content (see `marks`),
and "yes" where it was sent by us.
"""
OUT = frozenset({"about_to_send", "in_flight", "sent", "imported"})
"""The states of mails that readers get."""
SLUG = 100
"""Characters of a slug, at most."""
FANCY = "<!-- buttondown-editor-mode: fancy -->"
"""What says that a text is HTML."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`[destinations.NAME]` with `kind = "buttondown"`.

    A mail is a draft that a person sends, unless `send` says that it goes out by itself. `name` is
    what the configuration calls the destination.
    """

    base_url: str = setting(settings.base_url(setup.SERVER), setup.SERVER)
    api_key: Secret = setting(settings.secret_text, Secret())
    api_key_file: str = setting(settings.text, "")
    secrets_file: str = setting(settings.text, "")
    send: bool = setting(settings.flag, False)
    name: str = "buttondown"


class Buttondown:
    """One newsletter at Buttondown."""

    wants_site = False

    def __init__(self, settings: Settings, folder: Path, clock: Clock, longest: timedelta) -> None:
        self.settings = settings
        owner = Owner(settings.name, settings.base_url, settings.api_key)
        self._api = Api(owner, Client(settings.base_url, clock, longest), clock)

    def check(self) -> Checked:
        """Ask whose key it is, and whether it may read mails."""
        self._api.begin()
        user = self._api.identity()
        self._api.mails()
        return Checked(f"{user or 'a newsletter'} at {self._api.host}")

    def publish(self, article: Article, saved: Saved) -> Published:
        """Create the mail, or bring its draft up to date; see the protocol.

        A mail that was sent, or deleted by a person, stays as it is, and none is made in its place.
        """
        self._api.begin()
        known = text_of(saved.get("id"))
        if known:
            mail = self._api.mail(known)
            if mail is None:
                todo = "The mail was deleted at Buttondown, and is not made again."
                return Published("", saved, is_public=False, todo=todo)
        else:
            mail = self._found(article) or self._made(article)
        state = self._state(article)
        addresses = _addresses(saved)
        if mail.get("status") == "draft" and not _is_let_out(mail):
            try:
                mail = self._filled(article, mail, addresses, state)
            except Unavailable as error:
                # What is uploaded already is not uploaded again.
                raise Unavailable(str(error), error.retry_at, _kept(mail, addresses)) from None
            if self.settings.send:
                mail = self._sent(mail)
        kept = _kept(mail, addresses)
        todo = self._todo(article, mail, state)
        if mail.get("status") in OUT:
            return Published(text_of(mail.get("absolute_url")), kept, todo=todo)
        return Published("", kept, is_public=False, todo=todo)

    def _state(self, article: Article) -> str:
        """The state of all that readers of the mail see; see `marks`."""
        names = [(key, pictures.name(article, each)) for key, each in article.pictures.items()]
        texts = (article.title, article.description, article.html)
        return marks.state_of(FORMAT, *texts, article.cover, names)

    def _todo(self, article: Article, mail: Mail, state: str) -> str:
        """What a person should know of a mail that is no draft of ours, or has yet to do."""
        status = text_of(mail.get("status"))
        if status in OUT:
            if _metadata(mail).get(STATE) == state:
                return ""
            return f"{article.named} changed after it was mailed; readers have it as it was."
        if status == "draft" and _is_let_out(mail):
            return f"Somebody stopped {article.named} at Buttondown; it is not sent again."
        if status == "draft":
            return f"{article.named} is a draft at Buttondown: look at it there, and send it."
        return f"{article.named} is {status} at Buttondown."

    def _found(self, article: Article) -> Mail | None:
        """The oldest mail with the article's key; None where surely none has it."""
        ours = [each for each in self._api.mails() if _metadata(each).get(KEY) == article.key]
        return min(ours, key=_age, default=None)

    def _made(self, article: Article) -> Mail:
        """A new draft with a subject and our key."""
        made = self._api.create(
            {
                "subject": article.title,
                "body": f"{FANCY}\n<p>{escape(article.title)}</p>",
                "status": "draft",
                "slug": article.slug[:SLUG],
                "metadata": {KEY: article.key, STATE: marks.NEW},
            }
        )
        first = self._found(article)
        if first is None or _age(first) >= _age(made):
            return made
        # Another run was faster.
        self._api.delete(text_of(made.get("id")))
        return first

    def _filled(self, article: Article, mail: Mail, known: dict[str, str], state: str) -> Mail:
        """The draft with the article in it, if it has not.

        `known` are the addresses of pictures by their names; what is uploaded is added.
        """
        canonical = article.canonical_url
        is_same = _metadata(mail).get(STATE) == state
        if is_same and text_of(mail.get("canonical_url")) == canonical:
            return mail
        addresses: dict[str, Placed] = {}
        for key, picture in article.pictures.items():
            name = pictures.name(article, picture)
            if name not in known:
                file = (pictures.file_name(article, picture), picture.data, picture.mime)
                known[name] = self._api.upload(file)
            addresses[key] = Placed(known[name])
        changed: dict[str, object] = {
            "subject": article.title,
            "body": _body(article, addresses),
            "description": article.description,
            "canonical_url": canonical,
            "metadata": {**_metadata(mail), KEY: article.key, STATE: state},
        }
        if article.cover in addresses:
            changed["image"] = addresses[article.cover].url
        return self._api.update(text_of(mail.get("id")), changed)

    def _sent(self, mail: Mail) -> Mail:
        """The mail on its way to its readers.

        The metadata say so as well: a person who stops it makes it a draft again.
        """
        changed = {"status": "about_to_send", "metadata": {**_metadata(mail), SENT: "yes"}}
        return self._api.update(text_of(mail.get("id")), changed)


def _body(article: Article, addresses: Mapping[str, Placed]) -> str:
    """The mail's text: the cover, then the article."""
    html = pictures.with_addresses(article.html, addresses).strip()
    if article.cover in addresses:
        alt = escape(article.pictures[article.cover].alt)
        html = f'<p><img src="{addresses[article.cover].url}" alt="{alt}"></p>\n{html}'
    # Two braces would begin a variable there.
    html = html.replace("{{", "&#123;&#123;").replace("{%", "&#123;%")
    return f"{FANCY}\n{html}"


def _addresses(saved: Saved) -> dict[str, str]:
    """The addresses of pictures that are saved, by their names."""
    found = saved.get("pictures")
    if not isinstance(found, dict):
        return {}
    return {name: text_of(address) for name, address in found.items() if text_of(address)}


def _kept(mail: Mail, known: Mapping[str, str]) -> Saved:
    """What is to be saved: the mail's id and its pictures' addresses."""
    return {"id": text_of(mail.get("id")), "pictures": dict(known)}


def _metadata(mail: Mail) -> Mapping[str, object]:
    found = inner(mail, "metadata")
    return found if isinstance(found, dict) else {}


def _is_let_out(mail: Mail) -> bool:
    return _metadata(mail).get(SENT) == "yes"


def _age(mail: Mail) -> tuple[str, str]:
    """What sorts mails by when they were made."""
    return text_of(mail.get("creation_date")), text_of(mail.get("id"))
