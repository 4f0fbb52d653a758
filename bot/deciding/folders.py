"""A delivery's thread as a folder, for a person who posts it by hand while its account cannot."""

from dataclasses import replace
from pathlib import Path

from bot import files, system
from bot.composing import composer
from bot.context import Context
from bot.core.collage import shown
from bot.core.delivery import Part, State, Thread
from bot.core.errors import BadInput, NotAllowed
from bot.deciding.inspect import Sight
from bot.publishers import thread_folders


def write(context: Context, seen: Sight, folder: Path) -> Path:
    """Write what is not out of a thread into a folder of its own in `folder`; that folder.

    As it is frozen, or else as it would be composed now; nothing of the delivery changes. Raises
    `NotAllowed` where all of it is out or where it cannot be composed, `BadInput` where the folder
    cannot be written.
    """
    thread = _thread(context, seen)
    delivery = seen.entry.delivery
    if delivery.state is State.SENT or not thread.parts:
        raise NotAllowed(f"Delivery {delivery.id} has nothing that is still to be posted.")
    title = delivery.account
    if delivery.account in context.publishers:
        publisher = context.publishers[delivery.account]
        title = publisher.by_hand or publisher.network.title
    contents = thread_folders.by_hand(thread, title)
    try:
        place = thread_folders.find(folder, thread)
        if place is None or not thread_folders.holds(place, contents):
            files.make_folder(folder)
            place = thread_folders.free(folder / f"{thread.local_on}-{thread.name}")
            thread_folders.write(place, thread.key, contents)
    except OSError as error:
        why = system.why(error, folder)
        raise BadInput(f"{shown(str(folder))} cannot be written: {why}.") from None
    return place


def _thread(context: Context, seen: Sight) -> Thread:
    """The thread with the parts that are not out, their pictures, and no link on words."""
    delivery = seen.entry.delivery
    with context.read() as work:
        thread = work.parts.thread(delivery)
    if not delivery.is_frozen and not seen.problem and delivery.account in context.publishers:
        thread = thread._replace(parts=composer.parts_of(context, delivery))
    missing = [part for part in thread.parts if part.receipt is None]
    return thread._replace(parts=tuple(_for_a_person(context, seen, part) for part in missing))


def _for_a_person(context: Context, seen: Sight, part: Part) -> Part:
    """A part with its picture's bytes, and with the address behind words that a link stands on."""
    delivery = seen.entry.delivery
    if part.image and not part.image.data:
        with context.read() as work:
            data = work.pictures.data(part.image.sha256)
        part = part._replace(image=part.image._replace(data=data))
    if delivery.account not in context.publishers or delivery.series not in context.config.series:
        return part
    network = replace(context.publishers[delivery.account].network, has_labels=False)
    colon = context.config.series[delivery.series].words.colon
    return part._replace(text=network.written(part.text, colon))
