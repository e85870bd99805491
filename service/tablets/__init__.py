"""What tablets send and fetch: operations as they come, and the day's package."""
