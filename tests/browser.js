// browser.js FILE [OUT.png [WIDTH]] -- opens a report in headless Chromium, reads it with pointer and keys,
// and says what holds, as `ok NAME` or `FAIL NAME: why`; or takes its picture.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const os = require('os');
const path = require('path');

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'netc-browser-'));
const chromium = spawn('chromium', ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars',
    '--remote-debugging-pipe', `--user-data-dir=${home}`, '--window-size=1100,900', 'about:blank'],
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'], detached: true });
process.on('exit', () => {
    try { process.kill(-chromium.pid, 'SIGKILL'); } catch { /* it has ended */ }
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});
setTimeout(() => { console.log('FAIL browser: no answer within 50 s'); process.exit(1); }, 50000).unref();

/* ---- The protocol: objects on pipes 3 and 4, each ended by a zero ---- */

let number = 0, pending = '', session;
const waiting = new Map(), events = [];

chromium.stdio[4].on('data', chunk => {
    pending += chunk;
    for (let end; (end = pending.indexOf('\0')) >= 0; pending = pending.slice(end + 1)) {
        const message = JSON.parse(pending.slice(0, end));
        if (message.id)
            waiting.get(message.id)(message);
        else
            events.push(message);
    }
});

function ask(method, params = {}) {
    const id = ++number;
    chromium.stdio[3].write(JSON.stringify({ id, method, params, sessionId: session }) + '\0');
    return new Promise((done, fail) => waiting.set(id, m =>
        m.error ? fail(new Error(`${method}: ${m.error.message}`)) : done(m.result)));
}

const sleep = ms => new Promise(done => setTimeout(done, ms));

async function event(method) {
    while (!events.some(e => e.method === method))
        await sleep(20);
}

async function value(expression) {
    const { result, exceptionDetails } = await ask('Runtime.evaluate',
        { expression, returnByValue: true, awaitPromise: true });
    if (exceptionDetails)
        throw new Error(`${expression}: ${exceptionDetails.exception.description}`);
    return result.value;
}

function say(name, holds, why) {
    console.log(holds ? `ok report/${name}` : `FAIL report/${name}: ${JSON.stringify(why)}`);
}

/* Until it is true; the limit of all ends what never is. */
async function until(expression) {
    while (!await value(expression))
        await sleep(20);
}

/* ---- What a reader does ---- */

const text = id => value(`document.getElementById('${id}').textContent`);
const shown = id => value(`getComputedStyle(document.getElementById('${id}')).display !== 'none'`);

/* A place in an element, by shares of its size; it is brought into view first. */
async function place(id, x, y) {
    return value(`(() => { const e = document.getElementById('${id}'); e.scrollIntoView({ block: 'center' });
        const b = e.getBoundingClientRect(); return { x: b.left + b.width * ${x}, y: b.top + b.height * ${y} }; })()`);
}

/* Charts are drawn when they come into view. */
async function seen(id) {
    await value(`document.getElementById('${id}').scrollIntoView({ block: 'center' })`);
    await sleep(150);
}

async function mouse(type, at) {
    await ask('Input.dispatchMouseEvent', { type, ...at, button: type === 'mouseMoved' ? 'none' : 'left', clickCount: 1 });
}

async function press(id, key) {
    await value(`document.getElementById('${id}').focus()`);
    for (const type of ['keyDown', 'keyUp'])
        await ask('Input.dispatchKeyEvent', { type, key, code: key,
            windowsVirtualKeyCode: { ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40, End: 35, Enter: 13 }[key] });
    await sleep(60);
}

async function open(url, width = 1100) {
    ({ sessionId: session } = await ask('Target.attachToTarget', { flatten: true,
        targetId: (await ask('Target.getTargets')).targetInfos.find(t => t.type === 'page').targetId }));
    for (const domain of ['Page', 'Runtime', 'Network', 'Log'])
        await ask(domain + '.enable');
    await ask('Performance.enable', { timeDomain: 'threadTicks' });
    await ask('Emulation.setDeviceMetricsOverride', { width, height: 900, deviceScaleFactor: 1, mobile: false });
    await ask('Page.navigate', { url });
    await event('Page.loadEventFired');
}

