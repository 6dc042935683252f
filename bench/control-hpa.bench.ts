// Reconciles per second of the HPA: a 20-pod Pods metric with the vendor's behaviour block, steady and scaling, and the
// slow inputs (answer in another order, int64 beyond 2^53) for comparison. Bound: 300,000/s on one core for the first.

import { Bench } from 'tinybench';
import type { BenchRow } from './rows.ts';
import { rowLine, rowsOf } from './rows.ts';
import type { HorizontalPodAutoscalerSpec } from '../model/kubernetes-hpa.ts';
import { compileHpa } from '../sim/autoscaler/compile.ts';
import type { Int64 } from '../sim/autoscaler/int64.ts';
import { readSelector } from '../sim/autoscaler/label-selector.ts';
import { NO_MEMORY } from '../sim/autoscaler/memory.ts';
import type { ObservedPod, PodSample } from '../sim/autoscaler/observation.ts';
import { observe } from '../sim/autoscaler/observation.ts';
import { reconcile } from '../sim/autoscaler/reconcile.ts';
import { hpaSettings } from '../sim/autoscaler/settings.ts';
import { EMPTY_STATUS, storedStatus } from '../sim/autoscaler/status.ts';

const VENDOR: HorizontalPodAutoscalerSpec = {
  scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'asr' },
  minReplicas: 1,
  maxReplicas: 60,
  metrics: [
    {
      type: 'Pods',
      pods: { metric: { name: 'asr_active_requests' }, target: { type: 'AverageValue', averageValue: '4' } },
    },
  ],
  behavior: {
    scaleUp: {
      stabilizationWindowSeconds: 5,
      selectPolicy: 'Max',
      policies: [
        { type: 'Percent', value: 100, periodSeconds: 15 },
        { type: 'Pods', value: 2, periodSeconds: 15 },
      ],
    },
    scaleDown: {
      stabilizationWindowSeconds: 300,
      selectPolicy: 'Min',
      policies: [
        { type: 'Percent', value: 50, periodSeconds: 60 },
        { type: 'Pods', value: 1, periodSeconds: 60 },
      ],
    },
  },
};

const PODS = 20;

const pods = Array.from({ length: PODS }, (_, i): ObservedPod => ({
  name: `asr-7d9c5b6f4-${i.toString(36).padStart(5, 'x')}`,
  phase: 'Running',
  ready: 'True',
  readyTransitionMillis: 0,
  startMillis: 0,
  terminating: false,
}));

const samples = (milli: Int64): PodSample[] => pods.map((pod) => ({ podName: pod.name, milli }));

/** A controller that reconciles every 15 s for ever; each call is one sync, its memory as long as in real life. */
const controller = (items: readonly PodSample[]) => {
  const hpa = compileHpa(VENDOR, hpaSettings('1.37'));
  let memory = NO_MEMORY;
  let status = EMPTY_STATUS;
  let nowMillis = 0;
  const answers = [{ kind: 'pods' as const, items }];
  const scale = { kind: 'found' as const, specReplicas: PODS, statusReplicas: PODS, selector: readSelector('app=asr') };
  return () => {
    nowMillis += 15_000;
    const result = reconcile(hpa, memory, observe({ nowMillis, status, scale, pods, answers }));
    memory = result.memory;
    if (result.writesStatus) status = storedStatus(result.status);
  };
};

const CALLS = 1000;

/** Runs the benchmark for about `millisPerTask` each. */
const ON_TARGET = 'hpa: 20 pods, vendor behaviour, on target';

export const benchHpa = async (millisPerTask = 1000): Promise<readonly BenchRow[]> => {
  const bench = new Bench({ time: millisPerTask });
  const tasks: readonly (readonly [string, () => void])[] = [
    [ON_TARGET, controller(samples(4000))],
    ['hpa: 20 pods, vendor behaviour, rescaling every sync', controller(samples(9000))],
    ['hpa: answer not in pod order', controller(samples(4000).reverse())],
    ['hpa: int64 beyond 2^53', controller(samples(2n ** 60n))],
  ];
  for (const [name, sync] of tasks) {
    bench.add(name, () => {
      for (let i = 0; i < CALLS; i++) sync();
    });
  }
  return rowsOf(bench, (name) => ({ perCall: CALLS, bound: name === ON_TARGET ? 300_000 : null }));
};

if (import.meta.main) for (const row of await benchHpa()) console.log(rowLine(row));
