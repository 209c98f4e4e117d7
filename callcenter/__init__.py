"""The live floor, figures, recordings and callbacks of a call centre on Asterisk."""

__version__ = "0.1.0"
