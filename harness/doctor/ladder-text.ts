// The ladder as a person reads it in a terminal. Steps in, text out; `paint` colours words where the terminal can. Pure.

import type { Facts } from '../../cluster/doctor/facts.ts';
import type { Step } from '../../cluster/doctor/ladder.ts';
import { firstBroken } from '../../cluster/doctor/ladder.ts';

export type Colour = 'green' | 'red' | 'yellow' | 'dim';
export type Paint = (colour: Colour, text: string) => string;

const WORDS: Readonly<Record<Step['state'], readonly [word: string, colour: Colour]>> = {
  ok: ['ok', 'green'],
  broken: ['BROKEN', 'red'],
  unknown: ['unknown', 'yellow'],
  'not-checked': ['-', 'dim'],
};

const INDENT = ' '.repeat(12);

const line = (name: string, text: string): string => `${INDENT}${name.padEnd(10)}${text}`;

const detailLines = (step: Step, paint: Paint): readonly string[] => {
  if (step.state === 'not-checked') {
    const rungs = step.because.length === 1 ? `rung ${step.because[0]!} is` : `rungs ${step.because.join(', ')} are`;
    return [paint('dim', `${INDENT}not checked because ${rungs} broken or not checked`)];
  }
  const cause = step.state === 'broken' ? step.cause : null;
  return [
    line('found', step.found),
    line('expected', step.expected),
    ...step.commands.map((command, index) => paint('dim', line(index === 0 ? 'look' : '', command))),
    ...(cause === null
      ? []
      : [
          line('cause', paint('red', `${cause.trap === null ? '' : `${cause.trap}: `}${cause.happens}`)),
          line('fix', cause.fix),
        ]),
    ...step.advice.map((each) => line('mind', paint('yellow', each))),
  ];
};

export const stepText = (step: Step, paint: Paint): string => {
  const [word, colour] = WORDS[step.state];
  return [
    `${String(step.number).padStart(2)} ${paint(colour, word.padEnd(8))} ${step.title}`,
    ...detailLines(step, paint),
  ].join('\n');
};

const verdict = (steps: readonly Step[], paint: Paint): string => {
  const first = firstBroken(steps);
  if (first !== null) return paint('red', `first broken rung: ${first.number}, ${first.title}`);
  const undecided = steps.filter(({ state }) => state === 'unknown');
  return undecided.length === 0
    ? paint('green', `all ${steps.length} rungs hold`)
    : paint('yellow', `no rung is broken; could not be decided: ${undecided.map(({ number }) => number).join(', ')}`);
};

export const ladderText = ({ subject, doors }: Facts, steps: readonly Step[], paint: Paint): string =>
  [
    `Deployment ${subject.workload} in namespace ${subject.namespace}, ${subject.hpa === null ? 'no HPA' : `HPA ${subject.hpa}`}; expected is what ${subject.origin === 'manifests' ? 'the manifests say' : 'the HPA of the cluster says'}; Prometheus ${doors.prometheus?.at ?? 'not found'}`,
    '',
    ...steps.map((step) => stepText(step, paint)),
    '',
    verdict(steps, paint),
  ].join('\n');
