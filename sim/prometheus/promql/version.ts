// What differs between the two Prometheus lines that Surgelab speaks, one named fact per line, so that no other file
// asks for a version number. Sources: metrics-path.md 1.3 and 1.6, golden/promql/README.md (both versions were recorded).

export type PrometheusVersion = '2.53' | '3';

export interface VersionRules {
  readonly version: PrometheusVersion;
  /** `[W]` and the look-back take a sample exactly on their left edge (2.x), or not (3.x). Also bounds subquery steps. */
  readonly leftEdgeIncluded: boolean;
  /** `sum` carries a Neumaier compensation. */
  readonly sumCompensated: boolean;
  /** A compensated sum that reaches infinity forgets its compensation; in 2.x that becomes NaN. */
  readonly compensationForgotten: boolean;
  /** `avg` and `avg_over_time`: 'running' updates a mean per value, 'divided' divides a compensated sum. */
  readonly mean: 'running' | 'divided';
  /** The spread of a group that starts with NaN or ±Inf is NaN (3.x), or starts from 0 (2.x). */
  readonly spreadOfNonFinite: 'nan' | 'zero';
  /** A quantile that falls exactly on a rank returns that value even where its neighbour is infinite. */
  readonly quantileExactRank: boolean;
  /** One-to-one comparisons report a second match even if the filter drops one of the two elements. */
  readonly duplicateMatchBeforeFilter: boolean;
  /** label_join fails where it makes two label sets equal; 2.x lets both through. */
  readonly labelJoinChecked: boolean;
  /** A number is a duration in seconds and a duration is a number: `[5]`, `offset 5`, `5m / 2`. */
  readonly durationsAreNumbers: boolean;
  /** Label and metric names may be any UTF-8 text, quoted in braces. */
  readonly utf8Names: boolean;
  /** `.` in a regular expression matches a line feed. */
  readonly dotMatchesNewline: boolean;
  /** Labels that go when a metric name goes. */
  readonly reservedLabels: readonly string[];
}

export const VERSION_RULES: { readonly [V in PrometheusVersion]: VersionRules } = {
  '2.53': {
    version: '2.53',
    leftEdgeIncluded: true,
    sumCompensated: false,
    compensationForgotten: false,
    mean: 'running',
    spreadOfNonFinite: 'zero',
    quantileExactRank: false,
    duplicateMatchBeforeFilter: false,
    labelJoinChecked: false,
    durationsAreNumbers: false,
    utf8Names: false,
    dotMatchesNewline: false,
    reservedLabels: ['__name__'],
  },
  '3': {
    version: '3',
    leftEdgeIncluded: false,
    sumCompensated: true,
    compensationForgotten: true,
    mean: 'divided',
    spreadOfNonFinite: 'nan',
    quantileExactRank: true,
    duplicateMatchBeforeFilter: true,
    labelJoinChecked: true,
    durationsAreNumbers: true,
    utf8Names: true,
    dotMatchesNewline: true,
    reservedLabels: ['__name__', '__type__', '__unit__'],
  },
};
