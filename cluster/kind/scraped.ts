// Whether Prometheus has a sample of every target of the pods of the start.

import type { Platform } from '../../model/platform.ts';
import { scrapeJobs } from '../../sim/hops/discovery.ts';
import type { Ladder } from './rungs.ts';
import { waitFor } from './rungs.ts';

/** Discovery may take 5 s, and pods join its list a little later here. */
const DISCOVERY_SECONDS = 15;

interface InstantAnswer {
  readonly data?: { readonly result?: readonly { readonly value?: readonly [number, string] }[] };
}

/** One number of an instant query; 0 if there is none. */
const queryNumber = async (url: string, query: string): Promise<number> => {
  try {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as InstantAnswer;
    return Number(data?.result?.[0]?.value?.[1] ?? 0);
  } catch {
    return 0;
  }
};

/** Null, or a sentence on what is missing: a broken metric path is something a run shows. */
export const untilScraped = async (
  url: string,
  platform: Platform,
  pods: number,
  ladder: Ladder,
): Promise<string | null> => {
  const anyPod = { name: 'any', ip: '10.0.0.1', node: 'any' };
  const targets = scrapeJobs(platform).flatMap(({ targetsOf }) => targetsOf(anyPod));
  if (targets.length === 0) return 'no monitor of the platform selects the pods: nothing of theirs is scraped';
  const slowest = Math.max(...targets.map(({ intervalSeconds }) => intervalSeconds));
  const wanted = targets.length * pods;
  const { namespace, name } = platform.deployment;
  const query = `count(up{namespace="${namespace}",pod=~"${name}-.*"} == 1)`;
  return waitFor(
    {
      what: 'a scrape of every pod',
      patienceSeconds: DISCOVERY_SECONDS + 2 * slowest,
      check: async () => {
        const seen = await queryNumber(url, query);
        return seen >= wanted ? null : `${seen} of ${wanted} targets`;
      },
    },
    ladder,
  );
};
