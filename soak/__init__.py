"""Faults and changes in random order on a real lab, for as long as one likes: `python -m soak`.

After each step: one master a router, traffic flows, connections live, the API tells the truth, nothing of what is gone
is left. The order hangs on the seed alone, so a failure can be met again: `python -m soak --seed SEED`.

    __main__  the command                  run     step after step, and what each is held to
    site      the lab, and its state       steps   the table of all that may happen
    faults    what breaks, and is mended   changes what users and operators ask for
    sentry    who is master, and when      flows   connections that must live on
    checks    what is true after a step    leaks   what must not be left of anything
    holding   times with two masters; pure tally   what came out of it; pure
"""
