// Query text to expression tree, with the grammar that Prometheus' own editor uses. Gives the tree, or throws
// QUERY_INVALID with the position: text outside the grammar, what a version or its default flags do not know, and
// matchers that do not compile. Types are left to check.ts.

import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type {
  AggregateOp,
  Binary,
  BinaryOp,
  Cardinality,
  Expr,
  Matcher,
  Matching,
  MatchKind,
  Selector,
  TimeAnchor,
} from './ast.ts';
import { isSet } from './ast.ts';
import { invalidQuery } from './invalid-query.ts';
import { durationMillis, numberOf, unquote } from './literals.ts';
import { makeMatcher, selectsEverything } from './matchers.ts';
import { RegexpError } from './regexp.ts';
import { AGGREGATE_PARAM } from './signatures.ts';
import { VERSION_RULES, type PrometheusVersion, type VersionRules } from './version.ts';

const BINARY_NODES: Readonly<Record<string, BinaryOp>> = {
  Add: '+',
  Sub: '-',
  Mul: '*',
  Div: '/',
  Mod: '%',
  Pow: '^',
  Atan2: 'atan2',
  Eql: '==',
  Neq: '!=',
  Gtr: '>',
  Lss: '<',
  Gte: '>=',
  Lte: '<=',
  And: 'and',
  Or: 'or',
  Unless: 'unless',
};
const EXPERIMENTAL: Readonly<Record<string, string>> = {
  AnchoredExpr: 'the anchored modifier',
  SmoothedExpr: 'the smoothed modifier',
  FillModifier: 'the fill modifier',
  TrimUpper: 'the trim operator',
  TrimLower: 'the trim operator',
};
const LEGACY_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const children = (node: SyntaxNode): SyntaxNode[] => {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (child.name !== 'LineComment') found.push(child);
  return found;
};

