"""mlcollage: one collage of a paper a week, and the month's roundup, by itself.

The way of a collage: queue → compose → pictures → publishers → ledger → roundup → site.

    __main__.py              python -m bot, and the mlcollage command
    core/collage.py          an item of the queue, its states and its legal moves
"""
