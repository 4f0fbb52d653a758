"""The networks' sides: each takes a thread and gives receipts, translates errors, and decides nothing."""
