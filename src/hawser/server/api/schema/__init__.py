"""One file per noun: its attributes, from request to values and from values to response."""
