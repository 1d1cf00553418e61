"""predict.py FOLDER NAME... : FOLDER/NAME_predict.c, clean under the strict warnings of gcc and clang, on the samples of
NAME.npz, against the outputs there.  `ok NAME: error`, or `FAIL NAME: why`."""
import math
import os
import subprocess
import sys

import numpy as np

LIMIT = 1e-5        # of max(1, the largest output of all)
STRICT = '-std=c11 -O2 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wmissing-prototypes -Werror'.split()
HERE = os.path.dirname(os.path.abspath(__file__))


def build(stem, name, inputs, outputs):
    source, program = stem + '_predict.c', stem + '.predict'
    subprocess.run(['clang'] + STRICT + ['-fsyntax-only', source], check=True)
    subprocess.run(['gcc'] + STRICT + ['-c', source, '-o', program + '.o'], check=True)
    sizes = ['-DPREDICT=%s_predict_batch' % name, '-DINPUTS=%d' % inputs, '-DOUTPUTS=%d' % outputs]
    subprocess.run(['gcc', '-std=c11'] + sizes + [HERE + '/predict_main.c', program + '.o', '-lm', '-o', program],
                   check=True)
    return program


def compare(stem, name):
    want = np.load(stem + '.npz')
    x, wanted = want['x'], want['output']
    program = build(stem, name, math.prod(x.shape[1:]), math.prod(wanted.shape[1:]))
    said = subprocess.run([program], input=x.astype(np.float32).tobytes(), stdout=subprocess.PIPE, check=True).stdout
    got = np.frombuffer(said, np.float32).reshape(wanted.shape)
    assert np.isfinite(wanted).all() and np.ptp(wanted) > 0, 'nothing to compare'
    error = np.abs(got - wanted).max() / max(1, np.abs(wanted).max())
    assert error <= LIMIT, 'they differ by %.2g' % error
    return error


folder = sys.argv[1]
for name in sys.argv[2:]:
    try:
        print('ok predict: %s: %.1e' % (name, compare(folder + '/' + name, name)))
    except Exception as e:
        print('FAIL predict: %s: %s' % (name, str(e).splitlines()[0] if str(e) else repr(e)))
