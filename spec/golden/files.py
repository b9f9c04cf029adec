"""Files exchanged with Python: .npy and .npz through NumPy, safetensors through a reader and a writer of its own, by the format's README.

    files.py write FOLDER SEED COUNT    COUNT random files of each kind into a folder
    files.py read FOLDER                every file of a folder
    files.py [--check]                  writes files.json, small files of every type for tests without Python; or reads it, and compares

The first two print a JSON object: what each file holds, as a digest. It is the SHA-256 of name, dtype, shape and bytes (little-endian,
row-major, as float64, float32 or int32) of each array, by the order of the names.
"""
import base64
import hashlib
import io
import json
import os
import struct
import sys

import numpy as np

TYPES = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?",
}
NAMES = {np.dtype(code): name for name, code in TYPES.items()}
BFLOAT16 = "BF16"  # has no NumPy type: float32 without its lower half


def encode(arrays, metadata=None):
    """A dict of arrays as safetensors; of a pair ("BF16", float32 array) the upper halves are kept."""
    header = {"__metadata__": metadata} if metadata else {}
    data = b""
    size = lambda array: 2 if isinstance(array, tuple) else array.itemsize
    for name, array in sorted(arrays.items(), key=lambda item: -size(item[1])):
        kind, array = array if isinstance(array, tuple) else (NAMES[array.dtype.newbyteorder("<")], array)
        raw = (array.view("<u4") >> 16).astype("<u2").tobytes() if kind == BFLOAT16 else array.astype(TYPES[kind]).tobytes()
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def decode(file):
    """The arrays of a safetensors file; asserts what the format promises, and that values lie at multiples of their sizes."""
    (length,) = struct.unpack("<Q", file[:8])
    text, data = file[8 : 8 + length], file[8 + length :]
    assert text[:1] == b"{" and len(text) == length and length % 8 == 0

    def once(pairs):
        assert len({name for name, _ in pairs}) == len(pairs), "a name comes twice"
        return dict(pairs)

    header = json.loads(text.decode(), object_pairs_hook=once)
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(text, str) for text in metadata.values())
    arrays, reached = {}, 0
    for name, entry in header.items():
        assert sorted(entry) == ["data_offsets", "dtype", "shape"]
        begin, end = entry["data_offsets"]
        kind = entry["dtype"]
        array = np.frombuffer(data[begin:end], TYPES.get(kind, "<u2")).reshape(entry["shape"])
        assert begin == reached and array.nbytes == end - begin
        assert begin % array.itemsize == 0, "a value does not lie at a multiple of its size"
        arrays[name] = (BFLOAT16, (array.astype("<u4") << 16).view("<f4")) if kind == BFLOAT16 else array
        reached = end
    assert reached == len(data)
    return arrays


def ours(array):
    """An array in the type that it is read as."""
    if isinstance(array, tuple):
        return (array[1].view("<u4") & np.uint32(0xFFFF0000)).view("<f4")
    size = array.dtype.itemsize
    return array.astype(("<f8" if size == 8 else "<f4") if array.dtype.kind == "f" else "<i4")


def digest(arrays):
    found = hashlib.sha256()
    for name in sorted(arrays, key=lambda name: name.encode()):
        array = ours(arrays[name])
        dtype = {"<f8": "float64", "<f4": "float32", "<i4": "int32"}[array.dtype.str]
        shape = ",".join(map(str, array.shape))
        found.update(f"{name}\n{dtype}\n{shape}\n".encode() + array.tobytes(order="C"))
    return found.hexdigest()


def random_array(rng, bits16=False):
    """An array of a random type, order of bytes and layout; the bits of float32 and float64 are random, NaNs among them."""
    shape = tuple(int(n) for n in rng.integers(0, 5, rng.integers(0, 5)))
    code = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"][rng.integers(12)]
    size = int(np.prod(shape, dtype=int))
    if code == "?":
        return rng.integers(0, 2, shape).astype("?")
    if code in ("f4", "f8", "i1", "i2", "i4", "u1", "u2"):
        array = np.frombuffer(rng.bytes(size * int(code[1])), code).reshape(shape)
    elif code == "f2":
        array = np.frombuffer(rng.bytes(2 * size), code).reshape(shape)
    else:
        array = rng.integers(0 if code[0] == "u" else -(2**31), 2**31, shape).astype(code)
    if code == "f4" and bits16 and rng.integers(4) == 0:
        return (BFLOAT16, array)
    array = array.astype(array.dtype.newbyteorder("<>"[rng.integers(2)]))
    return np.asfortranarray(array) if rng.integers(2) else array


