"""The commands, a module for each word after `dayone`."""
