"""The server: routes and streams round networks that live in worker processes."""

__version__ = "0.1.0"
