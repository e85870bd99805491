"""Why an action came to nothing, in the rules' words: kept in English, translated on pages.

A person who takes an action back says why in words of his own: those stand as they are.
"""

from service.remote.actions import N_

CAR_CHARGES = N_("a car charges there now")
NEVER_CONNECTED = N_("the charger did not connect within an hour")
LINK_BROKE_OFF = N_("the link broke off; the charger may have heard it or not")
CONNECTION_ENDED = N_("the connection ended before an answer came")
NEVER_ASKED = N_("the connection had ended: the charger has not been asked")
TOO_LATE = N_("no answer within the time that it is given")
NOT_A_VARIABLE = N_(
    "this charger speaks OCPP 2: a setting of it is named Component.Variable, "
    "such as OCPPCommCtrlr.HeartbeatInterval"
)
KNOWN = (
    CAR_CHARGES,
    NEVER_CONNECTED,
    LINK_BROKE_OFF,
    CONNECTION_ENDED,
    NEVER_ASKED,
    TOO_LATE,
    NOT_A_VARIABLE,
)
