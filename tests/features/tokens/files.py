"""Files of tokens for tests: CSV, and containers with the encrypted values that RFC 6030 prints in figures 6 and 7."""

from doorward.edges.crypto.containers import AesCiphers
from doorward.features.tokens.actions.reading import read_file
from doorward.features.tokens.model import ContainerKey, TokenFileFormat, TokenFileRead
from doorward.kernel.ports import Secret

SEED = b"12345678901234567890"
"""The secret of the RFCs' examples."""
SEED_BASE64 = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="
SHARED = ContainerKey(key=bytes.fromhex("12345678901234567890123456789012"))
"""The key of figure 6."""
PASSWORD = ContainerKey(password=Secret("qwerty"))
"""The password of figure 7."""

_NAMES = (
    'xmlns="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" xmlns:xenc11="http://www.w3.org/2009/xmlenc11#" '
    'xmlns:pkcs5="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#"'
)
AES128 = "http://www.w3.org/2001/04/xmlenc#aes128-cbc"
HOTP, TOTP = "urn:ietf:params:xml:ns:keyprov:pskc:hotp", "urn:ietf:params:xml:ns:keyprov:pskc:totp"
SHARED_KEY = "<EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>"
DERIVED_KEY = """<EncryptionKey><xenc11:DerivedKey>
  <xenc11:KeyDerivationMethod Algorithm="http://www.rsasecurity.com/rsalabs/pkcs/schemas/pkcs-5v2-0#pbkdf2">
    <pkcs5:PBKDF2-params><Salt><Specified>Ej7/PEpyEpw=</Specified></Salt>
      <IterationCount>1000</IterationCount><KeyLength>16</KeyLength><PRF/></pkcs5:PBKDF2-params>
  </xenc11:KeyDerivationMethod><xenc11:MasterKeyName>My Password 1</xenc11:MasterKeyName>
</xenc11:DerivedKey></EncryptionKey>"""


def cipher(value: str, algorithm: str = AES128) -> str:
    """Write what is inside of an encrypted value."""
    return (
        f'<xenc:EncryptionMethod Algorithm="{algorithm}"/>'
        f"<xenc:CipherData><xenc:CipherValue>\n  {value}\n</xenc:CipherValue></xenc:CipherData>"
    )


def checked(mac_key: str, hash_: str = "http://www.w3.org/2000/09/xmldsig#hmac-sha1") -> str:
    """Write by what the values are checked."""
    key = f"<MACKey>{mac_key}</MACKey>" if mac_key else ""
    return f'<MACMethod Algorithm="{hash_}">{key}</MACMethod>'


def sealed(value: str, mac: str, algorithm: str = AES128) -> str:
    """Write an encrypted value with its check value."""
    check = f"<ValueMAC>{mac}</ValueMAC>" if mac else ""
    return f"<EncryptedValue>{cipher(value, algorithm)}</EncryptedValue>{check}"


def plain(value: str) -> str:
    """Write a value as it is."""
    return f"<PlainValue>{value}</PlainValue>"


def package(
    serial: str = "987654321", *, algorithm: str = HOTP, seed: str = plain(SEED_BASE64), data: str = "", **parts: str
) -> str:
    """Write a key package; `device`, `parameters` and `policy` are what stands in those."""
    parameters = parts.get("parameters", '<ResponseFormat Length="6" Encoding="DECIMAL"/>')
    device = parts.get("device", "")
    policy = f"<Policy>{parts['policy']}</Policy>" if "policy" in parts else ""
    return f"""<KeyPackage>
  <DeviceInfo><Manufacturer>TokenVendorAcme</Manufacturer><SerialNo>{serial}</SerialNo>{device}</DeviceInfo>
  <Key Id="K-{serial}" Algorithm="{algorithm}"><Issuer>Issuer</Issuer>
    <AlgorithmParameters>{parameters}</AlgorithmParameters>
    <Data><Secret>{seed}</Secret>{data}</Data>{policy}</Key>
</KeyPackage>"""


def nameless(key: str) -> str:
    """Write a key package that says nothing of its device; `key` is the attributes of its key."""
    return f"<KeyPackage><Key {key}><Data><Secret>{plain(SEED_BASE64)}</Secret></Data></Key></KeyPackage>"


def container(*inside: str) -> bytes:
    """Write a container of these parts."""
    root = f'<KeyContainer Version="1.0" {_NAMES}>{"".join(inside)}</KeyContainer>'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'.encode()


FIGURE_6_MAC_KEY = cipher("ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX")
FIGURE_6_SEED = sealed(
    "AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv", "Su+NvtQfmvfJzF6bmQiJqoLRExc="
)
FIGURE_7_MAC_KEY = cipher("2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx")
FIGURE_7_SEED = sealed(
    "oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f", "LP6xMvjtypbfT9PdkJhBZ+D6O4w="
)
FIGURE_6 = container(
    SHARED_KEY, checked(FIGURE_6_MAC_KEY), package(seed=FIGURE_6_SEED, data=f"<Counter>{plain('0')}</Counter>")
)
FIGURE_7 = container(DERIVED_KEY, checked(FIGURE_7_MAC_KEY), package(seed=FIGURE_7_SEED))


def read(
    raw: bytes | str, key: ContainerKey | None = None, form: TokenFileFormat = TokenFileFormat.PSKC
) -> TokenFileRead:
    """Read a file."""
    said = raw.encode() if isinstance(raw, str) else raw
    return read_file(said, form, key or ContainerKey(), AesCiphers(), lambda _: None)


def wrong(found: TokenFileRead) -> list[tuple[int, str, str]]:
    """List what is wrong with a file."""
    return [(error.line, error.column, error.refused.code) for error in found.errors]
