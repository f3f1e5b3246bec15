"""Upsampling layers that learn while one watches: what they are to do, what they start from, every step of the way."""
