"""The server wing: what the network shall be, kept in one store, told to the nodes."""
