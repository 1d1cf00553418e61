/* charts.js -- what the pages of reports share: numbers, elements, charts, dark and light. */

const data = JSON.parse(document.getElementById('data').textContent);
const $ = id => document.getElementById(id);
const root = document.documentElement;
root.classList.add('js');

/* ---- Numbers ---- */

/* Arrays come in zlib's format, in base64. */
async function bytes(text) {
    const packed = Uint8Array.from(atob(text), c => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

/* Of each float its three upper bytes, each kind of byte in a row. */
async function floats(text) {
    const planes = await bytes(text), n = planes.length / 3, words = new Uint32Array(n);
    for (let i = 0; i < n; i++)
        words[i] = planes[i] << 24 | planes[n + i] << 16 | planes[2 * n + i] << 8;
    return new Float32Array(words.buffer);
}

function figure(x) {
    if (x === Infinity) return 'not finite';
    if (x === null || Number.isNaN(x)) return 'none';
    if (x === 0) return '0';
    const size = Math.abs(x);
    return size >= 1e-3 && size < 1e4 ? x.toPrecision(3) : x.toExponential(1);
}

const percent = x => Number.isFinite(x) ? (100 * x).toFixed(x > 0 && x < 0.1 ? 1 : 0) + ' %' : 'none';

function colour(share) {
    const at = Math.min(Math.max(share, 0), 1) * (data.viridis.length - 1);
    const i = Math.min(Math.floor(at), data.viridis.length - 2);
    const mix = shift => {
        const a = data.viridis[i] >> shift & 255, b = data.viridis[i + 1] >> shift & 255;
        return Math.round(a + (b - a) * (at - i));
    };
    return `rgb(${mix(16)},${mix(8)},${mix(0)})`;
}

/* On an axis: the end of a long name tells more than its beginning. */
const brief = name => name.length > 20 ? '\u2026' + name.slice(-19) : name;

/* ---- Elements: text goes in as text, never as markup ---- */

function element(name, attributes, text) {
    const svg = /^(svg|g|rect|path|text|title|image)$/.test(name);
    const e = svg ? document.createElementNS(SVG_SPACE, name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {}))
        e.setAttribute(key, value);
    if (text !== undefined)
        e.textContent = text;
    return e;
}
const SVG_SPACE = new DOMParser().parseFromString('<svg></svg>', 'text/html')
    .querySelector('svg').namespaceURI;

/* A picture of this size in place of what was there. */
function picture(box, width, height, label) {
    const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label });
    box.replaceChildren(svg);
    return svg;
}

/* ---- Charts ---- */

/* Draws what belongs to an element once it comes into view, or is to be printed. */
function whenSeen(id, draw) {
    const once = () => {
        if (seen.has(id))
            return;
        seen.add(id);
        watch.disconnect();
        draw();
    };
    const watch = new IntersectionObserver(entries => entries.some(e => e.isIntersecting) && once(),
        { rootMargin: '300px' });
    watch.observe($(id));
    addEventListener('beforeprint', once);
}
const seen = new Set();

const charts = new Set(), drawn = new Map();
const ink = name => getComputedStyle(root).getPropertyValue(name).trim();

/* What is drawn how: above a chart of few lines. */
function key(box, labels, inks, series) {
    const line = element('p', { class: 'key' });
    labels.slice(1).forEach((label, i) => {
        const dashed = series && series[label] && series[label].strokePattern;
        const one = element('span', dashed ? { class: 'dashed' } : {}, label);
        one.style.setProperty('--tint', inks[i].startsWith('--') ? `var(${inks[i]})` : inks[i]);
        line.append(one);
    });
    box.before(line);
    return line;
}

/* rows [[x, y, ...]]; the colours are names of the style sheet's, or colours.  Arrow keys read it.
 * What the element showed before goes. */
function chart(id, rows, labels, options) {
    const box = $(id);
    if (drawn.has(id))
        drawn.get(id)();
    const { inks, ...rest } = options;
    const tints = () => inks.map(c => c.startsWith('--') ? ink(c) : c);
    const live = () => ({ colors: tints(), axisLineColor: ink('--line'), gridLineColor: ink('--line') });
    const g = new Dygraph(box, rows, { labels, legend: 'follow', strokeWidth: 1.5, highlightCircleSize: 3,
        connectSeparatedPoints: false, ...live(), ...rest });
    const line = inks.length < 8 ? key(box, labels, inks, rest.series) : null;
    let at = -1;
    box.tabIndex = 0;
    box.setAttribute('role', 'img');
    box.setAttribute('aria-label', rest.title || labels.slice(1, 4).join(', '));
    box.onkeydown = event => {
        const move = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
        if (move === undefined)
            return;
        at = Math.min(Math.max(at + move, 0), g.numRows() - 1);
        g.setSelection(at);
        event.preventDefault();
    };
    const redraw = () => g.updateOptions(live());
    charts.add(redraw);
    drawn.set(id, () => {
        charts.delete(redraw);
        g.destroy();
        if (line)
            line.remove();
    });
    return g;
}

/* The exponent on a log axis that is drawn linear: 10^-12 as 1e-12; between decades where there are few. */
function decade(x, granularity, options, g) {
    if (Number.isInteger(x))
        return '1e' + x;
    const [low, high] = g.yAxisRange();
    return high - low < 2 ? figure(10 ** x) : '';
}
const log10 = x => x > 0 && Number.isFinite(x) ? Math.log10(x) : null;

/* ---- Dark and light ---- */

function theme() {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    $('theme').addEventListener('click', () => {
        const is = root.dataset.theme || (dark.matches ? 'dark' : 'light');
        root.dataset.theme = is === 'dark' ? 'light' : 'dark';
        charts.forEach(redraw => redraw());
    });
    dark.addEventListener('change', () => charts.forEach(redraw => redraw()));
}
