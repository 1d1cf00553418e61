/* runs.js -- what moves in a page of several runs, after charts.js. */

/* Okabe and Ito's colours, which the colour-blind tell apart; past seven they come again, dashed. */
const TINTS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c8c3c'];
const runs = data.runs.map(run => ({ ...run, columns: run.columns.map(c => c[0]),
    rowOf: new Map(run.layers.map((l, k) => [l.name, k])) }));
const paths = runs.map((run, i) => runs.findIndex(r => r.path === run.path) === i ? run.path : `${run.path} (${i + 1})`);

/* Of runs that differ in the seed alone one line, or a line a run. */
function linesOf(singly) {
    const groups = new Map();
    runs.forEach((run, i) => {
        const group = singly ? i : run.group;
        groups.set(group, [...groups.get(group) || [], run]);
    });
    return [...groups].map(([first, members], i) => ({ runs: members, tint: TINTS[i % TINTS.length], dashed: i >= TINTS.length,
        label: members.length > 1 ? `${paths[first]} and ${members.length - 1} of other seeds` : paths[first] }));
}
let lines = linesOf(false);

/* What a chart draws as a line in a band: the mean of what is known between the least and the largest. */
function band(values) {
    const known = values.filter(Number.isFinite);
    if (known.length === 0)
        return [null, null, null];
    return [Math.min(...known), known.reduce((a, b) => a + b) / known.length, Math.max(...known)];
}

/* How charts of lines look; `tell` says a number. */
function look(tell) {
    return { inks: lines.map(l => l.tint), customBars: true, fillAlpha: 0.2,
        series: Object.fromEntries(lines.map(l => [l.label, l.dashed ? { strokePattern: [6, 3] } : {}])),
        axes: { y: { axisLabelWidth: 60, valueFormatter(y, options, name, g, row, column) {
            const [least, mean, most] = g.getValue(row, column);
            return least < most ? `${tell(mean)} (${tell(least)} to ${tell(most)})` : tell(mean);
        } } } };
}

/* ---- Curves ---- */

/* A number of [step, ...] at a step: between two of them on the line through both. */
function valueAt(list, value, step) {
    let low = 0, high = list.length - 1;
    if (high < 0 || step < list[low][0] || step > list[high][0])
        return null;
    while (high - low > 1) {
        const middle = low + high >> 1;
        if (list[middle][0] <= step)
            low = middle;
        else
            high = middle;
    }
    const a = list[low], b = list[high];
    if (step === a[0] || step === b[0])
        return (step === a[0] ? a : b)[value];
    return a[value] === null || b[value] === null ? null
        : a[value] + (b[value] - a[value]) * (step - a[0]) / (b[0] - a[0]);
}

function overlay(id, list, value, title) {
    const of = runs.map(run => run[list].filter(x => x[value] !== null));
    if (!of.some(own => own.length))
        return $(id) && $(id).remove();
    const at = lines.map(line => new Set(line.runs.flatMap(run => of[runs.indexOf(run)].map(x => x[0]))));
    const steps = [...new Set(at.flatMap(own => [...own]))].sort((a, b) => a - b);
    const rows = steps.map(step => [step, ...lines.map((line, i) => band(at[i].has(step)
        ? line.runs.map(run => valueAt(of[runs.indexOf(run)], value, step)) : []))]);
    chart(id, rows, ['step', ...lines.map(l => l.label)], { ...look(figure), connectSeparatedPoints: true,
        xlabel: 'step', ylabel: title, drawPoints: list === 'epochs', pointSize: 3,
        dateWindow: steps.length > 1 ? null : [0, 2 * steps[0] + 1] });
}

/* ---- Depth profiles ---- */

/* The layers of all runs: those of the first, and what others have more behind what it follows there. */
const names = [];
for (const run of runs)
    run.layers.forEach((layer, i) => {
        if (!names.includes(layer.name))
            names.splice(i ? names.indexOf(run.layers[i - 1].name) + 1 : 0, 0, layer.name);
    });

/* The last watched step of a run that is not after `step`; -1: there is none. */
const columnAt = (run, step) => run.columns.findLastIndex(s => s <= step);

/* log10 of delta, by name of the layer. */
function depths(line, step) {
    const at = line.runs.map(run => columnAt(run, step));
    return name => band(line.runs.map((run, i) => {
        const row = run.rowOf.get(name);
        return row === undefined || at[i] < 0 ? null : log10(run.delta[row * run.columns.length + at[i]]);
    }));
}

const steps = [...new Set(runs.flatMap(run => run.columns))].sort((a, b) => a - b);
let profileChart = null;

function profileRows() {
    const of = lines.map(line => depths(line, steps[+$('slider').value]));
    return names.map((name, i) => [i, ...of.map(at => at(name))]);
}

function showStep() {
    $('slider-step').textContent = String(steps[+$('slider').value]);
    if (profileChart)
        profileChart.updateOptions({ file: profileRows() });
}

