// The folder of a k6 script as manifests for k6-operator: its files in as many ConfigMaps as they need, put together again as
// one folder in every runner, and the TestRun. The operator gives each runner its execution segment; with as many VUs in each
// as in every other, the runners' rows are those of the one schedule, each once. Pure.

import { stringify } from 'yaml';
import { TestbedError } from '../../model/errors.ts';

export interface TestRunSettings {
  /** Of the scenario. */
  readonly scenario: string;
  /** Null = the one that kubectl is in. */
  readonly namespace: string | null;
  readonly runners: number;
  /** When all of them begin; Unix time. */
  readonly originEpochMillis: number;
  readonly scheduleHash: string;
}

/** A ConfigMap holds 1 MiB, keys and all. */
const MAP_BYTES = 1_000_000;
/** Every runner and the initializer read all of them; beyond that a volume is the better place. */
const MOST_MAPS = 50;
const FOLDER = '/surgelab';
/** TestRun and a suffix of the operator's make the name of a Job. */
const NAME_LENGTH = 45;

type Files = ReadonlyMap<string, string | Buffer>;

const bytesOf = (name: string, content: string | Buffer): number =>
  Buffer.byteLength(name) + Buffer.byteLength(content);

/** In their order, as many in each map as go. Throws USAGE. */
const packed = (files: Files): readonly Files[] => {
  const maps: Map<string, string | Buffer>[] = [];
  let room = 0;
  for (const [name, content] of files) {
    const bytes = bytesOf(name, content);
    if (bytes > room || maps.length === 0) {
      maps.push(new Map());
      room = MAP_BYTES;
    }
    maps.at(-1)!.set(name, content);
    room -= bytes;
    if (bytes > MAP_BYTES || maps.length > MOST_MAPS) {
      const total = [...files].reduce((sum, [key, text]) => sum + bytesOf(key, text), 0);
      throw new TestbedError(
        'USAGE',
        `the files are ${(total / 1e6).toFixed(0)} MB: ${MOST_MAPS} ConfigMaps of ${MAP_BYTES / 1e6} MB each hold at most ${(MOST_MAPS * MAP_BYTES) / 1e6} MB`,
        {
          hint: 'a shorter --duration; or generate without --runners, put the folder on a volume and name it as script.volumeClaim',
        },
      );
    }
  }
  return maps;
};

const nameOf = (scenario: string): string =>
  `surgelab-${scenario.toLowerCase().replace(/[^a-z0-9-]+/g, '-')}`.slice(0, NAME_LENGTH).replace(/-+$/, '');

/** Objects to apply, in order. Throws USAGE. */
export const testRunObjects = (files: Files, settings: TestRunSettings): readonly object[] => {
  const { scenario, namespace, runners, originEpochMillis, scheduleHash } = settings;
  const name = nameOf(scenario);
  const metadata = (own: string) => ({
    name: own,
    ...(namespace === null ? {} : { namespace }),
    annotations: { 'surgelab/schedule': scheduleHash },
  });
  const maps = packed(files).map((held, n) => {
    const texts = [...held].filter(([, content]) => typeof content === 'string');
    const binaries = [...held].flatMap(([file, content]) =>
      typeof content === 'string' ? [] : [[file, content.toString('base64')] as const],
    );
    return {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: metadata(`${name}-${n}`),
      ...(texts.length === 0 ? {} : { data: Object.fromEntries(texts) }),
      ...(binaries.length === 0 ? {} : { binaryData: Object.fromEntries(binaries) }),
    };
  });
  const sources = maps.map((map) => ({ configMap: { name: map.metadata.name } }));
  return [
    ...maps,
    {
      apiVersion: 'k6.io/v1alpha1',
      kind: 'TestRun',
      metadata: metadata(name),
      spec: {
        parallelism: runners,
        script: { localFile: `${FOLDER}/script.ts` },
        // The initializer, which is not named here, gets the same as a runner.
        runner: {
          automountServiceAccountToken: 'false',
          securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: 'RuntimeDefault' } },
          env: [{ name: 'SURGELAB_ORIGIN', value: new Date(originEpochMillis).toISOString() }],
          volumes: [{ name: 'surgelab', projected: { sources } }],
          volumeMounts: [{ name: 'surgelab', mountPath: FOLDER, readOnly: true }],
        },
      },
    },
  ];
};

/** kubectl reads YAML 1.1, where an instant in time is no text unless it is quoted. */
export const testRunText = (objects: readonly object[]): string =>
  objects
    .map((object) => `---\n${stringify(object, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 })}`)
    .join('');
