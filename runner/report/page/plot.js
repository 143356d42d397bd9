// SPDX-License-Identifier: MIT
// Numbers over time: panels above each other on one time axis, with marks across all of them.
'use strict';

const PANELS = [
	{title: 'Available memory', columns: ['MemAvailable']},
	{title: 'Shared, unevictable, swapped', columns: ['Shmem', 'Unevictable', 'SwapUsed']},
	{title: "The test's buffers", columns: ['resident', 'purgeable', 'active']},
	{title: 'Counted by the shrinker, in pages', columns: ['shrinker'], unit: 'pages'},
];
const PLOT = {left: 62, right: 14, top: 18, height: 66, gap: 30, bottom: 20};

function svg(tag, attributes, text)
{
	const element = document.createElementNS('http://www.w3.org/2000/svg', tag);

	for (const [key, value] of Object.entries(attributes))
		element.setAttribute(key, value);
	if (text !== undefined)
		element.textContent = text;
	return element;
}

// A number as people read it. The file has KiB but for what has a unit of its own.
function amount(value, unit)
{
	if (value < 0)
		return 'unknown';
	if (value === 0)
		return '0';
	if (unit)
		return `${value} ${unit}`;
	if (value < 10240)
		return `${value} KiB`;
	if (value < 10 * 1048576)
		return `${Number((value / 1024).toPrecision(4))} MiB`;
	return `${Number((value / 1048576).toPrecision(4))} GiB`;
}

// The panels that have anything to show. Columns of a newer file get one each.
function panelsOf(timeline)
{
	const known = new Set(PANELS.flatMap((panel) => panel.columns));
	const extra = timeline.columns.filter((column) => !known.has(column));
	const all = PANELS.concat(extra.map((column) => ({title: column, columns: [column]})));

	return all.map((panel) => {
		const series = panel.columns
			.map((name) => [name, timeline.columns.indexOf(name)])
			.map(([name, column]) => ({name, values: timeline.values[column]}))
			.filter((one) => one.values && one.values.some((value) => value >= 0));

		return {title: panel.title, unit: panel.unit, series};
	}).filter((panel) => panel.series.length > 0);
}

// The least and the greatest of what is known.
function extent(values)
{
	let low = Infinity, high = -Infinity;

	for (const value of values) {
		if (value < 0)
			continue;
		low = Math.min(low, value);
		high = Math.max(high, value);
	}
	return [low, high];
}

// From what to what a panel's axis goes. Zero is in it unless that would hide the changes.
function rangeOf(panel)
{
	let [low, high] = extent(panel.series.flatMap((series) => extent(series.values)));

	if (low < high * 0.6)
		low = 0;
	const room = Math.max((high - low) * 0.08, high * 0.002, 1);

	return [low === 0 ? 0 : Math.max(0, low - room), high + room];
}

// A line through many samples looks the same through the extremes of each pixel.
function path(times, values, x, y)
{
	const parts = [];
	let pen = false;
	let column = -1, low = 0, high = 0, last = 0;
	const flush = () => {
		if (column < 0)
			return;
		parts.push(`${pen ? 'L' : 'M'}${column} ${y(low).toFixed(1)}`);
		if (high !== low)
			parts.push(`L${column} ${y(high).toFixed(1)}`);
		if (last !== high)
			parts.push(`L${column} ${y(last).toFixed(1)}`);
		pen = true;
		column = -1;
	};

	for (let i = 0; i < times.length; i++) {
		const at = Math.round(x(times[i]) * 2) / 2;

		if (values[i] < 0) {
			flush();
			pen = false;
			continue;
		}
		if (at !== column) {
			flush();
			column = at;
			low = high = values[i];
		}
		low = Math.min(low, values[i]);
		high = Math.max(high, values[i]);
		last = values[i];
	}
	flush();
	return parts.join('');
}

// Round steps of the time axis, some five of them.
function timeSteps(span)
{
	const rough = span / 5;
	const power = Math.pow(10, Math.floor(Math.log10(rough)));

	return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= rough);
}

function drawAxis(root, scale, bottom)
{
	const step = timeSteps(scale.to - scale.from);
	const digits = Math.max(0, -Math.floor(Math.log10(step)));

	for (let t = Math.ceil(scale.from / step) * step; t <= scale.to + step / 1e6; t += step) {
		const value = Math.abs(t) < step / 1e6 ? 0 : t;

		root.append(svg('line', {class: 'grid', x1: scale.x(value), x2: scale.x(value),
			y1: PLOT.top, y2: bottom}));
		root.append(svg('text',
			{x: scale.x(value), y: bottom + 15, 'text-anchor': 'middle'},
			`${value.toFixed(digits)} s`));
	}
}

function drawPanel(root, panel, timeline, scale, top)
{
	const [low, high] = rangeOf(panel);
	const y = (value) => top + PLOT.height - (value - low) / (high - low) * PLOT.height;

	root.append(svg('rect', {class: 'frame', x: PLOT.left, y: top,
		width: scale.width - PLOT.left - PLOT.right, height: PLOT.height}));
	for (const [value, at] of [[high, top + 9], [low, top + PLOT.height]])
		root.append(svg('text', {x: PLOT.left - 6, y: at, 'text-anchor': 'end'},
			panel.unit ? Math.round(value) : amount(Math.round(value))));
	panel.series.forEach((series, i) => {
		const style = `s${i % 3 + 1}`;

		root.append(svg('path', {class: `series ${style}`,
			d: path(timeline.times, series.values, scale.x, y)}));
		if (timeline.times.length <= 40) {
			series.values.forEach((value, n) => {
				if (value >= 0)
					root.append(svg('circle', {class: `point ${style}`, r: 2,
						cx: scale.x(timeline.times[n]), cy: y(value)}));
			});
		}
	});
	drawNames(root, panel, scale, top);
}

