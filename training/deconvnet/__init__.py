"""How the bundled DeconvNet was trained and judged: `python -m training deconvnet --help`."""
