// The bounds of the load engine, each beside what was measured: npm run bench:load. Emulated pods in processes of their
// own, on another core where the machine allows. Writes .cache/bench/load.json for docs/measurements.md.
//
//   npm run bench:load                          streams, small requests, beside autocannon, uploads; medians of 3 runs
//   npm run bench:load -- --runs 5 --only small
//   npm run bench:load -- --only peer-even      one of the comparisons with autocannon; --turns 5
//   npm run bench:load -- --proofs              null sink, known latencies, one process against two, as well
//   npm run bench:load -- --soak 10             memory over ten minutes of 500 streams, as well
//   npm run bench:load -- --sessions 20000      sessions open at once, as well
//   npm run bench:load -- --only none --soak 10 only what is named

import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { raisePriority } from '../harness/replay/priority.ts';
import { PACES, peerVerdicts } from './load/peer.ts';
import { PROOFS } from './load/proofs.ts';
import { sessionVerdicts } from './load/sessions.ts';
import { smallVerdicts } from './load/small.ts';
import { soakVerdicts } from './load/soak.ts';
import { streamVerdicts } from './load/streams.ts';
import { uploadVerdicts } from './load/uploads.ts';
import type { Verdict } from './load/verdict.ts';
import { isKept, sayVerdicts, writeResults } from './load/verdict.ts';
import { pinning } from './load/world.ts';
import { machineLine } from './rows.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '3' },
    turns: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true },
    soak: { type: 'string' },
    sessions: { type: 'string' },
    proofs: { type: 'boolean', default: false },
    'normal-priority': { type: 'boolean', default: false },
  },
});

const positive = (flag: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${flag} ${text}: expected a number above 0`);
  return value;
};

const PARTS = ['streams', 'small', ...PACES.map((pace) => `peer-${pace}`), 'uploads', 'none'];
const unknown = values.only?.filter((part) => !PARTS.includes(part)) ?? [];
if (unknown.length > 0) throw new Error(`--only ${unknown.join(', ')}: expected ${PARTS.join(', ')}`);

const runs = positive('runs', values.runs);
const wanted = (part: string): boolean => values.only?.includes(part) ?? true;

// As a real run does; a busy machine shows in the wall times without it.
const priority = values['normal-priority'] ? 'normal' : raisePriority().kind;
const machine = `${machineLine()}, ${pinning}, ${priority} priority, load ${loadavg()[0]!.toFixed(1)}`;
console.log(machine);

const verdicts: Verdict[] = [];
const part = async (measure: () => Promise<readonly Verdict[]>): Promise<void> => {
  const found = await measure();
  sayVerdicts(found);
  verdicts.push(...found);
};

if (wanted('streams')) await part(() => streamVerdicts(runs));
if (wanted('small')) await part(() => smallVerdicts(runs));
for (const pace of PACES)
  if (wanted(`peer-${pace}`)) await part(() => peerVerdicts(pace, positive('turns', values.turns)));
if (wanted('uploads')) await part(() => uploadVerdicts(runs));
if (values.proofs) for (const proof of PROOFS) await part(() => proof(runs));
if (values.soak !== undefined) await part(() => soakVerdicts(positive('soak', values.soak!)));
if (values.sessions !== undefined) await part(() => sessionVerdicts(positive('sessions', values.sessions!)));

const missed = verdicts.filter((verdict) => isKept(verdict) === false).length;
const bounded = verdicts.filter(({ bound }) => bound !== null).length;
console.log(`\n${bounded - missed} of ${bounded} bounds kept`);
writeResults(verdicts.map((verdict) => ({ ...verdict, machine })));
