"""MiniStack, the local AWS below Identity Center: corrected where it departs from AWS in ways that matter here."""
