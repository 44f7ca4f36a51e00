"""What every room may use: errors, addresses, ids, clock, log, config. It imports nothing of ours."""
