"""Whether a roundup may go out: somebody has approved its month, or nobody has to."""

from datetime import datetime
from typing import NamedTuple

from bot.core.month import Rule


class Review(NamedTuple):
    """What people have said of a month: nothing yet, that it may go out, or that it may not.

    `by` is who has approved it at `approved_at`; without that time, who has taken the approval
    back. `content` is the hash of what was approved.
    """

    asked_at: datetime
    approved_at: datetime | None = None
    by: str = ""
    content: str = ""

    @property
    def is_approved(self) -> bool:
        return self.approved_at is not None

    @property
    def is_taken_back(self) -> bool:
        """Whether somebody has said that it is not to go out yet: that is no silence."""
        return self.approved_at is None and self.by != ""


def lets_out(rule: Rule, review: Review | None) -> bool:
    """Whether a roundup whose moment has come may be published."""
    if not rule.review:
        return True
    if review is not None and review.by:
        return review.is_approved
    return rule.silence == "publish"
