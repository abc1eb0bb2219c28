"""Small sentences with numbers: in French, 0 and 1 are singular."""


def counted(number: int, singular: str, plural: str) -> str:
    """«0 résultat», «1 résultat», «2 résultats», with a no-break space."""
    return f"{number}\u00a0{plural if number >= 2 else singular}"
