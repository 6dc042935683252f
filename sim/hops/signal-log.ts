// Collects what the observers saw, row by row, into the columns of the run record. Takes observations in any order of
// observers but in time order; gives a SignalTable.

import { OBSERVERS } from '../../model/record.ts';
import type { Observer, SignalTable } from '../../model/record.ts';

const OBSERVER_CODE: Readonly<Record<Observer, number>> = Object.fromEntries(
  OBSERVERS.map((name, code) => [name, code]),
) as Record<Observer, number>;

/** Names to numbers, in the order of first use. */
class Names {
  readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

export class SignalLog {
  private readonly subjects = new Names();
  private readonly metrics = new Names();
  private count = 0;
  private at = new Float64Array(1024);
  private observer = new Uint8Array(1024);
  private subject = new Uint32Array(1024);
  private metric = new Uint16Array(1024);
  private value = new Float64Array(1024);
  private age = new Float64Array(1024);

  /** Number of a subject (a pod's name, '' = the fleet) or of a metric, for `add`. */
  subjectNumber(name: string): number {
    return this.subjects.numberOf(name);
  }
  metricNumber(name: string): number {
    return this.metrics.numberOf(name);
  }

  /** @param ageMillis how old the observed value was; 0 at the pod itself, NaN if unknown */
  add(atMillis: number, observer: Observer, subject: number, metric: number, value: number, ageMillis: number): void {
    if (this.count === this.at.length) this.grow();
    const i = this.count++;
    this.at[i] = atMillis;
    this.observer[i] = OBSERVER_CODE[observer];
    this.subject[i] = subject;
    this.metric[i] = metric;
    this.value[i] = value;
    this.age[i] = ageMillis;
  }

  table(): SignalTable {
    const { count } = this;
    return {
      count,
      atMillis: this.at.slice(0, count),
      observer: this.observer.slice(0, count),
      subject: this.subject.slice(0, count),
      subjects: this.subjects.names,
      metric: this.metric.slice(0, count),
      metrics: this.metrics.names,
      value: this.value.slice(0, count),
      ageMillis: this.age.slice(0, count),
    };
  }

  private grow(): void {
    const twice = <A extends Float64Array | Uint8Array | Uint16Array | Uint32Array>(old: A): A => {
      const made = new (old.constructor as new (n: number) => A)(old.length * 2);
      made.set(old);
      return made;
    };
    this.at = twice(this.at);
    this.observer = twice(this.observer);
    this.subject = twice(this.subject);
    this.metric = twice(this.metric);
    this.value = twice(this.value);
    this.age = twice(this.age);
  }
}
