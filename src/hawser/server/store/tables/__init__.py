"""One file per noun: its tables, and rows to values and back."""
