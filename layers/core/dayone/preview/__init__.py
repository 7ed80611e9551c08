"""What would follow from another policy or another fact."""
