"""The link as it is, but nothing that it hears is kept: what one message costs in CPU."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import uvloop

from app import create_app
from ocpp_link import frames, v16
from ocpp_link.arrived import Arrived, Departed
from ocpp_link.server import linked
from service.core import log
from service.core.config import Settings
from service.core.database import opened


class Forgetful:
    """Answers at once what needs no database to be answered."""

    async def keep(self, item: Arrived) -> str | None:
        if item.word is None or item.message_id is None or item.refusal:
            return item.refusal
        return frames.result(item.message_id, v16.answer(item.word, None, item.at))

    async def sent(self, item: Departed) -> None:
        pass


async def main(settings: Settings) -> None:
    log.configure(settings.log_level, "bare")
    app = create_app(settings)
    async with linked(replace(settings, ocpp_port=0), app, Forgetful()) as link:
        print(link.port, flush=True)
        await asyncio.Event().wait()


with opened(Settings.read(os.environ)) as found:
    uvloop.run(main(found))
