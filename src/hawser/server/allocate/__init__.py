"""Pure choosers: addresses, MACs, segments, VRIDs, agents."""
