"""The process: settings become a working bot, and something keeps it ticking."""
