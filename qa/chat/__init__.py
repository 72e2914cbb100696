"""Chat tools, one file each: a message becomes a question, an answer becomes what that tool shows."""
