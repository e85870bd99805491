"""What leaves the house as a document: control programmes as PDF, calendars of what falls due."""
