"""Whether a page answers at its address."""

SECONDS = 10.0
"""How long the site may take; the thread with the link waits anyway."""


def answers(url: str) -> bool:
    """Whether a GET of this address ends in a page; whatever goes wrong is a no."""
    import httpx  # heavy: 80 ms, and only a live roundup asks

    try:
        return httpx.get(url, follow_redirects=True, timeout=SECONDS).is_success
    except (httpx.HTTPError, httpx.InvalidURL):
        return False
