import { describe, expect, it } from 'vitest';
import { stream } from '../../model/rng.ts';
import { exampleRun } from '../example-run.test-support.ts';
import { score } from '../score/score.ts';
import { sweepOf } from '../sweep.ts';
import { answer } from './answer.ts';

const sweepFrom = (slow: number) =>
  sweepOf(
    'scrape interval',
    's',
    [5, slow].map((s) => ({
      label: `${s} s`,
      value: s,
      scores: [1, 4].map((seed) => score(exampleRun({ scrapeSeconds: s, seed }))),
    })),
    `${slow} s`,
    stream(1, 'sweep'),
  );

describe('the answer', () => {
  it('says what happens to callers, for how long and why', () => {
    expect(answer(score(exampleRun({ seed: 5 })), null)).toBe(
      'When calls go up fourfold 5 min into the run, 100 % of callers wait longer than 2 s for 62 s, because the first new GPU pod ' +
        'is ready only after 55 s, 79 % of it loading the model.',
    );
  });

  it('says that live sessions rise, which are few among the calls, and how many are open', () => {
    const opening = (calls: readonly [number, number], perMinute: readonly [number, number]): string => {
      const scored = score(exampleRun());
      const [reaction] = scored.responsiveness.reactions;
      const [perMinuteBefore, perMinuteAfter] = perMinute;
      const sessions = { perMinuteBefore, perMinuteAfter, openBefore: 39, openMost: 130 };
      const step = { ...reaction!.step, callsBefore: calls[0], callsAfter: calls[1], sessions };
      const responsiveness = { ...scored.responsiveness, reactions: [{ ...reaction!, step }] };
      return answer({ ...scored, responsiveness }, null).split(' 5 min into')[0]!;
    };
    expect([
      opening([1.04, 1.39], [8, 24]),
      opening([1, 4], [8, 18]),
      opening([1, 4], [8, 9]),
      opening([0.5, 1], [30, 60]),
    ]).toEqual([
      'When calls rise from 1.04 to 1.39 per second and new live sessions triple (39 open ones become 130)',
      'When calls go up fourfold and new live sessions rise from 8 to 18 per minute (39 open ones become 130)',
      'When calls go up fourfold',
      'When new live sessions double (39 open ones become 130)',
    ]);
  });

  it('says what another scrape interval would buy', () => {
    const sweep = sweepFrom(60);
    expect(sweep.recommended).toBe('5 s');
    expect(answer(score(exampleRun({ seed: 5 })), sweep)).toMatch(
      / Scraping every 5 s instead of 60 s would save [\d.]+ s of that delay, let down \d+ fewer calls and cost \$0\.\d+ a month more in metric storage\.$/,
    );
  });

  it('claims no difference that the runs do not show', () => {
    expect(answer(score(exampleRun({ seed: 5 })), sweepFrom(30))).toMatch(
      / Scraping every 5 s instead of 30 s would make no difference to that delay that 2 paired runs can show and cost .*; whether that pays, the runs cannot tell\.$/,
    );
  });

  it('is calm when nothing goes wrong', () => {
    expect(answer(score(exampleRun({ callsAfter: 6, maxReplicas: 4 })), null)).toMatch(
      /^When calls double 5 min into the run, every caller is still answered within 2 s: /,
    );
    expect(answer(score(exampleRun({ callsAfter: 3 })), null)).toBe(
      'Over 15 min, all 2\u202f700 calls keep the promise of 2 s; the load never steps up.',
    );
  });
});
