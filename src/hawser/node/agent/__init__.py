"""The node's loop: watch, plan, apply, report."""
