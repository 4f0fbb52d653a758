"""Bluesky: its settings, its calls (XRPC), its records with their keys and hashes, its errors."""
