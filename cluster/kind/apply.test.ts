import { describe, expect, it } from 'vitest';
import { answerInWords } from './apply.ts';

const PATH = '/apis/custom.metrics.k8s.io/v1beta1/namespaces/asr/pods/*/asr_queue_time_p90';

describe('an answer without a value', () => {
  it('of Kubernetes is its message, however long', () => {
    const message =
      'unable to fetch metrics: Error loading config file "/etc/prometheus/rules.yaml": group "asr", rule 1, "asr_queue_time_p90": could not parse expression: 1:24: parse error: unclosed left parenthesis';
    expect(message.length).toBeGreaterThan(160);
    expect(
      answerInWords(
        JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, code: 404 }),
        PATH,
      ),
    ).toBe(message);
  });

  it('of anybody else is cut between two words and says where the rest is', () => {
    const text = `bad gateway:\n${'the upstream closed its connection '.repeat(6)}`;
    expect(answerInWords(text, PATH)).toBe(
      `bad gateway: the upstream closed its connection the upstream closed its connection the upstream closed its connection the upstream closed its connection the … (all 222 characters: kubectl get --raw '${PATH}')`,
    );
    expect(answerInWords('x'.repeat(200), PATH)).toBe(
      `${'x'.repeat(160)} … (all 200 characters: kubectl get --raw '${PATH}')`,
    );
  });

  it('of a few words is those, and an empty list is shown as it came', () => {
    expect(answerInWords('service unavailable\n', PATH)).toBe('service unavailable');
    expect(answerInWords('{"kind":"MetricValueList","items":[]}', PATH)).toBe('{"kind":"MetricValueList","items":[]}');
  });
});
