"""mlcollage: one collage of a paper a week, and the month's roundup, by itself.

The way of a collage: queue → compose → pictures → publishers → ledger → roundup → site.
Who is new here reads deliver.py first. Each module imports only from the floors below its own; the floors, from above:

The doors, and the clock that keeps the bot ticking:
    __main__.py                 python -m bot, and the mlcollage command
    cli/__init__.py             the commands by name; a command's module is loaded when it is used
    cli/context.py              what every command shares: options, the world it works in, how it prints
    cli/start.py                init: a configuration and a database
    cli/items.py                add, edit: collages into the queue, and changed there
    cli/articles.py             import: published articles into the queue or into history
    cli/queue.py                ready, move, pin, hold, release, remove: the queue's order and states
    cli/slots.py                skip, pause, resume: when nothing shall go out
    cli/coming.py               next: what goes out when
    cli/deliveries.py           deliveries: what is on its way, what was tried and seen, and what a person decides
    cli/looking.py              list, show, history, notices: looking without changing
    cli/previews.py             preview: threads as cards, with counts, links, tags and price
    cli/roundups.py             roundup: those that were made, and those that would be
    cli/running.py              tick, run, post: doing what is due
    cli/templating.py           templates: which there are, a copy to change, and whether they work
    cli/texts.py                count, split: as the networks do, for scripts
    cli/connecting.py           connect: from nothing to a working account
    cli/accounts.py             doctor: whether each account can post, as whom, what it costs
    cli/alerting.py             alerts: whether they reach the people they are meant for
    cli/costs.py                costs: what the accounts have cost
    cli/backups.py              backup, restore: the whole database into one file, and back
    cli/simulation.py           simulate: a month, or years, in a moment
    clock.py                    APScheduler: when to tick; it holds no state of its own
    simulate.py                 a copy of the whole installation, played forward on a clock that jumps
    assemble.py                 settings in, working bot out: the only place that knows every class

The stages:
    duty.py                     one round of duty: the tick, and what people hear of what is coming or past due
    tick.py                     what is due now, in order of due time: slots, roundups, deliveries, notices
    deliver.py                  one delivery from claim to receipt
    roundup.py                  one roundup from the ledger to its link and its thread
    intake.py                   items taken in: read, checked, given a picture, put into the queue or into history
    outlook.py                  what would go out when, looked at before anything is done
    preview.py                  a thread as it would be sent now: the exact parts per account
    settle.py                   what follows when a thread does not get out now: it waits, is held, or has failed
    alone.py                    one living copy: what an account shows is ours, or a person is asked
    resolve.py                  what a person decides about a delivery: try again, say that it is out, or let it be
    sight.py                    all that is known of one delivery, gathered for the person who decides about it
    choices.py                  what becomes of a delivery by itself, and what a person may do about it
    brief.py                    before each slot and roundup: what goes out, where, for how much, and what is wrong
    watchdog.py                 whatever is past due becomes a notice
    recover.py                  what somebody left half done: put back, or looked for
    permit.py                   whether a thread of which nothing is out may begin
    alerts.py                   notices on their way to people, and the heartbeat
    bill.py                     what requests that succeeded cost, written down for the account
    world.py                    what a stage works with: configuration, database, clock, publishers

What the stages stand on:
    compose.py                  a collage or a roundup in one account's words: the exact parts of its thread
    pictures/read.py            a picture, checked: bytes untouched, facts from the content
    pictures/slide.py           a plain slide for a paper that has no picture yet, and its alt text
    pictures/font.py            fonts for the slide: the first that shows all of a text
    publishers/protocol.py      what every publisher can do, and nothing more
    publishers/table.py         every network we can publish to: one line each
    publishers/x.py             X: its settings, and what a publisher does there
    publishers/x_calls.py       an account's calls to X, each failure named by what to do next
    publishers/x_errors.py      what X's refusals mean, as data
    publishers/x_match.py       whether a post, as X shows it, is a part of ours
    publishers/x_media.py       pictures at X before anything is posted
    publishers/x_transport.py   one call: signed, on a connection of its own, ended by a deadline
    publishers/outbox.py        the network that needs no account: a folder that receives whole threads
    site/reach.py               whether a page answers at its address
    site/pages.py               a roundup as files: page, article, pictures, and the list of roundups
    site/folder.py              files put into a site's folder so that a reader never sees half of one
    sources/items.py            item files: Markdown under TOML front matter, the picture beside it
    sources/frontmatter.py      the front matter: every key known, every value of the right kind
    sources/article.py          a published article, read: what it says of itself, and its items
    sources/sections.py         one paper of a published roundup
    sources/drafts.py           the papers of a published list, as drafts
    sources/labels.py           what the words, addresses and emoji around a paper mean
    sources/markup.py           Markdown as published articles hold it
    sources/findings.py         what an article gets wrong: reported with its place, never repaired
    storage/database.py         one database, SQLite or PostgreSQL: connections, transactions, version
    storage/tables.py           the schema, one for both
    storage/indexes.py          the indexes, so that no look ever walks through history
    storage/schema.py           a database brought to the newest schema with Alembic
    storage/migrations/env.py   Alembic's entry, in the transaction it was given
    storage/queue.py            collages: what is in the queue, in which order
    storage/papers.py           papers and their links
    storage/slots.py            slots that were decided: each once, whoever is running
    storage/claims.py           the claim: a slot, its collage and the deliveries in one transaction
    storage/ledger.py           deliveries, parts and attempts: what was meant, tried, and is out
    storage/lookup.py           deliveries as a person looks at them: listed, named, with all that was tried and seen
    storage/roundups.py         roundups, each with a list that is fixed in one transaction
    storage/pictures.py         pictures, addressed by the SHA-256 of their bytes
    storage/charges.py          what the accounts really cost, request by request
    storage/series.py           how far each series has looked, and which account is held
    storage/installation.py     live or rehearsal, and the clock of a simulation
    storage/overdue.py          what is past due, for the watchdog
    storage/notices.py          what a maintainer must hear
    storage/alerts.py           how far each notice has got on its way to each destination
    storage/log.py              who changed what when
    storage/copy.py             every row of one database into another, as it was at one moment
    storage/backup.py           a whole database in one file: whole or not there, sealed, and checked
    storage/restore.py          an empty database filled from a backup, and what may be out looked for first
    writing.py                  the filters a writer of templates needs beside Jinja2's own
    rendering.py                the files the program brings along, and how a template is filled
    sandbox.py                  templates that reach nothing but their data, and end soon
    courier.py                  one message handed to one destination, in a process that is over at the deadline
    config.py                   config.toml and the environment as frozen, checked values
    workers.py                  one worker thread for each account
    files.py                    files that are there whole or not at all

The rules, without files, network or clock:
    core/errors.py              what can go wrong, named by what to do next
    core/paper.py               a paper and how it is cited ("Feurer et al. (2021)")
    core/collage.py             an item of the queue, its states and its legal moves
    core/delivery.py            a thread on its way to one account: parts, states, legal moves, receipts
    core/network.py             the networks: their limits, as data
    core/price.py               what a thread costs
    core/schedule.py            slots in a zone: when they fall, which are due, which were missed
    core/month.py               the roundup's rules: month, moment, number word, title, slug
    core/retry.py               after a failure: again at, never, or ask a person
    core/settings.py            a table of settings with its place, read into checked values
    core/words.py               what pages and posts say in the series' language
    core/text.py                words that fit: length, links and tags by each network's rule
    core/parts.py               a text in as few parts as fit, cut where it hurts a reader least
    core/breaks.py              where a text may be cut, and how much each place hurts
    core/sentences.py           where a sentence ends
    core/abbreviations.py       words before a full stop that ends no sentence
    core/markdown.py            a paragraph's Markdown as plain text for a post
    core/tex.py                 a TeX formula as plain text
    core/weight.py              the length of a text on X
    core/graphemes.py           what Bluesky and Mastodon count as one character
    core/links.py               links in a text, with a scheme and without
    core/domains.py             what makes a domain name
    core/tlds.py                top-level domains: a bare name that ends in one is a link on X
    core/tags.py                hashtags and mentions, as each network finds them
    core/span.py                a stretch of a text that means something
    core/codepoints.py          tables of code points: emoji, and what a hashtag may hold
    core/patterns.py            regular expressions compiled when first used
"""
