"""Records that may be of one human being, by digests and never by name."""
