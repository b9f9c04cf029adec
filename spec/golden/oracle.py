"""PyTorch as an oracle: the same numbers wherever it runs, and files of them that are written, or (--check) compared.

To be imported before torch, since the folder of these scripts has a torch.py of its own.
"""
import json
import os
import sys
import warnings

here = sys.path.pop(0)
os.environ["ATEN_CPU_CAPABILITY"] = "default"  # the same sums whatever the processor has
import torch  # noqa: E402

sys.path.append(here)
torch.set_num_threads(1)
warnings.filterwarnings("ignore")


def numbers(x):
    """Values as short as they can be written: 2 for 2.0, and 0 for -0.0."""
    return [int(value) if value == int(value) else value for value in x.detach().double().flatten().tolist()]


def line(value):
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def named(cases):
    """An object of what each case gives, a line for each."""
    return "{\n%s\n}" % ",\n".join('"%s":%s' % (name, line(run())) for name, run in cases.items())


def listed(lines):
    return "[\n%s\n]" % ",\n".join(lines)


def differs(a, b, tolerance, loose):
    """Whether two parsed files differ by more than the last digits of numbers."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() != b.keys() or any(differs(a[k], b[k], loose.get(k, tolerance), loose) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) != len(b) or any(differs(x, y, tolerance, loose) for x, y in zip(a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) > tolerance * max(1, abs(a))
    return a != b


def keep(name, parts, tolerance=1e-11, loose={}):
    """Writes NAME.json, of the parts in JSON that parts() gives by name, or compares it; `loose` has tolerances of parts."""
    path = os.path.join(here, name + ".json")
    script = "python3 spec/golden/%s.py" % name
    check = "--check" in sys.argv
    if check and not torch.__version__.startswith("1.13"):
        return print("not checked: the file is PyTorch 1.13's, this is %s" % torch.__version__)
    made = {"made": '"by %s, with PyTorch 1.13"' % script, **parts()}
    text = "{%s}\n" % ",\n".join('"%s":%s' % part for part in made.items())
    if not check:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return print("%d bytes" % len(text))
    with open(path, encoding="utf-8") as file:
        kept = file.read()
    if kept == text:
        print("the same bytes")
    elif differs(json.loads(kept), json.loads(text), tolerance, loose):
        raise SystemExit("spec/golden/%s.json is not what this script makes: run %s" % (name, script))
    else:
        print("the same numbers, save for their last digits")
