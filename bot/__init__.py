"""mlcollage: one collage of a paper a week, and the month's roundup, by itself.

The folders follow the way of a collage; each imports only from the floors below its own, which
`pyproject.toml` lists and import-linter checks. From above:

    cli             the commands: parse, call, print
    assistants      what an assistant may read and draft, as tools of a protocol
    web             the desk: the queue in the browser, for people without a terminal
    app             the process: settings into a working bot, clocks, the scheduler, one round
    watching        what people and scripts must hear: the briefing, the watchdog, alerts, events
    deciding        what maintainers look at and decide: previews, the queue, deliveries; JSON
    scheduling      what is due: slots settled in order of time, and the forecast of those to come
    roundups        one roundup from its list to its link and its thread
    sending         one delivery from claim to receipt; failures, rescue, duplicates, preconditions
    intake          item files and published articles: read, checked, put into the queue
    site            a roundup as a page, an article, and the list of roundups
    composing       a collage or a roundup as one account's thread; templates, filters, the sandbox
    context.py      what every stage works with: configuration, database, clock, publishers, mode
    pictures        a picture read, measured, checked and fitted; a page typeset
    publishers      one account on one network: the outbox, X, Bluesky, Mastodon, by hand
    destinations    places a roundup is published at: folders, git, WordPress, Ghost, mail
    storage         the database, and the only SQL
    config.py       config.toml and the environment as frozen, checked values
    environment.py  what the environment asks of every command, and what of it processes get
    http_calls.py   calls that end by a deadline, with bounds on what comes back
    processes.py    child processes with bounds of time and memory, and without our secrets
    workers.py      one worker thread for each account
    secret_sources.py  keys and passwords from the environment, from files, from settings
    series_settings.py  the settings of a series, read and checked
    files.py        files read within bounds, and written whole or not at all
    system.py       what the system refuses, in a sentence, and what to do about it
    core            the rules: no files, no network, no clock; core/text counts and splits

`docs/architecture.md` draws the way of a collage, the states of a delivery and the sending
protocol, and says which file holds which rule. A good place to start is `sending/deliver.py`.
"""
