// SPDX-License-Identifier: MIT
// The page of one run: all that is known of one test.
'use strict';

const TABLE_ROWS = 2000;

// Details: logs and numbers are compressed, many subtests together.

const parts = new Map();

async function inflate(text)
{
	const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));

	return JSON.parse(await new Response(stream).text());
}

function detailOf(test)
{
	if (test.part < 0)
		return Promise.resolve({left_out: true});
	if (!parts.has(test.part))
		parts.set(test.part, inflate(byId(`part${test.part}`).textContent));
	return parts.get(test.part).then((part) => part[test.index]);
}

// A log as text; @classOf tells the class of a line, or ''.
function logBlock(title, text, classOf, open)
{
	const pre = h('pre', {class: 'log', tabindex: 0, 'aria-label': title});
	let held = '';
	const flush = () => {
		if (held !== '')
			pre.append(plain(held));
		held = '';
	};

	for (const line of text.replace(/\n$/, '').split('\n')) {
		const kind = classOf(line);

		if (kind === '') {
			held += `${line}\n`;
			continue;
		}
		flush();
		pre.append(h('span', {class: kind}, line), '\n');
	}
	flush();
	if (open)
		return [h('h2', {}, title), pre];
	return [h('details', {}, h('summary', {}, title), pre)];
}

const isMarker = (line) =>
	/^(Starting (dynamic )?subtest: |(Dynamic s|S)ubtest .*: [A-Z]+ \()/.test(line);

function kernelBlock(detail)
{
	const warnings = new Set((detail.warnings || '').split('\n'));

	return logBlock('Kernel log', detail.dmesg, (line) => {
		if (line.startsWith(page.cut))
			return 'cut';
		if (warnings.has(line))
			return 'warning';
		return line.includes('] [IGT] ') ? 'mark' : '';
	}, true);
}

function outputBlock(title, text)
{
	const empty = text.split('\n').every((line) => line === '' || isMarker(line));

	return logBlock(title, text, (line) => {
		if (line.startsWith(page.cut))
			return 'cut';
		if (line.includes(' CRITICAL: '))
			return 'critical';
		return isMarker(line) ? 'mark' : '';
	}, !empty);
}

// Marks with numbers for those that are told below the picture.
function marksOf(detail)
{
	let number = 0;

	return (detail.marks || []).map(([kind, time, text]) => ({
		kind, time, text,
		bad: kind === 'verdict' && text !== 'SUCCESS' && text !== 'SKIP',
		number: kind === 'reclaim' || kind === 'warning' ? ++number : 0,
	}));
}

function marksList(marks)
{
	return h('ol', {class: 'marks'}, marks.map((mark) => h('li', {},
		h('span', {class: mark.bad ? 'bad' : mark.kind},
			mark.number ? String(mark.number) : ''),
		h('span', {}, `${mark.time.toFixed(3)} s`),
		h('span', {}, mark.kind === 'start' ? `subtest ${mark.text} begins`
			: mark.kind === 'verdict' ? `ends: ${mark.text}` : mark.text))));
}

function samplesTable(timeline)
{
	const cell = (value) => h('td', {}, value < 0 ? '–' : String(value));
	const rows = timeline.times.slice(0, TABLE_ROWS).map((time, row) => h('tr', {},
		h('td', {}, time.toFixed(3)), timeline.values.map((values) => cell(values[row]))));

	return h('div', {class: 'scroll', tabindex: 0}, h('table', {class: 'small'},
		h('thead', {}, h('tr', {}, h('th', {scope: 'col'}, 'seconds'),
			timeline.columns.map((name) => h('th', {scope: 'col'}, name)))),
		h('tbody', {}, rows)));
}

function memoryBlock(detail)
{
	const marks = marksOf(detail);
	const timeline = detail.timeline;
	const block = [];

	if (timeline && panelsOf(timeline).length > 0) {
		const table = h('details', {}, h('summary', {},
			`${plural(timeline.times.length, 'sample')} as a table, in KiB`));

		table.addEventListener('toggle', () => table.append(samplesTable(timeline)),
			{once: true});
		block.push(h('h2', {}, 'Memory'), plot(timeline, marks), table);
	}
	if (marks.some((mark) => mark.number))
		block.push(h('h2', {}, 'Events'), marksList(marks));
	return block;
}

// Where there is room for one thing only, it leads back to the list.
function backButton()
{
	const back = h('button', {class: 'back', type: 'button'}, '← All');

	back.addEventListener('click', closeTest);
	return back;
}

function navBar(test)
{
	const place = view.shown.indexOf(test);
	const go = (label, step) => {
		const other = place < 0 ? undefined : view.shown[place + step];
		const button = h('button', {type: 'button', disabled: other ? false : ''}, label);

		button.addEventListener('click', () => openTest(other, true));
		return button;
	};

	return h('nav', {class: 'nav', 'aria-label': 'Subtests'},
		backButton(), go('Previous', -1), go('Next', 1),
		h('span', {class: 'keys'}, 'keys: j next, k previous, / filter'));
}

// What runs it again.
function commandOf(test)
{
	const [subtest, dynamic] = test.subtest.split('@');

	return test.binary + (subtest ? ` --run-subtest ${subtest}` : '') +
		(dynamic ? ` --dynamic-subtest ${dynamic}` : '');
}

function metaLine(test, detail)
{
	return [
		h('p', {class: 'meta'}, word(test.word), `  ${duration(test.seconds)}`,
			test.job >= 0 ? `  ·  folder ${test.job} of the results` : ''),
		test.reason ? h('p', {class: `reason ${test.kind}`}, test.reason) : [],
		(detail.health || []).map((change) => h('p', {class: 'meta'},
			h('b', {class: 'health'}, 'The machine: '), change)),
		h('p', {class: 'meta'}, h('code', {}, commandOf(test))),
	].flat();
}

function fillDetail(test, detail)
{
	const body = [navBar(test), h('h1', {}, test.name), ...metaLine(test, detail)];

	if (detail.left_out)
		body.push(h('p', {class: 'reason odd'}, page.left_out));
	body.push(...memoryBlock(detail));
	if (detail.dmesg)
		body.push(...kernelBlock(detail));
	if (detail.err)
		body.push(...outputBlock('Standard error', detail.err));
	if (detail.out)
		body.push(...outputBlock('Output', detail.out));
	byId('detail').replaceChildren(...body);
	byId('detail').scrollTop = 0;
}
