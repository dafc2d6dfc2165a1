"""From pinned bricks to bytes: pure functions that know neither Django nor the database nor the clock.

They run in a process of their own, with limits (`contained`), because what they are given was written by people.
Nothing in here may import Django: the process would start slowly and know secrets.
"""
