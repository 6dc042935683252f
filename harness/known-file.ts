// known.json of a real run: what a simulation of the same run is told in place of what it would draw. Written with the
// run, checked at the door when it is read. The inputs themselves are sim/known-inputs.ts.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TestbedError } from '../model/errors.ts';
import type { HorizontalPodAutoscalerSpec } from '../model/kubernetes-hpa.ts';
import type { Distribution } from '../model/distribution.ts';
import type { KnownInputs } from '../sim/known-inputs.ts';

export const KNOWN_FILE = 'known.json';
const KNOWN_SCHEMA = 'surgelab.known/1';

export interface KnownFile {
  /** Unix time of the run's origin: phases count from the epoch. */
  readonly epochMillis: number;
  readonly scheduleHash: string;
  readonly inputs: KnownInputs;
}

const instant = z.number();
const delay = z.number().nonnegative();
/** JSON has null for what is not known of a pod. */
const byPod = <T extends z.ZodType>(each: T) => z.array(each.nullable().transform((value) => value ?? undefined));

const recordedPod = z.strictObject({
  name: z.string().optional(),
  uid: z.string().optional(),
  node: z.string().optional(),
  containerStartMillis: z.array(delay).optional(),
  modelLoadMillis: z.array(delay).optional(),
  noticeMillis: z.array(delay).optional(),
  podGoneMillis: delay.optional(),
  scheduleMillis: delay.optional(),
  endpointMillis: delay.optional(),
  endpointGoneMillis: delay.optional(),
  createdMillis: instant.optional(),
  readySinceMillis: instant.optional(),
});

const distribution = z.looseObject({ kind: z.string() }).transform((value) => value as unknown as Distribution);

const clusterInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('scale'), replicas: z.int().nonnegative(), by: z.string() }),
  z.strictObject({ kind: z.literal('pod-kill'), pod: z.int().nonnegative().nullable(), cause: z.string() }),
  z.strictObject({ kind: z.literal('container-died'), pod: z.int().nonnegative(), cause: z.string() }),
  z.strictObject({ kind: z.literal('node-lost'), node: z.string(), cause: z.string() }),
]);

const intervention = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cluster'), atMillis: delay, input: clusterInput }),
  z.strictObject({
    kind: z.literal('hpa-edited'),
    atMillis: delay,
    spec: z.looseObject({}).transform((spec) => spec as Partial<HorizontalPodAutoscalerSpec>),
  }),
  z.strictObject({ kind: z.literal('controller-restarted'), atMillis: delay }),
  z.strictObject({
    kind: z.literal('scrapes'),
    atMillis: delay,
    pod: z.int().nonnegative(),
    meet: z.enum(['an answer', 'a refusal', 'silence']),
  }),
  z.strictObject({ kind: z.literal('adapter'), atMillis: delay, down: z.boolean() }),
  z.strictObject({ kind: z.literal('prometheus'), atMillis: delay, down: z.boolean() }),
]);

const inputs = z.strictObject({
  scrapePhaseMillis: byPod(delay).optional(),
  scrapesMillis: z.array(z.array(delay)).optional(),
  targets: byPod(z.strictObject({ foundMillis: instant.optional(), lostMillis: instant.optional() })).optional(),
  rulePhaseMillis: byPod(delay).optional(),
  syncs: z
    .array(
      z.strictObject({
        startMillis: delay,
        scaleMillis: delay.optional(),
        metrics: z.array(z.strictObject({ queriedMillis: delay, answeredMillis: delay })).optional(),
        putMillis: delay.optional(),
      }),
    )
    .optional(),
  cluster: z
    .strictObject({
      recorded: z.strictObject({
        pods: z.array(recordedPod),
        nodes: z.array(z.strictObject({ name: z.string().optional(), provisionMillis: delay.optional() })),
        replicaSetMillis: z.array(delay).optional(),
        deletions: z.array(z.int().nonnegative()).optional(),
      }),
      startup: z.strictObject({ containerStart: distribution, imagePull: distribution, modelLoad: distribution }),
    })
    .optional(),
  interventions: z.array(intervention).optional(),
});

const file = z.strictObject({
  schema: z.literal(KNOWN_SCHEMA),
  epochMillis: z.number(),
  scheduleHash: z.string(),
  inputs,
});

/** Text of known.json, to be written with the run. */
export const knownText = ({ epochMillis, scheduleHash, inputs: known }: KnownFile): string =>
  `${JSON.stringify({ schema: KNOWN_SCHEMA, epochMillis, scheduleHash, inputs: known }, null, 1)}\n`;

/**
 * Reads what is known of the run in `folder`. Throws INPUT_MISSING if it has no such file, SCHEMA_MISMATCH with every
 * problem if the file is of another form.
 */
export const readKnown = async (folder: string): Promise<KnownFile> => {
  const path = join(folder, KNOWN_FILE);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new TestbedError('INPUT_MISSING', `${path} cannot be read: ${(cause as Error).message}`, {
      hint: 'only a run on a real cluster has one: surgelab replay SCENARIO --profile bare',
      cause,
    });
  }
  return parseKnown(text, path);
};

export const parseKnown = (text: string, path: string): KnownFile => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TestbedError('SCHEMA_MISMATCH', `${path} is not JSON`, { hint: 'make the run again', cause });
  }
  const read = file.safeParse(json);
  if (read.success) {
    const { epochMillis, scheduleHash, inputs: known } = read.data;
    // Zod's optional keys may hold undefined; the file cannot.
    return { epochMillis, scheduleHash, inputs: known as KnownInputs };
  }
  const problems = read.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new TestbedError('SCHEMA_MISMATCH', `${path} is not a ${KNOWN_SCHEMA}:\n${problems.join('\n')}`, {
    hint: 'make the run again with this version',
  });
};
