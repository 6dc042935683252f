// The part of Go's text/template that adapter rules use, with << >> as delimiters: fields, variables, pipelines, if,
// with, range, and the built-in functions that make sense on strings and lists. Errors read as Go's.

export type TemplateValue =
  string | number | boolean | readonly TemplateValue[] | { readonly [key: string]: TemplateValue };

/** The template cannot be parsed or executed; the message is Go's. */
export class TemplateError extends Error {}

export interface GoTemplate {
  /** Go type of the data, for messages. */
  readonly execute: (data: Readonly<Record<string, TemplateValue>>, typeName: string) => string;
}

interface Token {
  readonly kind: 'field' | 'variable' | 'string' | 'number' | 'word' | 'sign';
  readonly text: string;
  readonly at: number;
}

interface Command {
  readonly at: number;
  readonly source: string;
  readonly operands: readonly (Token | Pipeline)[];
}

interface Pipeline {
  readonly declares: readonly string[];
  readonly commands: readonly Command[];
}

interface Block {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipeline: Pipeline;
  readonly body: readonly Node[];
  readonly otherwise: readonly Node[];
}

type Node =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'print'; readonly pipeline: Pipeline } | Block;

interface Piece {
  readonly text: string | null;
  /** Of an action: its source between the delimiters and where it starts. */
  readonly action: string;
  readonly at: number;
}

const OPEN = '<<';
const CLOSE = '>>';

/** Text and actions in turn; `<<- ` and ` ->>` trim the white space beside them, comments vanish. */
const split = (source: string, fail: (at: number, problem: string) => never): Piece[] => {
  const pieces: Piece[] = [];
  let at = 0;
  let trim = false;
  while (at <= source.length) {
    const open = source.indexOf(OPEN, at);
    let text = source.slice(at, open < 0 ? undefined : open);
    if (trim) text = text.trimStart();
    const trimLeft = open >= 0 && /^<<-\s/.test(source.slice(open, open + 4));
    if (trimLeft) text = text.trimEnd();
    if (text !== '') pieces.push({ text, action: '', at });
    if (open < 0) break;
    const close = source.indexOf(CLOSE, open);
    if (close < 0) fail(open, 'unclosed action');
    const from = open + OPEN.length + (trimLeft ? 1 : 0);
    trim = /\s-$/.test(source.slice(from, close));
    const action = source.slice(from, trim ? close - 1 : close);
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(action)) pieces.push({ text: null, action, at: from });
    at = close + CLOSE.length;
  }
  return pieces;
};

const TOKEN =
  /\s+|(\.[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*|\.)|(\$\w*)|("(?:[^"\\]|\\.)*"|`[^`]*`)|(-?\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(:=|[|(),=])/y;
const KINDS = ['field', 'variable', 'string', 'number', 'word', 'sign'] as const;

const tokenize = (action: string, start: number, fail: (at: number, problem: string) => never): Token[] => {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < action.length; at = TOKEN.lastIndex) {
    const match = TOKEN.exec(action);
    if (match === null) fail(start + at, `unexpected ${JSON.stringify(action[at])} in command`);
    const kind = KINDS.find((_, i) => match[i + 1] !== undefined);
    if (kind !== undefined) tokens.push({ kind, text: match[0], at: start + at });
  }
  return tokens;
};

