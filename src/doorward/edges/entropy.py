"""The only place that draws chance."""

import secrets


class SystemEntropy:
    """The operating system's source of chance, fit for keys and codes."""

    def bytes(self, count: int) -> bytes:
        """Draw `count` unpredictable bytes."""
        return secrets.token_bytes(count)

    def below(self, limit: int) -> int:
        """Draw a number from 0 to `limit` - 1, each as likely as the others."""
        return secrets.randbelow(limit)
