// What a replay of recorded behaviour found, the same for every kind of golden set. A replay fills a tally; the command
// prints it and takes its exit code from `conforms`. How a case is replayed is left to the file of its kind.

/** One recorded set: usually one file. */
export interface ConformSet {
  readonly name: string;
  /** Version of the real component that recorded it; '' where the set does not depend on one. */
  readonly version: string;
  readonly cases: number;
  readonly mismatches: number;
}

export interface ConformMismatch {
  /** Id of the recorded case. */
  readonly id: string;
  /** Where inside the case: step, field, sample. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

export interface ConformResult {
  readonly kind: string;
  readonly sets: readonly ConformSet[];
  /** The first ones only; `sets` has the counts. */
  readonly mismatches: readonly ConformMismatch[];
  /** What a reader should know beside the counts, a line each. */
  readonly notes?: readonly string[];
}

/** True only if something was replayed and all of it agreed: an empty or unreadable folder never conforms. */
export const conforms = (result: ConformResult): boolean =>
  result.sets.length > 0 && result.sets.every((set) => set.cases > 0 && set.mismatches === 0);

const SHOWN = 50;
const SHOWN_TEXT = 400;

const short = (text: string): string => (text.length <= SHOWN_TEXT ? text : `${text.slice(0, SHOWN_TEXT)}…`);

/** Collects the outcome of one set; a case counts once however many of its fields differ. */
export class SetTally {
  readonly name: string;
  readonly version: string;
  readonly mismatches: ConformMismatch[] = [];
  #cases = 0;
  #wrong = 0;
  constructor(name: string, version: string) {
    this.name = name;
    this.version = version;
  }

  /** Adds one case with its differences (none = agreed). Keeps the first 50 of the set. */
  add(differences: readonly ConformMismatch[]): void {
    this.#cases++;
    if (differences.length === 0) return;
    this.#wrong++;
    for (const d of differences) {
      if (this.mismatches.length >= SHOWN) return;
      this.mismatches.push({ ...d, expected: short(d.expected), got: short(d.got) });
    }
  }

  get set(): ConformSet {
    return { name: this.name, version: this.version, cases: this.#cases, mismatches: this.#wrong };
  }
}

/** The tallies of a folder as one result. */
export const conformResult = (kind: string, tallies: readonly SetTally[]): ConformResult => ({
  kind,
  sets: tallies.map((t) => t.set),
  mismatches: tallies.flatMap((t) => t.mismatches).slice(0, SHOWN),
});
