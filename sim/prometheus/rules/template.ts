// Templates in the labels and annotations of alerts: parsed when the rules are loaded, expanded for every element of
// every evaluation. A failure while expanding becomes the text, as in Prometheus: `<error expanding template: …>`.

import { TestbedError } from '../../../model/errors.ts';
import { compileQuery, evaluate } from '../promql/query.ts';
import type { PrometheusVersion } from '../promql/version.ts';
import type { Labels, SampleStore } from '../store.ts';
import { TEMPLATE_FUNCTIONS } from './template-functions.ts';
import { parseTemplateText, type Operand, type Pipe, type TemplateNode } from './template-parse.ts';
import { float, isTrue, int, NIL, printed, string, TemplateRunError, type GoValue } from './template-value.ts';

export interface Template {
  readonly name: string;
  readonly nodes: readonly TemplateNode[];
}

/** Where a `query` inside a template looks. */
export interface TemplateQuery {
  readonly store: SampleStore;
  readonly atMillis: number;
  readonly version: PrometheusVersion;
}

export interface TemplateData {
  /** Of the element, with its metric name. */
  readonly labels: Labels;
  readonly value: number;
  readonly query: TemplateQuery;
}

const PREDEFINED = ['$labels', '$externalLabels', '$externalURL', '$value'];

/** Throws TemplateParseError (Go's wording). `alertName` names the template in messages. */
export const parseTemplate = (text: string, alertName: string): Template => ({
  name: `__alert_${alertName}`,
  nodes: parseTemplateText(text, PREDEFINED),
});

class Run {
  private readonly data: TemplateData;
  private readonly root: GoValue;
  private readonly variables: { readonly name: string; value: GoValue }[];
  private out = '';

  constructor(data: TemplateData) {
    this.data = data;
    const labels: GoValue = { kind: 'map', entries: data.labels };
    const externalLabels: GoValue = { kind: 'map', entries: {} };
    const externalURL = string('');
    const value = float(data.value);
    this.root = {
      kind: 'struct',
      fields: { Labels: labels, ExternalLabels: externalLabels, ExternalURL: externalURL, Value: value },
    };
    this.variables = [
      { name: '$', value: this.root },
      { name: '$labels', value: labels },
      { name: '$externalLabels', value: externalLabels },
      { name: '$externalURL', value: externalURL },
      { name: '$value', value },
    ];
  }

  text(nodes: readonly TemplateNode[]): string {
    this.nodes(nodes, this.root);
    return this.out;
  }

  private nodes(nodes: readonly TemplateNode[], dot: GoValue): void {
    for (const node of nodes) this.node(node, dot);
  }

  private node(node: TemplateNode, dot: GoValue): void {
    if (node.kind === 'text') {
      this.out += node.text;
      return;
    }
    if (node.kind === 'action') {
      const value = this.pipe(node.pipe, dot);
      if (node.pipe.targets.length === 0) this.out += printed(value);
      return;
    }
    const known = this.variables.length;
    if (node.kind === 'range') this.range(node.pipe, node.body, node.otherwise, dot);
    else {
      const value = this.pipe(node.pipe, dot);
      if (isTrue(value)) this.nodes(node.body, node.kind === 'with' ? value : dot);
      else this.nodes(node.otherwise, dot);
    }
    this.variables.length = known;
  }

  private range(pipe: Pipe, body: readonly TemplateNode[], otherwise: readonly TemplateNode[], dot: GoValue): void {
    const value = this.pipe({ ...pipe, targets: [] }, dot);
    const entries: readonly (readonly [GoValue, GoValue])[] =
      value.kind === 'list'
        ? value.items.map((item, i) => [int(i), item])
        : value.kind === 'map'
          ? Object.keys(value.entries)
              .sort()
              .map((name) => [string(name), string(value.entries[name]!)])
          : refuse(`range can't iterate over ${printed(value)}`);
    const known = this.variables.length;
    for (const [key, item] of entries) {
      const [first, second] = pipe.targets;
      if (second !== undefined) this.variables.push({ name: first!, value: key }, { name: second, value: item });
      else if (first !== undefined) this.variables.push({ name: first, value: item });
      this.nodes(body, item);
      this.variables.length = known;
    }
    if (entries.length === 0) this.nodes(otherwise, dot);
  }

  private pipe(pipe: Pipe, dot: GoValue): GoValue {
    let value: GoValue = NIL;
    for (const [i, command] of pipe.commands.entries()) value = this.command(command, dot, i === 0 ? [] : [value]);
    const [target] = pipe.targets;
    if (target !== undefined && pipe.declares) this.variables.push({ name: target, value });
    else if (target !== undefined) this.variables.findLast(({ name }) => name === target)!.value = value;
    return value;
  }

  private command([first, ...rest]: readonly Operand[], dot: GoValue, piped: readonly GoValue[]): GoValue {
    if (first!.kind !== 'function') {
      if (rest.length > 0) return refuse("can't give argument to non-function");
      return this.operand(first!, dot);
    }
    const { name } = first!;
    const { arity, call } = TEMPLATE_FUNCTIONS.get(name)!;
    const args = [...rest.map((operand) => this.operand(operand, dot)), ...piped];
    if (arity >= 0 && args.length !== arity)
      return refuse(`wrong number of args for ${name}: want ${arity} got ${args.length}`);
    try {
      return call(args, (expr) => this.query(expr));
    } catch (error) {
      if (error instanceof TemplateRunError) return refuse(`error calling ${name}: ${error.message}`);
      throw error;
    }
  }

  private operand(operand: Operand, dot: GoValue): GoValue {
    switch (operand.kind) {
      case 'constant':
        return operand.value;
      case 'dot':
        return fieldsOf(dot, operand.fields);
      case 'variable':
        return fieldsOf(this.variables.findLast(({ name }) => name === operand.name)!.value, operand.fields);
      case 'group':
        return fieldsOf(this.pipe(operand.pipe, dot), operand.fields);
      case 'function':
        return this.command([operand], dot, []);
    }
  }

  private query(expr: string): GoValue {
    const { store, atMillis, version } = this.data.query;
    const answer = evaluate(compileQuery(expr, version), store, atMillis);
    const sample = (labels: Labels, value: number): GoValue => ({
      kind: 'struct',
      fields: { Labels: { kind: 'map', entries: labels }, Value: float(value) },
    });
    if (answer.kind === 'vector')
      return { kind: 'list', items: answer.elements.map((el) => sample(el.labels, el.value)) };
    if (answer.kind === 'scalar') return { kind: 'list', items: [sample({}, answer.value)] };
    return refuse(answer.kind === 'error' ? answer.message : 'query result is not a vector or scalar');
  }
}

const refuse = (message: string): never => {
  throw new TemplateRunError(message);
};

const fieldsOf = (value: GoValue, fields: readonly string[]): GoValue => {
  let at = value;
  for (const name of fields) {
    if (at.kind === 'map') at = string(at.entries[name] ?? '');
    else at = (at.kind === 'struct' ? at.fields[name] : undefined) ?? refuse(`can't evaluate field ${name}`);
  }
  return at;
};

/** The text for one element. Never throws for what a template does wrong. */
export const expandTemplate = (template: Template, data: TemplateData): string => {
  try {
    return new Run(data).text(template.nodes);
  } catch (error) {
    if (!(error instanceof TemplateRunError) && !(error instanceof TestbedError)) throw error;
    return `<error expanding template: error executing template ${template.name}: template: ${template.name}:1: ${error.message}>`;
  }
};
