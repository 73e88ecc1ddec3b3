# Writes the samples beside this file with numpy (1.24.2 made those committed): python3 make.py
import os
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
r = np.arange(6).reshape(2, 3)
samples = {
    "f32": (r + 0.5).astype("<f4"), "f64": -(r / 3).astype("<f8"), "f16": (r / 3).astype("<f2"),
    "i32": (r - 3).astype("<i4"), "i64": (r * 10**12).astype("<i8"), "u8": (r + 250).astype("u1"), "i8": (r - 3).astype("i1"),
    "bool": r % 2 == 1, "i16": (r - 3).astype("<i2"), "u16": (r + 65530).astype("<u2"), "u32": (r + 2**32 - 6).astype("<u4"),
    "big_f32": (r + 0.5).astype(">f4"), "big_i16": (r - 3).astype(">i2"), "big_bool": (r % 2 == 1).astype(">b1"),
    "fortran": np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)),
    "fortran_big": np.asfortranarray((r + 0.5).astype(">f8")),
    "scalar": np.float32(2.5), "empty": np.zeros((0, 3), "<f4"), "empty_fortran": np.zeros((3, 0), "<f4", order="F"),
    "rank8": np.arange(2, dtype="u1").reshape(1, 1, 1, 2, 1, 1, 1, 1), "bf16": np.array([0x3FC0], "<u2").view("V2"),
    "special": np.array([np.nan, np.inf, -np.inf, -0.0, 1e-45], "<f4"), "in/x": np.arange(3, dtype="<i4"),
}
np.savez("stored.npz", **samples)
np.savez_compressed("deflated.npz", **samples)
np.save("one.npy", samples["f32"])
with open("version2.npy", "wb") as f:
    np.lib.format.write_array(f, samples["i32"], version=(2, 0))
with open("version3.npy", "wb") as f:
    np.lib.format.write_array(f, samples["i32"], version=(3, 0))
np.save("object.npy", np.array([{}], dtype=object))
np.save("complex.npy", np.array([1j]))
np.save("struct.npy", np.zeros(2, dtype=[("a", "<f4")]))
np.save("rank9.npy", np.zeros((1,) * 9))
