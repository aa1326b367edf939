"""The HTTP API, `/api/v1`: JSON in, JSON out, one file for each feature.

Each route parses its request, runs one action, and renders the outcome after the commit. What a route leads to stands
beside it, so that a test can walk from every route to its act; `/openapi.json` and `/docs` are made from the same.
"""
