/** Optimizer: parameters in groups, what is kept of each, and a rule by which they move. */
import { zerosLike } from "../create.js";
import { overwrite } from "../elementwise.js";
import { GradError, kindOf, ValueError } from "../error.js";
import { check, nonNegative, positive, type Range, wholeFrom } from "../range.js";
import { type Field, type LoadOptions, restore, type StateDict, type Stateful, snapshot } from "../state.js";
import { convert, Tensor } from "../tensor.js";
import { type Reading, type Rule, read } from "./rule.js";

/** Parameters that share options, which are plain fields, to be changed at any time. */
export type Group<O> = O & { readonly parameters: readonly Tensor[] };

/** Some of the parameters, with options of their own. */
export type GroupOptions<O> = Partial<O> & { parameters: Iterable<Tensor> };

/** What an optimizer trains: `model.parameters()`, or groups of parameters. */
export type Trainable<O> = Iterable<Tensor> | Iterable<GroupOptions<O>>;

/** What is kept of a parameter: how often it was moved, and its slots. */
type Kept = { steps: number; readonly slots: Record<string, Tensor> };

/**
 * The base of optimizers, each of which is a `Rule`. A parameter without a gradient is left alone. Every parameter is moved in
 * one pass over it and its slots, and only once, in the first group that has it.
 */
export abstract class Optimizer<O extends { lr: number } = { lr: number }> implements Stateful {
  /** The groups; a single one, if none were given. */
  readonly groups: readonly Group<O>[];
  /** The parameters of all groups. */
  readonly parameters: readonly Tensor[];
  private readonly names: readonly string[];
  private readonly kept = new Map<Tensor, Kept>();
  private readonly readings = new Map<number, Reading>();

  /** `options` hold for all groups that do not say otherwise. Throws a ValueError or GradError that begins with `name`. */
  constructor(
    private readonly name: string,
    private readonly rule: Rule<O, string, string>,
    parameters: Trainable<O>,
    options: Partial<O> = {},
  ) {
    this.names = Object.keys(rule.options);
    if (typeof options !== "object" || options === null)
      throw new ValueError(`${name}: options must be an object such as { lr: 0.1 } (given ${kindOf(options)})`);
    const given = [...this.listed<Tensor | GroupOptions<O>>(parameters)];
    const isGroup = (x: unknown) => typeof x === "object" && x !== null && !(x instanceof Tensor) && "parameters" in x;
    const groups = given.length > 0 && given.every(isGroup) ? given : [{ parameters: given }];
    this.groups = (groups as GroupOptions<O>[]).map(({ parameters, ...own }) => ({
      parameters: this.own(parameters),
      ...this.complete(options, own as unknown as Partial<O>),
    }));
    this.parameters = [...this.kept.keys()];
  }

  private listed<T>(parameters: Iterable<T>): Iterable<T> {
    if (typeof parameters?.[Symbol.iterator] === "function") return parameters;
    throw new ValueError(`${this.name}: parameters must be a list of tensors; give it model.parameters()`);
  }

  /** The parameters of a group that no earlier one has. */
  private own(parameters: Iterable<Tensor>): Tensor[] {
    const all = [...this.listed(parameters)];
    if (all.length === 0)
      throw new ValueError(
        `${this.name}: there are no parameters to train; tensors must have requiresGrad: true and be plain fields of the model, not private #fields`,
      );
    return all.filter((x) => {
      if (!(x instanceof Tensor) || !x.requiresGrad)
        throw new GradError(
          `${this.name}: every parameter must be a tensor with requiresGrad: true; give it model.parameters()`,
        );
      if (this.kept.has(x)) return false;
      this.kept.set(x, { steps: 0, slots: {} });
      return true;
    });
  }