// Names stand at the right above the panel, each behind a piece of its line; the title at the
// left, if there is room for it.
function drawNames(root, panel, scale, top)
{
	const title = svg('text', {class: 'title', x: PLOT.left, y: top - 6}, panel.title);
	let right = scale.width - PLOT.right - 6;

	root.append(title);
	if (panel.series.length < 2)
		return;
	for (let i = panel.series.length - 1; i >= 0; i--) {
		const name = svg('text', {x: right, y: top - 6, 'text-anchor': 'end'},
			panel.series[i].name);

		root.append(name);
		right -= name.getComputedTextLength() + 5;
		root.append(svg('line', {class: `series s${i % 3 + 1}`, x1: right - 18, x2: right,
			y1: top - 10, y2: top - 10}));
		right -= 32;
	}
	if (PLOT.left + title.getComputedTextLength() > right)
		title.remove();
}

// A number at each mark, as long as there is room for it.
function drawMarks(root, marks, scale, bottom)
{
	let free = -Infinity;

	for (const mark of marks) {
		const at = scale.x(mark.time), kind = `m ${mark.kind}${mark.bad ? ' bad' : ''}`;
		const line = svg('line',
			{class: kind, x1: at, x2: at, y1: PLOT.top - 4, y2: bottom});

		line.append(svg('title', {}, mark.text));
		root.append(line);
		if (mark.number && at > free) {
			root.append(svg('text',
				{class: kind, x: at, y: PLOT.top - 7, 'text-anchor': 'middle'},
				String(mark.number)));
			free = at + 14;
		}
	}
}

function nearest(times, time)
{
	let best = 0;

	for (let i = 1; i < times.length; i++)
		if (Math.abs(times[i] - time) < Math.abs(times[best] - time))
			best = i;
	return best;
}

// A line that follows pointer or arrow keys, and what the samples there say.
function addCursor(root, readout, panels, timeline, scale, bottom)
{
	const line = svg('line', {class: 'cursor', y1: PLOT.top, y2: bottom, visibility: 'hidden'});
	let at = -1;
	const show = (index) => {
		at = Math.max(0, Math.min(timeline.times.length - 1, index));
		line.setAttribute('x1', scale.x(timeline.times[at]));
		line.setAttribute('x2', scale.x(timeline.times[at]));
		line.setAttribute('visibility', 'visible');
		const words = panels.flatMap((panel) => panel.series.map((series) =>
			`  ·  ${series.name} ${amount(series.values[at], panel.unit)}`));

		readout.replaceChildren(h('b', {}, `${timeline.times[at].toFixed(3)} s`), ...words);
	};

	root.append(line);
	root.addEventListener('pointermove', (event) => {
		const box = root.getBoundingClientRect();

		show(nearest(timeline.times, scale.time(event.clientX - box.left)));
	});
	root.addEventListener('keydown', (event) => {
		const step = {ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20}[event.key];

		if (!step)
			return;
		event.preventDefault();
		event.stopPropagation();
		show(at < 0 ? 0 : at + step);
	});
}

function summaryOf(panels)
{
	return panels.flatMap((panel) => panel.series.map((series) => {
		const known = series.values.filter((value) => value >= 0);
		const [low, high] = extent(known);

		return `${series.name} from ${amount(known[0], panel.unit)} to ` +
			`${amount(known[known.length - 1], panel.unit)}, at least ` +
			`${amount(low, panel.unit)}, at most ${amount(high, panel.unit)}`;
	})).join('; ');
}

// Draws for the width there is.
function draw(figure, readout, timeline, marks)
{
	const panels = panelsOf(timeline);
	const times = timeline.times, width = Math.max(260, figure.clientWidth);
	const edges = marks.map((mark) => mark.time).concat(times[0], times[times.length - 1]);
	let from = Math.min(...edges), to = Math.max(...edges);

	if (to - from < 0.001) {
		from -= 0.01;
		to += 0.01;
	}
	const inner = width - PLOT.left - PLOT.right;
	const scale = {
		from, to, width,
		x: (time) => PLOT.left + (time - from) / (to - from) * inner,
		time: (x) => from + (x - PLOT.left) / inner * (to - from),
	};
	const first = PLOT.top + 18;
	const bottom = first + panels.length * (PLOT.height + PLOT.gap) - PLOT.gap;
	const height = bottom + PLOT.bottom;
	const root = svg('svg', {
		viewBox: `0 0 ${width} ${height}`, height, role: 'img', tabindex: 0,
		'aria-label': `Memory over time: ${summaryOf(panels)}`,
	});

	figure.replaceChildren(root);
	drawAxis(root, scale, bottom);
	drawMarks(root, marks, scale, bottom);
	panels.forEach((panel, i) =>
		drawPanel(root, panel, timeline, scale, first + i * (PLOT.height + PLOT.gap)));
	addCursor(root, readout, panels, timeline, scale, bottom);
}

// A figure of @timeline {columns, times, values: one list a column} with @marks
// [{kind, time, text, number, bad}]; redrawn when its width changes.
function plot(timeline, marks)
{
	const figure = h('div', {class: 'plot'});
	const readout = h('p', {class: 'readout', 'aria-live': 'polite'});
	let width = 0;

	new ResizeObserver(() => {
		if (figure.clientWidth === width || figure.clientWidth === 0)
			return;
		width = figure.clientWidth;
		draw(figure, readout, timeline, marks);
	}).observe(figure);
	return h('figure', {}, figure, readout);
}
