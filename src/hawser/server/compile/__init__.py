"""From a picture of the store to what each node shall be. Pure."""
