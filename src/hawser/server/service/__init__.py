"""One file per noun: each use case is its rules and one transaction."""
