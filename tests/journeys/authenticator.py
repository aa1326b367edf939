"""Authenticators that Chromium makes up, for the journeys that need one."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession

from tests.journeys.visitor import Visitor

PHONE = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
         "isUserVerified": True}  # fmt: skip
KEY = {"protocol": "u2f", "transport": "usb"}


@dataclass
class Authenticator:
    """A virtual authenticator of Chromium (W3C Web Authentication, section 11), plugged into one window."""

    cdp: CDPSession
    id: str

    @classmethod
    def plug_into(cls, person: Visitor, **kind: Any) -> "Authenticator":
        """Give a window an authenticator that agrees to whatever it is asked."""
        cdp = person.context.new_cdp_session(person.page)
        cdp.send("WebAuthn.enable")
        options = {**kind, "automaticPresenceSimulation": True}
        return cls(cdp, cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])

    def agree(self, *, to: bool) -> None:
        """Let it answer by itself, or wait for a touch that never comes."""
        self.cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self.id, "enabled": to})

    def held(self) -> list[dict[str, Any]]:
        """List what it holds."""
        found: list[dict[str, Any]] = self.cdp.send("WebAuthn.getCredentials", {"authenticatorId": self.id})[
            "credentials"
        ]
        return found
