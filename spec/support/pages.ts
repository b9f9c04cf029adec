/** The pages that people read, README.md and those of docs/, and what is in them: blocks of code, links, anchors, pictures. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The project's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Where the guide by chapters of the book is. */
export const book = join("docs", "book");

/** A page: its path from the project's folder, and its text. */
export type Page = { path: string; text: string };

const within = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

/** README.md, docs/ and docs/book/. */
export const pages: readonly Page[] = ["README.md", ...within("docs", ".md"), ...within(book, ".md")].map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

/** The pictures that lie beside the pages, by their paths. */
export const drawings = (): string[] => [...within("docs", ".svg"), ...within(book, ".svg")];

/** The TypeScript of a page, block by block. */
export const blocksOf = ({ text }: Page): string[] =>
  [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code);

/** The text without its code, which has brackets of its own. */
const prose = (text: string): string => text.replace(/^(`{3,})\w*\n.*?^\1$/gms, "").replace(/`[^`\n]+`/g, "`");

/** A link or a picture of a page: what it leads to, a path from the project's folder, and the place in there, if it names one. */
export type Link = { path: string; anchor?: string; picture: boolean };

/** All links that lead to files of the project. */
export const linksOf = (page: Page): Link[] =>
  [...prose(page.text).matchAll(/(!?)\[[^[\]]*\]\(([^()\s]+)\)/g)].flatMap(([, picture, target]) => {
    if (/^\w+:/.test(target)) return [];
    const [file, anchor] = target.split("#");
    const path = file === "" ? page.path : join(dirname(page.path), file);
    return [{ path, anchor, picture: picture === "!" }];
  });

/** The places of a page that a link can name: its headings, as GitHub writes them. */
export function anchorsOf({ text }: Page): Set<string> {
  const found = new Map<string, number>();
  for (const [, heading] of text.replace(/^(`{3,})\w*\n.*?^\1$/gms, "").matchAll(/^#+ (.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
      .replaceAll(" ", "-");
    const before = found.get(slug) ?? 0;
    found.set(slug, before + 1);
    if (before > 0) found.set(`${slug}-${before}`, 1);
  }
  return new Set(found.keys());
}

/** The script that draws a picture of the guide: examples/ch04/gradient_2d.ts draws ch04-gradient_2d.svg, or several, ch04-gradient_2d-name.svg. */
export const scriptOf = (picture: string): string =>
  resolve(root, picture.replace(/^.*?(ch\d\d)-(\w+)(-\w+)?\.svg$/, "examples/$1/$2.ts"));
