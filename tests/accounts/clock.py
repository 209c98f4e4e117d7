"""A clock to turn by hand."""


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = 1_763_800_000.0

    def __call__(self) -> float:
        return self.now
