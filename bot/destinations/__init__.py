"""Places that a roundup is published at, besides the folder of its own site."""
