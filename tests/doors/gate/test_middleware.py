import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from doorward.doors.gate.middleware import Gate, Surroundings
from doorward.doors.web.arrival import arrival_of
from doorward.doors.web.metrics import Metrics
from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.sessions import store as sessions_store
from doorward.features.sessions.actions import end_sessions_of
from doorward.features.sessions.model import EndSessionsOf, OpenedWith, SessionOpened
from doorward.features.sessions.actions import open_session
from doorward.kernel.ids import AccountId
from doorward.kernel.tokens import parse_token
from tests.doors.asgi import Answered, Message, Scope, ask, call, scope_of
from tests.worlds import World
