"""The ports of the simulated world: memory behind the engine's faults, and what they kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from shared.core.ports import Creation, FileKey, Files, LoadRequest, Message, Row, Stored
from shared.errors import PortUnavailable
from shared.log import Log
from shared.messages import FILES_READY, RUN_DECISIONS, TICKS
from sim.chaos.deliveries import Delivery, Sent, may_be_lost
from sim.chaos.engine import Engine
from sim.chaos.faults import Kind
from sim.chaos.instants import HOUR, MINUTE, SECOND
from sim.chaos.luck import Draw, digest
from sim.memory import MemoryJournal, MemoryWarehouse


class ChaosFiles:
    """A bucket that fails at times."""

    def __init__(self, engine: Engine, inner: Files, name: str) -> None:
        self._engine = engine
        self._inner = inner
        self._create, self._stat = f"{name}.create_once", f"{name}.stat"
        self._read, self._list = f"{name}.read", f"{name}.list"

    def create_once(
        self, name: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> Creation:
        """See Files."""
        engine, inner = self._engine, self._inner
        if engine.step(self._create):
            return engine.struck(self._create, lambda: inner.create_once(name, body, metadata))
        return inner.create_once(name, body, metadata)

    def stat(self, name: str) -> Stored | None:
        """See Files."""
        engine, inner = self._engine, self._inner
        if engine.step(self._stat):
            return engine.struck(self._stat, lambda: inner.stat(name))
        return inner.stat(name)

    def read(self, name: str) -> bytes:
        """See Files."""
        engine, inner = self._engine, self._inner
        if engine.step(self._read):
            return engine.struck(self._read, lambda: inner.read(name))
        return inner.read(name)

    def list(self, prefix: str) -> Sequence[Stored]:
        """See Files."""
        engine, inner = self._engine, self._inner
        if engine.step(self._list):
            return engine.struck(self._list, lambda: inner.list(prefix))
        return inner.list(prefix)


class ChaosJournal:
    """The audit tables as BigQuery keeps them: a row that is sent twice is there twice."""

    def __init__(self, engine: Engine, inner: MemoryJournal) -> None:
        self._engine = engine
        self._inner = inner
        #: Every row ever appended, by table: (row id, row).
        self.sent: dict[str, list[tuple[str, Row]]] = {}

    def append(self, table: str, rows: Sequence[tuple[str, Row]]) -> None:
        """See Journal."""

        def write(part: Sequence[tuple[str, Row]]) -> None:
            self._inner.append(table, part)
            self.sent.setdefault(table, []).extend(part)

        half = rows[: (len(rows) + 1) // 2]
        self._engine.call("journal.append", lambda: write(rows), lambda: write(half))

    def loads(self, files: Iterable[FileKey]) -> Mapping[FileKey, str]:
        """See Journal."""
        keys = list(files)
        return self._engine.call("journal.loads", lambda: self._inner.loads(keys))


class ChaosWarehouse:
    """The raw dataset, which may time out after it has loaded."""

    def __init__(self, engine: Engine, inner: MemoryWarehouse) -> None:
        self._engine = engine
        self._inner = inner

    def load(self, request: LoadRequest) -> int:
        """See Warehouse."""
        return self._engine.call("warehouse.load", lambda: self._inner.load(request))


class ChaosBus:
    """Topics whose messages are late, repeated, out of order and at times never come."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen: Counter[tuple[str, str]] = Counter()
        self.sent: list[Sent] = []

    def publish(self, messages: Sequence[Message]) -> Sequence[str | Exception]:
        """See Bus."""
        results: list[str | Exception] = []

        def write() -> None:
            results.extend(self.put(each) for each in messages)

        def some() -> None:
            results.extend(
                PortUnavailable(f"{each.topic}: not published") if n % 2 else self.put(each)
                for n, each in enumerate(messages)
            )

        if not messages:
            return results
        try:
            self._engine.call("bus.publish", write, some)
        except PortUnavailable as e:
            if not results:
                return [e for _ in messages]
            # A part went through, or all of it while the answer was lost.
            failed = [result for result in results if isinstance(result, Exception)]
            return results if failed else [e for _ in messages]
        return results

    def put(self, message: Message, at: int | None = None) -> str:
        """Take one message, published now or at `at`, and send it on its ways."""
        engine = self._engine
        named = message.topic, message.body
        nth = self._seen[named]
        self._seen[named] += 1
        key = digest(message.topic, message.body, nth if at is None else at)
        sent = Sent(
            id=str(len(self.sent) + 1),
            key=key,
            message=message,
            at=engine.now if at is None else at,
        )
        self.sent.append(sent)
        for function in engine.targets.get(message.topic, ()):
            self._send(sent, function)
        return sent.id

    def _loses(self, sent: Sent, share: float, key: str, text: str) -> bool:
        """Whether the message never arrives; ticks are lost by the scheduler alone."""
        faults, topic = self._engine.faults, sent.message.topic
        if topic == FILES_READY:
            lost = faults.chance(share, 0.02) and may_be_lost(sent.message)
            return lost and faults.strike(Kind.LOST_EVENT, key, sent.at, text)
        if topic in TICKS:
            return False
        if spell := self._engine.spell_of(Kind.LOST_MESSAGE, topic, sent.at):
            return faults.strike(Kind.LOST_MESSAGE, spell.key, sent.at, text)
        lost = faults.chance(share, 0.005)
        return lost and faults.strike(Kind.LOST_MESSAGE, key, sent.at, text)

    @staticmethod
    def _late(topic: str) -> float:
        """Orders are few, and the ones whose lateness matters."""
        return 0.05 if topic == RUN_DECISIONS else 0.012

    def _send(self, sent: Sent, function: str) -> None:
        faults = self._engine.faults
        key = f"{sent.key}.{function}"
        topic = sent.message.topic
        draw = Draw(faults.seed, "way", key)
        way = int(draw.between(0.05, 3) * SECOND)
        text = f"{topic} to {function}"
        if self._loses(sent, draw.share(), key, text):
            return
        if faults.chance(draw.share(), 0.03) and faults.strike(Kind.REORDER, key, sent.at, text):
            way += int(draw.between(5, 120) * SECOND)
        elif faults.chance(draw.share(), self._late(topic)) and faults.strike(
            Kind.DELAY, key, sent.at, text
        ):
            way += int(draw.between(0.05, 4) * HOUR)
        self._engine.push(sent.at + way, Delivery(sent, function))
        if not faults.chance(draw.share(), 0.03):
            return
        if faults.strike(Kind.DUPLICATE, key, sent.at, text):
            copies = Draw(faults.seed, "copies", key)
            for copy in range(1, 2 + copies.below(4)):
                later = int(copies.between(0, 1) ** 3 * 40 * MINUTE)
                self._engine.push(sent.at + way + later, Delivery(sent, function, copy))


class Loud(Log):
    """Keeps what is worse than a warning, as (severity, action, message)."""

    def __init__(self) -> None:
        super().__init__("ERROR")
        self.lines: list[tuple[str, str, str]] = []

    def write(self, severity: str, message: str, fields: dict[str, object]) -> None:
        """Keep errors."""
        if severity in ("ERROR", "CRITICAL"):
            self.lines.append((severity, str(fields.get("action")), message))
