/** The shapes that an SVG of Observable Plot is made of, where they stand, in pixels. */

export type Place = readonly [x: number, y: number];

export type Shape = {
  /** What Plot calls it: "line", "dot", "rect", "arrow", "contour", "rule", "text", "x-axis tick label", … */
  kind: string;
  color: string;
  dashed: boolean;
  /** Whether it is barely seen. */
  faint: boolean;
  /** The corners of lines, two corners of rectangles that face each other, or where else it stands. */
  places: Place[];
  text: string;
};

/** All shapes, in the order in which they are drawn. */
export function shapes(plot: Element): Shape[] {
  return [...plot.querySelectorAll("path, circle, rect, line, text")].flatMap((element) => {
    const inherited = (name: string) => element.closest(`[${name}]`)?.getAttribute(name) ?? undefined;
    const kind = inherited("aria-label");
    if (!kind) return []; // it clips others
    const stroke = inherited("stroke") ?? "none";
    const common = {
      kind,
      color: stroke === "none" ? (inherited("fill") ?? "currentColor") : stroke,
      dashed: inherited("stroke-dasharray") !== undefined,
      faint: Number(inherited("stroke-opacity") ?? 1) < 0.3,
      text: element.textContent,
    };
    const [right, down] = moved(element);
    return outlines(element, kind).map((places) => ({
      ...common,
      places: places.map(([x, y]): Place => [x + right, y + down]),
    }));
  });
}

function outlines(element: Element, kind: string): Place[][] {
  const number = (name: string) => Number(element.getAttribute(name) ?? 0);
  const [x, y] = [number("x"), number("y")];
  switch (element.localName) {
    case "circle":
      return [[[number("cx"), number("cy")]]];
    case "rect":
      return [
        [
          [x, y],
          [x + number("width"), y + number("height")],
        ],
      ];
    case "line":
      return [
        [
          [number("x1"), number("y1")],
          [number("x2"), number("y2")],
        ],
      ];
    case "path":
      return kind === "dot" ? [[[0, 0]]] : subpaths(element.getAttribute("d") ?? "");
    default:
      return [[[0, 0]]];
  }
}

/** The lines of a path that has straight ones only, as those of Plot are, but for symbols. */
function subpaths(d: string): Place[][] {
  return d
    .split("M")
    .slice(1)
    .map((text) => {
      const numbers = text.match(/[-+\d.e]+/g)!.map(Number);
      const places = Array.from({ length: numbers.length / 2 }, (_, i): Place => [numbers[2 * i], numbers[2 * i + 1]]);
      return text.endsWith("Z") ? [...places, places[0]] : places;
    });
}

/** How far an element is moved by itself and what it lies in. */
function moved(element: Element | null): Place {
  if (!element) return [0, 0];
  const [, x = 0, y = 0] = /translate\(([-+\d.e]+),([-+\d.e]+)\)/.exec(element.getAttribute("transform") ?? "") ?? [];
  const [right, down] = moved(element.parentElement);
  return [right + Number(x), down + Number(y)];
}

/** Places along lines from one place to the next, so many pixels apart. */
export function* along(places: readonly Place[], step: number): Generator<Place> {
  for (const [i, [x2, y2]] of places.entries()) {
    const [x1, y1] = places[Math.max(0, i - 1)];
    const parts = Math.ceil(Math.hypot(x2 - x1, y2 - y1) / step);
    for (let k = 1; k < parts; k++) yield [x1 + ((x2 - x1) * k) / parts, y1 + ((y2 - y1) * k) / parts];
    yield [x2, y2];
  }
}
