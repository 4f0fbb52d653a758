"""Servers with Mastodon's API: settings, calls, errors."""
