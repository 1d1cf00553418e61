/* page.js -- what moves in the report of a run, after charts.js. */

const layers = data.layers;
const columns = data.columns.map(([step, clipped, flow, slope, start, r2]) =>
    ({ step, clipped, flow, slope, start, r2 }));
const cells = {}, bins = { ...data.bins };
const cell = (key, layer, column) => cells[key][layer * columns.length + column];

/* ---- Map of delta ---- */

const heat = $('heat');

function heatMap() {
    const at = { layer: 0, column: 0 };
    const x0 = +heat.dataset.x, y0 = +heat.dataset.y;
    const high = +heat.dataset.row, wide = +heat.dataset.column;
    const cursor = element('rect', { class: 'cursor', width: Math.max(wide, 3), height: Math.max(high, 3) });
    cursor.style.display = 'none';
    heat.append(cursor);
    heat.tabIndex = 0;

    function show(layer, column) {
        at.layer = Math.min(Math.max(layer, 0), layers.length - 1);
        at.column = Math.min(Math.max(column, 0), columns.length - 1);
        cursor.setAttribute('x', x0 + at.column * wide);
        cursor.setAttribute('y', y0 + at.layer * high);
        cursor.style.display = '';
        const read = key => cell(key, at.layer, at.column);
        $('heat-reading').textContent = `${layers[at.layer].name}, step ${columns[at.column].step}: ` +
            `dL/dz ${figure(read('delta_rms'))}, output ${figure(read('act_rms'))}, ` +
            `dL/dW ${figure(read('grad_norm'))}, dW/W ${figure(read('update_ratio'))}`;
    }
    function place(event) {
        const box = heat.getBoundingClientRect(), scale = heat.viewBox.baseVal.width / box.width;
        const column = Math.floor(((event.clientX - box.left) * scale - x0) / wide);
        const layer = Math.floor(((event.clientY - box.top) * scale - y0) / high);
        return column >= 0 && column < columns.length && layer >= 0 && layer < layers.length
            ? [layer, column] : null;
    }
    heat.addEventListener('pointermove', event => {
        const found = place(event);
        if (found)
            show(...found);
    });
    heat.addEventListener('click', event => {
        const found = place(event);
        if (found) {
            show(...found);
            histogram(at.layer, at.column);
        }
    });
    heat.addEventListener('keydown', event => {
        const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
        if (move)
            show(at.layer + move[0], at.column + move[1]);
        else if (event.key === 'Enter')
            histogram(at.layer, at.column);
        else
            return;
        event.preventDefault();
    });
}

/* ---- Histograms of exponents ---- */

const binOf = (kind, i, layer, b) => bins[kind][(i * layers.length + layer) * bins.bins + b];

/* Of the bins that are kept, the one nearest to a column. */
function nearestBins(column) {
    let best = 0;
    bins.columns.forEach((c, i) => {
        if (Math.abs(c - column) < Math.abs(bins.columns[best] - column))
            best = i;
    });
    return best;
}

/* The exponents that hold something, of a kind and layer in all its steps or in one. */
function span(kind, layer, only) {
    let low = bins.bins, high = -1;
    for (let i = 0; i < bins.columns.length; i++)
        for (let b = 0; (only === undefined || i === only) && b < bins.bins; b++)
            if (binOf(kind, i, layer, b)) {
                low = Math.min(low, b);
                high = Math.max(high, b);
            }
    return [low, high];
}

function histogram(layer, column) {
    const i = nearestBins(column), [low, high] = span('delta', layer, i);
    const step = columns[bins.columns[i]].step;
    if (high < 0) {
        $('histogram').replaceChildren(element('p', { class: 'note' },
            `${layers[layer].name}, step ${step}: no exponents of dL/dz were recorded`));
        return;
    }
    const svg = picture($('histogram'), 960, 150, 'histogram of exponents');
    const wide = Math.min(40, 900 / (high - low + 1));
    svg.append(element('text', { x: 20, y: 12, class: 'name' },
        `${layers[layer].name}, step ${step}: exponents of dL/dz, as shares of the fullest`));
    for (let b = low; b <= high; b++) {
        const share = binOf('delta', i, layer, b) / 255, x = 20 + (b - low) * wide;
        svg.append(element('rect', { class: 'bar', x, y: 130 - 105 * share, width: wide - 1, height: 105 * share }));
        if ((b - low) % Math.ceil(36 / wide) === 0)
            svg.append(element('text', { class: 'middle', x: x + wide / 2, y: 145 }, `2^${b - bins.one}`));
    }
}

