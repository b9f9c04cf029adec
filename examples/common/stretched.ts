/** Images whose values have no range of their own, such as filters, made ready to be drawn: from white to black, each by itself. */
import type { Tensor } from "gradtape";

/** Images [n, height, width] moved and scaled so that each has 0, white, for its lowest value and 1, black, for its highest. */
export function stretched(images: Tensor): Tensor {
  const low = images.min([1, 2], { keepDims: true });
  const range = images.max([1, 2], { keepDims: true }).sub(low);
  return images.sub(low).div(range.add(range.eq(0))); // an image of one value is white
}
