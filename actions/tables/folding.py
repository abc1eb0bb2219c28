"""Texts for comparison, each folded once: tables repeat themselves."""

from functools import lru_cache

from pcaet.lib.text import fold as _fold

# As many texts as a large table holds; the longest are a few hundred characters.
CACHED = 40_000

fold = lru_cache(maxsize=CACHED)(_fold)
