"""The compute agent: runs the instances of its host as containers, and says how they are."""
