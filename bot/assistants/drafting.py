"""The tools that write: a draft is added, or the words of one are changed.

A draft goes nowhere by itself: that it is ready is said by a person, and by no tool. What is
written here is logged under the assistant's name (`core/assistance.py`).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import system
from bot.assistants.arguments import Argument, Flag, OneOf, Record, Several, Text, Whole
from bot.assistants.call import NAME, SERIES, Call, Tool
from bot.core import appearance, collage, legibility
from bot.core.collage import LENGTHS, Collage, Item, State, shown
from bot.core.errors import BadInput, NotAllowed
from bot.core.paper import Link, LinkKind, Paper
from bot.deciding import collages, descriptions, queue_changes
from bot.deciding.descriptions import Description
from bot.deciding.queue_changes import Edited
from bot.intake import accept, items
from bot.intake.accept import Arrival, Taken
from bot.pictures import read
from bot.pictures.read import PictureFile

MOST_AUTHORS = 500
MOST_LINKS = 50
MOST_REVISION = 2**31 - 1


def add(call: Call) -> Description:
    """Store a new draft at the queue's end; raises `BadInput` where its name is taken."""
    if collage.is_blank(call.given["title"]):
        raise BadInput("title: shows nothing; give the paper's title.")
    item = _item(call.given, Item(name=_name(call.given), paper=Paper(title="")))
    arrival = Arrival(item, _picture(call))
    (taken,) = accept.take(call.context, call.series, [arrival], draft=True)
    return _draft(taken.collage, descriptions.taken(call.series, taken))


def _name(given: Mapping[str, Any]) -> str:
    """The NAME that is given, or one from the title; raises `BadInput`."""
    name = given.get("name") or collage.slug(given["title"])
    if not name:
        raise BadInput("The title gives no NAME; give one as name.")
    return str(name)


def edit(call: Call) -> Description:
    """Change the words of a draft, from what to what.

    Raises `NotAllowed` where it is no draft, or was changed since it was read.
    """
    if not WORDS.keys() & call.given.keys():
        raise BadInput(f"Nothing to change was given: give one or more of {', '.join(WORDS)}.")
    before = collages.get(call.context, call.series, call.given["name"])
    if before.state is not State.DRAFT:
        raise NotAllowed(
            f"{before.name} is {before.state}, and an assistant may only change drafts; "
            f"a person can: mlcollage edit {before.name}"
        )
    if before.revision != call.given["revision"]:
        raise NotAllowed(
            f"{before.name} was changed since you read it: it has the revision {before.revision}. "
            "Show it again, and take over what is new."
        )
    item = _item(call.given, before)
    edited = Edited(Taken(before))
    if item != before:
        edited = queue_changes.edit(call.context, call.series, before, Arrival(item))
    return _draft(edited.taken.collage, descriptions.edited(call.series, edited, ()))


def _draft(item: Collage, described: Description) -> Description:
    """A stored draft, the revision that the next edit has to name, and who goes on with it."""
    state = f"{item.name} is a draft and goes nowhere by itself."
    decides = f"A person looks at it and decides: mlcollage ready {item.name}"
    return described | {"revision": item.revision, "what_is_next": f"{state} {decides}"}


def check(call: Call) -> Description:
    """What would be wrong with a draft of these words; nothing is stored."""
    item = _item(call.given, Item(name="draft", paper=Paper(title="")))
    return {
        "problems": list(collage.problems(item)),
        "missing": list(collage.missing(item, has_picture=True)),
        "notes": list(legibility.notes(item)),
    }


def _item(given: Any, before: Item) -> Any:
    """The item with the words that are given; the others stay."""
    about = {key: given[key] for key in ("title", "others", "year") if key in given}
    if "authors" in given:
        about["authors"] = tuple(given["authors"])
    if "links" in given:
        about["links"] = tuple(Link(LinkKind(each["kind"]), each["url"]) for each in given["links"])
    texts = {key: given[key].strip() for key in ("paragraph", "alt") if key in given}
    return replace(before, paper=replace(before.paper, **about), **texts)


