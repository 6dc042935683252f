// Tokens of the two exposition formats, as Prometheus' generated lexers cut them (model/textparse, promlex.l and
// openmetricslex.l). A token knows only its kind and its end; what a sequence of tokens means is the parser's business.
// Where no rule matches, `at` stays on the byte that did not fit: error messages quote up to and including it.

export type Token =
  | 'INVALID'
  | 'EOF'
  | 'EOFWORD'
  | 'LINEBREAK'
  | 'HELP'
  | 'TYPE'
  | 'UNIT'
  | 'TEXT'
  | 'COMMENT'
  | 'MNAME'
  | 'QSTRING'
  | 'BOPEN'
  | 'BCLOSE'
  | 'LNAME'
  | 'LVALUE'
  | 'EQUAL'
  | 'COMMA'
  | 'TIMESTAMP'
  | 'VALUE';

export type LexerState =
  | 'init'
  | 'comment'
  | 'meta1'
  | 'meta2'
  | 'labels'
  | 'lvalue'
  | 'value'
  | 'timestamp'
  | 'exemplar'
  | 'exemplar-value'
  | 'exemplar-timestamp';

export interface Lexer {
  bytes: string;
  /** First byte of the current token. */
  start: number;
  /** First byte after it. */
  at: number;
  state: LexerState;
  next: (lexer: Lexer) => Token;
}

const NUL = 0;
const TAB = 9;
const NEWLINE = 10;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const EQUAL = 61;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

// Classes of bytes: 1 = letter or underscore, 2 = digit, 4 = colon.
const CLASS = new Uint8Array(256);
for (let code = 65; code <= 90; code++) CLASS[code] = CLASS[code + 32] = 1;
CLASS[95] = 1;
for (let code = 48; code <= 57; code++) CLASS[code] = 2;
CLASS[58] = 4;

const isClass = (code: number, mask: number): boolean => code < 256 && (CLASS[code]! & mask) !== 0;

/** Moves over a name whose first byte is of class `first` and whose others are of class `rest`. False if there is none. */
const name = (lexer: Lexer, first: number, rest: number): boolean => {
  const { bytes } = lexer;
  if (!isClass(bytes.charCodeAt(lexer.at), first)) return false;
  do lexer.at++;
  while (isClass(bytes.charCodeAt(lexer.at), rest));
  return true;
};
const metricName = (lexer: Lexer): boolean => name(lexer, 5, 7);
const labelName = (lexer: Lexer): boolean => name(lexer, 1, 3);

/** Moves over "…" with backslash escapes; on false the position is that of the byte that cannot be part of it. */
const quoted = (lexer: Lexer, withNewlines: boolean, withNul: boolean): boolean => {
  const { bytes } = lexer;
  let at = lexer.at + 1;
  for (; at < bytes.length; at++) {
    const code = bytes.charCodeAt(at);
    if (code === QUOTE) {
      lexer.at = at + 1;
      return true;
    }
    if (code === BACKSLASH) {
      at++;
      if (bytes.charCodeAt(at) === NEWLINE) break;
    } else if ((code === NEWLINE && !withNewlines) || (code === NUL && !withNul)) break;
  }
  lexer.at = Math.min(at, bytes.length);
  return false;
};

const single = (lexer: Lexer, token: Token, state: LexerState): Token => {
  lexer.at++;
  lexer.state = state;
  return token;
};

const skipBlanks = (lexer: Lexer): boolean => {
  const from = lexer.at;
  for (;;) {
    const code = lexer.bytes.charCodeAt(lexer.at);
    if (code !== SPACE && code !== TAB) return lexer.at > from;
    lexer.at++;
  }
};

/** Moves to the end of the line without its newline; a NUL outside a comment's text ends the input. */
const comment = (lexer: Lexer): Token => {
  const { bytes } = lexer;
  for (; lexer.at < bytes.length; lexer.at++) {
    const code = bytes.charCodeAt(lexer.at);
    if (code === NEWLINE) {
      lexer.state = 'init';
      return 'COMMENT';
    }
    if (code === NUL && lexer.state !== 'comment') return 'EOF';
  }
  return 'EOF';
};

