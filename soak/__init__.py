"""Faults and changes in random order on a real lab, for as long as one likes: `python -m soak`.

After each step: one master, traffic flows, the API tells the truth, nothing of what was deleted is left. The order
hangs on the seed alone, so a failure can be met again: `python -m soak --seed SEED`.
"""
