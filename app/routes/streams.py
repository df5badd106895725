"""A network live: Server-Sent Events, and a socket with binary frames."""

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any, Literal

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Header, Query, WebSocket
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import Field, TypeAdapter, ValidationError
from starlette.websockets import WebSocketDisconnect, WebSocketState

from engine.errors import Reason, Refused

from ..broadcast import Message, Watcher
from ..commands import Commands
from ..deps import LiveDep, NetworksDep, SettingsDep
from ..errors import GlassboxError, problem_of
from ..finishing import to_its_end
from ..live import Live
from ..registry import Networks
from ..schemas import LookIn, PatchIn, PlayIn, ResetIn, SeekIn, TrainIn, Values, Wire
from ..seeing import keep_seeing
from ..settings import Settings
from ..store import CannotSave
from ..validation import validation_problem
from ..wire import frame_to_bytes
from . import OF_STATE

router = APIRouter(prefix="/api/networks/{id}", tags=["streams"])

PATIENCE_S = 0.2
QUIET_S = 10.0
# Of one socket's client: beyond it, its next message is read later.
MESSAGES_PER_SECOND = 50
MESSAGES_AT_ONCE = 100
SSE = "text/event-stream"
SSE_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


class PlayCommand(PlayIn):
    type: Literal["play"]


class PauseCommand(Wire):
    type: Literal["pause"]


class StepCommand(TrainIn):
    type: Literal["step"]


class SeekCommand(SeekIn):
    type: Literal["seek"]


class ResetCommand(ResetIn):
    type: Literal["reset"]


class PatchCommand(Wire):
    type: Literal["patch"]
    spec: PatchIn
    reset: bool = False


class WeightsCommand(Wire):
    type: Literal["weights"]
    values: Values


class LookCommand(Wire):
    """The only one without a type: it does nothing to the network."""

    look: LookIn | None


Command = (
    PlayCommand | PauseCommand | StepCommand | SeekCommand | ResetCommand | PatchCommand
    | WeightsCommand
)  # fmt: skip
COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


async def subscription(
    networks: NetworksDep,
    live: LiveDep,
    weights: Annotated[
        bool, Query(description="send the flat weight vector in every frame")
    ] = True,
    last_event_id: Annotated[str | None, Header(max_length=80)] = None,
) -> AsyncIterator[Watcher]:
    watcher = await networks.watch(live, weights, _step_of(live, last_event_id))
    try:
        yield watcher
    finally:
        networks.leave(live, watcher)


def _step_of(live: Live, event_id: str | None) -> int | None:
    """The step up to which a client has the losses, if it is of this very run."""
    generation, _, step = (event_id or "").partition(":")
    if (
        generation == str(live.generation)
        and step.isdecimal()
        and step.isascii()
        and len(step) < 18
    ):
        return int(step)
    return None


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={
        **OF_STATE,
        200: {"description": "events", "content": {SSE: {"schema": {"type": "string"}}}},
    },
)
async def stream(
    live: LiveDep,
    watcher: Annotated[Watcher, Depends(subscription)],
    limit: Annotated[
        int | None, Query(ge=1, le=10**9, description="end after so many frames")
    ] = None,
) -> StreamingResponse:
    """Events `frame`, `state`, `diverged`, `restored`, `bye`; goes on from Last-Event-ID."""
    return StreamingResponse(_events(live, watcher, limit), headers=SSE_HEADERS, media_type=SSE)


async def _events(
    live: Live, watcher: Watcher, limit: int | None
) -> AsyncIterator[bytes | memoryview]:
    sent = 0
    last: tuple[int, int] | None = None  # generation and step up to which it has the losses
    while limit is None or sent < limit:
        message = await _news(watcher)
        if message is None:
            yield b": still here\n\n"  # who has gone without a word is found out by this
            continue
        if message.event != "frame" or message.report is None:
            yield b"event: %s\ndata: %s\n\n" % (message.event.encode(), orjson.dumps(message.data))
            if message.event in ("bye", "deleted"):
                return
            continue
        generation = live.generation
        if message.points:
            last = generation, message.points[-1][0]
        elif last is not None and last[0] != generation:
            last = None  # another run: what it has is not of this one
        mark = "" if last is None else f"id: {last[0]}:{last[1]}\n"
        points = orjson.dumps([(at, loss) for at, loss, _, _ in message.points])
        ranges = orjson.dumps([(low, high) for _, _, low, high in message.points])
        encoded = live.encoded(message.report, watcher.weights)
        # One JSON object in three parts, so that its long one is not copied for everybody.
        head = b'event: frame\n%sdata: {"loss_points":%s,"loss_ranges":%s,'
        yield head % (mark.encode(), points, ranges)
        yield memoryview(encoded)[1:]
        yield b"\n\n"
        sent += 1


async def _news(watcher: Watcher) -> Message | None:
    """None where there is none for a while."""
    try:
        async with asyncio.timeout(QUIET_S):
            return await watcher.next()
    except TimeoutError:
        return None