const hashInText = (lexer: Lexer): Token => {
  lexer.at++;
  if (!skipBlanks(lexer)) return comment(lexer);
  lexer.state = 'comment';
  for (const token of ['HELP', 'TYPE'] as const) {
    if (!lexer.bytes.startsWith(token, lexer.at)) continue;
    lexer.at += token.length;
    if (!skipBlanks(lexer)) break;
    lexer.state = 'meta1';
    return token;
  }
  return comment(lexer);
};

const endOfLine = (lexer: Lexer): number => {
  const end = lexer.bytes.indexOf('\n', lexer.at);
  return end < 0 ? lexer.bytes.length : end;
};

const metaText = (lexer: Lexer): Token => {
  lexer.at = endOfLine(lexer);
  lexer.state = 'init';
  return 'TEXT';
};

const textValue = (lexer: Lexer): Token => {
  const { bytes } = lexer;
  for (; lexer.at < bytes.length; lexer.at++) {
    const code = bytes.charCodeAt(lexer.at);
    if (code === OPEN || code === SPACE || code === TAB || code === NEWLINE || code === NUL) break;
  }
  if (lexer.at === lexer.start) return 'INVALID';
  lexer.state = 'timestamp';
  return 'VALUE';
};

const digits = (lexer: Lexer): Token => {
  while (isClass(lexer.bytes.charCodeAt(lexer.at), 2)) lexer.at++;
  return lexer.at > lexer.start ? 'TIMESTAMP' : 'INVALID';
};

const insideBraces = (lexer: Lexer, code: number, close: LexerState, value: LexerState): Token => {
  if (code === CLOSE) return single(lexer, 'BCLOSE', close);
  if (code === EQUAL) return single(lexer, 'EQUAL', value);
  if (code === COMMA) return single(lexer, 'COMMA', lexer.state);
  if (code === QUOTE) return quoted(lexer, lexer.state === 'labels', false) ? 'QSTRING' : 'INVALID';
  return labelName(lexer) ? 'LNAME' : 'INVALID';
};

/** The next token of the text format; blanks between tokens are skipped. */
export const nextTextToken = (lexer: Lexer): Token => {
  if (lexer.state === 'meta2') {
    lexer.start = lexer.at;
    const end = endOfLine(lexer);
    if (skipBlanks(lexer) && lexer.at < end) lexer.at = lexer.start;
    else lexer.start = lexer.at;
    return metaText(lexer);
  }
  skipBlanks(lexer);
  lexer.start = lexer.at;
  if (lexer.at >= lexer.bytes.length) return 'EOF';
  const code = lexer.bytes.charCodeAt(lexer.at);
  switch (lexer.state) {
    case 'init':
      if (code === NUL) return 'EOF';
      if (code === NEWLINE) return single(lexer, 'LINEBREAK', 'init');
      if (code === OPEN) return single(lexer, 'BOPEN', 'labels');
      if (code === HASH) return hashInText(lexer);
      if (!metricName(lexer)) return 'INVALID';
      lexer.state = 'value';
      return 'MNAME';
    case 'meta1':
      if (code === QUOTE ? !quoted(lexer, true, false) : !metricName(lexer)) return 'INVALID';
      lexer.state = 'meta2';
      return 'MNAME';
    case 'labels':
      return insideBraces(lexer, code, 'value', 'lvalue');
    case 'lvalue':
      if (code !== QUOTE || !quoted(lexer, true, true)) return 'INVALID';
      lexer.state = 'labels';
      return 'LVALUE';
    case 'value':
      return code === OPEN ? single(lexer, 'BOPEN', 'labels') : textValue(lexer);
    case 'timestamp':
      return code === NEWLINE ? single(lexer, 'LINEBREAK', 'init') : digits(lexer);
    default:
      return 'INVALID';
  }
};

/** One space and then everything up to the next blank or newline. */
const spacedWord = (lexer: Lexer, token: Token, state: LexerState): Token => {
  const { bytes } = lexer;
  if (bytes.charCodeAt(lexer.at) !== SPACE) return 'INVALID';
  lexer.at++;
  const from = lexer.at;
  for (; lexer.at < bytes.length; lexer.at++) {
    const code = bytes.charCodeAt(lexer.at);
    if (code === SPACE || code === NEWLINE || code === NUL) break;
  }
  if (lexer.at === from) return 'INVALID';
  lexer.state = state;
  return token;
};

