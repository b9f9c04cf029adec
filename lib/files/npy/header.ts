/** The header of a .npy file: a version, a length, and a Python dict of three keys, of which nothing is ever evaluated. */
import { show } from "../../error.js";
import { bytesFor, type Element, elements } from "../elements.js";
import { type Fail, quote, Scanner } from "../scanner.js";

export const magic = "\x93NUMPY";
export const mostAxes = 32;
const mostHeader = 10_000; // as NumPy has it

const codes = {
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  b1: "bool",
} as const;

/** What to do about arrays that hold no plain numbers, by the letter of their dtype. */
const remedies: Readonly<Record<string, string>> = {
  O: "objects, which are pickled: code that would be run; save numbers instead, a.astype(float)",
  U: "text; save numbers that stand for it",
  S: "text; save numbers that stand for it",
  V: "records; save each field as an array of its own",
  c: "complex numbers; save a.real and a.imag",
  M: "dates; save a.astype(float)",
  m: "spans of time; save a.astype(float)",
};

/** What the header says of the values, and where they begin; `columns`: the first axis is the fastest. */
export type Header = { element: Element; little: boolean; columns: boolean; shape: number[]; start: number };

const latin = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** Where the dict begins and ends, within the file. */
function place(bytes: Uint8Array, fail: Fail): [begin: number, end: number] {
  if (bytes.length < 12 || latin(bytes.subarray(0, 6)) !== magic)
    fail("a .npy file must begin with \\x93NUMPY, a version and a length", quote(latin(bytes.subarray(0, 8))));
  const [major, minor] = bytes.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) fail("must be of version 1.0, 2.0 or 3.0", `${major}.${minor}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 12);
  const [begin, length] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > mostHeader) fail(`the header must have at most ${mostHeader} bytes`, `${length}`);
  if (begin + length > bytes.length)
    fail(`the header must have ${length} bytes, as the file says`, `${bytes.length - begin}`);
  return [begin, begin + length];
}

/** Reads the header of a file; how many bytes follow it is not looked at. */
export function readHeader(bytes: Uint8Array, fail: Fail): Header {
  const [begin, start] = place(bytes, fail);
  const scanner = new Scanner(latin(bytes.subarray(begin, start)), (must, given, at) =>
    fail(`the header must have ${must}`, `${given} at byte ${begin + at}`),
  );
  const text = (): string => {
    const at = scanner.here();
    const found = scanner.pass(/'[^'\\]*'|"[^"\\]*"|/y);
    if (found === "") scanner.fail("a quoted text", at);
    return found.slice(1, -1);
  };
  const header: Partial<Header> = { start };
  const values: Record<string, () => void> = {
    descr: () => {
      if (scanner.sees("[")) fail("must hold numbers", `an array of ${remedies.V}`);
      Object.assign(header, typeOf(text(), fail));
    },
    fortran_order: () => {
      const word = scanner.word();
      if (word !== "True" && word !== "False") scanner.fail("True or False", scanner.at - word.length);
      header.columns = word === "True";
    },
    shape: () => {
      const shape: number[] = [];
      scanner.list("(", ")", () => shape.push(scanner.integer()), { last: true });
      header.shape = shape;
    },
  };
  scanner.list(
    "{",
    "}",
    () => {
      const at = scanner.here();
      const key = text();
      if (!Object.hasOwn(values, key)) scanner.fail("the keys descr, fortran_order and shape, each once", at);
      scanner.expect(":");
      values[key]();
      delete values[key];
    },
    { last: true },
  );
  if (scanner.here() < start - begin) scanner.fail("nothing but spaces after its }");
  const missing = Object.keys(values);
  if (missing.length > 0) fail("the header must have descr, fortran_order and shape", `no ${missing.join(", no ")}`);

  const { shape, element } = header as Header;
  if (shape.length > mostAxes) fail(`must have at most ${mostAxes} axes`, `${shape.length}`);
  if (bytesFor(shape, element) === Infinity) fail("must have less than 2^53 bytes", show(shape));
  return header as Header;
}

/** What a dtype such as `<f4` means. */
function typeOf(descr: string, fail: Fail): Pick<Header, "element" | "little"> {
  const [known = "", order = "", code = "", letter = ""] = /^([<>|])((\w)\d*)/.exec(descr) ?? [];
  if (known === descr && Object.hasOwn(codes, code)) {
    const element: Element = elements[codes[code as keyof typeof codes]];
    if (order !== "|" || element.bytes === 1) return { element, little: order !== ">" };
  }
  const remedy = Object.hasOwn(remedies, letter) ? `, an array of ${remedies[letter]}` : "";
  const all = Object.keys(codes).join(", ");
  return fail(`must be of a dtype that can be read: < or > with one of ${all}`, `${quote(descr)}${remedy}`);
}
