"""The page on which layers learn: its settings, the player of a course, and backpropagation on the stage."""
