"""What a new password must be, in sentences."""

from typing import Any

from doorward.features.policy.model import PasswordRules


def password_asked(rules: PasswordRules) -> dict[str, Any]:
    """Return what the rules ask of a new password, and its shortest length."""
    counts = [
        (rules.min_letters, "letter"),
        (rules.min_digits, "digit"),
        (rules.min_specials, "special character"),
    ]
    sentences = [f"At least {rules.min_length} characters; spaces are welcome."]
    sentences += [f"At least {count} {thing}{'s' if count > 1 else ''}." for count, thing in counts if count]
    if rules.min_groups:
        sentences.append(f"Characters of {rules.min_groups} groups: small letters, capitals, digits, specials.")
    sentences.append("Not a common password, and without your name or address.")
    if rules.previous_passwords:
        sentences.append(f"Not one of your last {rules.previous_passwords}.")
    return {"rules": sentences, "least": rules.min_length}
