"""Providers to sign in by where there are none: Google, Apple and GitHub in their own shapes, on this machine.

Whoever comes is asked who they would like to be. The tests speak to the same ones, and let them fail.
"""
