"""What other features ask of passwords: the steps that hash are in `signin`, which alone meets the person."""

from collections.abc import Callable, Sequence

from doorward.edges.breach_lists import digest_of
from doorward.edges.call import Call
from doorward.edges.common_passwords import shipped
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Account
from doorward.features.audit.rules import entries
from doorward.features.passwords import rules, store
from doorward.features.passwords.model import (
    Ask,
    BreachList,
    BreachListImported,
    BreachListsCleared,
    BreachListsShown,
    BreachListThere,
    Chooser,
    ClearBreachLists,
    ImportBreachList,
    ListBreachLists,
    NoBreachLists,
    StoredPassword,
    Whose,
)
from doorward.features.policy import actions as policy
from doorward.features.policy.model import PasswordRules
from doorward.kernel.act import act
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import LookUp, Refused
from doorward.kernel.ports import BreachListing, Secret


def find(call: Call, account: AccountId) -> StoredPassword | None:
    """Load an account's password hash; None for an account without a password."""
    return store.of_account(call.sql, account)


def rules_for(call: Call, account: AccountId) -> PasswordRules:
    """Load the password rules that serve an account; one that is about to be made is served by `default`."""
    return policy.password_rules(call, accounts.serving(call, account))


def must_change(call: Call, stored: StoredPassword, serving: str) -> bool:
    """Return whether a new password is asked before a session: marked by an operator, or expired (PASS-3)."""
    days = policy.password_rules(call, serving).days_valid
    return stored.must_change or rules.expired(stored.changed_at, call.now, days)


def chooser(account: Account) -> Chooser:
    """Return who chooses a password, of an account that is there."""
    return account.id, Whose(account.user_name, account.email)


def judge(asked: PasswordRules, password: Secret, whose: Whose, is_common: rules.IsCommon) -> Refused | None:
    """Refuse a new password by the first rule that it fails (PASS-1, PASS-2)."""
    return rules.judge(password, rules.asked_by(asked), whose, is_common)


def lists_in_use(call: Call) -> tuple[str, ...]:
    """Name the files of the site's breach lists, each once."""
    return tuple(sorted({one.digest for one in store.lists(call.sql)}))


def look_up(call: Call, password: Secret) -> LookUp | None:
    """Return what to look for in the site's breach lists, with no transaction open; None where there is no list."""
    names = lists_in_use(call)
    return LookUp(tuple(map(digest_of, rules.spellings(password))), names) if names else None


def compared(text: str) -> str:
    """Bring a password of a plain list to the form in which it is compared: without regard to case."""
    return rules.fold(text)


def refuse_listed(answer: BreachListing) -> Refused | None:
    """Refuse a password by what came of looking for it in the breach lists (PASS-2)."""
    return rules.judge_listed(answer)


def hashes_to_differ_from(call: Call, account: AccountId) -> tuple[str, ...]:
    """List the hashes that a new password must not fit: the present one and those before, as the rules ask."""
    count = rules_for(call, account).previous_passwords
    present = store.of_account(call.sql, account)
    if count == 0 or present is None:
        return ()
    return (present.hash, *store.earlier(call.sql, account, count - 1))


def refuse_used(asked: PasswordRules, *, had_before: bool) -> Refused | None:
    """Refuse a password that the account had before (PASS-1)."""
    return rules.judge_history(rules.asked_by(asked), had_before=had_before)


def refuse_moment(call: Call, stored: StoredPassword) -> Refused | None:
    """Refuse a second change within 24 hours where the rules ask for that (PASS-1)."""
    return rules.judge_moment(stored.chosen_at, call.now, rules.asked_by(rules_for(call, stored.account)))


def put(call: Call, account: AccountId, encoded: str, *, must_change: bool = False) -> None:
    """Write a new password's hash; as many earlier ones are kept as the rules ask about."""
    store.put(call.sql, account, encoded, call.now, must_change=must_change)
    store.forget_earlier(call.sql, account, max(rules_for(call, account).previous_passwords - 1, 0))


def note_chosen(call: Call, account: AccountId) -> None:
    """Note that the new password was the person's own wish: the next one may have to wait (PASS-1)."""
    store.note_chosen(call.sql, account, call.now)


