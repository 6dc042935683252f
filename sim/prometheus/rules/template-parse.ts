// Go template text to a tree: text, {{ pipelines }}, if / else / with / range, variables, comments and trim markers.
// Takes the text and the variables that exist beforehand, throws TemplateParseError with Go's wording. Named templates
// (define, template, block) are refused: rule files have nothing to name them from.

import { TEMPLATE_FUNCTIONS } from './template-functions.ts';
import type { GoValue } from './template-value.ts';
import { bool, float, int, NIL, string } from './template-value.ts';
import { unquote } from '../promql/literals.ts';

/** A template that Go would not parse. The message lacks the `template: name:line: ` in front. */
export class TemplateParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TemplateParseError';
  }
}

export type Operand =
  | { readonly kind: 'constant'; readonly value: GoValue }
  | { readonly kind: 'dot'; readonly fields: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly fields: readonly string[] }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'group'; readonly pipe: Pipe; readonly fields: readonly string[] };

export interface Pipe {
  /** Variables before `:=` or `=`. */
  readonly targets: readonly string[];
  readonly declares: boolean;
  /** Each command is a function with arguments, or a single operand; the value of one is the last argument of the next. */
  readonly commands: readonly (readonly Operand[])[];
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipe: Pipe;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

type Piece = { readonly kind: 'text' | 'action'; readonly text: string };

const TOKEN =
  /\s*(?:("(?:\\.|[^"\\])*"|`[^`]*`)|('(?:\\.|[^'\\])')|(:=|[|(),=])|([+-]?(?:0x[0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+))|(\$?\w*(?:\.\w+)+|\$\w*|\.|\w+))/y;

/** Splits text from actions; `{{-` and `-}}` trim the text beside them, comments vanish. */
const pieces = (source: string): Piece[] => {
  const found: Piece[] = [];
  let rest = source;
  for (;;) {
    const open = rest.indexOf('{{');
    if (open < 0) {
      if (rest !== '') found.push({ kind: 'text', text: rest });
      return found;
    }
    let before = rest.slice(0, open);
    rest = rest.slice(open + 2);
    if (/^-\s/.test(rest)) {
      before = before.trimEnd();
      rest = rest.slice(1);
    }
    if (before !== '') found.push({ kind: 'text', text: before });
    const comment = /^\s*\/\*[\s\S]*?\*\/\s*?(\s-)?\}\}/.exec(rest);
    const action =
      comment ?? /^((?:"(?:\\.|[^"\\\n])*"|`[^`]*`|'(?:\\.|[^'\\\n])*'|[^"'`}\n]|\n|\}(?!\}))*?)(\s-)?\}\}/.exec(rest);
    if (action === null) throw new TemplateParseError(whyUnclosed(rest));
    rest = rest.slice(action[0].length);
    if (comment === null) found.push({ kind: 'action', text: action[1]!.trim() });
    if ((comment === null ? action[2] : comment[1]) !== undefined) rest = rest.trimStart();
  }
};

