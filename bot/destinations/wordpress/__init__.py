"""A blog with WordPress: settings, calls, errors."""
