"""What somebody is to the house."""

from enum import StrEnum


class Role(StrEnum):
    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    OPERATIONS = "operations"
    CUSTOMER = "customer"
    ADMINISTRATOR = "administrator"
