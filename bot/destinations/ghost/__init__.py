"""A blog with Ghost: settings, calls, errors."""
