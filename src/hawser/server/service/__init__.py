"""One file per noun: one use case = rules + one transaction.

Every use case is `function(store, caller, ...)`. A caller who is not an administrator sees its own project's
things, and the networks that are shared or external with their subnets; anything else is `NotFound`. Which
attributes a caller may say or see is the API's policy, not decided here.
"""
