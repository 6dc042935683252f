"""The vendor's Python SDK (PyPI `smallestai`, tried with 5.14.0), unchanged, against an emulated pod: batch with both
models, a refused request, a live session with finalize and close_stream. Takes the pod's address; prints one JSON line
per step. Telemetry of the SDK is switched off: nothing leaves the machine.

    python3 -m venv /tmp/sdk && /tmp/sdk/bin/pip install smallestai
    SURGELAB_VENDOR_PYTHON=/tmp/sdk/bin/python npx vitest run cluster/emulator/vendor-sdk.live.test.ts
"""

import json
import os
import sys

os.environ["SMALLESTAI_TELEMETRY"] = "0"
os.environ["DO_NOT_TRACK"] = "1"

from smallestai import SmallestAI  # noqa: E402
from smallestai.environment import SmallestAIEnvironment  # noqa: E402
from smallestai.waves import CloseStream, FinalizeSignal  # noqa: E402
from smallestai.waves.helpers import stream_speech_to_text  # noqa: E402

origin = sys.argv[1]
client = SmallestAI(
    api_key="trial",
    environment=SmallestAIEnvironment(
        atoms=origin, waves=origin, waves_ws=origin.replace("http", "ws", 1), payment=origin
    ),
)
# Three seconds of a square wave, PCM16 mono at 16 kHz.
pcm = b"".join((8000 if (i // 80) % 2 else -8000).to_bytes(2, "little", signed=True) for i in range(48_000))


def say(step: str, **facts: object) -> None:
    print(json.dumps({"step": step, **facts}))


for model in ("pulse", "pulse-pro"):
    answer = client.waves.speech_to_text.transcribe(model=model, language="en", request=pcm, word_timestamps=True)
    say(
        f"batch {model}",
        status=answer.status,
        seconds=answer.metadata.duration,
        words=len(answer.words or []),
        spoken=len(answer.transcription.split()),
    )

try:
    client.waves.speech_to_text.transcribe(model="no-such-model", language="en", request=pcm)
    say("unknown model", error=None)
except Exception as error:  # which class it is is what is asked
    say("unknown model", error=type(error).__name__)

with stream_speech_to_text(client, language="en", sample_rate=16000, word_timestamps=True) as socket:
    for at in range(0, len(pcm), 4096):
        socket.send_audio_chunk_out(pcm[at : at + 4096])
    socket.send_finalize_signal(FinalizeSignal(type="finalize"))
    socket.send_close_stream(CloseStream(type="close_stream"))
    partials = finals = words = 0
    last = False
    for event in socket:
        partials += 0 if event.is_final else 1
        finals += 1 if event.is_final else 0
        words += len(event.words or []) if event.is_final else 0
        last = bool(event.is_last)
        if last:
            break
    say("live", partials=partials > 0, finals=finals, words=words, last=last)