class Parser {
  readonly #name: string;
  readonly #source: string;
  readonly #pieces: readonly Piece[];
  #at = 0;

  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = source;
    this.#pieces = split(source, (at, problem) => this.#fail(at, problem));
  }

  parse(): Node[] {
    const { nodes, end } = this.#list();
    if (end !== null) this.#fail(this.#source.length, `unexpected {{${end}}}`);
    return nodes;
  }

  #fail(at: number, problem: string): never {
    const line = this.#source.slice(0, at).split('\n').length;
    throw new TemplateError(`template: ${this.#name}:${line}: ${problem}`);
  }

  /** Nodes up to `end` or an `else`, which is given back with what follows it. */
  #list(): { nodes: Node[]; end: string | null; rest: Token[] } {
    const nodes: Node[] = [];
    for (; this.#at < this.#pieces.length;) {
      const piece = this.#pieces[this.#at++]!;
      if (piece.text !== null) {
        nodes.push({ kind: 'text', text: piece.text });
        continue;
      }
      const tokens = tokenize(piece.action, piece.at, (at, problem) => this.#fail(at, problem));
      const [first, ...rest] = tokens;
      if (first === undefined) this.#fail(piece.at, 'missing value for command');
      const word = first.kind === 'word' ? first.text : '';
      if (word === 'end' || word === 'else') return { nodes, end: word, rest };
      if (word === 'if' || word === 'with' || word === 'range') nodes.push(this.#block(word, rest, piece.at));
      else nodes.push({ kind: 'print', pipeline: this.#pipeline(tokens, piece.at) });
    }
    return { nodes, end: null, rest: [] };
  }

  #block(kind: 'if' | 'with' | 'range', tokens: Token[], at: number): Block {
    const pipeline = this.#pipeline(tokens, at);
    const { nodes: body, end, rest } = this.#list();
    if (end === 'end') return { kind, pipeline, body, otherwise: [] };
    if (end === null) this.#fail(this.#source.length, 'unexpected EOF');
    const chained = rest[0];
    if (chained?.text === 'if' || chained?.text === 'with') {
      return { kind, pipeline, body, otherwise: [this.#block(chained.text, rest.slice(1), chained.at)] };
    }
    const otherwise = this.#list();
    if (otherwise.end !== 'end') this.#fail(this.#source.length, 'unexpected EOF');
    return { kind, pipeline, body, otherwise: otherwise.nodes };
  }

  #pipeline(tokens: readonly Token[], at: number): Pipeline {
    const assign = tokens.findIndex((token) => token.text === ':=' || token.text === '=');
    const declares = assign < 0 ? [] : tokens.slice(0, assign).filter((t) => t.kind === 'variable');
    const { commands, next } = this.#commands(tokens, assign + 1, at);
    if (next < tokens.length) this.#fail(tokens[next]!.at, 'unexpected right paren');
    return { declares: declares.map((token) => token.text), commands };
  }

  #commands(tokens: readonly Token[], from: number, at: number): { commands: Command[]; next: number } {
    const commands: Command[] = [];
    let operands: (Token | Pipeline)[] = [];
    let start = from;
    const close = (end: number) => {
      if (operands.length === 0) this.#fail(at, 'missing value for command');
      const first = tokens[start]!.at;
      const last = tokens[end - 1]!;
      commands.push({ at: first, source: this.#source.slice(first, last.at + last.text.length), operands });
      operands = [];
      start = end + 1;
    };
    let i = from;
    for (; i < tokens.length && tokens[i]!.text !== ')'; i++) {
      const token = tokens[i]!;
      if (token.text === '|') close(i);
      else if (token.text === '(') {
        const inner = this.#commands(tokens, i + 1, token.at);
        if (tokens[inner.next] === undefined) this.#fail(token.at, 'unclosed left paren');
        operands.push({ declares: [], commands: inner.commands });
        i = inner.next;
      } else operands.push(token);
    }
    close(i);
    return { commands, next: i };
  }
}

const isList = (value: TemplateValue): value is readonly TemplateValue[] => Array.isArray(value);

const isMap = (value: TemplateValue): value is { readonly [key: string]: TemplateValue } =>
  typeof value === 'object' && !isList(value);

const print = (value: TemplateValue): string => {
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(print).join(' ')}]`;
  const entries = Object.keys(value).sort();
  return `map[${entries.map((key) => `${key}:${print(value[key]!)}`).join(' ')}]`;
};

const truth = (value: TemplateValue): boolean =>
  typeof value === 'object' ? Object.keys(value).length > 0 : Boolean(value);

const index = (value: TemplateValue, keys: readonly TemplateValue[]): TemplateValue => {
  let at = value;
  for (const key of keys) {
    if (isMap(at)) at = at[print(key)] ?? '';
    else if (isList(at)) {
      if (typeof key !== 'number' || key < 0 || key >= at.length) throw new Error('reflect: slice index out of range');
      at = at[key]!;
    } else throw new Error(`can't index item of type ${typeof at}`);
  }
  return at;
};

const printf = (format: TemplateValue, args: readonly TemplateValue[]): string => {
  let next = 0;
  return print(format).replace(/%([sdvq%])/g, (_, verb: string) => {
    if (verb === '%') return '%';
    const arg = args[next++];
    if (arg === undefined) return `%!${verb}(MISSING)`;
    return verb === 'q' ? JSON.stringify(print(arg)) : print(arg);
  });
};

const FUNCTIONS: Readonly<Record<string, (args: readonly TemplateValue[]) => TemplateValue>> = {
  index: ([value, ...keys]) => index(value!, keys),
  len: ([value]) => (typeof value === 'object' ? Object.keys(value).length : print(value!).length),
  print: (args) => args.map(print).join(''),
  printf: ([format, ...args]) => printf(format!, args),
  not: ([value]) => !truth(value!),
  and: (args) => args.find((value) => !truth(value)) ?? args.at(-1)!,
  or: (args) => args.find(truth) ?? args.at(-1)!,
  eq: ([value, ...others]) => others.some((other) => other === value),
  ne: ([value, other]) => value !== other,
};

