"""What people must hear: the briefing before a slot, the watchdog, and the way of alerts."""
