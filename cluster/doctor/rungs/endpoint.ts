// Rung 3: does a port of the pods answer with the metrics that everything behind it needs?

import { nearest } from '../../../model/nearest.ts';
import { goodPorts, isGoodPage } from '../chain.ts';
import { rawGet } from '../commands.ts';
import type { PageFacts } from '../facts.ts';
import type { Finding, Rung } from '../finding.ts';
import { broken, few, ok, undecided, withFact } from '../finding.ts';
import { trap } from '../traps.ts';

const tried = (pages: readonly PageFacts[]): string =>
  few(
    pages.map(
      ({ pod, port, path, answer }) =>
        `${pod}:${port}${path} ${answer.kind === 'page' ? `${answer.names.length} names` : answer.why}`,
    ),
  );

/** Pages came, and not with every name. */
const nameMissing = (page: PageFacts, exposed: readonly string[], expected: string): Finding => {
  const names = page.answer.kind === 'page' ? page.answer.names : [];
  const missing = exposed.filter((name) => !names.includes(name));
  const suffixed = missing.find((name) => names.includes(`${name}_total`));
  const near = suffixed === undefined ? nearest(missing[0]!, names) : `${suffixed}_total`;
  return broken(
    `${page.pod}:${page.port}${page.path} answers without ${few(missing)}${near === null ? '' : `; it has ${near}`}`,
    expected,
    trap(suffixed === undefined ? 'T35' : 'T36'),
  );
};

export const endpoint: Rung = {
  id: 'endpoint',
  title: 'metrics endpoint and port answer',
  needs: ['pods'],
  commands: (facts) => {
    const page = facts.pages.kind === 'known' ? facts.pages.value[0] : undefined;
    if (page?.how === 'directly') return [`curl -s ${page.at} | grep asr_`];
    const { namespace } = facts.subject;
    const path = page?.at ?? `/api/v1/namespaces/${namespace}/pods/POD:9090/proxy/metrics`;
    return [`${rawGet(facts, path)} | grep asr_`];
  },
  judge: (facts) => {
    const { exposed } = facts.subject;
    const expected = `a port with ${exposed.length === 0 ? 'metrics' : exposed.join(', ')} on each ready pod`;
    return withFact(facts.pages, expected, (pages) => {
      const probed = [...new Set(pages.map(({ pod }) => pod))];
      if (probed.length === 0) return undecided('no pod could be asked', expected);
      const bare = probed.filter((pod) => !pages.some((page) => page.pod === pod && isGoodPage(page, exposed)));
      if (bare.length > 0) {
        const ofBare = pages.filter(({ pod }) => bare.includes(pod));
        const answering = ofBare.find(({ answer }) => answer.kind === 'page');
        return answering === undefined
          ? broken(`no metrics from ${bare.length} of ${probed.length} pods: ${tried(ofBare)}`, expected, trap('T8'))
          : nameMissing(answering, exposed, expected);
      }
      const good = pages.find((page) => isGoodPage(page, exposed))!;
      if (good.answer.kind !== 'page') return undecided('no page', expected);
      const { names, samples, reservedLabels } = good.answer;
      const advice =
        reservedLabels.length === 0 ? [] : [`T37: the page exposes ${few(reservedLabels)}: ${trap('T37').happens}`];
      return ok(
        `port ${goodPorts(facts).join(', ')} of ${probed.length} pods answers ${good.how}: ${names.length} names, ${samples} samples`,
        expected,
        advice,
      );
    });
  },
};