/** What Go's lexer trips over in an action that does not end. */
const whyUnclosed = (action: string): string => {
  const bare = action.replace(/"(?:\\.|[^"\\\n])*"|`[^`]*`/g, '');
  if (/["`]/.test(bare)) return bare.includes('"') ? 'unterminated quoted string' : 'unterminated raw quoted string';
  return bare.includes('}') ? 'unexpected "}" in operand' : 'unclosed action';
};

class Parser {
  private readonly items: readonly Piece[];
  private next = 0;
  private variables: string[];

  constructor(source: string, variables: readonly string[]) {
    this.items = pieces(source);
    this.variables = [...variables];
  }

  parse(): readonly TemplateNode[] {
    const { nodes, end } = this.list(false);
    if (end !== undefined) throw new TemplateParseError(`unexpected {{${end}}}`);
    return nodes;
  }

  /** Nodes up to `else …` or `end`, which is given as `end`; its declarations go out of scope there. */
  private list(nested: boolean): { nodes: TemplateNode[]; end: string | undefined } {
    const nodes: TemplateNode[] = [];
    const known = this.variables.length;
    while (this.next < this.items.length) {
      const { kind, text } = this.items[this.next++]!;
      if (kind === 'text') {
        nodes.push({ kind: 'text', text });
        continue;
      }
      const keyword = /^(\w+)\b\s*([\s\S]*)$/.exec(text);
      switch (keyword?.[1]) {
        case 'if':
        case 'with':
        case 'range':
          nodes.push(this.block(keyword[1], keyword[2]!));
          break;
        case 'else':
        case 'end':
          this.variables.length = known;
          return { nodes, end: text };
        case 'define':
        case 'template':
        case 'block':
        case 'break':
        case 'continue':
          throw new TemplateParseError(`{{${keyword[1]}}} is not supported in rule files here`);
        default:
          if (text === '') throw new TemplateParseError('missing value for command');
          nodes.push({ kind: 'action', pipe: this.pipe(text) });
      }
    }
    if (nested) throw new TemplateParseError('unexpected EOF');
    return { nodes, end: undefined };
  }

  private block(kind: 'if' | 'with' | 'range', condition: string): TemplateNode {
    const known = this.variables.length;
    if (condition === '') throw new TemplateParseError(`missing value for ${kind}`);
    const pipe = this.pipe(condition);
    const { nodes: body, end } = this.list(true);
    let otherwise: readonly TemplateNode[] = [];
    if (end !== 'end') {
      const chained = /^else\s+(if|with)\s+([\s\S]*)$/.exec(end!);
      if (chained !== null) otherwise = [this.block(chained[1] as 'if' | 'with', chained[2]!)];
      else {
        const rest = this.list(true);
        if (rest.end !== 'end') throw new TemplateParseError(`expected end; found {{${rest.end!}}}`);
        otherwise = rest.nodes;
      }
    }
    this.variables.length = known;
    return { kind, pipe, body, otherwise };
  }

  private pipe(text: string): Pipe {
    const tokens: string[] = [];
    TOKEN.lastIndex = 0;
    let at = 0;
    while (text.slice(at).trim() !== '') {
      TOKEN.lastIndex = at;
      const token = TOKEN.exec(text);
      if (token === null)
        throw new TemplateParseError(`unexpected ${JSON.stringify(text.slice(at).trim()[0])} in operand`);
      tokens.push(token[0].trim());
      at = TOKEN.lastIndex;
    }
    return this.pipeOf(tokens);
  }

  private pipeOf(all: readonly string[]): Pipe {
    const assign = all.findIndex((token) => token === ':=' || token === '=');
    const targets = assign < 0 ? [] : all.slice(0, assign).filter((token) => token !== ',');
    const declares = all[assign] === ':=';
    const commands = this.commands(assign < 0 ? all : all.slice(assign + 1));
    for (const target of targets) {
      if (declares) this.variables.push(target);
      else this.known(target);
    }
    return { targets, declares, commands };
  }

  private known(variable: string): void {
    if (!this.variables.includes(variable))
      throw new TemplateParseError(`undefined variable ${JSON.stringify(variable)}`);
  }

  private commands(tokens: readonly string[]): Operand[][] {
    const commands: Operand[][] = [[]];
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      if (token === '|') commands.push([]);
      else if (token === '(') {
        const close = matching(tokens, i);
        const pipe = this.pipeOf(tokens.slice(i + 1, close));
        const chain = /^\./.test(tokens[close + 1] ?? '') && tokens[close + 1] !== '.' ? tokens[close + 1]! : '';
        commands.at(-1)!.push({ kind: 'group', pipe, fields: fieldsOf(chain) });
        i = chain === '' ? close : close + 1;
      } else commands.at(-1)!.push(this.operand(token));
    }
    if (commands.some((command) => command.length === 0)) throw new TemplateParseError('missing value for command');
    for (const [i, command] of commands.entries())
      if (i > 0 && command[0]!.kind !== 'function')
        throw new TemplateParseError(`non executable command in pipeline stage ${i + 1}`);
    return commands;
  }

  private operand(token: string): Operand {
    const constant = (value: GoValue): Operand => ({ kind: 'constant', value });
    if (/^["`]/.test(token)) {
      const value = unquote(token);
      if (value === undefined) throw new TemplateParseError('invalid syntax');
      return constant(string(value));
    }
    if (token.startsWith("'")) return constant(int(token.codePointAt(1)!));
    if (/^[+-]?(?:0x|\d|\.\d)/.test(token)) {
      const number = Number(token);
      return constant(/^[+-]?(?:0x[0-9a-fA-F]+|\d+)$/.test(token) ? int(number) : float(number));
    }
    if (token === 'true' || token === 'false') return constant(bool(token === 'true'));
    if (token === 'nil') return constant(NIL);
    if (token.startsWith('$')) {
      const [name] = token.split('.', 1);
      if (name !== '$') this.known(name!);
      return { kind: 'variable', name: name!, fields: fieldsOf(token.slice(name!.length)) };
    }
    if (token.startsWith('.')) return { kind: 'dot', fields: fieldsOf(token) };
    if (TEMPLATE_FUNCTIONS.has(token)) return { kind: 'function', name: token };
    if (/^\w+$/.test(token)) throw new TemplateParseError(`function ${JSON.stringify(token)} not defined`);
    throw new TemplateParseError(`unexpected ${JSON.stringify(token)} in operand`);
  }
}

const fieldsOf = (chain: string): string[] => chain.split('.').filter((name) => name !== '');

const matching = (tokens: readonly string[], open: number): number => {
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i] === '(') depth += 1;
    if (tokens[i] === ')') depth -= 1;
    if (depth === 0) return i;
  }
  throw new TemplateParseError('unclosed left paren');
};

/** Throws TemplateParseError. `variables` are the `$names` that exist before the text. */
export const parseTemplateText = (text: string, variables: readonly string[]): readonly TemplateNode[] =>
  new Parser(text, variables).parse();
