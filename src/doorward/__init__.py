"""Doorward: a sign-in server that an organisation runs itself."""
