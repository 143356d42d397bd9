// SPDX-License-Identifier: MIT
// The page of a comparison.
'use strict';

const page = island('page');
const BATCH = 300;
// Colours of the changes, in the order of page.changes.
const KINDS = [
	'bad', 'odd', 'odd', 'kernel', 'known', 'known', 'pass', 'pass', 'skip', 'skip', '',
];
const SAME = page.changes.length - 1;

const rows = page.rows.map(([name, change, cells]) => ({
	name, change, cells,
	search: `${name} ${cells.map((cell) => (cell ? cell[2] : '')).join(' ')}`.toLowerCase(),
}));
const view = {changes: new Set(), query: '', shown: [], listed: 0};

function cellOf(cell, run)
{
	if (!cell)
		return h('td', {'data-run': run}, h('span', {class: 'soft'}, '–'));
	return h('td', {'data-run': run}, word(cell[0]),
		h('span', {class: 'time'}, duration(cell[1] / 1000)),
		cell[2] ? h('div', {class: 'why'}, cell[2]) : null);
}

function rowOf(row)
{
	return h('tr', {}, h('th', {scope: 'row'}, row.name),
		row.cells.map((cell, i) => cellOf(cell, page.runs[i])));
}

function headOf()
{
	return h('thead', {}, h('tr', {}, h('td', {}),
		page.runs.map((run) => h('th', {scope: 'col'}, run))));
}

function listMore()
{
	const next = view.shown.slice(view.listed, view.listed + BATCH);
	const left = view.shown.length - view.listed - next.length;
	const body = byId('rows').tBodies[0];
	let before = view.listed > 0 ? view.shown[view.listed - 1].change : -1;

	for (const row of next) {
		if (row.change !== before)
			body.append(h('tr', {class: 'group'},
				h('th', {colspan: page.runs.length + 1, scope: 'rowgroup'},
					page.changes[row.change])));
		before = row.change;
		body.append(rowOf(row));
	}
	view.listed += next.length;
	byId('more').hidden = left === 0;
	byId('more').textContent = `Show ${Math.min(left, BATCH)} more of ${left}`;
}

// Without a choice all that changed is shown.
function applyFilters()
{
	const words = queryWords(view.query);
	const wanted = (row) => (view.changes.size === 0 ? row.change !== SAME
		: view.changes.has(row.change));

	view.shown = rows.filter((row) => wanted(row) && matches(row.search, words));
	view.listed = 0;
	byId('rows').replaceChildren(headOf(), h('tbody', {}));
	listMore();
	byId('count').textContent = `${view.shown.length} of ${plural(rows.length, 'subtest')}`;
	byId('empty').hidden = view.shown.length > 0;
	byId('empty').textContent = view.changes.size === 0 && view.query === ''
		? 'Nothing changed.' : 'Nothing matches.';
	hash.write({c: [...view.changes].join(','), q: view.query}, false);
}

function buildChips()
{
	const counts = page.changes.map(() => 0);

	for (const row of rows)
		counts[row.change]++;
	byId('chips').replaceChildren(...page.changes.flatMap((name, change) =>
		(counts[change] === 0 ? [] : [chip(KINDS[change], name, counts[change],
			view.changes.has(change), (on) => {
				if (on)
					view.changes.add(change);
				else
					view.changes.delete(change);
				applyFilters();
			})])));
}

function buildFacts()
{
	const differ = page.facts.filter(([, differs]) => differs);
	const lines = page.facts.map(([label, differs, values]) =>
		h('tr', {class: differs ? 'differs' : null}, h('th', {scope: 'row'}, label),
			values.map((value) => h('td', {}, value === null ? '–' : value))));

	byId('facts').replaceChildren(headOf(), h('tbody', {}, lines));
	byId('about').textContent = differ.length > 0
		? `differs: ${differ.map(([label]) => label).join(', ')}`
		: 'the same kernel and machine';
}

fillHead(page);
buildFacts();
for (const part of (hash.read().get('c') || '').split(','))
	if (part !== '' && page.changes[Number(part)])
		view.changes.add(Number(part));
view.query = hash.read().get('q') || '';
byId('query').value = view.query;
byId('query').addEventListener('input', () => {
	view.query = byId('query').value.trim();
	applyFilters();
});
byId('more').addEventListener('click', listMore);
buildChips();
applyFilters();
