/** Windows on images in WebAssembly: laid side by side, added back, and where the largest value of each lies. */
import { Code } from "./assemble.js";
import { neighbours, steps, walk } from "./movement.js";

/** Leaves a signed number, or 0 if it is less, in a variable. */
const notNegative = (code: Code, local: number): Code =>
  code.set(local).do(local).i32(0).do(local).i32(0).do("i32.gt_s", "select").set(local);

/** Leaves the smaller of two unsigned numbers in the first. */
const atMost = (code: Code, local: number, bound: number): Code =>
  code.do(bound, local, local, bound, "i32.gt_u", "select").set(local);

/**
 * unfold(first, last, images, columns, h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw): columns [maps, kh · kw, oh · ow] of
 * images [maps, h, w]; a unit is a row. With `add` fold, of the same numbers: images with the columns added, in order; a
 * unit is an image.
 */
export function slide({ add }: { add: boolean }): Code {
  const code = new Code();
  const [first, last, images, columns, h, w, oh, ow, kh, kw, sh, sw, ph, pw, dh, dw] = code.parameters(16);
  const [unit, taps, area, map, tap, offset, top, bottom, left, right, column, pixel, y, down, across, near] =
    code.locals("i32", 16);
  const at = walk(code);
  const four = code.local("i32");

  /** The first of `count` windows whose value at `offset` lies inside, and the first after it that does not. */
  const inside = (from: number, end: number, length: number, stride: number, count: number) => {
    for (const [local, sign] of [
      [from, -1],
      [end, 1],
    ] as const) {
      if (sign > 0) code.do(length);
      else code.i32(0);
      notNegative(code.do(offset, "i32.sub", stride, "i32.add").i32(1).do("i32.sub"), local);
      atMost(code.do(local, stride, "i32.div_u").set(local), local, count);
    }
  };

  /** Moves what one place of the windows holds, a row of windows at a time. */
  const move = () => {
    code.do(map, taps, "i32.mul", tap, "i32.add", area, "i32.mul").i32(2).do("i32.shl", columns, "i32.add").set(column);
    code.do(tap, kw, "i32.div_u", dh, "i32.mul", ph, "i32.sub").set(offset);
    inside(top, bottom, h, sh, oh);
    code.do(map, h, "i32.mul", top, sh, "i32.mul", "i32.add", offset, "i32.add", w, "i32.mul").set(pixel);
    code.do(tap, kw, "i32.rem_u", dw, "i32.mul", pw, "i32.sub").set(offset);
    inside(left, right, w, sw, ow);
    code
      .do(pixel, left, sw, "i32.mul", "i32.add", offset, "i32.add")
      .i32(2)
      .do("i32.shl", images, "i32.add")
      .set(pixel);
    code.do(right, left, "i32.sub").set(at.count);
    if (!add)
      code.do(bottom, top, "i32.sub", at.count, "i32.mul", area, "i32.ne").if(() => {
        code.do(column).i32(0).do(area).i32(2).do("i32.shl", "memory.fill");
      });
    code.do(column, top, ow, "i32.mul", left, "i32.add").floatAt().set(column);
    const [from, to] = add ? [column, pixel] : [pixel, column];
    code.do(top).set(y);
    code.while(y, bottom, 1, () => {
      code.do(from).set(at.from).do(to).set(at.to);
      code.do(near).if(
        () => neighbours(code, at, add),
        () => steps(code, at, add ? [four, across] : [across, four], add),
      );
      code.do(pixel, down, "i32.add").set(pixel);
      code.do(ow).i32(2).do("i32.shl", column, "i32.add").set(column);
    });
  };

  code.do(kh, kw, "i32.mul").set(taps).do(oh, ow, "i32.mul").set(area);
  code.i32(4).set(four).do(sw).i32(2).do("i32.shl").set(across);
  code.do(sh, w, "i32.mul").i32(2).do("i32.shl").set(down);
  code.do(sw).i32(1).do("i32.sub", "i32.eqz").set(near);
  code.do(first).set(unit);
  code.while(unit, last, 1, () => {
    if (add) {
      code.do(unit).set(map);
      code.do(h, w, "i32.mul").i32(2).do("i32.shl").set(pixel);
      code.do(images, unit, pixel, "i32.mul", "i32.add").i32(0).do(pixel, "memory.fill");
      code.for(tap, taps, 1, move);
    } else {
      code.do(unit, taps, "i32.div_u").set(map).do(unit, taps, "i32.rem_u").set(tap);
      move();
    }
  });
  return code;
}

