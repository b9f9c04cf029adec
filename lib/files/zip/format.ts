/** ZIP as far as archives of arrays need it: what compresses, the marks of the three kinds of headers, and how long they are. */

/** Raw deflate. Of what inflates to more than `size` bytes, `inflate` gives a little more, or throws, and does not go on. */
export type Codec = {
  deflate(bytes: Uint8Array): Uint8Array;
  inflate(bytes: Uint8Array, size: number): Uint8Array;
};

/** Before each member; in the directory; at the end. */
export const local = { mark: 0x04034b50, bytes: 30 };
export const central = { mark: 0x02014b50, bytes: 46 };
export const ending = { mark: 0x06054b50, bytes: 22 };

export const stored = 0;
export const deflated = 8;

/** Flags: encrypted in one of three ways; a name in UTF-8. */
export const encrypted = 0x2041;
export const unicode = 0x0800;

/** What a name must not do, though nothing is ever written under it: other programs unpack archives into folders. */
export function wrongName(name: string): string | undefined {
  if (name.length > 1024) return "have at most 1024 characters";
  if (/[\0\\:]/.test(name)) return "have no NUL, \\ or :";
  if (name.startsWith("/") || name.split("/").includes("..")) return "not lead out of the archive";
  return undefined;
}
