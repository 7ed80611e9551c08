"""What the command reads: files, times, and answers to its questions."""
