"""The demo fleet: real models at real addresses in Sweden, with owners that do not exist."""
