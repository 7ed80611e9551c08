"""What the use cases need from the world, as Protocols; adapters fulfil them against AWS, fakes in memory.

Every method may raise `Unavailable` when there was no usable answer; a failed read is never an empty answer.
"""
