// SPDX-License-Identifier: MIT
// The page of one run: what is open, and what keys, clicks and the address do.
'use strict';

// Told of the run as a whole: reasons, and names to each.
const CAUSES = 12;
const NAMES = 6;

function markOpen(test)
{
	if (view.open)
		view.open.cell.classList.remove('open');
	byId('list').querySelectorAll('[aria-current]').forEach((link) =>
		link.removeAttribute('aria-current'));
	view.open = test;
	document.body.classList.toggle('open', test !== null);
	if (!test)
		return;
	test.cell.classList.add('open');
	const link = byId('list').querySelector(`a[data-index="${test.index}"]`);

	if (link) {
		link.setAttribute('aria-current', 'true');
		link.scrollIntoView({block: 'nearest'});
	}
}

// @byHand: somebody chose it, so the way back leads to what was there before.
async function openTest(test, byHand)
{
	if (!test)
		return;
	tip.hidden = true;
	hash.write({t: test.name}, byHand);
	markOpen(test);
	try {
		const detail = await detailOf(test);

		if (view.open === test)
			fillDetail(test, detail);
	} catch (error) {
		fillDetail(test, {left_out: true});
		console.error(`logs of ${test.name} cannot be unpacked: ${error}`);
	}
	if (view.open === test && byHand)
		byId('detail').focus({preventScroll: true});
}

function closeTest()
{
	const test = view.open;

	hash.write({t: ''}, true);
	markOpen(null);
	showRun();
	const link = test && byId('list').querySelector(`a[data-index="${test.index}"]`);

	if (link)
		link.focus();
}

// Previous and next follow the list.
function showPlace()
{
	const bar = byId('detail').querySelector('.nav');

	if (view.open && bar)
		bar.replaceWith(navBar(view.open));
}

const linkTo = (test) => h('a', {class: 'mono', href: addressOf(test)}, test.name);

// What did not go well, and what failed as expected, by what was said of it: ten tests that fail
// for one reason are one thing to look at.
function causes()
{
	const groups = new Map();

	for (const test of tests.slice().sort(ORDERS[''])) {
		if (/^(pass|skip)$/.test(test.kind))
			continue;
		const key = `${test.word} ${test.reason}`;

		groups.set(key, (groups.get(key) || []).concat(test));
	}
	return [...groups.values()].slice(0, CAUSES).map((group) => h('li', {},
		word(group[0].word), group.length > 1 ? ` ${group.length} × ` : ' ',
		group[0].reason,
		h('div', {class: 'names'}, group.slice(0, NAMES).map(linkTo),
			group.length > NAMES ? `and ${group.length - NAMES} more` : '')));
}

// What stands at the right while no subtest is chosen.
function showRun()
{
	const slow = tests.slice().sort(ORDERS.slow).slice(0, 8);
	const wrong = causes();

	const rows = slow.map((test) => h('tr', {},
		h('td', {}, linkTo(test)), h('td', {}, duration(test.seconds))));
	const look = wrong.length > 0
		? [h('h2', {}, 'To look at'), h('ol', {class: 'causes'}, wrong)] : [];

	byId('detail').replaceChildren(h('nav', {class: 'nav'}, backButton()), ...look,
		h('h2', {}, 'The run'), factList(page.facts),
		h('h2', {}, 'Slowest'), h('table', {class: 'small'}, h('tbody', {}, rows)));
}

// The whole page

function takeAddress()
{
	const params = hash.read();

	view.words = new Set((params.get('v') || '').split(',').filter((name) => RANK.has(name)));
	view.query = params.get('q') || '';
	view.binary = page.binaries.includes(params.get('b')) ? params.get('b') : '';
	view.order = ORDERS[params.get('o')] ? params.get('o') : '';
	byId('query').value = view.query;
	byId('order').value = view.order;
}

function followAddress()
{
	const test = byName.get(hash.read().get('t'));

	takeAddress();
	buildChips();
	applyFilters();
	if (test) {
		openTest(test, false);
	} else {
		markOpen(null);
		showRun();
	}
}

// The subtest of the list that is @step places further; at first the first one.
function openBeside(step)
{
	openTest(view.shown[view.open ? view.shown.indexOf(view.open) + step : 0], true);
}

function pageKey(event)
{
	const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);

	if (event.ctrlKey || event.metaKey || event.altKey)
		return;
	if (event.key === 'Escape' && typing)
		event.target.blur();
	else if (event.key === 'Escape' && document.body.classList.contains('open'))
		closeTest();
	else if (typing)
		return;
	else if (event.key === '/')
		byId('query').focus();
	else if (event.key === 'j' || event.key === 'k')
		openBeside(event.key === 'j' ? 1 : -1);
	else
		return;
	event.preventDefault();
}

function listen()
{
	const matrix = byId('matrix');
	let waiting = 0;

	byId('query').addEventListener('input', () => {
		clearTimeout(waiting);
		waiting = setTimeout(() => {
			view.query = byId('query').value.trim();
			applyFilters();
		}, tests.length > 2000 ? 120 : 0);
	});
	byId('order').addEventListener('change', () => {
		view.order = byId('order').value;
		applyFilters();
	});
	byId('run').addEventListener('click', () => {
		markOpen(null);
		showRun();
		document.body.classList.add('open');
		byId('detail').focus();
	});
	byId('clear').addEventListener('click', clearFilters);
	byId('more').addEventListener('click', listMore);
	new IntersectionObserver((entries) => {
		if (entries.some((entry) => entry.isIntersecting))
			listMore();
	}, {rootMargin: '600px'}).observe(byId('more'));
	matrix.addEventListener('click', (event) => openTest(testOfCell(event.target), true));
	matrix.addEventListener('keydown', cellKey);
	matrix.addEventListener('pointerover', showTip);
	matrix.addEventListener('pointerleave', () => {
		tip.hidden = true;
	});
	byId('list').addEventListener('click', (event) => {
		const link = event.target.closest('a');

		if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0)
			return;
		event.preventDefault();
		openTest(tests[Number(link.dataset.index)], true);
	});
	addEventListener('keydown', pageKey);
	addEventListener('popstate', followAddress);
}

document.body.append(tip);
fillHead(page);
buildMatrix();
listen();
followAddress();
