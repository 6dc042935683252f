// The scenario file as a strict zod schema: every key with its default and its meaning in one place. What it gives still
// carries the file's own shape; parse.ts checks what spans several keys and makes the Scenario.

import { z } from 'zod';
import {
  audioLength,
  distribution,
  duration,
  nonNegativeNumber,
  number,
  positiveDuration,
  positiveInteger,
  positiveNumber,
  positiveRate,
  rate,
  rateCurve,
  surgeCurve,
  text,
  wholeNumber,
} from './schema-parts.ts';
import { conduct, service } from './schema-service.ts';

const kindOfRequest = () => z.enum(['short', 'batch', 'stream'], { error: 'expected `short`, `batch` or `stream`' });

const traceFile = () => text('the name of a trace in the trace folder, or a path');

const arrivals = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({ kind: z.literal('constant'), rate: positiveRate() }),
      z.strictObject({ kind: z.literal('ramp'), from: rate(), to: rate(), over: positiveDuration() }),
      z.strictObject({ kind: z.literal('poisson'), rate: rateCurve() }),
      z.strictObject({ kind: z.literal('gamma'), rate: rateCurve(), cv: positiveNumber() }),
      z.strictObject({ kind: z.literal('curve'), rate: rateCurve() }),
      z.strictObject({
        kind: z.literal('profile'),
        file: traceFile(),
        rate: positiveRate().describe('mean rate over the whole profile'),
        speedup: positiveNumber().prefault(1),
        from: duration().prefault('0s'),
      }),
      z.strictObject({
        kind: z.literal('trace'),
        file: traceFile(),
        rate: positiveRate()
          .describe('speed the trace up or down to this mean rate; not together with `speedup`')
          .optional(),
        speedup: positiveNumber().describe('divide every offset by this; audio lengths stay').optional(),
        from: duration().describe('cut everything before this moment of the trace').prefault('0s'),
        to: duration().describe('cut everything from this moment on; absent = to the end').optional(),
        repeat: z
          .boolean({ error: 'expected true or false' })
          .describe('start again when the trace ends')
          .default(false),
      }),
    ],
    { error: 'expected arrivals such as {kind: poisson, rate: 6/s}' },
  )
  .describe('when requests come');

const traffic = z.strictObject({
  name: text('a name for this stream of requests'),
  kind: kindOfRequest().describe('kind of every request; with a trace: keep only rows of this kind').optional(),
  arrivals,
  audio: audioLength().describe('length of the audio; a trace brings its own').optional(),
  surge: surgeCurve().optional(),
  conduct: conduct.optional(),
});

const platform = z.strictObject({
  manifests: z
    .array(text('a file or folder of Kubernetes YAML, or the name of a platform of the library'))
    .min(1, { error: 'expected at least one file, folder or library platform' })
    .describe('files or folders relative to the scenario, or names of the library')
    .default(['vendor-0.2.2']),
  set: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()], { error: 'expected a single value' }))
    .describe('single values by dotted path; docs/set-paths.md lists them')
    .default({}),
});

const startup = z.strictObject({
  containerStart: distribution()
    .describe('pod admitted to container running, image present')
    .prefault({ kind: 'lognormal', median: '2s', sigma: 0.4 }),
  imagePull: distribution()
    .describe('added on the first pod of a node')
    .prefault({ kind: 'lognormal', median: '60s', sigma: 0.3 }),
  modelLoad: distribution()
    .describe('container running to model ready: weights from a warm cache 45 s, warm-up 3 s (calibration.md 4.5)')
    .prefault({ kind: 'lognormal', median: '48s', sigma: 0.25 }),
  modelDownload: distribution()
    .describe(
      'before the model is loaded, for instance {kind: lognormal, median: 5m, sigma: 0.4} (calibration.md 4.5); absent = it is there already',
    )
    .optional(),
  modelCache: z
    .enum(['pod', 'node', 'shared'], { error: 'expected `pod`, `node` or `shared`' })
    .describe('who shares a downloaded model: nobody, the pods of a node, all pods (a shared volume); absent = pod')
    .optional(),
});

