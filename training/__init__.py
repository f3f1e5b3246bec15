"""How the bundled FCN was trained and judged: `python -m training --help`. The app never imports this package."""
