// The static types of a query, proved when it is loaded. Takes the parsed tree, gives the type of the whole, throws
// QUERY_INVALID at the offending operand with Prometheus' wording. Evaluation may then trust every type.

import type { Aggregate, Binary, Call, Expr, ValueType } from './ast.ts';
import { isComparison, isSet } from './ast.ts';
import { invalidQuery } from './invalid-query.ts';
import { AGGREGATE_PARAM, SIGNATURES } from './signatures.ts';

const TYPE_NAMES: { readonly [T in ValueType]: string } = {
  scalar: 'scalar',
  vector: 'instant vector',
  matrix: 'range vector',
  string: 'string',
};

/** The type that `expr` evaluates to; assumes that it passed `checkTypes`. */
export const typeOf = (expr: Expr): ValueType => {
  switch (expr.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
    case 'aggregate':
      return 'vector';
    case 'range':
    case 'subquery':
      return 'matrix';
    case 'unary':
      return typeOf(expr.expr);
    case 'binary':
      return typeOf(expr.left) === 'scalar' && typeOf(expr.right) === 'scalar' ? 'scalar' : 'vector';
    case 'call':
      return SIGNATURES.get(expr.name)!.returns;
  }
};

/** Checks the whole tree and gives its type. `text` is the query, for positions. */
export const checkTypes = (expr: Expr, text: string): ValueType => {
  const expect = (e: Expr, wanted: ValueType, context: string): void => {
    const got = check(e);
    if (got !== wanted)
      throw invalidQuery(text, e.at, `expected type ${TYPE_NAMES[wanted]} in ${context}, got ${TYPE_NAMES[got]}`);
  };

  const checkBinary = (e: Binary): ValueType => {
    const left = check(e.left);
    const right = check(e.right);
    const fail = (problem: string, at = e.operatorAt) => invalidQuery(text, at, problem);
    if (e.returnBool && !isComparison(e.op)) throw fail('bool modifier can only be used on comparison operators');
    if (isComparison(e.op) && !e.returnBool && left === 'scalar' && right === 'scalar')
      throw fail('comparisons between scalars must use BOOL modifier');
    for (const [type, side] of [
      [left, e.left],
      [right, e.right],
    ] as const)
      if (type !== 'scalar' && type !== 'vector')
        throw fail('binary expression must contain only scalar and instant vector types', side.at);
    if (left !== 'vector' || right !== 'vector') {
      if (e.clause !== undefined && e.clause.labels.length > 0)
        throw fail('vector matching only allowed between instant vectors');
      if (isSet(e.op)) throw fail(`set operator "${e.op}" not allowed in binary scalar expression`);
    }
    const clause = e.clause;
    if (clause !== undefined) {
      if (isSet(e.op) && (clause.cardinality === 'many-to-one' || clause.cardinality === 'one-to-many'))
        throw fail(`no grouping allowed for "${e.op}" operation`);
      for (const label of clause.on ? clause.labels : [])
        if (clause.include.includes(label))
          throw fail(`label "${label}" must not occur in ON and GROUP clause at once`);
    }
    return left === 'scalar' && right === 'scalar' ? 'scalar' : 'vector';
  };

  const checkCall = (e: Call): ValueType => {
    const signature = SIGNATURES.get(e.name);
    if (signature === undefined) throw invalidQuery(text, e.at, `unknown function with name "${e.name}"`);
    const { args, optional } = signature;
    const n = e.args.length;
    const inCall = `in call to "${e.name}", got ${n}`;
    if (optional === 0 && n !== args.length)
      throw invalidQuery(text, e.at, `expected ${args.length} argument(s) ${inCall}`);
    const least = args.length - Math.abs(optional);
    if (n < least) throw invalidQuery(text, e.at, `expected at least ${least} argument(s) ${inCall}`);
    if (optional > 0 && n > args.length)
      throw invalidQuery(text, e.at, `expected at most ${args.length} argument(s) ${inCall}`);
    for (const [i, arg] of e.args.entries())
      expect(arg, args[Math.min(i, args.length - 1)]!, `call to function "${e.name}"`);
    return signature.returns;
  };

  const checkAggregate = (e: Aggregate): ValueType => {
    expect(e.expr, 'vector', 'aggregation expression');
    const wanted = AGGREGATE_PARAM[e.op];
    if (wanted !== undefined && e.param !== undefined) expect(e.param, wanted, 'aggregation parameter');
    return 'vector';
  };

  const check = (e: Expr): ValueType => {
    switch (e.kind) {
      case 'number':
      case 'string':
      case 'selector':
      case 'range':
        return typeOf(e);
      case 'subquery': {
        const inner = check(e.expr);
        if (inner !== 'vector')
          throw invalidQuery(
            text,
            e.at,
            `subquery is only allowed on instant vector, got ${TYPE_NAMES[inner]} instead`,
          );
        return 'matrix';
      }
      case 'unary': {
        const inner = check(e.expr);
        if (inner !== 'scalar' && inner !== 'vector')
          throw invalidQuery(
            text,
            e.at,
            `unary expression only allowed on expressions of type scalar or instant vector, got "${TYPE_NAMES[inner]}"`,
          );
        return inner;
      }
      case 'binary':
        return checkBinary(e);
      case 'call':
        return checkCall(e);
      case 'aggregate':
        return checkAggregate(e);
    }
  };
  return check(expr);
};