def _picture(call: Call) -> PictureFile | None:
    """The picture that is named, from the folder for it; raises `BadInput`."""
    name = call.given.get("picture")
    if name is None:
        return None
    if call.pictures is None:
        raise BadInput(
            "No picture can be taken: the person who connected you has named no folder for them. "
            "Leave picture out; a person gives it later: mlcollage edit NAME --picture FILE"
        )
    return read.load(_place(call.pictures, name))


def _place(folder: Path, name: str) -> Path:
    """Where a picture of the folder really lies, with the page that is named; raises `BadInput`.

    Links are followed before anything is looked at, so that nothing outside of the folder is told
    of, not even whether it is there.
    """
    file = appearance.named(name).file
    try:
        real, inside = (folder / file).resolve(), folder.resolve()
        items.check_inside(folder / file, folder)
        is_there = real.is_file()
    # RuntimeError: links in a circle.
    except (OSError, ValueError, RuntimeError) as error:
        raise BadInput(f"picture: {shown(name)} cannot be read ({system.why(error)}).") from None
    except BadInput:
        raise BadInput(
            f"picture: {shown(name)} is not in the folder that pictures are taken from; "
            "name a file in it, by its path from there."
        ) from None
    if not is_there:
        place = collage.one_line(str(inside))
        raise BadInput(f"picture: there is no file {shown(name)} in {place}.")
    return Path(f"{real}{name.removeprefix(file)}")


LINK = Record(
    "A link.",
    {
        "kind": OneOf("Where it leads.", tuple(kind.value for kind in LinkKind)),
        "url": Text("The address, beginning with https:// or http://.", LENGTHS["url"]),
    },
    ("kind", "url"),
)

WORDS: dict[str, Argument] = {
    "title": Text("The paper's title, in Markdown and TeX on one line.", LENGTHS["title"]),
    "authors": Several(
        "The authors in order, each a whole name; together they are the whole list.",
        Text("An author's name.", LENGTHS["author"]),
        MOST_AUTHORS,
    ),
    "others": Flag("Whether there are more authors than are named, so that it is cited et al."),
    "year": Whole("The year that it is cited with.", 1000, 9999),
    "links": Several(
        "All links; there has to be one of the kind paper before it can go out.", LINK, MOST_LINKS
    ),
    "paragraph": Text(
        "The one-paragraph summary in the series' language, in Markdown.",
        LENGTHS["paragraph"],
        lines=True,
    ),
    "alt": Text(
        "The alt text: what the picture shows, for people who do not see it; not what the paper "
        "says, and nothing that you cannot know of the picture.",
        LENGTHS["alt"],
        lines=True,
    ),
}
"""The words of a draft that an assistant may write."""

PICTURE = Text(
    "A file with the collage's picture, by its path from the folder that pictures are taken from; "
    "only where describe_installation says takes_pictures.",
    1_000,
)
NEW_NAME = Text(
    "Its NAME: lower-case letters, digits and single hyphens; made of the title if left out.",
    collage.NAME_LENGTH,
)
REVISION = Whole(
    "The revision of the collage that you have read with show_collage: if somebody has changed "
    "it since, nothing is written.",
    1,
    MOST_REVISION,
)

CHECK = Tool(
    "check_words",
    "Check the words of a draft",
    "Say what would be wrong with a draft of these words before it is stored: what cannot be "
    "used, what is missing, and what readers would not see as it is written. Nothing is stored.",
    Record("The words.", WORDS, ("title",)),
    check,
)

TOOLS = (
    Tool(
        "add_draft",
        "Add a draft",
        "Add a collage as a draft at the end of the queue. It goes nowhere by itself: a person "
        "looks at it and decides. The log says that an assistant has written it. The answer says "
        "what it still lacks and what would keep it from going out.",
        Record(
            "The draft.",
            {**WORDS, "picture": PICTURE, "name": NEW_NAME, "series": SERIES},
            ("title",),
        ),
        add,
        writes=True,
    ),
    Tool(
        "edit_draft",
        "Edit the words of a draft",
        "Change the words of a draft; what is not given stays, a list takes the place of the whole "
        "list. Refused for a collage that is no draft, and where somebody has changed it since you "
        "read it. The log says from what to what an assistant has changed it.",
        Record(
            "Which draft, and what is to be different.",
            {"name": NAME, "revision": REVISION, **WORDS, "series": SERIES},
            ("name", "revision"),
        ),
        edit,
        writes=True,
    ),
)
