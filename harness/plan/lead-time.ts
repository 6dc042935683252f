// How long a scale-up takes at worst where a node must first be bought: what a warm spare has to bridge.

import { sample } from '../../model/distribution.ts';
import { stream } from '../../model/rng.ts';
import { ascending, quantile } from '../../reports/stats/quantile.ts';
import type { Scenario } from '../../scenarios/scenario.ts';

const LEAD_DRAWS = 2000;

/** 95 % of the time from a scale-up to a ready pod on a node that must first be bought. */
export const leadSeconds = ({ startup, nodes, seed }: Scenario, probePeriod: number): number => {
  const rng = stream(seed, 'planLead');
  // A shared volume has the model from the first pod on; a new node has it not.
  const download = startup.modelCache === 'shared' ? undefined : startup.modelDownload;
  const draws = Array.from(
    { length: LEAD_DRAWS },
    () =>
      nodes.scan * rng.uniform() +
      sample(nodes.provision, rng) +
      sample(startup.imagePull, rng) +
      sample(startup.containerStart, rng) +
      (download === undefined ? 0 : sample(download, rng)) +
      sample(startup.modelLoad, rng) +
      probePeriod * rng.uniform(),
  );
  return quantile(ascending(draws), 0.95, 'nearest-rank')!;
};
