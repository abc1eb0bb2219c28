"""Where the words of indicators stand."""

from pcaet.lib.search import Source

SOURCES = (
    Source("indicators_name", "indicators_indicator", ("name",), "action_id", 3),
)