const commonPrefix = (bytes: string, at: number, word: string): number => {
  let length = 0;
  while (length < word.length && bytes.charCodeAt(at + length) === word.charCodeAt(length)) length++;
  return length;
};

const hashInOpenMetrics = (lexer: Lexer): Token => {
  lexer.at++;
  if (lexer.bytes.charCodeAt(lexer.at) !== SPACE) return 'INVALID';
  lexer.at++;
  lexer.state = 'comment';
  if (lexer.bytes.startsWith('EOF', lexer.at)) {
    lexer.at += 3;
    if (lexer.bytes.charCodeAt(lexer.at) === NEWLINE) lexer.at++;
    lexer.state = 'init';
    return 'EOFWORD';
  }
  let fits = 0;
  for (const token of ['HELP', 'TYPE', 'UNIT'] as const) {
    const length = commonPrefix(lexer.bytes, lexer.at, `${token} `);
    if (length === token.length + 1) {
      lexer.at += length;
      lexer.state = 'meta1';
      return token;
    }
    fits = Math.max(fits, length);
  }
  lexer.at += Math.max(fits, commonPrefix(lexer.bytes, lexer.at, 'EOF'));
  return 'INVALID';
};

const openMetricsText = (lexer: Lexer): Token => {
  if (lexer.bytes.charCodeAt(lexer.at) !== SPACE) return 'INVALID';
  lexer.at = endOfLine(lexer);
  if (lexer.at >= lexer.bytes.length) return 'INVALID';
  return single(lexer, 'TEXT', 'init');
};

/** The next token of OpenMetrics; blanks are part of the grammar. */
export const nextOpenMetricsToken = (lexer: Lexer): Token => {
  lexer.start = lexer.at;
  if (lexer.at >= lexer.bytes.length) return 'EOF';
  const code = lexer.bytes.charCodeAt(lexer.at);
  switch (lexer.state) {
    case 'init':
      if (code === OPEN) return single(lexer, 'BOPEN', 'labels');
      if (code === HASH) return hashInOpenMetrics(lexer);
      if (!metricName(lexer)) return 'INVALID';
      lexer.state = 'value';
      return 'MNAME';
    case 'comment':
      return 'INVALID';
    case 'meta1':
      if (code === QUOTE ? !quoted(lexer, true, false) : !metricName(lexer)) return 'INVALID';
      lexer.state = 'meta2';
      return 'MNAME';
    case 'meta2':
      return openMetricsText(lexer);
    case 'labels':
      return insideBraces(lexer, code, 'value', 'lvalue');
    case 'lvalue':
      if (code !== QUOTE || !quoted(lexer, false, true)) return 'INVALID';
      lexer.state = 'labels';
      return 'LVALUE';
    case 'value':
      return code === OPEN ? single(lexer, 'BOPEN', 'labels') : spacedWord(lexer, 'VALUE', 'timestamp');
    case 'timestamp':
      if (code === NEWLINE) return single(lexer, 'LINEBREAK', 'init');
      if (lexer.bytes.startsWith(' # {', lexer.at)) {
        lexer.at += 3;
        return single(lexer, 'COMMENT', 'exemplar');
      }
      return spacedWord(lexer, 'TIMESTAMP', 'timestamp');
    case 'exemplar':
      return insideBraces(lexer, code, 'exemplar-value', 'exemplar-value');
    case 'exemplar-value':
      if (code !== QUOTE) return spacedWord(lexer, 'VALUE', 'exemplar-timestamp');
      if (!quoted(lexer, false, true)) return 'INVALID';
      lexer.state = 'exemplar';
      return 'LVALUE';
    case 'exemplar-timestamp':
      if (code === NEWLINE) return single(lexer, 'LINEBREAK', 'init');
      return spacedWord(lexer, 'TIMESTAMP', 'exemplar-timestamp');
  }
};
