"""What an assistant may read and draft, as tools of the Model Context Protocol."""
