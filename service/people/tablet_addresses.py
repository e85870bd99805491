"""Which right each address for tablets asks for. Whoever may not carry one has no token for it."""

TABLET: dict[str, str] = {
    "tablet_contact.contact": "tablets.speak",
    "tablet_contact.wiped": "tablets.speak",
    "tablet_package.show": "tablets.speak",
    "tablet_operations.take": "tablets.speak",
    "tablet_operations.put_blob": "tablets.speak",
    "tablet_operations.has_blob": "tablets.speak",
}