def put_first(call: Call, new: Sequence[StoredPassword]) -> None:
    """Write the hashes that accounts bring along: for an import."""
    if new:
        store.add_many(call.sql, new)


def upgrade(call: Call, stored: StoredPassword, encoded: str) -> None:
    """Keep the same password under present parameters (PASS-4)."""
    store.upgrade(call.sql, stored.account, stored.hash, encoded)


def mark(call: Call, account: AccountId, *, must_change: bool) -> bool:
    """Ask for a new password at the next sign-in, or no longer; tell whether that is news."""
    stored = store.of_account(call.sql, account)
    if stored is None or stored.must_change == must_change:
        return False
    store.mark(call.sql, account, must_change=must_change)
    return True


def count_to_upgrade(call: Call, current: Callable[[str], bool]) -> int:
    """Count passwords whose hash is older or imported: until its next use it takes another time (PASS-4)."""
    return store.count(call.sql, lambda stored: not current(stored))


def ask_for_link(call: Call, account: AccountId) -> bool:
    """Write down that a password was forgotten; False where that was asked too often within the hour (PASS-5).

    A name that nobody has is written down alike, under what stands for it, so that every name takes the same road.
    """
    if not rules.may_ask(store.asked_since(call.sql, account, call.now - rules.ASKS_WITHIN)):
        return False
    origin = call.origin
    made = Ask(
        account=account,
        id=new_id(call.now, call.entropy),
        asked_at=call.now,
        address=origin.address[: entries.ADDRESS],
        user_agent=origin.user_agent[: entries.USER_AGENT],
    )
    store.ask(call.sql, made)
    return True


def unanswered_asks(call: Call, most: int) -> list[Ask]:
    """List the forgotten passwords that nobody has been mailed about yet."""
    return store.unanswered(call.sql, most)


def answer_ask(call: Call, ask: Ask) -> bool:
    """Note that an ask is answered; of two that answer it at once, one is told True."""
    return store.answer(call.sql, ask, call.now)


def purge_asks(call: Call) -> int:
    """Forget asks that no longer count."""
    return store.forget_asks(call.sql, call.now - rules.ASKS_WITHIN)


@act("sign-in-security:read", event=None, writes=False)
def list_breach_lists(call: Call, command: ListBreachLists) -> BreachListsShown:
    """List the breach lists that the site imported, and how many common passwords come with the product."""
    del command
    return BreachListsShown(tuple(store.lists(call.sql)), len(shipped()))


@act("sign-in-security:modify", event="passwords.breach_list_imported")
def import_breach_list(call: Call, command: ImportBreachList) -> BreachListImported | BreachListThere | Refused:
    """Look for new passwords in a list whose file is in its place; one of the same name is no more (PASS-2)."""
    call.note.details.update(list=command.name, source=command.source, entries=command.entries)
    if refused := rules.judge_list_name(command.name):
        return refused
    before = next((one for one in store.lists(call.sql) if one.name == command.name), None)
    if before is not None and before.digest == command.digest:
        return BreachListThere()
    store.put_list(
        call.sql,
        BreachList(
            name=command.name,
            digest=command.digest,
            entries=command.entries,
            source=command.source,
            form=command.form,
            min_count=command.min_count,
            imported_at=call.now,
            imported_by=call.actor.name,
        ),
    )
    return BreachListImported(before is not None)


@act("sign-in-security:modify", event="passwords.breach_list_cleared")
def clear_breach_lists(call: Call, command: ClearBreachLists) -> BreachListsCleared | NoBreachLists | Refused:
    """Look for new passwords in a list no longer, or in none but the one that comes with the product."""
    there = [one for one in store.lists(call.sql) if command.name in {None, one.name}]
    call.note.details.update(lists=len(there), entries=sum(one.entries for one in there))
    if command.name is not None:
        call.note.details["list"] = command.name
    if not there:
        return NoBreachLists() if command.name is None else Refused("breach_lists.not_found")
    for one in there:
        store.forget_list(call.sql, one.name)
    return BreachListsCleared(len(there))
