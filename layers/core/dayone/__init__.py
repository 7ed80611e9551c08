"""Day One keeps AWS access equal to what HR and the organisation say it should be."""
