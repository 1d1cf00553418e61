"""compare.py [--onnxruntime] MODEL.onnx... : each against MODEL.npz beside it, the program's own outputs (--predict);
by onnx_numpy.py, or in ONNX Runtime.  `ok NAME: error`, or `FAIL NAME: why`.

ONNX Runtime computes in float, as the program does, and so a net that amplifies rounding tells them apart: chaotic or
almost constant layers.  Where the program is as far from the same net in double, the line is `rounding NAME: ...`, and
where it puts out what is not finite, `not finite NAME`."""
import sys

import numpy as np

LIMIT = 1e-5        # of max(1, the largest output of all)


def by_numpy(path, x):
    from onnx_numpy import Model
    return Model(path).run(x)


def by_onnxruntime(path, x):
    import onnxruntime
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    return session.run(None, {session.get_inputs()[0].name: x.astype(np.float32)})[0]


def error_of(got, wanted):
    assert got.shape == wanted.shape, 'shape %s, not %s' % (got.shape, wanted.shape)
    return np.abs(got - wanted).max() / max(1, np.abs(wanted).max())


def compare(run, path):
    want = np.load(path[:-5] + '.npz')
    x, wanted = want['x'], want['output']
    if run is by_onnxruntime and not np.isfinite(wanted).all():
        return 'not finite', ''
    assert np.isfinite(wanted).all() and np.ptp(wanted) > 0, 'nothing to compare'
    error = error_of(run(path, x), wanted)
    if error <= LIMIT:
        return 'ok', ': %.1e' % error
    rounding = error_of(by_numpy(path, x), wanted) if run is by_onnxruntime else 0
    assert rounding > LIMIT, 'they differ by %.2g' % error
    return 'rounding', ': they differ by %.2g, the program from double by %.2g' % (error, rounding)


run = by_numpy
for path in sys.argv[1:]:
    if path == '--onnxruntime':
        run = by_onnxruntime
        continue
    name = '%s: %s' % (run.__name__[3:], path.split('/')[-1][:-5])
    try:
        word, more = compare(run, path)
        print(word, name + more)
    except Exception as e:
        print('FAIL %s: %s' % (name, str(e).splitlines()[0] if str(e) else repr(e)))
