"""A newsletter at Buttondown: settings, calls, errors."""