/* The reading of a cell is what the run's log has. */
function isLogged(reading, folder) {
    const [, name, step, delta, output] = /^(.*), step (\d+): dL\/dz (\S+), output (\S+),/.exec(reading);
    const line = fs.readFileSync(path.join(folder, 'flow.jsonl'), 'utf8').split('\n')
        .find(l => l.includes(`"step":${step},`));
    const layer = JSON.parse(line).layers.find(l => l.name === name);
    return [[delta, layer.delta_rms], [output, layer.act_rms]].every(([got, logged]) =>
        Math.abs(+got - logged) <= (/e/.test(got) ? 0.051 : 0.0051) * logged);
}

async function readMap(folder) {
    const at = await place('heat', 0.4, 0.1);
    await mouse('mouseMoved', at);
    say('hover tells a cell', /, step \d+: dL\/dz /.test(await text('heat-reading')), await text('heat-reading'));
    await mouse('mousePressed', at);
    await mouse('mouseReleased', at);
    say('click shows a histogram', await value("document.querySelectorAll('#histogram rect').length > 0"));
    const before = await text('heat-reading');
    say('a cell is what was logged', isLogged(before, folder), before);
    await press('heat', 'ArrowDown');
    say('keys move on the map', await text('heat-reading') !== before, before);
}

async function slide() {
    const before = await text('profile-reading'), step = await text('slider-step');
    await press('slider', 'End');
    say('slider moves the step', await text('slider-step') !== step, step);
    say('a slope is of a fit, of two layers between them', before.includes(process.env.READING || ' a layer on the way back (r2 '), before);
    say('slider moves the profile', await text('profile-reading') !== before, before);
    const spent = await value(`(async () => { const s = document.getElementById('slider'); s.value = 0;
        const from = performance.now(); s.dispatchEvent(new Event('input'));
        await new Promise(done => requestAnimationFrame(() => setTimeout(done))); return performance.now() - from; })()`);
    console.log(`    the slider answers within ${spent.toFixed(0)} ms`);
    say('slider answers within a second', spent < 1000, spent);
}

async function readCharts() {
    for (const id of ['profile', 'loss', 'update', 'clip']) {
        await seen(id);
        say(`${id} is drawn`, await value(`document.querySelectorAll('#${id} canvas').length === 2`));
    }
    for (const id of ['health', 'exponents']) {
        await seen(id);
        say(`${id} is drawn`, await value(`document.querySelectorAll('#${id} rect').length > 8`));
    }
    await mouse('mouseMoved', await place('loss', 0.5, 0.5));
    await sleep(60);
    say('hover tells a point', /batch|train/.test(await value("document.querySelector('#loss .dygraph-legend').textContent")));
    await press('clip', 'ArrowRight');
    say('keys read a chart', /before/.test(await value("document.querySelector('#clip .dygraph-legend').textContent")));
    await value("document.getElementById('theme').click()");
    say('dark and light', await value("!!document.documentElement.dataset.theme"));
}

function readTraffic(url) {
    const wrong = events.filter(e => e.method === 'Runtime.exceptionThrown' || e.method === 'Log.entryAdded' ||
        (e.method === 'Runtime.consoleAPICalled' && e.params.type === 'error'));
    say('no error on the console', wrong.length === 0, wrong[0]);
    const asked = events.filter(e => e.method === 'Network.requestWillBeSent').map(e => e.params.request.url)
        .filter(u => u !== url && !u.startsWith('data:'));
    say('nothing is requested', asked.length === 0, asked);
}

/* The chart's lines, by the key above it. */
const lines = id => value(`document.getElementById('${id}').previousElementSibling.querySelectorAll('span').length`);

