"""Notices of accounts that cannot post, or whose deliveries have nowhere to go."""

from datetime import datetime

from bot.core.delivery import Delivery
from bot.core.identity import Mismatch
from bot.core.network import NETWORKS, X
from bot.core.notices.entry import Entry, Kind, counted


class AccountHeld(Entry):
    """The network lets the account post nothing."""

    kind = Kind.HELD
    account: str
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"Account {self.account} is held: {self.reason}"

    @property
    def advice(self) -> str:
        return f"Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.account}"


class AccountHeldUntil(Entry):
    """An account that waits for a time of its own, such as the next month's budget."""

    kind = Kind.HELD
    delivery: Delivery
    until: datetime
    reason: str
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.account}/until/{self.at:%Y-%m-%d}/{self.reason}"

    @property
    def subject(self) -> str:
        return f"account/{self.delivery.account}"

    @property
    def sentence(self) -> str:
        until = f"{self.until:%Y-%m-%d}"
        if self.until.date() == self.at.date():
            until = f"{self.until:%H:%M} UTC"
        return f"Account {self.delivery.account} is held until {until}: {self.reason}"


class AnotherIdentity(Entry):
    """An account whose keys are not those of the identity that it posts as."""

    kind = Kind.HELD
    account: str
    network: str
    mismatch: Mismatch
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account}/{self.at}"

    @property
    def sentence(self) -> str:
        return f"Account {self.account} is held: {self.mismatch.sentence}"

    @property
    def advice(self) -> str:
        connect = f"mlcollage connect {self.network} --account {self.account}"
        steps = f"Give it the right keys: {connect}."
        if self.mismatch.handle:
            network = NETWORKS.get(self.network, X)
            key = network.handle_key
            steps += (
                f' If these are right, write {key} = "{self.mismatch.handle}" '
                f"under [accounts.{self.account}]."
            )
        return f"{steps} Then: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.account}"


class StrangePosts(Entry):
    """An account that shows posts like ours which this database does not know."""

    kind = Kind.HELD
    delivery: Delivery
    urls: tuple[str, ...]
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.delivery.account}/{self.at}"

    @property
    def subject(self) -> str:
        return f"account/{self.delivery.account}"

    @property
    def reason(self) -> str:
        """Why the account is held; the account and the delivery keep it, too."""
        urls = ", ".join(self.urls)
        return f"it shows what looks like ours and is not in this database: {urls}"

    @property
    def sentence(self) -> str:
        return f"Account {self.delivery.account} is held: {self.reason}"

    @property
    def advice(self) -> str:
        return (
            f"Does another copy of mlcollage post there? See: {self.delivery.command}. "
            f"If all is well: {self.command}"
        )

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.delivery.account}"


class AccountGone(Entry):
    """Threads wait for an account that the configuration no longer has."""

    kind = Kind.HELD
    account: str
    count: int
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.account}/{self.at}"

    @property
    def sentence(self) -> str:
        held = counted(self.count, "delivery to it is", "deliveries to it are")
        return f"Account {self.account} is not in the configuration any more: {held} held."

    @property
    def advice(self) -> str:
        return f"Put it back and run: {self.command}"

    @property
    def command(self) -> str:
        return f"mlcollage release --account {self.account}"


class AccountGoneUncertain(Entry):
    """A thread is to be looked for on an account that the configuration no longer has."""

    kind = Kind.UNCERTAIN
    account: str

    @property
    def key(self) -> str:
        return f"{self.account}/gone"

    @property
    def sentence(self) -> str:
        return (
            f"Account {self.account} is not in the configuration any more, "
            "and a thread may or may not be out there."
        )

    @property
    def advice(self) -> str:
        return "Put it back, so that it can be looked for."
