"""Ports: what the use cases need from outside, as Protocols with AWS adapters and in-memory fakes.

Every method may raise `Unavailable` when there was no usable answer; a failed read is never an empty answer.
"""
