"""What must be heard: the briefing before a slot, the watchdog, the way of alerts to people and of
events to scripts.
"""
