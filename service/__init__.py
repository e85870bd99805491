"""The field service desk for charging stations.

FEATURES is the order in which to read the code and the order in which it may be
imported: a feature may import the ones above it, never the ones below. `intake`
and `schedule` stand above them all and are all that joins them from outside.
"""

FEATURES = (
    "core",
    "people",
    "stations",
    "parts",
    "contracts",
    "monitoring",
    "sessions",
    "checklists",
    "tickets",
    "remote",
    "plans",
    "visits",
    "tablets",
    "reports",
    "portal",
)
