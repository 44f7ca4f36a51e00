"""Pure choosers of addresses, MACs, segments, VRIDs and agents: told what is taken, they say what to take."""
