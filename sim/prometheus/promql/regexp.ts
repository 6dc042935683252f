// Regular expressions in RE2 syntax, as Prometheus uses them, rewritten as JavaScript ones with the same meaning.
// Takes a pattern, gives a compiled expression that is anchored at both ends, with its group names. What RE2 refuses is
// refused here with the same words: back-references and look-arounds do not exist, so nothing here can match what the
// real server would not. JavaScript backtracks where RE2 does not; patterns come from the user's own files.

/** A pattern that RE2 would refuse; the message is RE2's. */
export class RegexpError extends Error {
  constructor(problem: string, part: string) {
    super(`error parsing regexp: ${problem}: \`${part}\``);
    this.name = 'RegexpError';
  }
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

export interface TranslatedRegexp {
  readonly regexp: RegExp;
  /** Name of group i at index i; undefined where it has none. Index 0 is the whole match. */
  readonly groupNames: readonly (string | undefined)[];
}

const DIGIT = '0-9';
const SPACE = '\\t\\n\\f\\r ';
const WORD = '0-9A-Za-z_';
const PERL: Readonly<Record<string, string>> = { d: DIGIT, s: SPACE, w: WORD };
const POSIX: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: DIGIT,
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: WORD,
  xdigit: '0-9A-Fa-f',
};
const CONTROL: Readonly<Record<string, string>> = { a: '\u0007', f: '\f', t: '\t', n: '\n', r: '\r', v: '\v' };
const BOUNDARY = `(?:(?<=[${WORD}])(?![${WORD}])|(?<![${WORD}])(?=[${WORD}]))`;
const NOT_BOUNDARY = `(?:(?<=[${WORD}])(?=[${WORD}])|(?<![${WORD}])(?![${WORD}]))`;
const MAX_REPEAT = 1000;

