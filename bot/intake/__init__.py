"""Items and published articles: read, checked, and put into the queue."""
