"""Settings: `doorward.toml`, overridden by `DOORWARD_*` variables, overridden by options.

Nothing else reads the environment. A key that is not a setting is an error, so a typing mistake never passes for one;
every value remembers where it came from.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from doorward.kernel.addresses import host_and_port, host_name, listening_address, masked, public_address
from doorward.kernel.networks import is_this_machine
from doorward.kernel.obstacle import Forbidden, Misused, Obstacle
from doorward.kernel.outcome import Refused

FILE = "doorward.toml"
PREFIX = "DOORWARD_"
DATA = "data"
"""The data directory that is used when nobody names one, seen from the folder the command is run in."""
_OPTION = "option"
_FILE = "sqlite:///"
LEAST_HASH_COST = 35_840
"""KiB times passes: no weaker than the weakest argon2id setting that OWASP's password storage cheat sheet lists."""


def _networks(value: object) -> tuple[IPv4Network | IPv6Network, ...]:
    """Read networks from a list, or from a text with commas."""
    parts = value.split(",") if isinstance(value, str) else value if isinstance(value, list | tuple) else [value]
    return tuple(ip_network(str(part).strip()) for part in parts if str(part).strip())


def database_address(value: str) -> str:
    """Check the address of a database; raise `ValueError` that says what it is."""
    if not re.fullmatch(r"sqlite:///.+|postgres(ql)?://.+", value):
        raise ValueError("it is sqlite:///PATH or postgresql://USER@HOST/NAME")
    if value.startswith("postgres"):
        _postgresql_address(value)
    return value


def seen_from(folder: Path, address: str) -> str:
    """Return the address of an SQLite file by its whole path; one that begins with no slash is seen from a folder."""
    path = address.removeprefix(_FILE)
    return address if path in {address, ""} else f"{_FILE}{folder / path}"


def _postgresql_address(value: str) -> None:
    """Refuse what libpq cannot read, or reads otherwise than it was meant; no words of it are repeated."""
    if find_spec("psycopg") is None:
        raise ValueError("PostgreSQL's driver is not installed: ./doorward.sh installs it, or pip's extra `postgresql`")
    from psycopg import ProgrammingError  # noqa: PLC0415 - its driver may not be installed
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - as above

    given, _, _ = value.partition("://")[2].partition("?")[0].rpartition("@")
    if {"@", "/"} & set(given):
        raise ValueError("in its password @ is written %40, and / is written %2F")
    try:
        ports = str(conninfo_to_dict(value).get("port") or "")
    except ProgrammingError as error:
        raise ValueError(f"libpq does not take it, {str(error).partition(': ')[0].strip()}") from error
    if not re.fullmatch(r"[\d,]*", ports):
        raise ValueError("its port is no number; in a password @ is written %40, / is %2F, and ? is %3F")


def _mail(value: str) -> str:
    if not re.fullmatch(r"maildir:///?.+|smtps?://.+", value):
        raise ValueError("it is smtp://HOST:PORT, smtps://HOST:PORT or maildir:///PATH")
    return value


class Settings(BaseSettings):
    """Every setting, typed and checked; `load` lays the layers and remembers where each value came from."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True)

    data: Path = Field(description="the data directory; else ./data")
    database: Annotated[str, AfterValidator(database_address)] = Field(
        description="where the database is: sqlite:///PATH or postgresql://…; else in the data directory", repr=False
    )
    database_connections: int = Field(
        16, ge=4, le=500, description="connections of one process to PostgreSQL, its clock's own left out"
    )
    mail: Annotated[str, AfterValidator(_mail)] = Field(
        description="how mail leaves: smtp(s)://… or maildir:///PATH; else files in the data directory", repr=False
    )
    mail_from: str = Field(
        "", max_length=320, pattern=r"^([^@\s<>]+@[^@\s<>]+)?$", description="who mail is from; else doorward@ the host"
    )
    public_url: Annotated[str, AfterValidator(public_address)] = Field(
        description="the public address; else from listen"
    )
    listen: Annotated[str, AfterValidator(listening_address)] = Field(
        "127.0.0.1:8420", description="address and port to serve"
    )
    workers: int = Field(1, ge=1, le=64, description="server processes")
    behind_proxy: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)] = Field(
        (), description="networks of proxies whose forwarded headers are believed"
    )
    tls_cert: Path | None = Field(None, description="certificate chain, where Doorward ends TLS itself")
    tls_key: Path | None = Field(None, description="its private key")
    node: str = Field("node-1", pattern=r"^[A-Za-z0-9._-]{1,60}$", description="this machine's name in the audit trail")
    argon2_memory_kib: int = Field(19_456, ge=7_168, le=4_194_304, description="memory of one password hash")
    argon2_passes: int = Field(2, ge=1, le=100, description="passes over that memory")
    argon2_lanes: int = Field(1, ge=1, le=16, description="lanes of one password hash")
    hash_places: int = Field(64, ge=64, le=10_000, description="sign-ins of one process that may wait for their hash")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least grave line logged")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the values that are given and no others."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)

    @property
    def database_file(self) -> Path | None:
        """Return SQLite's file; None where the database is PostgreSQL."""
        path = self.database.removeprefix("sqlite:///")
        return None if path == self.database else Path(path)

    @property
    def database_name(self) -> str:
        """Name the database for people; a password in its address is left out."""
        return shown("database", self.database) if self.database_file is None else str(self.database_file)

    @property
    def address(self) -> tuple[str, int]:
        """Return host and port to listen on."""
        host, port = host_and_port(self.listen)
        return host, int(port)

    @property
    def beyond_loopback(self) -> bool:
        """Return whether others than this machine can reach the port."""
        return not is_this_machine(self.address[0])

    @property
    def sender(self) -> str:
        """Return the address that mail comes from."""
        return self.mail_from or f"doorward@{host_name(self.public_url)}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings, and for each where its value came from."""

    settings: Settings
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Layer:
    """Values from one place; `spelling` is how that place writes a key."""

    origin: str
    spelling: str
    values: Mapping[str, Any]

    def spell(self, key: str) -> str:
        return self.spelling.format(key=key, upper=key.upper(), dashed=key.replace("_", "-"))


