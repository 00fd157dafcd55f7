"""Checks ONNX models with the reference implementation: check.py MODEL.onnx ...

The checker is given the path, so that it follows the external weight files too. Operators of com.microsoft are not in
the reference's schemas; it leaves them alone. Prints one line per model, exits with 1 at the first that fails.
"""

import os
import sys

import onnx


def check(path):
    onnx.checker.check_model(path, full_check=False)
    model = onnx.load(path, load_external_data=True)
    folder = os.path.dirname(os.path.abspath(path))
    external = 0
    for tensor in onnx.load(path, load_external_data=False).graph.initializer:
        if tensor.data_location != onnx.TensorProto.EXTERNAL:
            continue
        external += 1
        entry = {item.key: item.value for item in tensor.external_data}
        end = int(entry["offset"]) + int(entry["length"])
        if end > os.path.getsize(os.path.join(folder, entry["location"])):
            raise ValueError(f"{tensor.name} ends behind {entry['location']}")
    for tensor in model.graph.initializer:
        expected = 1
        for size in tensor.dims:
            expected *= size
        if onnx.numpy_helper.to_array(tensor).size != expected:
            raise ValueError(f"{tensor.name} has another size than its shape says")
    inferred = onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=False)
    print(f"{os.path.basename(path)}: {len(inferred.graph.node)} nodes, {external} external tensors")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        try:
            check(argument)
        except Exception as error:  # whatever it is, the name of the model must stand beside it
            sys.exit(f"{argument}: {error}")
