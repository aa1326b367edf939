import os
from pathlib import Path
from typing import Any

import pytest

from doorward import config
from doorward.kernel.obstacle import Obstacle


def load(data: Path, file: str = "", environ: dict[str, str] | None = None, **options: Any) -> config.Loaded:
    """Load settings from a file, an environment and options."""
    data.mkdir(exist_ok=True)
    if file:
        (data / "doorward.toml").write_text(file)
    return config.load({"data": data, **options}, environ or {})


def test_the_least_that_works_is_nothing(tmp_path: Path) -> None:
    """Without any configuration: SQLite and a Maildir in the data directory, on loopback."""
    settings = load(tmp_path).settings

    assert settings.database == f"sqlite:///{tmp_path}/doorward.db"
    assert settings.mail == f"maildir://{tmp_path}/mail"
    assert settings.public_url == "http://127.0.0.1:8420"
    assert settings.address == ("127.0.0.1", 8420)
    assert (settings.workers, settings.hash_places) == (1, 64)
    assert (settings.argon2_memory_kib, settings.argon2_passes, settings.argon2_lanes) == (19_456, 2, 1)


def test_options_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    """Each value comes from the last place that names it, and says which that was."""
    environ = {"DOORWARD_WORKERS": "3", "DOORWARD_NODE": "oak"}
    loaded = load(tmp_path, 'workers = 2\nnode = "elm"\nlog_level = "debug"', environ, workers=4)

    assert (loaded.settings.workers, loaded.settings.node, loaded.settings.log_level) == (4, "oak", "debug")
    assert loaded.origins["workers"] == "option"
    assert loaded.origins["node"] == "environment"
    assert loaded.origins["log_level"] == "doorward.toml"
    assert loaded.origins["mail"] == "default"


def test_the_data_directory_may_come_from_the_environment(tmp_path: Path) -> None:
    """`DOORWARD_DATA` is what `--data` is, and its file is read."""
    (tmp_path / "doorward.toml").write_text("workers = 5")

    loaded = config.load({}, {"DOORWARD_DATA": str(tmp_path)})

    assert (loaded.settings.data, loaded.settings.workers) == (tmp_path, 5)


def test_other_variables_are_nobodys_business(tmp_path: Path) -> None:
    """Only names that begin with DOORWARD_ are looked at."""
    assert load(tmp_path, environ={"WORKERS": "9", "PATH": "/bin"}).settings.workers == 1


@pytest.mark.parametrize(
    ("file", "environ", "options", "said"),
    [
        ("wokers = 2", {}, {}, r"`wokers` in .*doorward.toml is not a setting. Did you mean `workers`\?"),
        ("", {"DOORWARD_LISTN": "x"}, {}, r"DOORWARD_LISTN is not a setting. Did you mean `listen`\?"),
        ("zzz = 1", {}, {}, "`zzz` in .* is not a setting. `doorward config show` lists them all."),
        ("workers =", {}, {}, "doorward.toml is not TOML: .* Correct that line."),
        ("workers = 0", {}, {}, "`workers` in .* cannot be '0': input should be greater than or equal to 1"),
        ("", {"DOORWARD_WORKERS": "two"}, {}, "DOORWARD_WORKERS cannot be 'two': input should be a valid integer"),
        ("", {}, {"tls_cert": "c"}, "tls_cert and tls_key go together, and only one is set."),
        ("", {}, {"listen": "8420"}, "--listen cannot be '8420': it is an address and a port such as 127.0.0.1:8420"),
        ("", {}, {"listen": "127.0.0.1:99999"}, "it is an address and a port"),
        ("", {}, {"behind_proxy": "10.0.0.1/8"}, "--behind-proxy cannot be '10.0.0.1/8': 10.0.0.1/8 has host bits set"),
        ('public_url = "login.example.org"', {}, {}, "it is an address such as https://login.example.org"),
        ('public_url = "https://a.example/x"', {}, {}, "it has no path"),
        ('database = "mysql://db/x"', {}, {}, "it is sqlite:///PATH or postgresql://USER@HOST/NAME"),
        (
            'database = "postgresql://a:s@x/y?no=1"',
            {},
            {},
            r"a:\*\*\*@x/y\?no=\*\*\*': libpq does not take it, inv",
        ),
        ('database = "postgresql://a:s@s@x/y"', {}, {}, "in its password @ is written %40, and / is written %2F"),
        ('database = "postgresql://a:s/s@x/y"', {}, {}, "in its password @ is written %40, and / is written %2F"),
        ('database = "postgresql://a:s/y"', {}, {}, r"'postgresql://\*\*\*': its port is no number"),
        ('mail = "pigeon://x"', {}, {}, "it is smtp://HOST:PORT"),
        ('node = "a b"', {}, {}, "`node` in .* cannot be 'a b'"),
        ('data = "/tmp"', {}, {}, "names a data directory. Take the line out"),
        ("argon2_passes = 1", {}, {}, "The password hash would be too cheap"),
        ("hash_places = 10", {}, {}, "greater than or equal to 64"),
    ],
)
def test_a_setting_that_cannot_be_is_told_in_one_sentence(
    tmp_path: Path, file: str, environ: dict[str, str], options: dict[str, Any], said: str
) -> None:
    """The key is named as it is written at its place, with what is wrong and how to mend it."""
    with pytest.raises(Obstacle, match=said):
        load(tmp_path, file, environ, **options)


