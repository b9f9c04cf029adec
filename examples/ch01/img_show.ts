/** Chapter 1.6.3: a picture is a tensor; the book reads one from a file, this one is computed. */
import { picture } from "../common/picture.js";
import { draw } from "../common/plot.js";

const image = picture();
console.log(`(${image.shape.join(", ")})`);

draw("ch01-img_show", [{ images: image.unsqueeze(0), columns: 1 }], { width: 440, height: 440 });
