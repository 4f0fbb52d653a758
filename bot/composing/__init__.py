"""A collage or a roundup in one account's words: templates, filters, the sandbox."""
