"""How makers' chargers take remote actions: seen on the wire of real ones, not all are alike."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Manners:
    # Actions answered with CALLERROR, and with which code.
    lacks: dict[str, str] = field(default_factory=dict)
    # Fixed cables have nothing to unlock.
    unlocks: bool = True
    # Seconds from the answer to a Reset until the socket closes, and until it is back.
    closes_after_s: float = 1.0
    back_after_s: float = 4.0
    # Closes the socket without having answered the Reset.
    hasty: bool = False


MANNERS = {
    "plain": Manners(),
    "no_unlock": Manners(unlocks=False, back_after_s=3.0),
    "no_trigger": Manners(lacks={"TriggerMessage": "NotImplemented"}, back_after_s=6.0),
    "slow_boot": Manners(unlocks=False, closes_after_s=2.0, back_after_s=10.0),
    "hasty": Manners(hasty=True, closes_after_s=0.0, back_after_s=2.0),
}

CONFIGURATION = {
    "HeartbeatInterval": "300",
    "MeterValueSampleInterval": "30",
    "ClockAlignedDataInterval": "900",
    "ConnectionTimeOut": "60",
    "LocalPreAuthorize": "false",
    "AuthorizeRemoteTxRequests": "true",
    "StopTransactionOnEVSideDisconnect": "true",
    "UnlockConnectorOnEVSideDisconnect": "true",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import",
    "WebSocketPingInterval": "0",
    "NumberOfConnectors": "",
    "SupportedFeatureProfiles": "Core,FirmwareManagement,RemoteTrigger,Reservation",
    "GetConfigurationMaxKeys": "40",
}
READ_ONLY = {"NumberOfConnectors", "SupportedFeatureProfiles", "GetConfigurationMaxKeys"}
NEEDS_REBOOT = {"WebSocketPingInterval"}
