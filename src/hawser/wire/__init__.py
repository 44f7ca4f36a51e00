"""The contract between the wings: what a server tells a node (intent), what a node tells it (report).

The server decides what the network shall be; the node makes one machine so. They meet here only.
Everything is a frozen value; `codec` turns it into JSON and back.
"""
