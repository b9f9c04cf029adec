/** gradtape/graph: the computation graph as a picture, laid out by Graphviz, which the package "@viz-js/viz" holds. */
import { dotFor, gradientColor } from "./graph/dot.js";
import { type Layout, svgOf } from "./graph/svg.js";
import { DataError, type GraphOptions, type Tensor } from "./index.js";

// Waited for here, so that `drawGraph` need not be; a failure is told of where it is called.
const viz = await import("@viz-js/viz").then(({ instance }) => instance()).catch((cause: unknown) => ({ cause }));

/**
 * The computation graph of `y` as an SVG, for light and dark pages: what `toDot` gives, drawn. Throws what `toDot` throws, and a
 * DataError without the package.
 */
export function drawGraph(y: Tensor, options: GraphOptions = {}): string {
  if ("cause" in viz)
    throw new DataError('drawGraph: Graphviz is in the package "@viz-js/viz"; run npm install @viz-js/viz', viz);
  return svgOf(viz.renderJSON(dotFor("drawGraph", y, options)) as Layout, gradientColor);
}
