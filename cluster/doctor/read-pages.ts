// Pages of metrics of a few pods: through the API server's proxy, or, where pods are processes of this machine, at their
// loopback address.

import { request } from 'undici';
import type { Service } from '../../model/platform.ts';
import { loopbackOf } from '../bare/pod-addresses.ts';
import type { PageFacts, PodFacts, WorkloadFacts } from './facts.ts';
import type { Read, Reader } from './reader.ts';

/** Pods that are asked; more say nothing new. */
const MOST_PODS = 3;
/** The chart's port and the guide's, where the container names none. */
const USUAL_PORTS = [9090, 2269];
const RESERVED = ['namespace', 'pod', 'service', 'container', 'endpoint', 'job', 'instance', 'node'];

/** @example pageFacts('# HELP x\nx{pod="a"} 1\n').names // ['x'] */
export const pageFacts = (text: string): PageFacts['answer'] => {
  const samples = text.split('\n').filter((line) => /^[a-zA-Z_:"{]/.test(line));
  const names = samples.flatMap((line) => /^[a-zA-Z_:][\w:]*/.exec(line)?.[0] ?? []);
  if (names.length === 0) return { kind: 'refused', why: `answers without a sample: ${text.slice(0, 60).trim()}` };
  const labels = new Set(samples.flatMap((line) => [...line.matchAll(/[{,]\s*(\w+)="/g)].map(([, name]) => name!)));
  return {
    kind: 'page',
    names: [...new Set(names)],
    samples: samples.length,
    reservedLabels: RESERVED.filter((name) => labels.has(name)),
  };
};

/** Every port that may be the one: the container's own, and where Services lead. */
export const portsToTry = (workload: WorkloadFacts, services: readonly Service[]): readonly number[] => {
  const own = workload.ports.map(({ containerPort }) => containerPort);
  const led = services
    .flatMap(({ ports }) => ports.map(({ targetPort }) => targetPort))
    .filter((port) => typeof port === 'number');
  const all = [...new Set([...own, ...led])];
  return all.length === 0 ? USUAL_PORTS : all.slice(0, 4);
};

const direct = async (url: string, patienceMillis: number): Promise<Read<string>> => {
  try {
    const answer = await request(url, { signal: AbortSignal.timeout(patienceMillis) });
    const text = await answer.body.text();
    return answer.statusCode === 200
      ? { kind: 'answer', value: text }
      : { kind: 'failed', status: answer.statusCode, why: `${answer.statusCode} ${text.slice(0, 60)}` };
  } catch (error) {
    const why = error instanceof Error ? ('code' in error ? String(error.code) : error.message) : String(error);
    return { kind: 'failed', status: 0, why };
  }
};

export interface PageQuestion {
  readonly namespace: string;
  readonly pods: readonly PodFacts[];
  readonly ports: readonly number[];
  readonly path: string;
  readonly processes: boolean;
  readonly patienceMillis: number;
}

export const readPages = async (reader: Reader, question: PageQuestion): Promise<readonly PageFacts[]> => {
  const { namespace, pods, ports, path, processes, patienceMillis } = question;
  const asked = pods.filter(({ ready }) => ready).slice(0, MOST_PODS);
  return Promise.all(
    asked.flatMap(({ name, ip }) =>
      ports.map(async (port): Promise<PageFacts> => {
        const at = processes
          ? `http://${loopbackOf(ip)}:${port}${path}`
          : `/api/v1/namespaces/${namespace}/pods/${name}:${port}/proxy${path}`;
        const read = processes ? await direct(at, patienceMillis) : await reader.text(at);
        return {
          pod: name,
          port,
          path,
          how: processes ? 'directly' : 'through the API server',
          at,
          answer: read.kind === 'answer' ? pageFacts(read.value) : { kind: 'refused', why: read.why },
        };
      }),
    ),
  );
};
