# events.py -- reads TensorBoard's event files of a run directory as a reader would, and checks what
# they hold against its other logs: events.py DIR FOLDER_OF_event.proto [RESTARTS]
import json, os, struct, subprocess, sys

folder, schema = sys.argv[1:3]
restarts = int(sys.argv[3]) if len(sys.argv) > 3 else 0


def crc32c(data):
    table = []
    for i in range(256):
        for _ in range(8):
            i = i >> 1 ^ (0x82F63B78 if i & 1 else 0)
        table.append(i)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def records(path):
    """The whole ones; the last may be cut short."""
    data, at = open(path, 'rb').read(), 0
    while at + 16 <= len(data):
        length, check = struct.unpack_from('<QI', data, at)
        assert check == masked(data[at:at + 8]), (path, at)
        if at + 16 + length > len(data):
            return
        record = data[at + 12:at + 12 + length]
        assert struct.unpack_from('<I', data, at + 12 + length)[0] == masked(record), (path, at)
        yield record
        at += 16 + length


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """(number, value) of a message: a number, or bytes."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(kind)
            if size is None:
                size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        yield key >> 3, value


def first(data, number, default=b''):
    return next((v for n, v in fields(data) if n == number), default)


def protoc(record):
    done = subprocess.run(['protoc', '--proto_path=' + schema, '--decode=rt_tb.Event', 'event.proto'],
                          input=record, capture_output=True, check=True)
    text = done.stdout.decode()
    assert text and not any(line[:1].isdigit() for line in text.splitlines()), text     # no unknown field
    return text


scalars, histograms, texts, hparams, seen = {}, {}, {}, {}, 0


def purge(step):
    for kept in scalars, histograms, texts:
        for key in [k for k in kept if k[1] >= step]:
            del kept[key]


def read_hparams(kind, content):
    """By protoc, and what it holds: names and values; how it ended.  Parts of a list may come in several messages."""
    done = subprocess.run(['protoc', '--proto_path=' + schema, '--decode=rt_tb.HParams', 'event.proto'],
                          input=content, capture_output=True, check=True)
    assert not any(line.strip()[:1].isdigit() for line in done.stdout.decode().splitlines()), done.stdout
    field = {'experiment': 2, 'session_start_info': 3, 'session_end_info': 4}[kind]
    parts = [v for n, v in fields(content) if n == field]
    assert parts and all(n == field for n, v in fields(content)), content
    if kind == 'session_end_info':
        assert len(parts) == 1 and first(parts[0], 2)
        return first(parts[0], 1, 0)
    if kind == 'experiment':
        return ([first(v, 1).decode() for p in parts for n, v in fields(p) if n == 4],
                [first(first(v, 1), 2).decode() for p in parts for n, v in fields(p) if n == 5])
    values = {}
    for entry in (v for p in parts for n, v in fields(p) if n == 1):
        (field, value), = fields(first(entry, 2))
        values[first(entry, 1).decode()] = (struct.unpack('<d', value)[0] if field == 2 else
                                            value.decode() if field == 3 else bool(value))
    assert sum(1 for p in parts for n, v in fields(p) if n == 5) == 1
    return values


def read_value(step, value):
    tag, tensor = first(value, 1).decode(), first(value, 8)
    if not tensor:
        assert (tag, step) not in scalars, (tag, step)
        scalars[tag, step] = struct.unpack('<f', first(value, 2))[0]
        return
    plugin = first(first(first(value, 9), 1), 1).decode()
    if plugin == 'hparams':
        kind = tag.split('/')[1]
        hparams.setdefault(kind, []).append(read_hparams(kind, first(first(first(value, 9), 1), 2)))
        assert first(tensor, 1) == 1 and [first(d, 1, 0) for n, d in fields(first(tensor, 2)) if n == 2] == [0]
        return
    if plugin == 'text':
        texts[tag, step] = first(tensor, 8).decode()
        return
    assert plugin == 'histograms', plugin
    data = first(tensor, 6)
    row = struct.unpack('<%dd' % (len(data) // 8), data)
    dims = [first(d, 1, 0) for n, d in fields(first(tensor, 2)) if n == 2]
    assert dims == [len(row) // 3, 3] or (dims == [0, 3] and not row), (dims, row)
    for i in range(0, len(row), 3):
        assert row[i + 1] == row[i] + 1 and (i == 0 or row[i] == row[i - 2]), row
    histograms[tag, step] = row


starts = 0
for name in sorted(n for n in os.listdir(folder) if 'tfevents' in n):
    for i, record in enumerate(records(os.path.join(folder, name))):
        if i % 50 == 0:
            protoc(record)
        step = first(record, 2, 0)
        if i == 0:
            assert first(record, 3) == b'brain.Event:2'
        elif first(record, 7):
            assert first(first(record, 7), 1, 0) == 1
            starts += 1
            purge(step)
        else:
            read_value(step, first(first(record, 5), 1))
assert starts == restarts, (starts, restarts)


def close(a, b):
    return abs(a - b) <= 1e-6 * abs(b)


last = json.load(open(folder + '/run.json'))
for line in open(folder + '/flow.jsonl'):
    x = json.loads(line)
    step = x['step']
    if x['loss'] is not None:
        assert close(scalars['loss/train', step], x['loss']), step
    else:
        assert not abs(scalars['loss/train', step]) < 3e38
    for l in x['layers']:
        for key in 'act_rms', 'delta_rms', 'saturated', 'dead':
            if l[key] is not None:
                assert close(scalars[key + '/' + l['name'], step], l[key]) or abs(l[key]) < 1e-37, (step, key, l)
        if l['update_ratio'] is not None:
            assert close(scalars['update_ratio/%s.w' % l['name'], step], l['update_ratio'])
        for key in 'delta', 'grad':
            row = histograms.get((key + '_hist/' + l['name'] + ('.w' if key == 'grad' else ''), step))
            if row:
                assert list(row[2::3]) == l[key + '_log2']['count'], (step, key, l)
                assert row[0] == l[key + '_log2']['exponent']
                seen += 1
assert seen or not last['settings']['histograms']
for line in open(folder + '/metrics.jsonl'):
    x = json.loads(line)
    if x['event'] == 'epoch' and x['loss_test'] is not None:
        assert close(scalars['loss/test', x['step']], x['loss_test'])
for key, value in last['settings'].items():
    assert '| %s | ' % key in texts['config', 0], key
for line in last['source']['text'].splitlines() if last['source'] else []:
    assert '    ' + line + '\n' in texts['config', 0], line
columns, metrics = hparams['experiment'][0]
row = hparams['session_start_info'][0]
assert sorted(columns) == sorted(row) and len(set(columns)) == len(columns), (columns, row)
for key, value in {**((last['source'] or {}).get('params') or {}), **last['settings']}.items():
    # a run that goes on may be longer
    assert (restarts and key in ('steps', 'epochs')) or row[key] == value or isinstance(value, str) and float(value) == row[key], (key, value, row)
assert {tag for tag, step in scalars} >= set(metrics) or last['status'] != 'done', metrics
ends = {'done': [1], 'diverged': [2], 'stopped': []}
assert last['status'] not in ends or hparams.get('session_end_info', [])[-1:] == ends[last['status']], hparams
if last['status'] != 'failed':
    assert ('verdicts', last['steps_done']) in texts
print(len(scalars), 'scalars', len(histograms), 'histograms', len(texts), 'texts')
