"""Preview of the effects of another policy or another fact."""
