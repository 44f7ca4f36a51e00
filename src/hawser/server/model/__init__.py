"""The nouns as frozen values, and the rules about them that are true without a database. Pure.

Ids are strings as the API shows them (UUIDs with dashes; project ids as identity gives them); times are
`datetime` in UTC.
"""
