"""Where the words of actions stand, the most telling place first."""

from pcaet.lib.search import Source

SOURCES = (
    Source("actions_title", "actions_action", ("code", "title"), "id", 10),
    Source("measures_title", "actions_measure", ("title",), "action_id", 4),
    Source(
        "actions_body",
        "actions_action",
        ("context", "description", "consultation", "impact_objective", "pilot_raw"),
        "id",
        1,
    ),
)
