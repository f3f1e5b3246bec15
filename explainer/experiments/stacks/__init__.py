"""Stacks of layers: read without being run, sizes and costs asked of torch on tensors without memory, drawn as a U."""
