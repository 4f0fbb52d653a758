"""The networks' sides: each takes a thread and gives receipts, and decides nothing."""
