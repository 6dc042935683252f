// A5, A6: pods that the scheduler cannot place well, or that a probe kills while they load.

import type { Finding, Located } from './finding.ts';
import { finding } from './finding.ts';
import type { LintInput } from './input.ts';
import { at, elements, nameOf, ofKind, textOf } from './input.ts';

/** A workload that an HPA scales on a metric of its pods. */
const isScaled = (input: LintInput, deployment: Located): boolean =>
  ofKind(input, 'HorizontalPodAutoscaler').some(
    (hpa) =>
      textOf(at(hpa, 'spec', 'scaleTargetRef', 'name')) === nameOf(deployment) &&
      elements(at(hpa, 'spec', 'metrics')).some((metric) => textOf(at(metric, 'type')) === 'Pods'),
  );

const containersOf = (deployment: Located): readonly Located[] =>
  elements(at(deployment, 'spec', 'template', 'spec', 'containers'));

const withoutGpu = (deployment: Located): readonly Finding[] =>
  containersOf(deployment).some((one) =>
    ['limits', 'requests'].some((key) => at(one, 'resources', key, 'nvidia.com/gpu').value !== undefined),
  )
    ? []
    : [
        finding('A5', 'error', at(deployment, 'spec', 'template', 'spec', 'containers'), {
          found: `Deployment ${nameOf(deployment)} asks for no nvidia.com/gpu`,
          why: 'scheduler and node autoscaler do not see the cards: two pods can share one, and no GPU node is added for a pending pod',
          fix: 'resources.limits: {nvidia.com/gpu: 1}',
        }),
      ];

const number = (located: Located, fallback: number): number =>
  located.value === undefined ? fallback : Number(textOf(located));

/** Ten minutes of download are common for a model of 20 GB (calibration.md 4.5). */
const SLOW_START_SECONDS = 600;

const killedWhileLoading = (container: Located): readonly Finding[] => {
  const probe = at(container, 'livenessProbe');
  if (probe.value === undefined || at(container, 'startupProbe').value !== undefined) return [];
  const first = number(at(probe, 'initialDelaySeconds'), 0);
  const kill = first + number(at(probe, 'periodSeconds'), 10) * (number(at(probe, 'failureThreshold'), 3) - 1);
  return kill < SLOW_START_SECONDS
    ? [
        finding('A6', 'warning', probe, {
          found: `a liveness probe from ${first} s on, and no startup probe`,
          why: `if /health is silent while the model loads, the container is restarted after about ${kill} s: a longer download loops`,
          fix: 'add a startupProbe that allows the longest download',
        }),
      ]
    : [];
};

export const deploymentTraps = (input: LintInput): readonly Finding[] =>
  ofKind(input, 'Deployment')
    .filter((deployment) => isScaled(input, deployment))
    .flatMap((deployment) => [...withoutGpu(deployment), ...containersOf(deployment).flatMap(killedWhileLoading)]);
