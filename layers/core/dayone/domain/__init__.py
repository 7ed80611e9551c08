"""What should be, and what it takes to get there: pure, without AWS, clock, environment or logging."""
