"""A person at a web browser: Chromium without a window, driven over its DevTools protocol."""