const complement = (negated: boolean, ranges: string): string => (negated ? `[^${ranges}]` : `[${ranges}]`);
const quoteLiteral = (char: string): string => (/[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char);
const quoteInClass = (char: string): string => (/[\^\\\][-]/.test(char) ? `\\${char}` : char);

class Translator {
  private readonly pattern: string;
  private pos = 0;
  readonly groupNames: (string | undefined)[] = [undefined];

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  translate(flags: Flags): string {
    const source = this.alternation(flags);
    if (this.pos < this.pattern.length) throw new RegexpError('unexpected )', this.pattern);
    return source;
  }

  private rest(): string {
    return this.pattern.slice(this.pos);
  }

  private take(regexp: RegExp): RegExpExecArray | null {
    const found = regexp.exec(this.rest());
    if (found !== null) this.pos += found[0].length;
    return found;
  }

  private char(): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.pos)!);
    this.pos += char.length;
    return char;
  }

  /** Up to the closing parenthesis of the group or the end of the pattern. */
  private alternation(outer: Flags): string {
    let flags = outer;
    let out = '';
    while (this.pos < this.pattern.length && this.pattern[this.pos] !== ')') {
      if (this.take(/^\|/) !== null) {
        out += '|';
        continue;
      }
      if (this.take(/^\\Q/) !== null) {
        const [quoted, literal] = this.take(/^([\s\S]*?)(?:\\E|$)/)! as unknown as [string, string];
        // Without \E the quotation would swallow the anchor that Prometheus puts behind the pattern.
        if (!quoted.endsWith('\\E')) throw new RegexpError('missing closing )', this.pattern);
        const chars = Array.from(literal, (char) => this.fold(quoteLiteral(char), flags));
        // a repetition after \E applies to the last character only
        out += chars.slice(0, -1).join('') + this.repeated(chars.at(-1) ?? '(?:)', flags);
        continue;
      }
      const setFlags = this.take(/^\(\?([imsU]*)(?:-([imsU]+))?\)/);
      if (setFlags !== null) {
        flags = this.changed(flags, setFlags[1]!, setFlags[2] ?? '');
        continue;
      }
      out += this.repeated(this.atom(flags), flags);
    }
    return out;
  }

  private changed(flags: Flags, on: string, off: string): Flags {
    const pick = (name: keyof Flags): boolean => !off.includes(name) && (on.includes(name) || flags[name]);
    return { i: pick('i'), m: pick('m'), s: pick('s'), U: pick('U') };
  }

  private fold(source: string, flags: Flags): string {
    return flags.i ? `(?i:${source})` : source;
  }

  private repeated(atom: string, flags: Flags): string {
    const start = this.pos;
    const operator = this.take(/^(?:[*+?]|\{\d+(?:,\d*)?\})/);
    if (operator === null) return atom;
    const text = operator[0];
    if (text.startsWith('{')) {
      const [low, high] = text.slice(1, -1).split(',');
      const least = Number(low);
      const most = high === undefined || high === '' ? least : Number(high);
      if (least > MAX_REPEAT || most > MAX_REPEAT || most < least) throw new RegexpError('invalid repeat count', text);
    }
    const lazy = (this.take(/^\?/) !== null) !== flags.U;
    if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(this.rest())) {
      this.take(/^(?:[*+?]|\{\d+(?:,\d*)?\})/);
      throw new RegexpError('invalid nested repetition operator', this.pattern.slice(start, this.pos));
    }
    return `(?:${atom})${text}${lazy ? '?' : ''}`;
  }

  private atom(flags: Flags): string {
    const repetition = this.take(/^[*+?]/);
    if (repetition !== null) throw new RegexpError('missing argument to repetition operator', repetition[0]);
    const next = this.pattern[this.pos]!;
    if (next === '(') return this.group(flags);
    if (next === '[') return this.fold(this.charClass(), flags);
    if (next === '\\') return this.fold(this.escape(), flags);
    if (next === '.' || next === '^' || next === '$') this.pos += 1;
    if (next === '.') return flags.s ? '[^]' : '[^\\n]';
    if (next === '^') return flags.m ? '(?:^|(?<=\\n))' : '^';
    if (next === '$') return flags.m ? '(?:$|(?=\\n))' : '$';
    return this.fold(quoteLiteral(this.char()), flags);
  }

  private group(outer: Flags): string {
    let flags = outer;
    let open = '(';
    const named = this.take(/^\(\?P?<([^>]*)>/);
    const plain = named === null ? this.take(/^\(\?([imsU]*)(?:-([imsU]+))?:/) : null;
    if (named !== null) {
      const name = named[1]!;
      if (!/^\w+$/.test(name)) throw new RegexpError('invalid named capture', named[0]);
      this.groupNames.push(name);
    } else if (plain !== null) {
      flags = this.changed(outer, plain[1]!, plain[2] ?? '');
      open = '(?:';
    } else {
      const bad = /^\(\?[imsU-]*.?/.exec(this.rest());
      if (bad !== null) throw new RegexpError('invalid or unsupported Perl syntax', bad[0]);
      this.pos += 1;
      this.groupNames.push(undefined);
    }
    const inner = this.alternation(flags);
    if (this.take(/^\)/) === null) throw new RegexpError('missing closing )', this.pattern);
    return `${open}${inner})`;
  }

  private unicodeClass(): string | undefined {
    const found = this.take(/^\\([pP])(?:\{(\^?)([^}]*)\}|(.))/u);
    if (found === null) return undefined;
    const name = found[3] ?? found[4]!;
    const negated = (found[1] === 'P') !== (found[2] === '^');
    const property = /^(?:[LMNPSZC][a-z]?)$/.test(name) ? name : name === 'Any' ? 'Any' : `Script=${name}`;
    const source = `\\${negated ? 'P' : 'p'}{${property}}`;
    try {
      new RegExp(source, 'u');
    } catch {
      throw new RegexpError('invalid character class range', found[0]);
    }
    return source;
  }

  /** A character written with a backslash that stands for itself: control, octal, hexadecimal or punctuation. */
  private escapedChar(): string {
    const rest = this.rest();
    const number = this.take(/^\\(?:x([0-9A-Fa-f]{2})|x\{([0-9A-Fa-f]+)\}|(0[0-7]{0,2}|[1-7][0-7]{1,2}))/);
    if (number !== null) {
      const hex = number[1] ?? number[2];
      const code = hex === undefined ? Number.parseInt(number[3]!, 8) : Number.parseInt(hex, 16);
      if (code <= 0x10ffff) return String.fromCodePoint(code);
      throw new RegexpError('invalid escape sequence', number[0]);
    }
    const simple = this.take(/^\\([aftnrv]|[!-/:-@[-`{-~])/);
    if (simple !== null) return CONTROL[simple[1]!] ?? simple[1]!;
    if (rest === '\\') throw new RegexpError('trailing backslash at end of expression', '');
    throw new RegexpError('invalid escape sequence', rest.slice(0, 2));
  }

  private escape(): string {
    const perl = this.take(/^\\([dDsSwW])/);
    if (perl !== null) return complement(/[DSW]/.test(perl[1]!), PERL[perl[1]!.toLowerCase()]!);
    const assertion = this.take(/^\\([AzbB])/);
    if (assertion !== null) return { A: '^', z: '$', b: BOUNDARY, B: NOT_BOUNDARY }[assertion[1]!]!;
    return this.unicodeClass() ?? quoteLiteral(this.escapedChar());
  }

  private charClass(): string {
    const start = this.pos;
    const negated = this.take(/^\[\^?/)![0] === '[^';
    let out = '';
    let first = true;
    while (first || this.pattern[this.pos] !== ']') {
      if (this.pos >= this.pattern.length) throw new RegexpError('missing closing ]', this.pattern.slice(start));
      out += this.classItem();
      first = false;
    }
    this.pos += 1;
    return negated ? `[^${out}]` : `[${out}]`;
  }

  private classItem(): string {
    const posix = this.take(/^\[:(\^?)(\w+):\]/);
    if (posix !== null) {
      const ranges = POSIX[posix[2]!];
      if (ranges === undefined) throw new RegexpError('invalid character class range', posix[0]);
      return posix[1] === '^'
        ? complement(true, ranges).replace(/^\[\^(.*)\]$/s, (_, r: string) => outside(r))
        : ranges;
    }
    const perl = this.take(/^\\([dDsSwW])/);
    if (perl !== null) {
      const ranges = PERL[perl[1]!.toLowerCase()]!;
      return /[DSW]/.test(perl[1]!) ? outside(ranges) : ranges;
    }
    const unicode = this.unicodeClass();
    if (unicode !== undefined) return unicode;
    const from = this.classChar();
    if (!/^-[^\]]/.test(this.rest())) return quoteInClass(from);
    const begin = this.pos;
    this.pos += 1;
    const to = this.classChar();
    if (to.codePointAt(0)! < from.codePointAt(0)!)
      throw new RegexpError('invalid character class range', `${from}${this.pattern.slice(begin, this.pos)}`);
    return `${quoteInClass(from)}-${quoteInClass(to)}`;
  }

  private classChar(): string {
    return this.pattern[this.pos] === '\\' ? this.escapedChar() : this.char();
  }
}

/** The ASCII ranges' complement as class ranges (JavaScript's u-mode classes do not nest). */
const outside = (ranges: string): string => {
  const inside = new RegExp(`[${ranges}]`, 'u');
  let out = '';
  let from = -1;
  for (let code = 0; code <= 0x80; code++) {
    const free = code < 0x80 && !inside.test(String.fromCodePoint(code));
    if (free && from < 0) from = code;
    if (!free && from >= 0) {
      out += `\\u{${from.toString(16)}}-\\u{${(code - 1).toString(16)}}`;
      from = -1;
    }
  }
  return `${out}\\u{80}-\\u{10ffff}`;
};

/** Compiles `pattern` to be found anywhere in a text. Throws RegexpError with RE2's message. */
export const searchRegexp = (pattern: string): TranslatedRegexp => {
  const translator = new Translator(pattern);
  const source = translator.translate({ i: false, m: false, s: false, U: false });
  return { regexp: new RegExp(source, 'u'), groupNames: translator.groupNames };
};

/** Compiles `pattern`, anchored at both ends. Throws RegexpError with RE2's message. */
export const anchoredRegexp = (pattern: string, dotMatchesNewline: boolean): TranslatedRegexp => {
  const translator = new Translator(pattern);
  const source = translator.translate({ i: false, m: false, s: dotMatchesNewline, U: false });
  return { regexp: new RegExp(`^(?:${source})$`, 'u'), groupNames: translator.groupNames };
};

/**
 * Go's regexp.Expand: `$1`, `${1}`, `$name`, `${name}`; `$$` is a dollar; the name is as long as possible, so `$1x` is
 * the group "1x", which does not exist and gives nothing. A dollar that starts no name stays.
 */
export const expandTemplate = (
  template: string,
  match: RegExpExecArray,
  names: readonly (string | undefined)[],
): string =>
  template.replace(/\$(?:(\$)|\{(\w+)\}|(\w+))/g, (_, dollar?: string, braced?: string, bare?: string) => {
    if (dollar !== undefined) return '$';
    const name = braced ?? bare ?? '';
    if (/^\d+$/.test(name)) return match[Number(name)] ?? '';
    // Of several groups with one name, the first that took part.
    return match.find((part: string | undefined, i) => names[i] === name && part !== undefined) ?? '';
  });
