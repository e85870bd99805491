"""The technician's tablet: the app, what it is given, and what it hands over."""
