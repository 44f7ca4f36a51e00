"""The API's figures: a real server and the real Keystone, on SQLite and on PostgreSQL, and one client process."""
