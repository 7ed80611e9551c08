"""Handle commands: reconcile subjects, roll policies out, carry decisions out, sweep."""