def load(options: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Loaded:
    """Lay defaults, file, environment and options over each other, and check the whole; raise `Obstacle`."""
    options = options or {}
    variables = _environment(os.environ if environ is None else environ)
    data = Path(options.get("data") or variables.values.get("data") or DATA).absolute()
    layers = [_file(data), variables, _Layer(_OPTION, "--{dashed}", dict(options))]
    merged: dict[str, Any] = {"database": f"sqlite:///{data / 'doorward.db'}", "mail": f"maildir://{data / 'mail'}"}
    origins = dict.fromkeys(Settings.model_fields, "default")
    for layer in layers:
        _no_unknown_keys(layer)
        merged.update(layer.values)
        origins.update(dict.fromkeys(layer.values, layer.origin))
    merged["data"], merged["database"] = data, seen_from(Path.cwd(), str(merged["database"]))
    merged.setdefault("public_url", _address_of(merged))
    settings = _checked(merged, {key: layer.spell(key) for layer in layers for key in layer.values}, origins)
    _fits_together(settings, origins)
    return Loaded(settings, origins)


def environment_without_settings() -> dict[str, str]:
    """Return the environment without our own variables: for a server beside this one, which they are not meant for."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def shown(key: str, value: object) -> str:
    """Spell a value for people; a password inside an address is left out."""
    if key in {"database", "mail"}:
        return masked(str(value))
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    return "" if value is None else str(value)


def _file(data: Path) -> _Layer:
    """Read `doorward.toml`; paths in it are seen from the data directory."""
    path = data / FILE
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        values = {}
    except OSError as error:
        where = path if os.access(data, os.X_OK) else data
        mend = "Run as the owner of the data directory, or name another with --data."
        raise Obstacle(f"{where} cannot be read ({error.strerror}).", mend) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Obstacle(f"{path} is not TOML: {error}.", "Correct that line.") from error
    if "data" in values:
        raise Obstacle(f"{path} names a data directory.", "Take the line out: the file lies in the data directory.")
    for key in {"tls_cert", "tls_key"} & values.keys():
        values[key] = data / str(values[key])
    if "database" in values:
        values["database"] = seen_from(data, str(values["database"]))
    return _Layer(FILE, "`{key}` in " + str(path), values)


def _environment(environ: Mapping[str, str]) -> _Layer:
    source = EnvSettingsSource(Settings, env_prefix=PREFIX)
    source.env_vars = {name.lower(): value for name, value in environ.items()}
    unknown = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name.removeprefix(PREFIX).lower() not in Settings.model_fields
    }
    return _Layer("environment", PREFIX + "{upper}", {**unknown, **source()})


def _no_unknown_keys(layer: _Layer) -> None:
    for key in layer.values:
        if key not in Settings.model_fields:
            near = get_close_matches(key, Settings.model_fields, 1)
            raise Obstacle(
                f"{layer.spell(key)} is not a setting.",
                f"Did you mean `{near[0]}`?" if near else "`doorward config show` lists them all.",
            )


def _address_of(values: Mapping[str, Any]) -> str:
    """Guess the public address from where the server listens: right as long as nobody comes from elsewhere."""
    host, port = host_and_port(str(values.get("listen", "127.0.0.1:8420")))
    scheme = "https" if values.get("tls_cert") else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host or '127.0.0.1'}:{port}"


def _checked(values: Mapping[str, Any], spellings: Mapping[str, str], origins: Mapping[str, str]) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        key = str(first["loc"][0])
        if origins[key] == "default":  # what was derived is wrong because what it was derived from is
            first = next((each for each in error.errors() if origins[str(each["loc"][0])] != "default"), first)
            key = str(first["loc"][0])
        said = first["msg"].removeprefix("Value error, ")
        kind = Misused if origins[key] == _OPTION else Obstacle
        raise kind(
            f"{spellings.get(key, key)} cannot be {shown(key, values[key])!r}: {said[0].lower()}{said[1:]}.",
            "Correct it, or leave it out to get the default.",
        ) from error


def _fits_together(settings: Settings, origins: Mapping[str, str]) -> None:
    """Refuse what each value allows and their combination does not."""
    if (settings.tls_cert is None) != (settings.tls_key is None):
        kind = Misused if _OPTION in {origins["tls_cert"], origins["tls_key"]} else Obstacle
        raise kind("tls_cert and tls_key go together, and only one is set.", "Name both files, or neither.")
    if settings.argon2_memory_kib * settings.argon2_passes < LEAST_HASH_COST:
        raise Obstacle(
            "The password hash would be too cheap: argon2_memory_kib times argon2_passes is below 35,840.",
            "Raise one of them, or leave both out to get the default.",
        )
    if not settings.beyond_loopback:
        return
    if settings.tls_cert is None and not settings.behind_proxy:
        raise Forbidden(Refused("server.in_the_clear", {"listen": settings.listen}))
    if origins["public_url"] == "default":
        raise Obstacle(
            f"Listening on {settings.listen} needs the address that people open: links and cookies are made from it.",
            f'Set public_url, for example public_url = "https://login.example.org" in {FILE}.',
        )
