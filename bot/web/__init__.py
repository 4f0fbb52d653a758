"""The desk: the queue in the browser, for people who never open a terminal.

A request goes through `guard` (host, size, session, origin, right), then to the function that
`routes` names for it in `pages/`, with a `Call`. Those functions call the same use cases as the
commands, and nothing is posted within a request.
"""
