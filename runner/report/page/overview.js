// SPDX-License-Identifier: MIT
// The page of one run: its tests, the list, the picture, the filters.
'use strict';

const page = island('page');
const BATCH = 300;

// One object a subtest; @index is its place in the run.
const tests = page.tests.name.map((name, index) => ({
	index,
	name: page.binaries[page.tests.binary[index]] + (name === '' ? '' : `@${name}`),
	binary: page.binaries[page.tests.binary[index]],
	subtest: name,
	word: page.words[page.tests.word[index]],
	seconds: page.tests.ms[index] / 1000,
	reason: page.tests.reason[index] || '',
	job: page.tests.job[index],
	part: page.tests.part[index],
	cell: null,
}));

for (const test of tests) {
	test.rank = RANK.get(test.word);
	test.kind = WORDS[test.rank][1];
	test.search = `${test.name} ${test.reason}`.toLowerCase();
}

const byName = new Map(tests.map((test) => [test.name, test]));
const view = {
	words: new Set(), query: '', binary: '', order: '', shown: tests, listed: 0, open: null,
};

const ORDERS = {
	'': (a, b) => a.rank - b.rank || a.index - b.index,
	run: (a, b) => a.index - b.index,
	slow: (a, b) => b.seconds - a.seconds || a.index - b.index,
	name: (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
};

const addressOf = (test) => {
	const params = hash.read();

	params.set('t', test.name);
	return `#${params.toString()}`;
};

// The list

function listItem(test)
{
	const link = h('a', {href: addressOf(test), 'data-index': test.index},
		h('span', {}, word(test.word)),
		h('span', {class: 'name'}, h('span', {class: 'soft'}, test.binary,
			test.subtest ? '@' : ''), test.subtest),
		h('span', {class: 'time'}, duration(test.seconds)),
		test.reason ? h('span', {class: 'why'}, test.reason) : null);

	if (test === view.open)
		link.setAttribute('aria-current', 'true');
	return h('li', {}, link);
}

function listMore()
{
	const next = view.shown.slice(view.listed, view.listed + BATCH);
	const left = view.shown.length - view.listed - next.length;

	byId('list').append(...next.map(listItem));
	view.listed += next.length;
	byId('more').hidden = left === 0;
	byId('more').textContent = `Show ${Math.min(left, BATCH)} more of ${left}`;
}

function showList()
{
	byId('list').replaceChildren();
	view.listed = 0;
	listMore();
	byId('count').textContent = view.shown.length === tests.length
		? plural(tests.length, 'subtest')
		: `${view.shown.length} of ${plural(tests.length, 'subtest')}`;
	byId('empty').hidden = view.shown.length > 0;
}

// The matrix

function buildMatrix()
{
	const groups = new Map(page.binaries.map((binary) => [binary, []]));

	for (const test of tests)
		groups.get(test.binary).push(test);
	byId('matrix').classList.toggle('dense', tests.length > 1500);
	byId('matrix').replaceChildren(...[...groups].filter(([, all]) => all.length > 0)
		.map(([binary, all]) => matrixRow(binary, all)));
	if (tests.length > 0)
		tests[0].cell.tabIndex = 0;
}

function sumOf(all)
{
	const counts = new Map();

	for (const test of all)
		counts.set(test.word, (counts.get(test.word) || 0) + 1);
	return [...counts].sort((a, b) => RANK.get(a[0]) - RANK.get(b[0]))
		.map(([name, count]) => `${count} ${name.toLowerCase()}`).join(', ');
}

function matrixRow(binary, all)
{
	const cells = h('div', {class: 'cells'});
	const name = h('button', {class: 'name', type: 'button', 'aria-pressed': 'false',
		'data-binary': binary}, binary);

	for (const test of all) {
		const cell = document.createElement('div');

		cell.className = `cell ${test.kind}`;
		cell.textContent = WORDS[test.rank][2];
		cell.dataset.index = test.index;
		cell.tabIndex = -1;
		cell.setAttribute('role', 'button');
		test.cell = cell;
		cells.append(cell);
	}
	name.addEventListener('click', () => {
		view.binary = view.binary === binary ? '' : binary;
		applyFilters();
	});
	return h('div', {class: 'row'}, name, h('span', {class: 'sum'}, sumOf(all)), cells);
}

const testOfCell = (target) => {
	const cell = target.closest && target.closest('.cell');

	return cell ? tests[Number(cell.dataset.index)] : null;
};

// The subtest that is most nearly above (-1) or below (1) in the picture.
function beside(test, way)
{
	const here = test.cell.getBoundingClientRect();
	const all = [...byId('matrix').querySelectorAll('.cell')];
	let best = null, least = Infinity;

	for (let i = all.indexOf(test.cell) + way; i >= 0 && i < all.length; i += way) {
		const there = all[i].getBoundingClientRect();
		const rows = (there.top - here.top) * way;

		if (rows < 2)
			continue;
		const far = rows * 1000 + Math.abs(there.left - here.left);

		if (far > least && rows * 1000 > least)
			break;
		if (far < least) {
			least = far;
			best = tests[Number(all[i].dataset.index)];
		}
	}
	return best;
}

function cellKey(event)
{
	const test = testOfCell(event.target);
	let next = null;

	if (!test)
		return;
	if (event.key === 'Enter' || event.key === ' ')
		openTest(test, true);
	else if (event.key === 'ArrowRight')
		next = tests[test.index + 1];
	else if (event.key === 'ArrowLeft')
		next = tests[test.index - 1];
	else if (event.key === 'ArrowDown' || event.key === 'ArrowUp')
		next = beside(test, event.key === 'ArrowDown' ? 1 : -1);
	else
		return;
	event.preventDefault();
	if (next)
		focusCell(next);
}

function focusCell(test)
{
	byId('matrix').querySelectorAll('.cell[tabindex="0"]').forEach((cell) => {
		cell.tabIndex = -1;
	});
	test.cell.tabIndex = 0;
	nameCell(test);
	test.cell.focus();
}

// Only those that somebody comes to get a name: thousands of them cost time.
function nameCell(test)
{
	test.cell.setAttribute('aria-label', `${test.word} ${test.name}`);
}

const tip = h('div', {class: 'tip', hidden: ''});

function showTip(event)
{
	const test = testOfCell(event.target);

	tip.hidden = !test;
	if (!test)
		return;
	const box = test.cell.getBoundingClientRect();

	nameCell(test);
	tip.replaceChildren(`${test.word}  ${test.name}  ${duration(test.seconds)}`,
		test.reason ? h('div', {}, test.reason) : '');
	tip.style.left = `${Math.max(4, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
	tip.style.top = box.bottom + tip.offsetHeight + 8 < innerHeight
		? `${box.bottom + 6}px` : `${box.top - tip.offsetHeight - 6}px`;
}

// Filters

function passes(test, words)
{
	return (view.words.size === 0 || view.words.has(test.word)) &&
		(view.binary === '' || test.binary === view.binary) && matches(test.search, words);
}

function applyFilters()
{
	const words = queryWords(view.query);

	view.shown = [];
	for (const test of tests) {
		const on = passes(test, words);

		if (on)
			view.shown.push(test);
		if (test.cell.classList.contains('off') === on)
			test.cell.classList.toggle('off', !on);
	}
	view.shown.sort(ORDERS[view.order] || ORDERS['']);
	byId('matrix').querySelectorAll('.name').forEach((name) =>
		name.setAttribute('aria-pressed', String(name.dataset.binary === view.binary)));
	hash.write({v: [...view.words].join(','), q: view.query, b: view.binary, o: view.order},
		false);
	showList();
	showPlace();
}

function buildChips()
{
	const counts = new Map();

	for (const test of tests)
		counts.set(test.word, (counts.get(test.word) || 0) + 1);
	byId('chips').replaceChildren(...WORDS.filter(([name]) => counts.has(name))
		.map(([name, kind]) => chip(kind, name.toLowerCase(), counts.get(name),
			view.words.has(name), (on) => {
				if (on)
					view.words.add(name);
				else
					view.words.delete(name);
				applyFilters();
			})));
}

function clearFilters()
{
	view.words.clear();
	view.query = view.binary = '';
	byId('query').value = '';
	buildChips();
	applyFilters();
}
