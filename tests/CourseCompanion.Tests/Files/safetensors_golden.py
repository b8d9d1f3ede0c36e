"""Writes safetensors_golden.json: a safetensors file made by hand from the format's description, as hexadecimal digits.

Run: python3 safetensors_golden.py
"""

import json
import os
import struct

TENSORS = [  # name, type, shape, bytes; wide elements first, then by name
    ("double", "F64", [1], struct.pack("<d", 0.1)),
    ("steps", "I64", [], struct.pack("<q", -5)),
    ("int", "I32", [2], struct.pack("<2i", 1, -(2**31))),
    ("layer.weight", "F32", [2, 3], struct.pack("<6f", 0, 1, -2, 0.5, 1e-38, 3e38)),
    ("none", "F32", [0, 4], b""),
    ("brain", "BF16", [2], struct.pack("<2H", 0x3F80, 0xC000)),  # 1, -2
    ("half", "F16", [2], struct.pack("<2e", 1.5, -0.25)),
    ("short", "I16", [1], struct.pack("<h", -300)),
    ("mask", "BOOL", [3], bytes([1, 0, 1])),
    ("pixels", "U8", [2, 2], bytes([0, 127, 128, 255])),
    ("small", "I8", [1], struct.pack("<b", -7)),
]

header = {"__metadata__": {"author": "by hand", "purpose": "golden"}}
data = b""
for name, dtype, shape, values in TENSORS:
    header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(values)]}
    data += values
text = json.dumps(header, separators=(",", ":")).encode()
text += b" " * (-len(text) % 8)
content = struct.pack("<Q", len(text)) + text + data

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "safetensors_golden.json"), "w") as file:
    json.dump({"hex": content.hex()}, file)
    file.write("\n")
