"""What the project promises in numbers, as ratios within one run."""
