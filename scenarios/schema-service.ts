// The parts of a scenario file about callers and the service they meet, each key with its default and its meaning.

import { z } from 'zod';
import { STREAM_LAWS, TTFT_LAWS } from '../model/service-law.ts';
import { GPU_SPEED, SERVICE_LAWS } from '../model/service-time.ts';
import {
  distribution,
  duration,
  nonNegativeNumber,
  number,
  positiveDuration,
  positiveInteger,
  wholeNumber,
} from './schema-parts.ts';

const share = () => number('a share above 0, at most 1', (n) => n > 0 && n <= 1);

/** Drawn from the seed of each row (model/conduct.ts). */
export const conduct = z.strictObject({
  hangup: z
    .strictObject({
      share: share().describe('callers that hang up if they are not answered in time').prefault(1),
      after: distribution().describe(
        'from the intended start to the hang-up; a live session is only left before it has its place',
      ),
    })
    .optional(),
  cut: z
    .strictObject({
      share: share().describe('live sessions that their callers end before the audio is over').prefault(1),
      after: distribution()
        .describe('from the intended start to the cut; absent = a uniform share of the audio')
        .optional(),
    })
    .optional(),
});

const connections = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('per-request') }),
      z.strictObject({
        kind: z.literal('keep-alive'),
        pool: positiveInteger().describe('connections of all callers together'),
        maxAge: positiveDuration().describe('a connection this old is opened anew; absent = never').optional(),
        idle: positiveDuration().describe('one unused for this long is opened anew; absent = never').optional(),
      }),
    ],
    { error: 'expected connections such as {kind: keep-alive, pool: 32, maxAge: 5m}' },
  )
  .describe('keep-alive: a pod is chosen per connection, as kube-proxy does; absent = per-request');

export const service = z.strictObject({
  calibration: z
    .enum(Object.keys(SERVICE_LAWS))
    .describe('parameter set of model/service-time.ts')
    .default('pulse-pro-l40s'),
  gpu: z
    .enum(Object.keys(GPU_SPEED))
    .describe('GPU of every pod; its speed relative to an L40S scales the law')
    .default('L40S'),
  stream: z
    .enum(Object.keys(STREAM_LAWS))
    .describe('stream parameter set of model/service-law.ts; absent = that of the calibration')
    .optional(),
  features: z
    .strictObject({
      wordTimestamps: z
        .boolean()
        .describe('work × 1.35 for a file of 5 min or more, × 2.2 for a shorter one')
        .default(false),
      diarisation: z.boolean().describe('work × 13').default(false),
    })
    .optional(),
  ttft: z
    .enum(Object.keys(TTFT_LAWS))
    .describe('formula for the time to first transcript; absent = one chunk and one step')
    .optional(),
  tailShare: number('a share of 0 to 1', (n) => n >= 0 && n <= 1)
    .describe(
      'share of first transcripts 2.5 to 3.5 times late, beside a lognormal body of sigma 0.2 (0.02 at 160 ms chunks, 0.06 at 960 ms); absent = no spread',
    )
    .optional(),
  firstRequest: duration()
    .describe('what the first request of a container takes longer; calibration.md guesses 5s; absent = 0')
    .optional(),
  tuning: z
    .strictObject({
      t0: duration().describe('fixed part of a lone request on an L40S; bounds 20ms and 250ms').optional(),
      t0Sigma: nonNegativeNumber().describe('sigma of a lognormal factor on it; 0.5 is the guess').optional(),
      s1: duration().describe('step time per live stream on an L40S; bounds 0.45ms and 1.6ms').optional(),
      longFileLoss: nonNegativeNumber()
        .describe('share by which b grows with each doubling above 8 in service; 0.15 is the guess for long files')
        .optional(),
    })
    .optional(),
  cap: positiveInteger()
    .describe('most requests in service on one pod; absent = the cap of the parameter set')
    .optional(),
  balancer: z
    .enum(['round-robin', 'least-requests', 'random', 'random-of-two'])
    .describe('how requests choose a pod; random is what kube-proxy does per connection')
    .default('random'),
  queueAt: z
    .enum(['front', 'pod'])
    .describe('front: one queue before all pods; pod: each pod queues behind its cap')
    .default('pod'),
  queueLimit: wholeNumber()
    .describe('most requests waiting before new ones are refused; absent = unbounded')
    .optional(),
  timeout: positiveDuration().describe('the caller gives up after this long; absent = never').optional(),
  retries: z
    .strictObject({ max: positiveInteger(), backoff: duration().prefault('1s') })
    .describe('repeat refused and failed requests; absent = never')
    .optional(),
  metricsWhileLoading: z.boolean().describe('/metrics answers while the model loads').default(false),
  healthWhileLoading: z.boolean().describe('/health satisfies the liveness probe while the model loads').default(true),
  countStreamsAsRequests: z.boolean().describe('live streams count in asr_active_requests').default(false),
  connections: connections.optional(),
  abandonedWork: z
    .enum(['drop', 'finish'], { error: 'expected `drop` or `finish`' })
    .describe('a pod stops work whose caller has left, or runs it to its end; absent = drop')
    .optional(),
});