/** The grammar does not know `5.`; a space for the point says the same at the same length. Quotes and comments stay. */
const numbersWithDigit = (text: string): string =>
  text.replace(
    /("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*)|(?<![\w.])(\d+)\.(?![\w.])/g,
    (_, kept: string | undefined, digits: string | undefined) => kept ?? `${digits!} `,
  );

class TreeBuilder {
  private readonly text: string;
  private readonly rules: VersionRules;

  constructor(text: string, rules: VersionRules) {
    this.text = text;
    this.rules = rules;
  }

  private fail(node: SyntaxNode | number, problem: string, hint?: string): never {
    throw invalidQuery(this.text, typeof node === 'number' ? node : node.from, problem, hint);
  }

  private source(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  build(): Expr {
    const top = parser.parse(numbersWithDigit(this.text)).topNode;
    this.refuseErrors(top);
    const [first, second] = top.type.name === 'PromQL' ? children(top) : [top];
    if (first === undefined) this.fail(this.text.length, 'no expression found in input');
    if (second !== undefined) this.fail(second, `unexpected ${JSON.stringify(this.source(second))}`);
    return this.expr(first);
  }

  /** The first node that the grammar could not place, reported as Prometheus would where the cause is plain. */
  private refuseErrors(top: SyntaxNode): void {
    let bad: SyntaxNode | undefined;
    top.cursor().iterate((node) => {
      if (node.type.isError && bad === undefined) bad = node.node;
      return bad === undefined;
    });
    if (bad === undefined) return;
    const end = this.text.trimEnd().length;
    if (end === 0) this.fail(0, 'no expression found in input');
    const owner = bad.parent?.name ?? '';
    if (bad.from >= end) this.fail(end, `unexpected end of input${owner === 'LabelMatchers' ? ' inside braces' : ''}`);
    const before = /([a-zA-Z_:][\w:]*)\s*$/.exec(this.text.slice(0, bad.from));
    if (owner === 'VectorSelector' && this.text[bad.from] === '(' && before !== null)
      this.fail(before.index, `unknown function with name "${before[1]!}"`);
    const word = /^\s*([a-zA-Z_]\w*|.)/.exec(this.text.slice(bad.from))?.[1] ?? '';
    const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*$/i.test(this.text.slice(0, bad.from));
    const where = grouping ? ' in grouping opts, expected "("' : '';
    const what = /^\w/.test(word) ? `identifier ${JSON.stringify(word)}` : JSON.stringify(word);
    this.fail(bad, `unexpected ${what}${where}`);
  }

  private expr(node: SyntaxNode): Expr {
    switch (node.name) {
      case 'NumberDurationLiteral':
        return this.number(node);
      case 'StringLiteral':
        return { kind: 'string', at: node.from, value: this.string(node) };
      case 'ParenExpr':
        return this.expr(children(node)[0]!);
      case 'UnaryExpr':
        return this.unary(node, (inner) => this.expr(inner));
      case 'BinaryExpr':
        return this.binary(node, (right) => this.expr(right));
      case 'FunctionCall': {
        const [identifier, body] = children(node);
        const args = children(body!).map((arg) => this.expr(arg));
        return { kind: 'call', at: node.from, name: this.source(identifier!), args };
      }
      case 'AggregateExpr':
        return this.aggregate(node);
      case 'VectorSelector':
        return this.selector(node);
      case 'MatrixSelector':
      case 'SubqueryExpr':
      case 'OffsetExpr':
      case 'StepInvariantExpr':
        return this.postfix(node, (expr) => expr);
      default: {
        const feature = EXPERIMENTAL[node.name] ?? JSON.stringify(this.source(node));
        return this.fail(node, `${feature} is experimental and not enabled`);
      }
    }
  }

  /**
   * `offset`, `@` and `[…]` bind tighter than any operator, but this grammar hangs them above a binary expression to
   * their left: they are handed down to its rightmost operand. `change` is what the nodes further up have to add.
   */
  private postfix(node: SyntaxNode, change: (expr: Expr, target: SyntaxNode) => Expr): Expr {
    switch (node.name) {
      case 'OffsetExpr': {
        const [inner, keyword, duration] = children(node);
        const offsetMillis = this.duration(duration!);
        return this.postfix(inner!, (expr, target) =>
          change(this.withOffset(expr, target, keyword!, offsetMillis), target),
        );
      }
      case 'StepInvariantExpr': {
        const [inner, keyword, time] = children(node);
        const anchor = this.anchor(time!);
        return this.postfix(inner!, (expr, target) => change(this.withAnchor(expr, target, keyword!, anchor), target));
      }
      case 'MatrixSelector':
        return this.postfix(children(node)[0]!, (expr, target) => change(this.withRange(expr, target, node), node));
      case 'SubqueryExpr': {
        const [inner, range, step] = children(node);
        const rangeMillis = this.positive(range!);
        const stepMillis = step === undefined ? DEFAULT_STEP_MILLIS : this.positive(step);
        return this.postfix(inner!, (expr) =>
          change(
            { kind: 'subquery', at: expr.at, expr, rangeMillis, stepMillis, offsetMillis: 0, anchor: undefined },
            node,
          ),
        );
      }
      case 'BinaryExpr':
        return this.binary(node, (right) => this.postfix(right, change));
      case 'UnaryExpr':
        return this.unary(node, (inner) => this.postfix(inner, change));
      default:
        return change(this.expr(node), node);
    }
  }

  private unary(node: SyntaxNode, operand: (inner: SyntaxNode) => Expr): Expr {
    const [op, inner] = children(node);
    return { kind: 'unary', at: node.from, op: this.source(op!) === '-' ? '-' : '+', expr: operand(inner!) };
  }

  private withRange(selector: Expr, target: SyntaxNode, node: SyntaxNode): Expr {
    const range = children(node)[1]!;
    const fail = (problem: string): never => this.fail(this.text.lastIndexOf('[', range.from), problem);
    if (selector.kind !== 'selector' || target.name === 'ParenExpr')
      return fail('ranges only allowed for vector selectors');
    if (selector.offsetMillis !== 0) return fail('no offset modifiers allowed before range');
    if (selector.anchor !== undefined) return fail('no @ modifiers allowed before range');
    return { kind: 'range', at: selector.at, selector, rangeMillis: this.positive(range) };
  }

  /** A literal may carry its sign in this grammar; in front of `^` the sign belongs to the power (`-3^2` is -9). */
  private number(node: SyntaxNode): Expr {
    const { sign, value } = this.signed(node);
    return { kind: 'number', at: node.from, value: sign === '-' ? -value : value };
  }

  private signed(node: SyntaxNode): { sign: '+' | '-' | ''; value: number } {
    const source = this.source(node);
    const sign = source.startsWith('-') ? '-' : source.startsWith('+') ? '+' : '';
    const digits = sign === '' ? source : source.slice(1).trimStart();
    const value = numberOf(digits) ?? this.durationAsNumber(digits);
    if (value === undefined) this.fail(node, `bad number or duration syntax: ${JSON.stringify(source)}`);
    return { sign, value };
  }

  private durationAsNumber(digits: string): number | undefined {
    const millis = this.rules.durationsAreNumbers ? durationMillis(digits) : undefined;
    return millis === undefined ? undefined : millis / 1000;
  }

  private string(node: SyntaxNode): string {
    return unquote(this.source(node)) ?? this.fail(node, `invalid escape in ${this.source(node)}`);
  }

  private duration(node: SyntaxNode): number {
    const [first, second] = children(node);
    if (first?.name === 'UnaryOp' && second !== undefined && node.name === 'OffsetDurationExpr')
      return (this.source(first) === '-' ? -1 : 1) * this.duration(second);
    if (first?.name !== 'NumberDurationLiteralInDurationContext' || second !== undefined)
      return this.fail(node, 'duration expressions are experimental and not enabled');
    const source = this.source(first);
    const millis = durationMillis(source);
    if (millis !== undefined) return millis;
    const number = numberOf(source);
    if (this.rules.durationsAreNumbers && number !== undefined && Number.isFinite(number))
      return Math.trunc(Math.round(number * 1e9) / 1e6);
    return this.fail(first, `unexpected number ${JSON.stringify(source)}, expected duration`);
  }

  private positive(node: SyntaxNode): number {
    const millis = this.duration(node);
    return millis > 0 ? millis : this.fail(node, 'duration must be greater than 0');
  }

  private anchor(node: SyntaxNode): TimeAnchor {
    if (node.name === 'AtModifierPreprocessors') return { kind: 'query-time' };
    const { sign, value } = this.signed(node);
    if (!Number.isFinite(value)) this.fail(node, `timestamp out of bounds for @ modifier: ${this.source(node)}`);
    const millis = Math.round(value * 1000);
    return { kind: 'time', millis: sign === '-' ? -millis : millis };
  }

  private withOffset(expr: Expr, inner: SyntaxNode, keyword: SyntaxNode, offsetMillis: number): Expr {
    const problem =
      'offset modifier must be preceded by an instant vector selector or range vector selector or a subquery';
    if (inner.name === 'ParenExpr') this.fail(keyword, problem);
    const place = <N extends { readonly offsetMillis: number }>(target: N): N =>
      target.offsetMillis === 0
        ? { ...target, offsetMillis }
        : this.fail(keyword, 'offset may not be set multiple times');
    if (expr.kind === 'selector' || expr.kind === 'subquery') return place(expr);
    if (expr.kind === 'range') return { ...expr, selector: place(expr.selector) };
    return this.fail(keyword, problem);
  }

  private withAnchor(expr: Expr, inner: SyntaxNode, keyword: SyntaxNode, anchor: TimeAnchor): Expr {
    const problem = '@ modifier must be preceded by an instant vector selector or range vector selector or a subquery';
    if (inner.name === 'ParenExpr') this.fail(keyword, problem);
    const place = <N extends { readonly anchor: TimeAnchor | undefined }>(target: N): N =>
      target.anchor === undefined
        ? { ...target, anchor }
        : this.fail(keyword, '@ <timestamp> may not be set multiple times');
    if (expr.kind === 'selector' || expr.kind === 'subquery') return place(expr);
    if (expr.kind === 'range') return { ...expr, selector: place(expr.selector) };
    return this.fail(keyword, problem);
  }

  private binary(node: SyntaxNode, rightOperand: (right: SyntaxNode) => Expr): Expr {
    const parts = children(node);
    const left = parts[0]!;
    const right = parts.at(-1)!;
    const operator = parts.find((part) => part.name in BINARY_NODES);
    const odd = parts.find((part) => part.name in EXPERIMENTAL);
    if (odd !== undefined || operator === undefined)
      return this.fail(
        odd ?? node,
        `${EXPERIMENTAL[odd?.name ?? ''] ?? 'this operator'} is experimental and not enabled`,
      );
    const op = BINARY_NODES[operator.name]!;
    const modifier = parts.find((part) => part.name === 'MatchingModifierClause');
    const built = (lhs: Expr): Binary => ({
      kind: 'binary',
      at: node.from,
      operatorAt: operator.from,
      op,
      left: lhs,
      right: rightOperand(right),
      returnBool: parts.some((part) => part.name === 'BoolModifier'),
      clause: modifier === undefined ? undefined : this.matching(modifier, op),
    });
    if (op === '^' && left.name === 'NumberDurationLiteral') {
      const { sign, value } = this.signed(left);
      const power = built({ kind: 'number', at: left.from, value });
      return sign === '-' ? { kind: 'unary', at: node.from, op: '-', expr: power } : power;
    }
    return built(this.expr(left));
  }

  private matching(node: SyntaxNode, op: BinaryOp): Matching {
    let on = false;
    let cardinality: Cardinality = isSet(op) ? 'many-to-many' : 'one-to-one';
    let labels: readonly string[] = [];
    let include: readonly string[] = [];
    let grouped = false;
    for (const part of children(node)) {
      if (part.name === 'On') on = true;
      else if (part.name === 'GroupLeft' || part.name === 'GroupRight') {
        grouped = true;
        cardinality = part.name === 'GroupLeft' ? 'many-to-one' : 'one-to-many';
      } else if (part.name === 'GroupingLabels') {
        if (grouped) include = this.labelNames(part);
        else labels = this.labelNames(part);
      }
    }
    return { cardinality, on, labels, include };
  }

  private labelNames(node: SyntaxNode): readonly string[] {
    return children(node).map((label) => this.labelName(label));
  }

  private writtenName(node: SyntaxNode): string {
    return node.name === 'QuotedLabelName' ? this.string(children(node)[0]!) : this.source(node);
  }

  private labelName(node: SyntaxNode): string {
    const name = this.writtenName(node);
    const valid = this.rules.utf8Names ? name !== '' : LEGACY_NAME.test(name);
    return valid ? name : this.fail(node, `invalid label name ${JSON.stringify(name)}`);
  }

  private aggregate(node: SyntaxNode): Expr {
    const parts = children(node);
    const op = this.source(parts[0]!).toLowerCase();
    if (!(op in AGGREGATE_PARAM)) this.fail(node, `aggregation "${op}" is experimental and not enabled`);
    const body = parts.find((part) => part.name === 'FunctionCallBody')!;
    const args = children(body);
    const aggregateOp = op as AggregateOp;
    const wanted = AGGREGATE_PARAM[aggregateOp] === undefined ? 1 : 2;
    if (args.length === 0) this.fail(node, 'no arguments for aggregate expression provided');
    if (args.length !== wanted)
      this.fail(
        node,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    const modifier = parts.find((part) => part.name === 'AggregateModifier');
    const grouping = modifier === undefined ? [] : children(modifier);
    return {
      kind: 'aggregate',
      at: node.from,
      op: aggregateOp,
      param: wanted === 2 ? this.expr(args[0]!) : undefined,
      expr: this.expr(args.at(-1)!),
      labels: grouping[1] === undefined ? [] : this.labelNames(grouping[1]),
      without: grouping[0]?.name === 'Without',
    };
  }

  private selector(node: SyntaxNode): Selector {
    const matchers: Matcher[] = [];
    let name: string | undefined;
    for (const part of children(node)) {
      if (part.name === 'Identifier') name = this.source(part);
      else
        for (const inner of children(part)) {
          if (inner.name === 'QuotedLabelName') {
            if (name !== undefined)
              this.fail(node, `metric name must not be set twice: "${name}" or ${this.source(inner)}`);
            name = this.string(children(inner)[0]!);
          } else matchers.push(this.matcher(inner));
        }
    }
    if (name !== undefined) {
      const twice = matchers.find((m) => m.name === '__name__' && m.kind === '=');
      if (twice !== undefined) this.fail(node, `metric name must not be set twice: "${name}" or "${twice.value}"`);
      matchers.push(makeMatcher('__name__', '=', name, this.rules));
    }
    if (selectsEverything(matchers)) this.fail(node, 'vector selector must contain at least one non-empty matcher');
    return { kind: 'selector', at: node.from, matchers, offsetMillis: 0, anchor: undefined };
  }

  private matcher(node: SyntaxNode): Matcher {
    const [label, op, value] = children(node);
    try {
      return makeMatcher(this.writtenName(label!), this.source(op!) as MatchKind, this.string(value!), this.rules);
    } catch (error) {
      if (error instanceof RegexpError) return this.fail(node, error.message);
      throw error;
    }
  }
}

/** `[5m:]` without a step takes the global evaluation interval; Prometheus' default is one minute. */
const DEFAULT_STEP_MILLIS = 60_000;

/** Parses `text` as `version` would at default flags. Throws QUERY_INVALID. */
export const parseQuery = (text: string, version: PrometheusVersion): Expr =>
  new TreeBuilder(text, VERSION_RULES[version]).build();
