// The expression tree of a query: readonly tagged nodes, times in milliseconds, parentheses gone. `at` is an offset
// in the query text, for messages. parse.ts builds it, check.ts proves its types, evaluate.ts walks it.

export type ValueType = 'scalar' | 'vector' | 'matrix' | 'string';

export type MatchKind = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly kind: MatchKind;
  readonly value: string;
  readonly matches: (value: string) => boolean;
}

/** What `@` fixes the evaluation to. In an instant query start() and end() are its own time. */
export type TimeAnchor = { readonly kind: 'time'; readonly millis: number } | { readonly kind: 'query-time' };

export interface NumberLiteral {
  readonly kind: 'number';
  readonly at: number;
  readonly value: number;
}
export interface StringLiteral {
  readonly kind: 'string';
  readonly at: number;
  readonly value: string;
}
export interface Selector {
  readonly kind: 'selector';
  readonly at: number;
  /** In text order; a metric name outside the braces comes last, as in Prometheus. */
  readonly matchers: readonly Matcher[];
  readonly offsetMillis: number;
  readonly anchor: TimeAnchor | undefined;
}
export interface RangeSelector {
  readonly kind: 'range';
  readonly at: number;
  readonly selector: Selector;
  readonly rangeMillis: number;
}
export interface Subquery {
  readonly kind: 'subquery';
  readonly at: number;
  readonly expr: Expr;
  readonly rangeMillis: number;
  readonly stepMillis: number;
  readonly offsetMillis: number;
  readonly anchor: TimeAnchor | undefined;
}
export interface Unary {
  readonly kind: 'unary';
  readonly at: number;
  readonly op: '+' | '-';
  readonly expr: Expr;
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOp = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOp = 'and' | 'or' | 'unless';
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

export interface Matching {
  readonly cardinality: Cardinality;
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Labels of group_left / group_right, copied from the "one" side. */
  readonly include: readonly string[];
}
export interface Binary {
  readonly kind: 'binary';
  readonly at: number;
  readonly operatorAt: number;
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  readonly returnBool: boolean;
  /** Undefined where no on/ignoring/group clause was written. */
  readonly clause: Matching | undefined;
}
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly name: string;
  readonly args: readonly Expr[];
}

export type AggregateOp =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'topk'
  | 'bottomk'
  | 'quantile'
  | 'count_values';

export interface Aggregate {
  readonly kind: 'aggregate';
  readonly at: number;
  readonly op: AggregateOp;
  readonly param: Expr | undefined;
  readonly expr: Expr;
  readonly labels: readonly string[];
  readonly without: boolean;
}

export type Expr =
  NumberLiteral | StringLiteral | Selector | RangeSelector | Subquery | Unary | Binary | Call | Aggregate;

const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);
const SETS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export const isComparison = (op: BinaryOp): op is ComparisonOp => COMPARISONS.has(op);
export const isSet = (op: BinaryOp): op is SetOp => SETS.has(op);
