"""The words that everything speaks: facts, policy, subjects, operations, changes."""
