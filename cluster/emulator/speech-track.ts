// Which stretches of the audio of a live session are speech, in the order in which the GPU understands them.

/** linear16 samples below this are silence. */
const SILENCE_LEVEL = 200;

/** Looks at every 16th sample: enough to tell speech from silence. */
export const isSilent = (frame: Buffer): boolean => {
  for (let at = 0; at + 1 < frame.length; at += 32) if (Math.abs(frame.readInt16LE(at)) >= SILENCE_LEVEL) return false;
  return true;
};

interface Piece {
  until: number;
  readonly silent: boolean;
}

/** Positions and lengths in seconds of audio. */
export class SpeechTrack {
  /** Understood so far. */
  heard = 0;
  private readonly pieces: Piece[] = [];

  /** Audio up to `until` has come; what is new of it is silent or not. */
  receive(until: number, silent: boolean): void {
    const last = this.pieces[this.pieces.length - 1];
    if (last?.silent === silent) last.until = until;
    else this.pieces.push({ until, silent });
  }

  /** Understands up to `until`, a stretch of speech or silence after the other. */
  hear(until: number, pass: (length: number, silent: boolean) => void): void {
    while (this.heard < until - 1e-9) {
      const piece = this.pieces[0];
      if (piece === undefined) break;
      const end = Math.min(piece.until, until);
      pass(end - this.heard, piece.silent);
      this.heard = end;
      if (end >= piece.until - 1e-9 && this.pieces.length > 1) this.pieces.shift();
      else if (end >= until - 1e-9) break;
    }
  }
}