/** By strides: which of eight neighbours are those of four windows, as bytes of two vectors. */
const lanes = { 1: null, 2: [0, 2, 4, 6].flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte)) };

/**
 * argmaxPool2d(first, last, x, y, h, w, oh, ow, kh, kw, sh, sw, ph, pw, skipped, fours): of the windows on images x [maps, h, w]
 * where in the image the largest value lies, the first of equals, or the first NaN; a unit is a row of windows. If `stride`
 * is theirs along it, windows are visited four at a time that begin with one of `fours`, the first `skipped` left out:
 * these four must lie inside.
 */
export function argmaxPool({ stride }: { stride: 1 | 2 }): Code {
  const code = new Code();
  const [first, last, x, y, h, w, oh, ow, kh, kw, sh, sw, ph, pw, skipped, fours] = code.parameters(16);
  const [unit, image, top, bottom, left, right, window, row, at, end, best, to, start, taken] = code.locals("i32", 14);
  const [largest, value] = [code.local("f32"), code.local("f32")];
  const [most, values, places, place, better] = code.locals("v128", 5);

  /** Where a window begins and ends, inside the image. */
  const edges = (
    from: number,
    until: number,
    push: () => Code,
    step: number,
    before: number,
    size: number,
    length: number,
  ) => {
    push().do(step, "i32.mul", before, "i32.sub").set(from);
    atMost(code.do(from, size, "i32.add").set(until), until, length);
    notNegative(code.do(from), from);
  };
  const load = () => code.float(image, at);

  /** The values that four windows have at one place, and where they lie. */
  const four = () => {
    load().memory("v128.load");
    const even = lanes[stride];
    if (even) load().memory("v128.load", 16).shuffle(even);
    code.set(values);
    code
      .do(at, "i32x4.splat")
      .i32x4(0, stride, 2 * stride, 3 * stride)
      .do("i32x4.add")
      .set(place);
  };

  const many = () => {
    code.do(window, sw, "i32.mul", pw, "i32.sub").set(left);
    code.do(top, w, "i32.mul", left, "i32.add").set(at);
    four();
    code.do(values).set(most).do(place).set(places);
    code.do(top).set(row);
    code.while(row, bottom, 1, () => {
      code.do(row, w, "i32.mul", left, "i32.add").set(at).do(at, kw, "i32.add").set(end);
      code.while(at, end, 1, () => {
        four();
        // A NaN is larger than all but an earlier one.
        code.do(most, most, "f32x4.eq", values, most, "f32x4.le", "v128.andnot").set(better);
        code.do(values, most, better, "v128.bitselect").set(most);
        code.do(place, places, better, "v128.bitselect").set(places);
      });
    });
    code.do(to, places).memory("v128.store").advance(to, 16);
    code.advance(window, 4);
  };

  const one = () => {
    edges(left, right, () => code.do(window), sw, pw, kw, w);
    code.do(top, w, "i32.mul", left, "i32.add").set(at);
    load().memory("f32.load").set(largest).do(at).set(best).do(top).set(row);
    code.while(row, bottom, 1, () => {
      code.do(row, w, "i32.mul").set(start).do(start, left, "i32.add").set(at).do(start, right, "i32.add").set(end);
      code.while(at, end, 1, () => {
        load().memory("f32.load").set(value);
        code.do(largest, largest, "f32.eq", value, largest, "f32.le", "i32.eqz", "i32.and").set(taken);
        code.do(value, largest, taken, "select").set(largest);
        code.do(at, best, taken, "select").set(best);
      });
    });
    code.do(to, best).memory("i32.store").advance(to, 4);
    code.advance(window, 1);
  };

  code.do(first).set(unit);
  code.while(unit, last, 1, () => {
    code.do(x, unit, oh, "i32.div_u", h, "i32.mul", w, "i32.mul").floatAt().set(image);
    code.do(y, unit, ow, "i32.mul").floatAt().set(to);
    edges(top, bottom, () => code.do(unit, oh, "i32.rem_u"), sh, ph, kh, h);
    code.for(window, ow, 0, () => {
      code.do(window, skipped, "i32.sub", fours, "i32.lt_u").if(many, one);
    });
  });
  return code;
}
