"""Dalil as an OpenAI-compatible model: what clients of that API send, and what they read."""
