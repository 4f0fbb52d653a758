"""X (formerly Twitter): its settings, its API calls, its errors."""