@router.websocket("/socket")
async def socket(
    websocket: WebSocket,
    networks: NetworksDep,
    id: str,
    settings: SettingsDep,
    weights: bool = True,
    after: Annotated[str | None, Query(max_length=80)] = None,
) -> None:
    """Frames down as safetensors, events down and commands up as JSON.

    `after` is "generation:step": losses up to there are known already.
    Commands: {"type": "play" | "pause" | "step" | "seek" | "reset" | "patch" | "weights", ..}, and
    {"look": LookIn | null}: what to see of the network's inside, besides frames (docs/socket.md).
    """
    try:
        live = await networks.get(id)
        with live.in_hand():
            watcher = await networks.watch(live, weights, _step_of(live, after))
    except (GlassboxError, Refused, CannotSave) as error:
        problem = problem_of(error)
        await websocket.accept()
        await websocket.send_text(json.dumps({"event": "problem", "problem": problem}))
        await websocket.close(4404 if problem["status"] == 404 else 4429, problem["detail"][:100])
        return
    try:
        await websocket.accept()
        down = asyncio.create_task(
            _send(websocket, networks, live, watcher, settings.send_timeout_s)
        )
        up = asyncio.create_task(_receive(websocket, networks, live, watcher))
        seeing = asyncio.create_task(keep_seeing(networks, live, watcher))
        done, pending = await asyncio.wait({down, up, seeing}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        for task in done:
            error = task.exception()
            expected = (WebSocketDisconnect, TimeoutError, RuntimeError, OSError)
            if error is not None and not isinstance(error, expected):
                raise error
    finally:
        networks.leave(live, watcher)
        if websocket.application_state == WebSocketState.CONNECTED:
            try:
                async with asyncio.timeout(1):
                    await websocket.close(1001)
            except (RuntimeError, OSError, TimeoutError, WebSocketDisconnect):
                pass


async def _send(
    websocket: WebSocket, networks: Networks, live: Live, watcher: Watcher, timeout_s: float
) -> None:
    while True:
        message = await watcher.next()
        payload = _encode(live, message, watcher.weights)
        async with asyncio.timeout(timeout_s):  # a stalled client must not hold its frames for ever
            if isinstance(payload, bytes):
                await websocket.send_bytes(payload)
            else:
                await websocket.send_text(payload)
        if message.event in ("bye", "deleted"):
            return


def _encode(live: Live, message: Message, weights: bool) -> bytes | str:
    if message.look is not None:
        return message.look
    if message.report is None:
        return json.dumps({"event": message.event, **message.data})
    vector = message.report.weights
    array = np.frombuffer(vector, np.float32) if weights and vector is not None else None
    return frame_to_bytes(live.frame(message.report), array, message.points)


async def _receive(websocket: WebSocket, networks: Networks, live: Live, watcher: Watcher) -> None:
    settings = networks.settings
    stepping: set[asyncio.Task[None]] = set()
    unpaid, last = 0.0, monotonic()
    try:
        while True:
            received = await websocket.receive()
            now = monotonic()
            unpaid, last = max(0.0, unpaid - (now - last) * MESSAGES_PER_SECOND) + 1, now
            await asyncio.sleep(max(0.0, unpaid - MESSAGES_AT_ONCE) / MESSAGES_PER_SECOND)
            if received["type"] == "websocket.disconnect":
                return
            text = received.get("text") or ""
            if len(text) > settings.max_message_bytes:
                await websocket.close(1009, "message too large (limit: max_message_bytes)")
                return
            run = asyncio.create_task(_answered(websocket, networks, live, watcher, text))
            stepping.add(run)
            run.add_done_callback(stepping.discard)
            # Commands keep their order, but a long run of steps lets the next ones pass.
            await asyncio.wait({run}, timeout=PATIENCE_S)
    finally:
        for run in stepping:
            run.cancel()


async def _answered(
    websocket: WebSocket, networks: Networks, live: Live, watcher: Watcher, text: str
) -> None:
    """Carry out a command; what is wrong with it goes back as a problem."""
    about: dict[str, Any] = {}
    try:
        written = _read(text)
        if isinstance(written, dict) and "look" in written:
            about = {"look": None}
            _look(live, watcher, LookCommand.model_validate(written), networks.settings)
            return
        command = COMMAND.validate_python(written)
        carrying_out = _carry_out(Commands(networks), live, command)
        if isinstance(command, StepCommand):  # it ends with whoever asked, between two slices
            await carrying_out
        else:
            await to_its_end(carrying_out)
        return
    except (GlassboxError, Refused, CannotSave) as error:
        problem = problem_of(error)
    except (ValidationError, RequestValidationError) as error:
        problem = validation_problem(error.errors())
    await websocket.send_text(json.dumps({"event": "problem", **about, "problem": problem}))


def _read(text: str) -> Any:
    """Raises: Refused"""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(
            "body", Reason("not_json", "not JSON; send an object with a type, or with a look")
        ) from None


def _look(live: Live, watcher: Watcher, command: LookCommand, settings: Settings) -> None:
    """Raises: Refused; what was asked for before goes on then"""
    looks = live.channel.looks
    if command.look is None:
        looks.leave(watcher)
    else:
        asked = command.look.asked(settings.max_predict_rows)
        looks.ask(watcher, asked, command.look.model_dump())


async def _carry_out(commands: Commands, live: Live, command: Command) -> None:
    match command:
        case PlayCommand():
            await commands.play(live, command.steps_per_second, command.keep, command.until)
        case PauseCommand():
            await commands.pause(live)
        case StepCommand():
            # What was lost is in the frames; nothing goes back to a command.
            amount = TrainIn(steps=command.steps, epochs=command.epochs, losses="none")
            if amount.steps is None and amount.epochs is None:
                amount.steps = 1
            await commands.train_amount(live, amount)
        case SeekCommand():
            await commands.seek(live, command.step)
        case ResetCommand():
            await commands.reset(live, command.seed)
        case PatchCommand():
            await commands.patch(live, command.spec, anew=command.reset)
            await live.release()
        case WeightsCommand():
            await commands.set_weights(live, command.values)
