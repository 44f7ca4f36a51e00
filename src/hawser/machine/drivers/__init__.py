"""The only place that touches a machine; each driver has a twin in memory."""
