// Rung 8: are the rule groups that somebody wrote loaded, and do they evaluate?

import { askPrometheus, kubectlHere } from '../commands.ts';
import { metricsIn, treeOf } from '../../manifests/lint/expressions.ts';
import type { Facts, RuleFacts } from '../facts.ts';
import type { Rung } from '../finding.ts';
import { broken, few, ok, withFact } from '../finding.ts';
import { fault, trap } from '../traps.ts';

/** Names that pods of the workload would show, by their prefix. */
const ASR = /^(asr|total_requests)/;

/** Rules that evaluate without an error on series that nobody has: their result is empty, and silent. */
const hungry = (loaded: readonly RuleFacts[], { pages, subject }: Facts): readonly string[] => {
  const shown = (pages.kind === 'known' ? pages.value : []).flatMap(({ answer }) =>
    answer.kind === 'page' ? answer.names : [],
  );
  if (shown.length === 0) return [];
  const recorded = [...subject.recorded, ...loaded.map(({ name }) => name)];
  return loaded.flatMap(({ group, name, query }) => {
    const tree = treeOf(query);
    const missing = (tree === null ? [] : [...new Set(metricsIn(tree))]).filter(
      (each) => ASR.test(each) && !shown.includes(each) && !recorded.includes(each),
    );
    return missing.map((each) => {
      const suffixed = shown.includes(`${each}_total`);
      return `${suffixed ? 'T36' : 'T35'}: ${group}/${name} asks for ${each}, which no pod shows${suffixed ? `; ${each}_total is there` : ''}`;
    });
  });
};

export const rules: Rung = {
  id: 'rules',
  title: 'rules loaded and healthy',
  needs: ['api'],
  commands: (facts) => [
    askPrometheus(facts, '/api/v1/rules'),
    ...(facts.monitoring.kind === 'known' && facts.monitoring.value.from === 'cluster'
      ? [kubectlHere(facts, 'get prometheusrules')]
      : []),
  ],
  judge: (facts) => {
    const { ruleGroups } = facts.subject;
    const expected =
      ruleGroups.length === 0 ? 'no rule that fails' : `groups ${few(ruleGroups)}, evaluated without an error`;
    return withFact(facts.rules, expected, (loaded) => {
      const groups = [...new Set(loaded.map(({ group }) => group))];
      const missing = ruleGroups.filter((group) => !groups.includes(group));
      if (missing.length > 0)
        return broken(`not loaded: ${few(missing)}; loaded: ${few(groups)}`, expected, trap('T1'));
      const failing = loaded.filter(({ health }) => health === 'err');
      const own = failing.filter(({ group }) => ruleGroups.includes(group));
      const text = (all: typeof failing): string =>
        few(
          all.map(({ group, name, lastError }) => `${group}/${name}: ${lastError}`),
          2,
        );
      if (own.length > 0)
        return broken(
          `${own.length} of ${loaded.length} rules fail: ${text(own)}`,
          expected,
          fault(
            'the expression fails on the series that are there now, most often several matches on one side',
            'ask the expression of the rule; aggregate both sides by the same labels',
          ),
        );
      return ok(`${loaded.length} rules in ${groups.length} groups`, expected, [
        ...(failing.length === 0 ? [] : [`rules of others fail: ${text(failing)}`]),
        ...hungry(loaded, facts),
      ]);
    });
  },
};