  /** All options of a group: its own, else those given for all, else the usual ones. */
  private complete(...given: Partial<O>[]): O {
    const { name, rule } = this;
    const names = this.names as readonly (keyof O & string)[];
    const options = {} as O;
    for (const option of names) options[option] = rule.options[option][0];
    for (const some of given)
      for (const [option, value] of Object.entries(some) as [keyof O & string, never][]) {
        if (!names.includes(option))
          throw new ValueError(`${name}: an option must be one of ${names.join(", ")} (given ${option})`);
        if (value !== undefined) options[option] = value;
      }
    for (const option of names) {
      const [usual, range] = rule.options[option];
      check(name, { [option]: options[option] }, range, typeof usual as "number" | "boolean");
    }
    const conflict = rule.conflict?.(options);
    if (conflict) throw new ValueError(`${name}: ${conflict}`);
    return options;
  }

  /** The learning rate: of the first group, and to be set for all. */
  get lr(): number {
    return this.groups[0].lr;
  }

  set lr(lr: number) {
    check(this.name, { lr }, nonNegative);
    for (const group of this.groups as readonly { lr: number }[]) group.lr = lr;
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    for (const group of this.groups) {
      const reading = this.reading(group);
      let [t, numbers] = [0, [] as number[]];
      for (const W of group.parameters) {
        if (!W.slope) continue;
        const kept = this.kept.get(W) as Kept;
        if (t !== kept.steps + 1) {
          t = kept.steps + 1; // usually that of all
          numbers = this.numbers(group, reading, t);
        }
        const slots = slotsOf(W, kept, reading);
        overwrite(this.name, [W, ...slots], reading.word, [W, W.slope, ...slots, ...numbers]);
        kept.steps = t;
      }
    }
  }

  /** The formula that the options of a group choose. */
  private reading(group: O): Reading {
    let key = 1; // in base 2 one digit for each option
    for (const name of this.names) key = 2 * key + (group[name as keyof O] ? 1 : 0);
    const found = this.readings.get(key) ?? read(this.rule, group);
    this.readings.set(key, found);
    return found;
  }

  /** What the formula's numbers are at step `t` of a parameter. */
  private numbers(group: O, { numbers }: Reading, t: number): number[] {
    const more = this.rule.numbers?.(group, t);
    return numbers.map((name) => more?.[name] ?? (group[name as keyof O] as number));
  }

  /** Forgets the gradients, which would otherwise add up over steps. */
  zeroGrad(): void {
    for (const x of this.parameters) x.grad = null;
  }

  /** Copies of all that a resumed optimizer needs: steps and slots of each parameter, by its number, and the options of each group. */
  stateDict(): StateDict {
    return snapshot(this.tensors(), this.fields());
  }

  /** Puts back what `stateDict` gave. Throws a CheckpointError that lists all that does not fit, and changes nothing then. */
  loadStateDict(state: ReadonlyMap<string, Tensor>, options?: LoadOptions): this {
    restore("loadStateDict", this.tensors(), state, options, this.fields());
    return this;
  }

  private tensors(): [name: string, slot: Tensor][] {
    const places = new Map(this.parameters.map((W, i) => [W, i]));
    return this.groups.flatMap((group) => {
      const reading = this.reading(group);
      return group.parameters.flatMap((W) =>
        slotsOf(W, this.kept.get(W) as Kept, reading).map((slot, k): [string, Tensor] => [
          `${places.get(W)}.${reading.slots[k]}`,
          slot,
        ]),
      );
    });
  }

  private fields(): Field[] {
    const { options } = this.rule;
    return [
      ...[...this.kept.values()].map((kept, i): Field => [`${i}.step`, kept, "steps", wholeFrom(0)]),
      ...this.groups.flatMap((group, k) =>
        Object.entries<readonly [unknown, Range]>(options).map(
          ([name, [, range]]): Field => [
            `groups.${k}.${name}`,
            group,
            name,
            range === positive ? nonNegative : range, // a schedule may have brought it to 0
          ],
        ),
      ),
    ];
  }
}

/** A parameter's slots; zeros that nobody wrote to yet take no memory. */
function slotsOf(W: Tensor, { slots }: Kept, reading: Reading): Tensor[] {
  return reading.slots.map((name) => {
    slots[name] ??= zerosLike(W);
    convert(slots[name], W.dtype); // as model.to() did with W
    return slots[name];
  });
}
