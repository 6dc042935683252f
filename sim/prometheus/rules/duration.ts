// Durations of rule files as Prometheus' configuration reads them (stricter wording than PromQL's, and "0" is one).

const UNITS: Readonly<Record<string, { readonly rank: number; readonly millis: number }>> = {
  y: { rank: 1, millis: 365 * 86_400_000 },
  w: { rank: 2, millis: 7 * 86_400_000 },
  d: { rank: 3, millis: 86_400_000 },
  h: { rank: 4, millis: 3_600_000 },
  m: { rank: 5, millis: 60_000 },
  s: { rank: 6, millis: 1000 },
  ms: { rank: 7, millis: 1 },
};

export type DurationReading =
  { readonly kind: 'duration'; readonly millis: number } | { readonly kind: 'problem'; readonly message: string };

/** `1h30m` to milliseconds: units from big to small, each at most once. */
export const readDuration = (text: string): DurationReading => {
  const problem = (message: string): DurationReading => ({ kind: 'problem', message });
  if (text === '') return problem('empty duration string');
  if (text === '0') return { kind: 'duration', millis: 0 };
  let millis = 0;
  let lastRank = 0;
  let rest = text;
  while (rest !== '') {
    const part = /^(\d+)(\D+)/.exec(rest);
    if (part === null) return problem(`not a valid duration string: ${JSON.stringify(text)}`);
    rest = rest.slice(part[0].length);
    const unit = UNITS[part[2]!];
    if (unit === undefined)
      return problem(`unknown unit ${JSON.stringify(part[2])} in duration ${JSON.stringify(text)}`);
    if (unit.rank <= lastRank) return problem(`not a valid duration string: ${JSON.stringify(text)}`);
    lastRank = unit.rank;
    millis += Number(part[1]) * unit.millis;
  }
  return { kind: 'duration', millis };
};
