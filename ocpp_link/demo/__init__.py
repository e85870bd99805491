"""Simulated chargers: they speak real OCPP 1.6J to the real link, over loopback."""
