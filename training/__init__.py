"""How the bundled networks were trained and judged: `python -m training --help`, `python -m training deconvnet --help`.

The app never imports this package.
"""
