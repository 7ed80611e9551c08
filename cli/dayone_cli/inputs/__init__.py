"""Input of the command: files, times, and answers to its questions."""