interface Scope {
  readonly dot: TemplateValue;
  readonly typeName: string;
  readonly variables: Map<string, TemplateValue>;
}

class Executor {
  readonly #name: string;
  readonly #source: string;

  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = source;
  }

  #fail(command: Command, problem: string): never {
    const before = this.#source.slice(0, command.at);
    const line = before.split('\n').length;
    const column = command.at - (before.lastIndexOf('\n') + 1);
    const place = `${this.#name}:${line}:${column}`;
    throw new TemplateError(
      `template: ${place}: executing ${JSON.stringify(this.#name)} at <${command.source}>: ${problem}`,
    );
  }

  run(nodes: readonly Node[], scope: Scope): string {
    let text = '';
    for (const node of nodes) {
      if (node.kind === 'text') text += node.text;
      else if (node.kind === 'print') {
        const value = this.#value(node.pipeline, scope);
        if (node.pipeline.declares.length === 0) text += print(value);
      } else if (node.kind === 'range') text += this.#range(node, scope);
      else {
        const inner = { ...scope, variables: new Map(scope.variables) };
        const value = this.#value(node.pipeline, inner);
        const dot = node.kind === 'with' && truth(value) ? value : scope.dot;
        text += this.run(truth(value) ? node.body : node.otherwise, { ...inner, dot });
      }
    }
    return text;
  }

  #range(node: Block, scope: Scope): string {
    const value = this.#value({ ...node.pipeline, declares: [] }, scope);
    const entries: [TemplateValue, TemplateValue][] = isList(value)
      ? value.map((item, i) => [i, item])
      : isMap(value)
        ? Object.keys(value)
            .sort()
            .map((key) => [key, value[key]!])
        : [];
    if (entries.length === 0) return this.run(node.otherwise, scope);
    const { declares } = node.pipeline;
    let text = '';
    for (const [key, item] of entries) {
      const variables = new Map(scope.variables);
      if (declares.length === 1) variables.set(declares[0]!, item);
      if (declares.length === 2) variables.set(declares[0]!, key).set(declares[1]!, item);
      text += this.run(node.body, { ...scope, dot: item, variables });
    }
    return text;
  }

  #value(pipeline: Pipeline, scope: Scope): TemplateValue {
    let value: TemplateValue | undefined;
    for (const command of pipeline.commands) value = this.#command(command, scope, value);
    for (const name of pipeline.declares) scope.variables.set(name, value!);
    return value!;
  }

  #command(command: Command, scope: Scope, piped: TemplateValue | undefined): TemplateValue {
    const [first, ...others] = command.operands;
    const call = first !== undefined && !('commands' in first) && first.kind === 'word' ? first.text : null;
    if (call === null || call === 'true' || call === 'false') return this.#operand(first!, command, scope);
    const implementation = FUNCTIONS[call];
    if (implementation === undefined) this.#fail(command, `function ${JSON.stringify(call)} not defined`);
    const args = others.map((operand) => this.#operand(operand, command, scope));
    if (piped !== undefined) args.push(piped);
    try {
      return implementation(args);
    } catch (error) {
      this.#fail(command, `error calling ${call}: ${(error as Error).message}`);
    }
  }

  #operand(operand: Token | Pipeline, command: Command, scope: Scope): TemplateValue {
    if ('commands' in operand) return this.#value(operand, scope);
    switch (operand.kind) {
      case 'string':
        return operand.text.startsWith('`') ? operand.text.slice(1, -1) : (JSON.parse(operand.text) as string);
      case 'number':
        return Number(operand.text);
      case 'variable': {
        const value = scope.variables.get(operand.text);
        if (value === undefined) this.#fail(command, `undefined variable ${JSON.stringify(operand.text)}`);
        return value;
      }
      case 'field':
        return this.#field(operand.text, command, scope);
      case 'word':
        return operand.text === 'true';
      case 'sign':
        this.#fail(command, `unexpected ${operand.text}`);
    }
  }

  #field(path: string, command: Command, scope: Scope): TemplateValue {
    let value = scope.dot;
    for (const name of path.split('.').filter((part) => part !== '')) {
      if (!isMap(value) || !(name in value)) {
        const type = value === scope.dot ? scope.typeName : 'string';
        this.#fail(command, `can't evaluate field ${name} in type ${type}`);
      }
      value = value[name]!;
    }
    return value;
  }
}

/** Parses a template. Throws TemplateError with Go's message, for instance for an action that is not closed. */
export const parseTemplate = (name: string, source: string): GoTemplate => {
  const nodes = new Parser(name, source).parse();
  const executor = new Executor(name, source);
  return {
    execute: (data, typeName) => executor.run(nodes, { dot: data, typeName, variables: new Map([['$', data]]) }),
  };
};