function profiles() {
    const { axes, ...rest } = look(y => figure(10 ** y));
    profileChart = chart('profile', profileRows(), ['layer', ...lines.map(l => l.label)], { ...rest, ylabel: 'delta', drawPoints: true,
        axes: { x: { axisLabelFormatter: i => Number.isInteger(i) && names[i] ? brief(names[i]) : '',
                     valueFormatter: i => names[i], pixelsPerLabel: 150, axisLabelWidth: 146 },
                y: { ...axes.y, axisLabelFormatter: decade } } });
}

/* ---- One against another ---- */

/* Blue where the one is less, orange where it is more, as far as three decades. */
function tone(decades) {
    const share = Math.min(Math.abs(decades) / 3, 1);
    const end = decades < 0 ? [0, 90, 180] : [200, 90, 0];
    return end.map(x => Math.round(238 + (x - 238) * share));
}

/* A pixel a cell; clear where there is nothing to tell. */
function pixels(cells, width, height) {
    const canvas = element('canvas', { width, height }), context = canvas.getContext('2d');
    const image = context.createImageData(width, height);
    cells.forEach((x, i) => {
        if (Number.isFinite(x))
            image.data.set([...tone(x), 255], 4 * i);
    });
    context.putImageData(image, 0, 0);
    return canvas.toDataURL();
}

const difference = (a, b) => a === null || b === null ? null : a - b;

function ratio() {
    const over = lines[+$('over').value], under = lines[+$('under').value];
    const has = line => name => line.runs.some(run => run.rowOf.has(name));
    const shared = names.filter(has(over)).filter(has(under));
    if (shared.length === 0) {
        $('ratio').replaceChildren();
        $('ratio-reading').textContent = 'they have no layer of the same name';
        return;
    }
    const columns = over.runs[0].columns, tall = Math.min(22, 440 / shared.length), wide = 740 / columns.length;
    const svg = picture($('ratio'), 960, 30 + tall * shared.length, 'log10 of the ratio of deltas');
    const each = columns.map(step => [depths(over, step), depths(under, step)]);
    const cells = shared.flatMap(name => each.map(([a, b]) => difference(a(name)[1], b(name)[1])));
    svg.append(element('image', { x: 200, y: 0, width: 740, height: tall * shared.length,
        preserveAspectRatio: 'none', href: pixels(cells, columns.length, shared.length) }));
    shared.forEach((name, row) => {
        if (row % Math.ceil(11 / tall) === 0)
            svg.append(element('text', { class: 'end', x: 194, y: tall * (row + 0.5) + 4 }, name));
    });
    columns.forEach((step, column) => {
        if (column % Math.ceil(columns.length / 8) === 0)
            svg.append(element('text', { class: 'middle', x: 200 + (column + 0.5) * wide, y: tall * shared.length + 18 }, String(step)));
    });
    svg.addEventListener('pointermove', event => {
        const box = svg.getBoundingClientRect(), scale = 960 / box.width;
        const column = Math.floor(((event.clientX - box.left) * scale - 200) / wide);
        const row = Math.floor((event.clientY - box.top) * scale / tall);
        const x = column >= 0 && column < columns.length && row < shared.length ? cells[row * columns.length + column] : null;
        if (x !== null)
            $('ratio-reading').textContent = `${shared[row]}, step ${columns[column]}: ${x > 0 ? '+' : ''}${x.toFixed(2)} decades`;
    });
    $('ratio-reading').textContent = 'blue: less, orange: more, full at three decades';
}

/* ---- All of it ---- */

function choices() {
    for (const [id, chosen] of [['over', 1], ['under', 0]]) {
        $(id).replaceChildren(...lines.map((line, i) => element('option', { value: i }, line.label)));
        $(id).value = Math.min(chosen, lines.length - 1);
    }
}

const curves = [['loss', 'curves', 1, 'loss of the batch'], ['loss-test', 'epochs', 2, 'test loss'],
    ['accuracy-test', 'epochs', 4, 'test accuracy']];
const parts = curves.map(([id, ...rest]) => [id, () => overlay(id, ...rest)]).concat([['profile', profiles], ['ratio', ratio]]);

/* What has been seen is drawn again. */
function regroup() {
    lines = linesOf($('singly').checked);
    if ($('each'))
        $('each').open = $('singly').checked;
    choices();
    for (const [id, draw] of parts)
        if (seen.has(id))
            draw();
}

async function compare() {
    for (const run of runs)
        run.delta = await floats(run.delta);
    $('slider').max = steps.length - 1;
    $('slider').addEventListener('input', showStep);
    showStep();
    choices();
    for (const id of ['over', 'under'])
        $(id).addEventListener('change', ratio);
    for (const [id, draw] of parts.slice(curves.length))
        whenSeen(id, draw);
    $('singly').addEventListener('change', regroup);
    if (lines.length === runs.length)
        $('singly').closest('p').remove();
    root.classList.add('ready');
}

theme();
for (const [id, draw] of parts.slice(0, curves.length))
    whenSeen(id, draw);
if (names.length)
    compare();
else
    root.classList.add('ready');
