"""What the policy means: matching, sensitivity, protection, versions."""