const nodes = z.strictObject({
  gpusPerNode: positiveInteger().prefault(1),
  warm: wholeNumber().describe('nodes at the start').prefault(2),
  min: wholeNumber().describe('fewest nodes; absent = 0').prefault(0),
  max: positiveInteger().prefault(10),
  provision: distribution()
    .describe('node requested to schedulable')
    .prefault({ kind: 'lognormal', median: '210s', sigma: 0.3 }),
  scan: positiveDuration().describe('how often the node autoscaler looks').prefault('10s'),
  idleRemove: duration().describe('an empty node is removed after this long').prefault('10m'),
  scanPhase: duration().describe('its first look after the start; absent = drawn from one interval').optional(),
  podHold: duration()
    .describe('a pending pod counts for it after this long; absent = 30s for a pod that asks for a GPU, else 2s')
    .optional(),
  spare: wholeNumber().describe('nodes kept empty beyond what pods need; absent = 0').optional(),
  labels: z
    .record(z.string(), z.string({ error: 'expected text' }))
    .describe('of every node; absent = what the nodeSelector of the Deployment asks for')
    .optional(),
  taints: z
    .array(
      z.strictObject({
        key: text('the key of a taint such as nvidia.com/gpu'),
        effect: z
          .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'], {
            error: 'expected `NoSchedule`, `PreferNoSchedule` or `NoExecute`',
          })
          .default('NoSchedule'),
      }),
      { error: 'expected a list of taints such as [{key: nvidia.com/gpu}]' },
    )
    .describe('of every node; pods that do not tolerate them stay pending')
    .optional(),
  spotLife: distribution()
    .describe('spot nodes: from added to taken away, with the pods on them; absent = never')
    .optional(),
  pricePerHour: nonNegativeNumber()
    .describe('USD per node-hour; absent = the on-demand price on record for the GPU')
    .optional(),
  billingQuantum: duration().prefault('1s'),
});

const measured = (median: string, sigma: number, meaning: string) =>
  distribution().describe(meaning).prefault({ kind: 'lognormal', median, sigma });

/** Medians and spreads measured on real components: golden/closed-loop README, "Measured stages". */
const controlPlane = z.strictObject({
  scrapeDuration: measured('5ms', 0.5, 'one scrape'),
  adapterQuery: measured('9ms', 0.55, 'one metric request through the adapter'),
  getScale: measured('2ms', 0.11, 'start of a sync to the first metric request'),
  putScale: measured('3ms', 0.14, "the HPA's write"),
  replicaSet: measured('12.5ms', 0.5, 'scale written to pod created'),
  schedule: measured('6ms', 0.47, 'pod created to bound to a node with room'),
  endpoints: measured('13ms', 0.37, 'probe passed to endpoint ready'),
  hpaPhase: duration().describe('first HPA sync after the start; absent = drawn from one sync period').optional(),
});

const fault = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('pod-kill'), at: duration() }),
    z.strictObject({ kind: z.literal('scrape-refused'), at: duration(), for: positiveDuration() }),
    z.strictObject({ kind: z.literal('adapter-down'), at: duration(), for: positiveDuration() }),
    z.strictObject({ kind: z.literal('prometheus-down'), at: duration(), for: positiveDuration() }),
    z.strictObject({ kind: z.literal('api-server-frozen'), at: duration(), for: positiveDuration() }),
  ],
  { error: 'expected a fault such as {kind: pod-kill, at: 12m}' },
);

const prices = z.strictObject({
  storagePerGbMonth: nonNegativeNumber().describe('USD; default EBS gp3 in us-east-1').prefault(0.08),
  perMissedRequest: nonNegativeNumber().describe('USD that one missed request costs you').prefault(0.01),
  source: z
    .string()
    .describe('where the prices come from')
    .default('EBS gp3 and EC2 on demand, us-east-1, 2026-01; the price of a miss is an example'),
});

export const scenarioSchema = z.strictObject({
  name: text('a name'),
  question: z.string().describe('what it shows, in a sentence; absent = the comment at the top of the file').optional(),
  seed: number('a whole number from 0 to 4294967295', (n) => Number.isInteger(n) && n >= 0 && n <= 0xffffffff).prefault(
    1,
  ),
  duration: positiveDuration(),
  warmup: duration().describe('cut from the start before scoring').prefault('0s'),
  epoch: z.iso
    .datetime({ error: 'expected a moment such as 2026-01-05T08:30:00Z' })
    .describe('wall-clock time of the start: scrape and rule phases count from 1970')
    .default('2026-01-05T08:30:00Z'),
  traffic: z
    .array(traffic, { error: 'expected a list of traffic streams' })
    .min(1, { error: 'expected at least one traffic stream' })
    .max(64, { error: 'expected at most 64 traffic streams' }),
  platform: platform.prefault({}),
  service: service.prefault({}),
  startup: startup.prefault({}),
  nodes: nodes.prefault({}),
  controlPlane: controlPlane.prefault({}),
  faults: z.array(fault, { error: 'expected a list of faults' }).default([]),
  objectives: z
    .array(text('an objective such as attainment{kind=short,within=2s} >= 0.99'))
    .describe('what must hold: name{key=value} [pNN] <op> number[unit]')
    .default([]),
  prices: prices.prefault({}),
});

export type ParsedScenario = z.output<typeof scenarioSchema>;
export type ParsedTraffic = ParsedScenario['traffic'][number];