function exponents() {
    const layer = +$('exponents-layer').value, kind = $('exponents-of').value;
    const [low, high] = span(kind, layer);
    if (high < 0) {
        $('exponents').replaceChildren(element('p', { class: 'note' }, 'none were recorded'));
        return;
    }
    const n = bins.columns.length, wide = 860 / n, tall = Math.min(14, 300 / (high - low + 1));
    const bottom = 10 + tall * (high - low + 1);
    const svg = picture($('exponents'), 960, bottom + 24, 'exponents by step');
    for (let i = 0; i < n; i++)
        for (let b = low; b <= high; b++) {
            const share = binOf(kind, i, layer, b) / 255;
            if (share)
                svg.append(element('rect', { x: 80 + i * wide, y: 10 + (high - b) * tall, width: wide,
                    height: tall, fill: colour(share) }));
        }
    for (let b = low; b <= high; b += Math.ceil(12 / tall))
        svg.append(element('text', { class: 'end', x: 74, y: 14 + (high - b + 0.5) * tall }, `2^${b - bins.one}`));
    for (let i = 0; i < n; i += Math.ceil(n / 8))
        svg.append(element('text', { class: 'middle', x: 80 + (i + 0.5) * wide, y: bottom + 16 },
            String(columns[bins.columns[i]].step)));
}

/* ---- Depth profile ---- */

let profileChart = null;
const weighted = layers.map((l, i) => l.weights ? i : -1).filter(i => i >= 0).slice(0, -1);

/* The fitted line at a layer, which is the number-th of those with weights. */
function fitted(column, layer) {
    const number = weighted.indexOf(layer), { slope, start } = columns[column];
    return number >= 0 && slope !== null ? start + slope * number : null;
}

function profileRows(column) {
    return layers.map((l, i) => [i, log10(cell('delta_rms', i, column)), log10(cell('delta_rms', i, 0)),
        log10(l.predicted), fitted(column, i)]);
}

function showColumn(column) {
    const { step, slope, r2, flow } = columns[column];
    $('slider').value = column;
    $('slider-step').textContent = String(step);
    $('health-step').textContent = String(step);
    if (profileChart)
        profileChart.updateOptions({ file: profileRows(column) });
    $('profile-reading').textContent = slope === null ? `flow ${figure(flow)}`
        : `flow ${figure(flow)}; ${Math.abs(slope).toFixed(2)} decades ${slope > 0 ? 'lost' : 'gained'} ` +
          (weighted.length === 2 ? `between ${layers[weighted[1]].name} and ${layers[weighted[0]].name}`
              : `a layer on the way back (r2 ${r2 === null ? 'none' : r2.toFixed(2)})`);
    for (const box of document.querySelectorAll('#graph .delta')) {
        const at = log10(cell('delta_rms', +box.dataset.row, column));
        box.style.fill = at === null ? 'none' : colour((at - heat.dataset.low) / (heat.dataset.high - heat.dataset.low));
    }
    if (seen.has('health'))
        health(column);
}

function profile() {
    const all = cells.delta_rms.map(x => log10(x) ?? NaN).filter(Number.isFinite);
    const low = all.reduce((a, b) => Math.min(a, b), 0), high = all.reduce((a, b) => Math.max(a, b), low + 1);
    profileChart = chart('profile', profileRows(+$('slider').value),
        ['layer', 'delta', 'first step', 'forecast', 'fit'], {
            inks: ['--first', '--dim', '--third', '--second'],
            valueRange: [Math.floor(low), Math.ceil(high)],
            series: { delta: { strokeWidth: 2.5, drawPoints: true, pointSize: 2.5 },
                      'first step': { strokePattern: [2, 3] }, forecast: { strokePattern: [7, 3] },
                      fit: { strokeWidth: 1, connectSeparatedPoints: true } },
            axes: { x: { axisLabelFormatter: i => Number.isInteger(i) && layers[i] ? brief(layers[i].name) : '',
                         valueFormatter: i => layers[i].name, pixelsPerLabel: 150,
                         axisLabelWidth: 146 },
                    y: { axisLabelFormatter: decade, valueFormatter: y => figure(10 ** y), axisLabelWidth: 60 } },
        });
}

function slide() {
    const slider = $('slider');
    let playing = 0;
    slider.max = columns.length - 1;
    slider.addEventListener('input', () => showColumn(+slider.value));
    $('play').addEventListener('click', () => {
        const stop = () => { clearInterval(playing); playing = 0; $('play').textContent = 'play'; };
        if (playing)
            return stop();
        if (+slider.value === columns.length - 1)
            showColumn(0);
        $('play').textContent = 'pause';
        playing = setInterval(() => {
            showColumn(Math.min(+slider.value + 1, columns.length - 1));
            if (+slider.value === columns.length - 1)
                stop();
        }, Math.max(40, 4000 / columns.length));
    });
    showColumn(0);
}

/* ---- Curves ---- */

/* Batches' values by step, and the epochs' at their ends, in one list of rows. */
function withEpochs(batch, epoch) {
    const rows = data.curves.map(c => [c[0], c[batch], null, null])
        .concat(data.epochs.map(x => [x[0], null, ...epoch.map(i => x[i])]));
    return rows.sort((a, b) => a[0] - b[0]);
}

