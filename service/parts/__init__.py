"""What a technician brings along: parts, the kits they are packed in, and what wears out where."""
