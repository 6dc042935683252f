// Rung 6: are the targets UP, how old is their last scrape, and if a scrape failed: why?

import { readyPods } from '../chain.ts';
import { askPrometheus, queryPath } from '../commands.ts';
import type { TargetFacts } from '../facts.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import type { Cause } from '../traps.ts';
import { fault, trap } from '../traps.ts';

const EXPECTED = 'UP, last scraped no longer than two intervals ago';

/** Causes by the words that Prometheus uses; the first that fits. */
const CAUSES: readonly (readonly [words: RegExp, cause: Cause])[] = [
  [/deadline exceeded|timeout|timed out/i, trap('A8')],
  [/sample limit|body size limit|label.*limit/i, trap('T26')],
  [/no such host/i, trap('T2')],
  [/connection refused|HTTP status 404|EOF/i, trap('T8')],
  [
    /Content-Type|expected|invalid|parse/i,
    fault(
      'the page is not in a format that Prometheus reads; since 3.0 a missing Content-Type is refused',
      'serve text/plain; version=0.0.4, or set fallback_scrape_protocol',
    ),
  ],
];

const causeOf = (lastError: string): Cause =>
  CAUSES.find(([words]) => words.test(lastError))?.[1] ??
  fault(
    'the scrape failed; the series of the pod are blank until the next good one',
    'ask the URL from inside the cluster',
  );

const late = ({ ageSeconds, intervalSeconds }: TargetFacts): boolean =>
  ageSeconds !== null && ageSeconds > 2 * intervalSeconds + 1;

export const target: Rung = {
  id: 'target',
  title: 'targets are UP and fresh',
  needs: ['monitor'],
  commands: (facts) => [
    askPrometheus(facts, '/api/v1/targets?state=active'),
    askPrometheus(facts, queryPath(`up{namespace="${facts.subject.namespace}"}`)),
  ],
  judge: (facts) =>
    withFact(facts.prometheus, EXPECTED, (prometheus) => {
      if (prometheus === null) return undecided('Prometheus does not answer', EXPECTED);
      const names = readyPods(facts).map(({ name }) => name);
      const targets = prometheus.targets.filter(({ pod }) => names.includes(pod));
      if (targets.length === 0) return undecided('no target of a ready pod', EXPECTED);
      const down = targets.filter(({ health }) => health === 'down');
      if (down.length > 0)
        return broken(
          `${down.length} of ${targets.length} down: ${few([...new Set(down.map(({ url, lastError }) => `${url}: ${lastError}`))], 2)}`,
          EXPECTED,
          causeOf(down[0]!.lastError),
        );
      const unseen = targets.filter(({ health }) => health === 'unknown');
      if (unseen.length === targets.length)
        return undecided(`not scraped yet; the interval is ${unseen[0]!.intervalSeconds} s: ask again`, EXPECTED);
      const old = targets.filter(late);
      if (old.length > 0)
        return broken(
          few(
            old.map(
              ({ url, ageSeconds, intervalSeconds }) =>
                `${url}: ${ageSeconds!.toFixed(1)} s ago, interval ${intervalSeconds} s`,
            ),
            2,
          ),
          EXPECTED,
          fault(
            'skipped scrapes write nothing: the last value answers for up to 5 minutes, and the HPA cannot see that it is old',
            'processor and throttling of Prometheus; fewer targets per interval',
          ),
        );
      const ages = targets.map(({ ageSeconds }) => ageSeconds ?? 0);
      const slow = targets.filter(({ durationSeconds, timeoutSeconds }) => durationSeconds > timeoutSeconds / 2);
      const twice = names.filter((name) => targets.filter(({ pod }) => pod === name).length > 1);
      return ok(
        `${targets.length - unseen.length} of ${targets.length} up, last scraped ${Math.max(...ages).toFixed(1)} s ago at most, every ${targets[0]!.intervalSeconds} s`,
        EXPECTED,
        [
          ...(slow.length === 0
            ? []
            : [`A8: scrapes take more than half of their timeout: ${few(slow.map(({ pod }) => pod))}`]),
          ...(twice.length === 0 ? [] : [`T3: scraped by more than one target: ${few(twice)}`]),
        ],
      );
    }),
};