function curves() {
    const series = { batch: { strokeWidth: 1 }, train: { strokeWidth: 2, drawPoints: true },
                     test: { strokeWidth: 2, drawPoints: true, strokePattern: [6, 3] } };
    const options = { inks: ['--dim', '--first', '--second'], series, connectSeparatedPoints: true, xlabel: 'step' };
    if (data.curves.length + data.epochs.length === 0)
        return;
    chart('loss', withEpochs(1, [1, 2]), ['step', 'batch', 'train', 'test'], { ...options, ylabel: 'loss' });
    if (data.curves.some(c => c[2] !== null) || data.epochs.some(x => x[3] !== null))
        chart('accuracy', withEpochs(2, [3, 4]), ['step', 'batch', 'train', 'test'], { ...options, ylabel: 'accuracy' });
    else
        $('accuracy').remove();
}

function updates() {
    const shown = layers.map((_, i) => i).filter(i => columns.some((_, c) => log10(cell('update_ratio', i, c)) !== null));
    if (shown.length === 0) {
        $('update').replaceWith(element('p', { class: 'note' }, 'No update was watched.'));
        return;
    }
    const rows = columns.map((c, k) => [c.step, ...shown.map(i => log10(cell('update_ratio', i, k)))]);
    chart('update', rows, ['step', ...shown.map(i => layers[i].name)], {
        inks: shown.map((_, i) => colour(0.25 + 0.6 * i / Math.max(1, shown.length - 1))), xlabel: 'step',
        strokeWidth: 1, highlightSeriesOpts: { strokeWidth: 3 },
        axes: { y: { axisLabelFormatter: decade, valueFormatter: y => figure(10 ** y), axisLabelWidth: 60 } },
        underlayCallback(context, area, g) {
            context.strokeStyle = ink('--dim');
            context.setLineDash([3, 4]);
            context.strokeRect(area.x, g.toDomYCoord(-3), area.w, 0);
            context.setLineDash([]);
        },
    });
}

function health(column) {
    const shown = layers.map((_, i) => i).filter(i => !Number.isNaN(cell('dead', i, column)));
    if (shown.length === 0) {
        $('health').replaceChildren(element('p', { class: 'note' }, 'not measured at this step'));
        return;
    }
    const tall = Math.max(5, Math.min(18, 360 / shown.length));
    const svg = picture($('health'), 960, 22 + tall * shown.length, 'dead and saturated by layer');
    svg.append(element('text', { x: 160, y: 12 }, 'dead'), element('text', { x: 560, y: 12 }, 'saturated'));
    shown.forEach((layer, row) => {
        const y = 18 + row * tall;
        if (row % Math.ceil(11 / tall) === 0)
            svg.append(element('text', { class: 'end', x: 150, y: y + tall / 2 + 4 }, layers[layer].name));
        [['dead', 160, 'bar'], ['saturated', 560, 'bar second']].forEach(([key, x, kind]) => {
            const share = cell(key, layer, column);
            svg.append(element('rect', { class: 'frame', x, y, width: 340, height: tall - 1 }));
            if (Number.isFinite(share))
                svg.append(element('rect', { class: kind, x, y, width: 340 * share, height: tall - 1 }));
            if (tall > 10)
                svg.append(element('text', { x: x + 346, y: y + tall / 2 + 4 }, percent(share)));
        });
    });
}

function clip() {
    const n = data.curves.length, clipped = data.curves.filter(c => c[6]).length;
    $('clip-note').textContent = clipped
        ? `The gradient of ${percent(clipped / n)} of the watched steps was clipped.`
        : 'No watched step was clipped.';
    if (n === 0)
        return $('clip').remove();
    chart('clip', data.curves.map(c => [c[0], log10(c[4]), log10(c[5])]), ['step', 'before', 'after the clip'], {
        inks: ['--first', '--second'], xlabel: 'step', ylabel: 'gradient norm',
        axes: { y: { axisLabelFormatter: decade, valueFormatter: y => figure(10 ** y), axisLabelWidth: 60 } },
        series: { 'after the clip': { strokePattern: [6, 3] } },
    });
}

/* ---- All of it ---- */

async function unpack() {
    for (const key of Object.keys(data.cells))
        cells[key] = await floats(data.cells[key]);
    for (const kind of ['delta', 'gradient'])
        bins[kind] = await bytes(data.bins[kind]);
}

function chooseLayer() {
    layers.forEach((l, i) => $('exponents-layer').append(element('option', { value: i }, l.name)));
    $('exponents-layer').addEventListener('change', exponents);
    $('exponents-of').addEventListener('change', exponents);
}

async function showFlow() {
    if (!window.DecompressionStream) {
        $('heat-reading').textContent = 'This browser cannot unpack the numbers of the layers: of before 2023.';
        root.classList.add('ready');
        return;
    }
    await unpack();
    heatMap();
    slide();
    chooseLayer();
    whenSeen('profile', profile);
    whenSeen('update', updates);
    whenSeen('health', () => health(+$('slider').value));
    whenSeen('clip', clip);
    whenSeen('exponents', exponents);
    root.classList.add('ready');
}

theme();
whenSeen('loss', curves);
if (heat && columns.length)
    showFlow();
else
    root.classList.add('ready');
