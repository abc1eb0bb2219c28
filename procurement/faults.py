"""What is wrong with a line of a table."""


class RowFault(Exception):
    """A line that cannot be used: its column, and why in French."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason
