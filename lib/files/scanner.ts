/** A strict reader of text in which each place allows one kind of token: no recursion, and nothing is kept but what is asked for. */

/** Throws the error of a file: what must hold, and what was given. */
export type Fail = (must: string, given: string) => never;

/** A text as messages show it: quoted, and cut short. */
export const quote = (text: string, most = 40): string =>
  JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text);

/** Whether a text has halves of surrogate pairs, which have no UTF-8 and would come back as other letters. */
export const broken = (text: string): boolean => /\p{Surrogate}/u.test(text);

const isSpace = (code: number): boolean => code <= 32 && (code === 32 || code === 10 || code === 13 || code === 9);
const word = /[-+.\w]*/y;

/** A place in a text, which moves on as tokens are asked for; where another stands, `refuse` throws. */
export class Scanner {
  /** The place reached. */
  at = 0;

  constructor(
    readonly text: string,
    private readonly refuse: (must: string, given: string, at: number) => never,
  ) {}

  /** Throws, with what stands at a place. */
  fail(must: string, at = this.at): never {
    const rest = quote(this.text.slice(at, at + 24))
      .slice(1, -1)
      .replaceAll('\\"', '"');
    return this.refuse(must, at < this.text.length ? rest : "its end", at);
  }

  /** Passes white space; where it ends. */
  here(): number {
    while (isSpace(this.text.charCodeAt(this.at))) this.at++;
    return this.at;
  }

  /** Passes white space; whether this character comes next. */
  sees(char: string): boolean {
    return this.text[this.here()] === char;
  }

  /** Passes white space, and then this character, if it comes next. */
  takes(char: string): boolean {
    const there = this.sees(char);
    if (there) this.at++;
    return there;
  }

  expect(char: string, must = char): void {
    if (!this.takes(char)) this.fail(must);
  }

  /** What a pattern (a sticky one) finds here. */
  pass(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) as RegExpExecArray;
    this.at += found.length;
    return found;
  }

  /** A name or a number, up to what cannot belong to it. */
  word(): string {
    this.here();
    return this.pass(word);
  }

  /** A whole number from 0 to 2^53 − 1, by its spelling: neither `1.0` nor `01` nor `1e3` is one. */
  integer(): number {
    const text = this.word();
    const value = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : Infinity;
    if (value > Number.MAX_SAFE_INTEGER) this.fail("a whole number from 0 to 2^53 - 1", this.at - text.length);
    return value;
  }

  /** A string of JSON. */
  string(): string {
    this.expect('"', "a string");
    const start = this.at - 1;
    let escapes = false;
    for (;;) {
      const code = this.text.charCodeAt(this.at++);
      if (code === 0x22) break;
      if (code === 0x5c) {
        escapes = true;
        this.at++;
      } else if (!(code >= 0x20)) this.fail("a string without control characters, to its closing quote", this.at - 1);
    }
    if (!escapes) return this.text.slice(start + 1, this.at - 1);
    try {
      const value: string = JSON.parse(this.text.slice(start, this.at));
      if (!broken(value)) return value;
    } catch {}
    return this.fail("a string whose escapes JSON knows, without halves of surrogate pairs", start);
  }

  /** Items between two characters, parted by commas; `last` allows one after the last, as Python does. */
  list(open: string, close: string, item: () => void, { last = false } = {}): void {
    this.expect(open);
    if (this.takes(close)) return;
    do item();
    while (this.takes(",") && !(last && this.sees(close)));
    this.expect(close, `, or ${close}`);
  }

  /** An object of JSON: `member` reads the value of each name, of which it is told the place; one that comes twice is refused. */
  object(member: (name: string, at: number) => void): void {
    const seen = new Set<string>();
    this.list("{", "}", () => {
      const at = this.here();
      const name = this.string();
      if (seen.has(name)) this.fail("each name once", at);
      seen.add(name);
      this.expect(":");
      member(name, at);
    });
  }
}
