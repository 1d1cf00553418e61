"""check.py MODEL... : `ok NAME` or `FAIL NAME: why` for each, by onnx's checker with the inference of shapes."""
import sys

import onnx

for path in sys.argv[1:]:
    name = 'checker: ' + path.split('/')[-1]
    try:
        model = onnx.load(path)
        onnx.checker.check_model(model, full_check=True)
        inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
        for put_out in model.graph.output:
            dims = put_out.type.tensor_type.shape.dim
            assert dims[0].dim_param == 'batch', 'the batch is not open'
        print('ok ' + name)
    except Exception as e:
        print('FAIL %s: %s' % (name, str(e).splitlines()[0]))
