"""How commands tell what a roundup waits for that is not out yet."""

from bot.cli import printing
from bot.config import Series
from bot.core.publication import UnderWay
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


def under_way(series: Series, trying: UnderWay) -> str:
    """Who is publishing a roundup, and what follows where their process has ended."""
    until = printing.local(series, trying.until)
    return (
        f"the roundup {trying.title_month} of {trying.series} is being published at "
        f"{trying.destination} by {trying.by}, until {until} at the latest; if that process was "
        "killed, it is tried again by itself after that"
    )
