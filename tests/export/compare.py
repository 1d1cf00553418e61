"""compare.py [--onnxruntime] MODEL.onnx... : each against MODEL.npz beside it, the program's own outputs (--predict);
by onnx_numpy.py, or in ONNX Runtime.  `ok NAME: error`, or `FAIL NAME: why`.

ONNX Runtime is measured against MODEL.double.npz, what the same net puts out that netc compiled in double.  It computes in
float, as the program does, so a net that amplifies rounding tells it from double as it does the program: it may be
AMPLIFIED times as far from double as the program is.  The line of a net where that counts is `ok rounding: NAME: ...`.
What is not finite has to be so in the same places."""
import sys

import numpy as np

LIMIT = 1e-5        # of max(1, the largest output of all)
AMPLIFIED = 4       # two ways of rounding a net that amplifies it


def by_numpy(path, x):
    from onnx_numpy import Model
    return Model(path).run(x)


def by_onnxruntime(path, x):
    import onnxruntime
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    return session.run(None, {session.get_inputs()[0].name: x.astype(np.float32)})[0]


def error_of(got, wanted, finite):
    assert got.shape == wanted.shape, 'shape %s, not %s' % (got.shape, wanted.shape)
    scale = np.abs(wanted[finite]).max(initial=1)
    return np.abs(got[finite].astype(np.float64) / scale - wanted[finite] / scale).max(initial=0)


def compare_numpy(path):
    want = np.load(path[:-5] + '.npz')
    x, wanted = want['x'], want['output']
    assert np.isfinite(wanted).all() and np.ptp(wanted) > 0, 'nothing to compare'
    error = error_of(by_numpy(path, x), wanted, np.isfinite(wanted))
    assert error <= LIMIT, 'they differ by %.2g' % error
    return '', '%.1e' % error


def compare_onnxruntime(path):
    own, double = np.load(path[:-5] + '.npz'), np.load(path[:-5] + '.double.npz')
    assert double['output'].dtype == np.float64, 'not in double'
    assert np.allclose(own['x'], double['x'], 1e-5, 1e-6), 'other samples in double'
    got, finite = by_onnxruntime(path, own['x']), np.isfinite(own['output'])
    assert (np.isfinite(got) == finite).all(), '%d values are finite, not %d' % (np.isfinite(got).sum(), finite.sum())
    assert not finite.any() or np.ptp(own['output'][finite]) > 0, 'nothing to compare'
    error = error_of(got, double['output'], finite)
    rounding = error_of(own['output'], double['output'], finite)
    told = '%.1e from double, the program %.1e; %d of %d not finite' % (error, rounding, (~finite).sum(), finite.size)
    assert error <= max(LIMIT, AMPLIFIED * rounding), told
    return 'rounding: ' if error > LIMIT else 'not finite: ' if not finite.all() else '', told


compare = compare_numpy
for path in sys.argv[1:]:
    if path == '--onnxruntime':
        compare = compare_onnxruntime
        continue
    name = '%s: %s' % (compare.__name__[8:], path.split('/')[-1][:-5])
    try:
        word, more = compare(path)
        print('ok %s%s: %s' % (word, name, more))
    except Exception as e:
        print('FAIL %s: %s' % (name, str(e).splitlines()[0] if str(e) else repr(e)))
