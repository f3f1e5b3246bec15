"""Networks as people write them, classes and all: gone through without being run, and told as a stack of layers."""
