"""The shapes of what crosses the border, checked before anything inside sees it."""
