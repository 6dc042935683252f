// Rung 14: do the targets stay clear of their limits: series of one scrape, sample limit, time of a scrape?

import { askPrometheus, queryPath } from '../commands.ts';
import type { PrometheusFacts } from '../facts.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import { trap } from '../traps.ts';

/** A target so near to its limit fails as a whole with the next label value. */
const NEAR = 0.9;

interface Load {
  readonly pod: string;
  readonly samples: number;
  /** 0 = none. */
  readonly limit: number;
}

const loads = ({ samples, jobs }: PrometheusFacts): readonly Load[] =>
  samples.map(({ pod, job, samples: count }) => ({
    pod,
    samples: count,
    limit: jobs.find(({ name }) => name === job)?.sampleLimit ?? 0,
  }));

export const cost: Rung = {
  id: 'cost',
  title: 'cardinality and cost of scrapes',
  needs: ['target'],
  commands: (facts) => [
    askPrometheus(facts, queryPath(`scrape_samples_post_metric_relabeling{namespace="${facts.subject.namespace}"}`)),
    askPrometheus(facts, '/api/v1/status/tsdb'),
  ],
  judge: (facts) => {
    const { seriesLimit } = facts.subject;
    const expected = `at most ${seriesLimit} series per target, below ${NEAR * 100} % of sample limit and timeout`;
    return withFact(facts.prometheus, expected, (prometheus) => {
      if (prometheus === null) return undecided('Prometheus does not answer', expected);
      const all = loads(prometheus);
      if (all.length === 0) return undecided('no scrape of the pods has been counted yet', expected);
      const near = all.filter(({ samples, limit }) => limit > 0 && samples >= NEAR * limit);
      if (near.length > 0)
        return broken(
          few(
            near.map(({ pod, samples, limit }) => `${pod}: ${samples} of at most ${limit} samples`),
            2,
          ),
          expected,
          trap('T26'),
        );
      const many = all.filter(({ samples }) => samples > seriesLimit);
      if (many.length > 0)
        return broken(few(many.map(({ pod, samples }) => `${pod}: ${samples} series`)), expected, trap('T26'));
      const slow = prometheus.targets.filter((one) => one.durationSeconds >= NEAR * one.timeoutSeconds);
      if (slow.length > 0)
        return broken(
          few(
            slow.map((one) => `${one.pod}: ${one.durationSeconds.toFixed(2)} s of ${one.timeoutSeconds} s`),
            2,
          ),
          expected,
          trap('A8'),
        );
      const most = Math.max(...all.map(({ samples }) => samples));
      const perSecond = prometheus.targets.reduce((sum, { intervalSeconds }) => sum + most / intervalSeconds, 0);
      return ok(
        `at most ${most} series per target, ${perSecond.toFixed(1)} samples/s of these pods; ${prometheus.headSeries} series in the head, most of ${few(
          prometheus.largest.map(({ name, series }) => `${name} ${series}`),
          2,
        )}`,
        expected,
      );
    });
  },
};
