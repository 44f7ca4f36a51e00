"""The node wing: makes one machine what its intent says, and keeps it so, with or without a server."""
