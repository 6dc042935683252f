// A HorizontalPodAutoscaler (autoscaling/v2): checked against the bounds of the API, otherwise kept as JSON.

import type { HorizontalPodAutoscalerSpec } from '../../model/kubernetes-hpa.ts';
import type { Hpa } from '../../model/platform.ts';
import type { Cursor } from './cursor.ts';

const METRIC_FIELD: Readonly<Record<string, string>> = {
  Pods: 'pods',
  Object: 'object',
  External: 'external',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

const checkMetric = (metric: Cursor): void => {
  const type = metric.get('type').text();
  const field = METRIC_FIELD[type];
  if (field === undefined) {
    metric.get('type').fail(`one of ${Object.keys(METRIC_FIELD).join(', ')}`);
    return;
  }
  const source = metric.get(field);
  if (!source.present) {
    source.fail(`the metric's source, since type is ${type}`);
    return;
  }
  if (field === 'resource' || field === 'containerResource') source.get('name').text();
  else source.get('metric', 'name').text();
  const target = source.get('target');
  const kind = target.get('type').text();
  const key = { Value: 'value', AverageValue: 'averageValue', Utilization: 'averageUtilization' }[kind];
  if (key === undefined) target.get('type').fail('Value, AverageValue or Utilization');
  else if (!target.get(key).present) target.get(key).fail(`a target, since target.type is ${kind}`);
  if (field === 'pods' && kind !== 'AverageValue')
    target.get('type').fail('AverageValue, the only target of a Pods metric');
};

const checkRules = (rules: Cursor): void => {
  const window = rules.get('stabilizationWindowSeconds');
  if (window.integer(0) > 3600) window.fail('at most 3600');
  for (const policy of rules.get('policies').items()) {
    const type = policy.get('type').text();
    if (type !== 'Pods' && type !== 'Percent') policy.get('type').fail('Pods or Percent');
    policy.get('value').integer(undefined, 1);
    const period = policy.get('periodSeconds');
    if (period.integer(undefined, 1) > 1800) period.fail('1 to 1800');
    policy.rest([]);
  }
  const select = rules.get('selectPolicy').text('Max');
  if (!['Max', 'Min', 'Disabled'].includes(select)) rules.get('selectPolicy').fail('Max, Min or Disabled');
  rules.rest(['tolerance']);
};

export const readHpa = (object: Cursor): Hpa => {
  const version = object.get('apiVersion');
  if (version.text('') !== 'autoscaling/v2') version.fail('autoscaling/v2');
  const spec = object.get('spec');
  spec.get('scaleTargetRef', 'kind').text();
  spec.get('scaleTargetRef', 'name').text();
  const min = spec.get('minReplicas').integer(1);
  const max = spec.get('maxReplicas').integer(undefined, 1);
  if (min > max) spec.get('minReplicas').fail(`at most maxReplicas (${max})`);
  spec.get('metrics').items().forEach(checkMetric);
  checkRules(spec.get('behavior', 'scaleUp'));
  checkRules(spec.get('behavior', 'scaleDown'));
  spec.rest([]);
  return {
    name: object.get('metadata', 'name').text(),
    namespace: object.get('metadata', 'namespace').text('default'),
    spec: (spec.present
      ? spec.value
      : { scaleTargetRef: { kind: '', name: '' }, maxReplicas: 1 }) as HorizontalPodAutoscalerSpec,
  };
};