def random_name(rng):
    letters = ["W", "b", ".", "0", "1", "_", " ", "é", "漢", "🙂", "layers", "__proto__", "constructor"]
    return "".join(letters[i] for i in rng.integers(0, len(letters), rng.integers(1, 6)))


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(arrays, compress):
    file = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(file, **arrays)
    return file.getvalue()


def write(folder, seed, count):
    rng = np.random.default_rng(seed)
    found = {}

    def put(name, file, arrays):
        with open(os.path.join(folder, name), "wb") as out:
            out.write(file)
        found[name] = digest(arrays)

    for i in range(count):
        arrays = {random_name(rng): random_array(rng, bits16=True) for _ in range(rng.integers(0, 6))}
        put(f"{i}.safetensors", encode(arrays, {"a": "é"} if i % 2 else None), arrays)
        array = random_array(rng)
        put(f"{i}.npy", npy(array), {"": array})
        arrays = {random_name(rng): random_array(rng) for _ in range(rng.integers(0, 6))}
        put(f"{i}.npz", npz(arrays, i % 2), arrays)
    return found


def load(name, file):
    """The arrays of a file's bytes, by what its name ends with."""
    if name.endswith(".safetensors"):
        return decode(file)
    found = np.load(io.BytesIO(file))
    return dict(found) if name.endswith(".npz") else {"": found}


def read(folder):
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found[name] = digest(load(name, file.read()))
    return found


def golden():
    """Small files of every type: their bytes, and their digest."""
    files = {}
    values = [0.0, -0.0, 1.5, -2.0, 65504.0, 6e-8, np.inf, np.nan]
    for code in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8"]:
        files[f"{code}.npy"] = (npy(np.array(values).astype(code)), None)
    for code in ["i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8"]:
        files[f"{code}.npy"] = (npy(np.array([[0, 1, -1], [127, -128, 5]]).astype(code)), None)
    for code in ["u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8", "?"]:
        files[f"{code}.npy"] = (npy(np.array([0, 1, 255]).astype(code)), None)
    whole = np.arange(24, dtype="<i4").reshape(2, 3, 4)
    files["fortran.npy"] = (npy(np.asfortranarray(whole)), None)
    for version in [(1, 0), (2, 0), (3, 0)]:
        file = io.BytesIO()
        np.lib.format.write_array(file, whole[0], version)
        files[f"version{version[0]}.npy"] = (file.getvalue(), None)
    for name, array in {"none": whole[:, :0], "single": np.float64(2.5), "nothing": np.zeros((0,), "<f4")}.items():
        files[f"{name}.npy"] = (npy(array), None)
    arrays = {"W": whole.astype("<f4"), "layers.0.b": np.array([1.0, -0.0]), "é": np.array(3, "<i8")}
    files["stored.npz"] = (npz(arrays, False), arrays)
    files["compressed.npz"] = (npz(arrays, True), arrays)
    arrays = {kind: np.array([0, 1, 100]).astype(code) for kind, code in TYPES.items()}
    arrays[BFLOAT16] = (BFLOAT16, np.array(values, "<f4"))
    arrays["F16"] = np.array(values, "<f2")
    files["types.safetensors"] = (encode(arrays), arrays)
    arrays = {"__proto__": np.array([[1, 2], [3, 4]], "<f4"), "": np.array(7.5), "é\n": np.zeros((0, 3), "<i4")}
    files["names.safetensors"] = (encode(arrays, {"format": "np"}), arrays)
    return {
        name: {"file": base64.b64encode(file).decode(), "digest": digest(arrays or load(name, file))}
        for name, (file, arrays) in files.items()
    }


def main(command="", *rest):
    if command == "write":
        print(json.dumps(write(rest[0], int(rest[1]), int(rest[2]))))
    elif command == "read":
        print(json.dumps(read(rest[0])))
    else:
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "files.json")
        cases = golden()
        if command == "--check":
            with open(path) as file:
                committed = json.load(file)
            # Not by their bytes: versions of NumPy pad their headers differently.
            same = all(digest(load(name, base64.b64decode(case["file"]))) == case["digest"] for name, case in committed.items())
            digests = [{name: case["digest"] for name, case in all.items()} for all in (cases, committed)]
            if not same or digests[0] != digests[1]:
                sys.exit("files.json is not what this script writes")
        else:
            lines = [f"{json.dumps(name)}: {json.dumps(case)}" for name, case in cases.items()]
            with open(path, "w") as file:
                file.write("{\n" + ",\n".join(lines) + "\n}\n")
        print(f"{len(cases)} files")


main(*sys.argv[1:])
