"""The thread of a collage or a roundup for one account: templates, filters, the sandbox."""
