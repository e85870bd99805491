"""The version of the program: CHANGELOG.md says what came with it."""

VERSION = "0.1.0"
