// Reads from the API server with a deadline, and never throws: an answer, an absence, or why there is none. GET only.

import type { KubeClient, KubeList, KubeObject, RawAnswer } from '../kube/client.ts';
import { KubeError } from '../kube/client.ts';
import type { Fact } from './facts.ts';
import { known, unknown } from './facts.ts';

export type Read<T> =
  | { readonly kind: 'answer'; readonly value: T }
  /** 404 */
  | { readonly kind: 'absent'; readonly why: string }
  | { readonly kind: 'failed'; readonly status: number; readonly why: string };

const messageOf = (text: string): string => {
  try {
    const { message } = JSON.parse(text) as { readonly message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // plain text
  }
  return text.trim().slice(0, 300);
};

export class Reader {
  /** Resources that answered 403. */
  readonly forbidden = new Set<string>();
  private readonly api: Pick<KubeClient, 'raw'>;
  private readonly patienceMillis: number;

  constructor(api: Pick<KubeClient, 'raw'>, patienceMillis: number) {
    this.api = api;
    this.patienceMillis = patienceMillis;
  }

  async text(path: string): Promise<Read<string>> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), this.patienceMillis);
    });
    try {
      const asked: Promise<RawAnswer> = this.api.raw('GET', path);
      asked.catch(() => undefined);
      const answer = await Promise.race([asked, late]);
      if (answer === 'late')
        return { kind: 'failed', status: 0, why: `no answer to GET ${path} within ${this.patienceMillis / 1000} s` };
      const { status, text } = answer;
      if (status >= 200 && status < 300) return { kind: 'answer', value: text };
      const why = `${status} ${messageOf(text)}`;
      if (status === 403) this.forbidden.add(path.replace(/\?.*/, '').split('/').at(-1)!);
      return status === 404 ? { kind: 'absent', why } : { kind: 'failed', status, why };
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      return { kind: 'failed', status: error.status, why: error.message };
    } finally {
      clearTimeout(timer);
    }
  }

  async json<T>(path: string): Promise<Read<T>> {
    const answer = await this.text(path);
    if (answer.kind !== 'answer') return answer;
    try {
      return { kind: 'answer', value: JSON.parse(answer.value) as T };
    } catch {
      return { kind: 'failed', status: 200, why: `GET ${path} is not answered in JSON: ${answer.value.slice(0, 100)}` };
    }
  }

  /** The items of a list; a kind that the API does not have counts as unknown. */
  async list<T extends KubeObject>(path: string): Promise<Fact<readonly T[]>> {
    const answer = await this.json<KubeList<T>>(path);
    return answer.kind === 'answer' ? known(answer.value.items) : unknown(answer.why);
  }
}

export const mapFact = <A, B>(fact: Fact<A>, change: (value: A) => B): Fact<B> =>
  fact.kind === 'known' ? known(change(fact.value)) : fact;

export const itemsOr = <T>(fact: Fact<readonly T[]>): readonly T[] => (fact.kind === 'known' ? fact.value : []);