/* Those that differ in the seed alone, as one line or by themselves. */
async function regroup() {
    const before = await lines('loss');
    await value("document.getElementById('singly').click()");
    say('runs: each by itself', await lines('loss') > before && await value("document.getElementById('each').open"), before);
    await value("document.getElementById('singly').click()");
    say('runs: by seeds again', await lines('loss') === before, before);
}

async function readRuns(url) {
    for (const id of ['loss', 'loss-test', 'profile']) {
        await seen(id);
        say(`runs: ${id} is drawn`, await value(`document.querySelectorAll('#${id} canvas').length === 2`));
    }
    await seen('ratio');
    if (/no layer of the same name/.test(await text('ratio-reading')))
        return readTraffic(url);
    say('runs: ratios are drawn', await value(`(() => { const i = document.querySelector('#ratio image');
        return i.getAttribute('href').length > 100 && i.getBoundingClientRect().width > 400; })()`));
    await press('slider', 'End');
    say('runs: slider moves the step', await text('slider-step') !== '0', await text('slider-step'));
    await mouse('mouseMoved', await place('ratio', 0.5, 0.3));
    say('runs: hover tells a ratio', / decades/.test(await text('ratio-reading')), await text('ratio-reading'));
    if (await value("document.getElementById('singly') !== null"))
        await regroup();
    readTraffic(url);
}

/* Numbers are unpacked after the page is loaded. */
async function openWhole(url, width) {
    await open(url, width);
    await until("document.documentElement.classList.contains('ready')");
}

async function readPage(url) {
    await openWhole(url);
    if (await value("document.getElementById('differences') !== null"))
        return readRuns(url);
    const wall = await value("(t => t.loadEventEnd - t.responseEnd)(performance.getEntriesByType('navigation')[0])");
    const { metrics } = await ask('Performance.getMetrics');
    const spent = metrics.find(m => m.name === 'TaskDuration').value * 1000;
    console.log(`    opens in ${spent.toFixed(0)} ms of the processor, ${wall.toFixed(0)} ms of the clock`);
    say('opens within a second of the processor', spent < 1000, spent);
    say('drawn without a script is hidden', !await shown('loss-drawn'));
    await readMap(path.dirname(url.slice('file://'.length)));
    await slide();
    await readCharts();
    say('no text ran as a script', await value('window.hacked === undefined'));
    readTraffic(url);
    await readWithoutScript(url);
}

async function readWithoutScript(url) {
    events.length = 0;
    await ask('Emulation.setScriptExecutionDisabled', { value: true });
    await ask('Page.navigate', { url });
    await event('Page.loadEventFired');
    for (const id of ['heat', 'loss-drawn', 'verdicts'])
        say(`without a script: ${id}`, await value(`document.getElementById('${id}').getBoundingClientRect().height > 40`));
    say('without a script: no empty charts', await value("document.getElementById('profile').offsetHeight === 0"));
}

async function takePicture(url, file, width) {
    await openWhole(url, width);
    await value(`document.head.append(Object.assign(document.createElement('style'),
        { textContent: 'section { content-visibility: visible !important; }' }))`);
    await value("dispatchEvent(new Event('beforeprint'))");
    await sleep(300);
    const { data } = await ask('Page.captureScreenshot', { captureBeyondViewport: true, format: 'png',
        clip: { x: 0, y: 0, width, height: await value('document.documentElement.scrollHeight'), scale: 1 } });
    fs.writeFileSync(file, Buffer.from(data, 'base64'));
}

async function main([file, picture, width]) {
    const url = 'file://' + path.resolve(file);
    if (picture)
        await takePicture(url, picture, +(width || 1100));
    else
        await readPage(url);
}

main(process.argv.slice(2)).then(() => process.exit(0), e => {
    console.log(`FAIL report/browser: ${e.stack}`);
    process.exit(1);
});
