"""How commands tell what a roundup waits for that is not out yet."""

from bot.cli import printing
from bot.config import Series
from bot.deciding.awaited import Awaits, ListedRoundup


def waits_for(series: Series, awaits: Awaits) -> str:
    """What a roundup waits for, since when, and until when where that is known."""
    if awaits.since is None:
        return awaits.what
    told = f"{awaits.what}, since {printing.local(series, awaits.since)}"
    if awaits.until:
        return f"{told}, until {printing.local(series, awaits.until)} at the latest"
    return told


def told(series: Series, listed: ListedRoundup) -> str:
    """A roundup that is not out yet, and what it waits for."""
    told = f"the roundup {listed.roundup.title_month} is {listed.roundup.state}"
    if listed.awaits is None:
        return told
    return f"{told} and waits for {waits_for(series, listed.awaits)}"
