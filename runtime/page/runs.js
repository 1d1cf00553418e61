/* runs.js -- what moves in a page of several runs, after charts.js. */

/* Okabe and Ito's colours, which the colour-blind tell apart; past seven they come again, dashed. */
const TINTS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#8c8c3c'];
const runs = data.runs.map((run, i) => ({ ...run, tint: TINTS[i % TINTS.length],
    columns: run.columns.map(c => c[0]), rowOf: new Map(run.layers.map((l, k) => [l.name, k])) }));
const labels = runs.map((run, i) => runs.findIndex(r => r.path === run.path) === i ? run.path : `${run.path} (${i + 1})`);
const tints = runs.map(run => run.tint);
const dashes = Object.fromEntries(labels.map((label, i) => [label, i < TINTS.length ? {} : { strokePattern: [6, 3] }]));

/* The layers of all runs: those of the first, and what others have more behind what it follows there. */
const names = [];
for (const run of runs)
    run.layers.forEach((layer, i) => {
        if (!names.includes(layer.name))
            names.splice(i ? names.indexOf(run.layers[i - 1].name) + 1 : 0, 0, layer.name);
    });

/* Delta of a layer at the last watched step that is not after `step`; null: there is none. */
function deltaAt(run, name, step) {
    const row = run.rowOf.get(name);
    let column = -1;
    while (column + 1 < run.columns.length && run.columns[column + 1] <= step)
        column++;
    return row === undefined || column < 0 ? null : run.delta[row * run.columns.length + column];
}

/* A value of each run's lines by step, one column a run. */
function overlay(id, list, value, title) {
    const rows = new Map();
    runs.forEach((run, i) => run[list].forEach(line => {
        if (!rows.has(line[0]))
            rows.set(line[0], [line[0], ...runs.map(() => null)]);
        rows.get(line[0])[i + 1] = line[value];
    }));
    const sorted = [...rows.values()].sort((a, b) => a[0] - b[0]);
    if (!sorted.some(row => row.slice(1).some(Number.isFinite)))
        return $(id).remove();
    chart(id, sorted, ['step', ...labels], { inks: tints, series: dashes, connectSeparatedPoints: true,
        xlabel: 'step', ylabel: title, drawPoints: list === 'epochs' });
}

function profiles() {
    const steps = [...new Set(runs.flatMap(run => run.columns))].sort((a, b) => a - b);
    const rows = step => names.map((name, i) => [i, ...runs.map(run => log10(deltaAt(run, name, step) ?? 0))]);
    const g = chart('profile', rows(steps[0]), ['layer', ...labels], {
        inks: tints, series: dashes, ylabel: 'delta', drawPoints: true,
        axes: { x: { axisLabelFormatter: i => Number.isInteger(i) && names[i] ? names[i] : '',
                     valueFormatter: i => names[i], pixelsPerLabel: 130, axisLabelWidth: 124 },
                y: { axisLabelFormatter: decade, valueFormatter: y => figure(10 ** y), axisLabelWidth: 60 } },
    });
    const slider = $('slider');
    slider.max = steps.length - 1;
    const show = () => {
        $('slider-step').textContent = String(steps[+slider.value]);
        g.updateOptions({ file: rows(steps[+slider.value]) });
    };
    slider.addEventListener('input', show);
    show();
}

/* Blue where the one is less, orange where it is more, as far as three decades. */
function tone(decades) {
    const share = Math.min(Math.abs(decades) / 3, 1);
    const end = decades < 0 ? [0, 90, 180] : [200, 90, 0];
    return `rgb(${end.map(x => Math.round(238 + (x - 238) * share)).join(',')})`;
}

function ratio() {
    const over = runs[+$('over').value], under = runs[+$('under').value];
    const shared = names.filter(name => over.rowOf.has(name) && under.rowOf.has(name));
    const columns = over.columns, tall = Math.min(22, 440 / shared.length), wide = 740 / columns.length;
    const svg = picture($('ratio'), 960, 30 + tall * shared.length, 'log10 of the ratio of deltas');
    shared.forEach((name, row) => {
        if (row % Math.ceil(11 / tall) === 0)
            svg.append(element('text', { class: 'end', x: 194, y: tall * (row + 0.5) + 4 }, name));
        columns.forEach((step, column) => {
            const a = log10(deltaAt(over, name, step) ?? 0), b = log10(deltaAt(under, name, step) ?? 0);
            if (a === null || b === null)
                return;
            const one = element('rect', { x: 200 + column * wide, y: row * tall, width: wide + 0.3, height: tall + 0.3,
                fill: tone(a - b) });
            const told = `${name}, step ${step}: ${a > b ? '+' : ''}${(a - b).toFixed(2)} decades`;
            one.append(element('title', {}, told));
            one.addEventListener('pointerenter', () => { $('ratio-reading').textContent = told; });
            svg.append(one);
        });
    });
    const every = Math.ceil(columns.length / 8);
    columns.forEach((step, column) => {
        if (column % every === 0)
            svg.append(element('text', { class: 'middle', x: 200 + (column + 0.5) * wide, y: tall * shared.length + 18 }, String(step)));
    });
    $('ratio-reading').textContent = 'blue: less, orange: more, full at three decades';
}

async function compare() {
    for (const run of runs)
        run.delta = await floats(run.delta);
    profiles();
    for (const [id, chosen] of [['over', 1], ['under', 0]]) {
        labels.forEach((label, i) => $(id).append(element('option', { value: i }, label)));
        $(id).value = chosen;
        $(id).addEventListener('change', ratio);
    }
    ratio();
}

theme();
overlay('loss', 'curves', 1, 'loss of the batch');
overlay('loss-test', 'epochs', 2, 'test loss');
overlay('accuracy-test', 'epochs', 4, 'test accuracy');
if (names.length)
    compare();