@pytest.mark.parametrize("listen", ["0.0.0.0:8420", "[::]:8420", "192.0.2.1:80", "login.example.org:443"])
def test_listening_beyond_loopback_in_the_clear_is_refused(tmp_path: Path, listen: str) -> None:
    """Without TLS or a proxy passwords would go over the network readable."""
    with pytest.raises(Obstacle, match=r"would send passwords over the network in the clear. Give --tls-cert"):
        load(tmp_path, listen=listen, public_url="https://login.example.org")


@pytest.mark.parametrize(
    "options", [{"behind_proxy": "10.0.0.0/8"}, {"tls_cert": "/etc/c.pem", "tls_key": "/etc/k.pem"}]
)
def test_listening_beyond_loopback_with_tls_or_a_proxy_is_allowed(tmp_path: Path, options: dict[str, Any]) -> None:
    """Either ends TLS; the address that people open has to be known then."""
    with pytest.raises(Obstacle, match="needs the address that people open"):
        load(tmp_path, listen="0.0.0.0:8420", **options)
    settings = load(tmp_path, listen="0.0.0.0:8420", public_url="https://login.example.org", **options).settings

    assert settings.beyond_loopback


@pytest.mark.parametrize(
    ("listen", "tls", "address"),
    [
        ("127.0.0.1:9000", False, "http://127.0.0.1:9000"),
        ("localhost:9000", False, "http://localhost:9000"),
        ("[::1]:9000", False, "http://[::1]:9000"),
        ("127.0.0.1:9000", True, "https://127.0.0.1:9000"),
    ],
)
def test_the_public_address_follows_the_port(tmp_path: Path, listen: str, tls: bool, address: str) -> None:
    """Whoever only moves the port gets links that work."""
    files: dict[str, Any] = {"tls_cert": "c", "tls_key": "k"} if tls else {}

    assert load(tmp_path, listen=listen, **files).settings.public_url == address


def test_a_public_address_is_kept_in_one_spelling(tmp_path: Path) -> None:
    """A browser's Origin is compared with it: lower case, without a slash at its end."""
    assert load(tmp_path, public_url="HTTPS://Login.Example.ORG/").settings.public_url == "https://login.example.org"


def test_paths_in_the_file_are_seen_from_the_data_directory(tmp_path: Path) -> None:
    """So a certificate can lie beside the file that names it."""
    settings = load(tmp_path, 'tls_cert = "chain.pem"\ntls_key = "/etc/key.pem"').settings

    assert (settings.tls_cert, settings.tls_key) == (tmp_path / "chain.pem", Path("/etc/key.pem"))


def test_a_database_file_is_seen_from_where_it_is_named(tmp_path: Path) -> None:
    """In the file from the data directory, elsewhere from the folder of the command: never from both."""
    in_file = load(tmp_path, 'database = "sqlite:///other.db"').settings
    in_environment = load(tmp_path, environ={"DOORWARD_DATABASE": "sqlite:///other.db"}).settings

    assert in_file.database_file == tmp_path / "other.db"
    assert in_environment.database_file == Path.cwd() / "other.db"


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("sqlite:///a.db", "sqlite:////srv/a.db"),
        ("sqlite:////b/a.db", "sqlite:////b/a.db"),
        ("sqlite:///", "sqlite:///"),
        ("postgresql://db/x", "postgresql://db/x"),
    ],
)
def test_a_file_has_one_place(address: str, whole: str) -> None:
    """Whatever folder a command is run in."""
    assert config.seen_from(Path("/srv"), address) == whole


def test_networks_may_be_written_with_commas(tmp_path: Path) -> None:
    """On the command line and in the environment as `A,B`, in the file as a list."""
    one = load(tmp_path, behind_proxy="10.0.0.0/8, ::1/128").settings.behind_proxy
    two = load(tmp_path, 'behind_proxy = ["10.0.0.0/8", "::1/128"]').settings.behind_proxy

    assert one == two
    assert config.shown("behind_proxy", one) == "10.0.0.0/8,::1/128"


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    """Neither where settings are listed nor where they are printed by accident."""
    settings = load(tmp_path, mail="smtp://us:hunter2@mail.example.org").settings

    assert config.shown("mail", settings.mail) == "smtp://us:***@mail.example.org"
    assert "hunter2" not in repr(settings)


@pytest.mark.parametrize("given", ["ada:sec%40ret@db/x", "db/x?user=ada&password=sec%40ret"])
def test_a_database_is_named_without_its_password(tmp_path: Path, given: str) -> None:
    """In every sentence, in the audit trail after a move, and where settings are listed."""
    settings = load(tmp_path, f'database = "postgresql://{given}"').settings

    assert "sec%40ret" in settings.database
    assert "sec" not in settings.database_name + config.shown("database", settings.database)


def test_mail_comes_from_the_public_host_unless_somebody_says_else(tmp_path: Path) -> None:
    """The sender's domain is the host that people know."""
    host = load(tmp_path, public_url="https://login.example.org").settings
    named = load(tmp_path, mail_from="help@example.org").settings

    assert (host.sender, named.sender) == ("doorward@login.example.org", "help@example.org")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """The file's name and the reason are in the sentence."""
    load(tmp_path, "workers = 2")
    (tmp_path / "doorward.toml").chmod(0)

    with pytest.raises(Obstacle, match=r"doorward.toml cannot be read \(Permission denied\)"):
        load(tmp_path)


def test_the_databases_password_is_shown_to_nobody(tmp_path: Path) -> None:
    """Its name stands in sentences and in `doorward config show`."""
    settings = load(tmp_path, 'database = "postgresql://doorward:secret@db/doorward"').settings

    assert settings.database_name == "postgresql://doorward:***@db/doorward"
    assert "secret" not in repr(settings)
    assert settings.database_file is None
