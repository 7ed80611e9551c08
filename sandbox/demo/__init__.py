"""The main job from end to end on the local AWS, told as it goes."""
