// SPDX-License-Identifier: MIT
// What both pages share. All text reaches the page as text, never as markup.
'use strict';

// Words for results, the worst first: [word, class, letter in a cell].
const WORDS = [
	['CRASH', 'broken', 'C'], ['FAIL', 'bad', 'F'], ['DMESG-FAIL', 'kernel', 'D'],
	['TIMEOUT', 'broken', 'T'], ['ABORT', 'broken', 'A'], ['INCOMPLETE', 'broken', 'I'],
	['DMESG-WARN', 'kernel', 'K'], ['WARN', 'odd', 'W'], ['NOTRUN', 'broken', 'N'],
	['REQUIRED-SKIP', 'bad', 'R'], ['XPASS', 'odd', 'X'], ['FLAKE', 'known', '~'],
	['XFAIL', 'known', 'x'], ['SKIP', 'skip', '–'], ['PASS', 'pass', ''],
];
const RANK = new Map(WORDS.map((entry, rank) => [entry[0], rank]));

const byId = (id) => document.getElementById(id);

// The JSON that the page carries.
const island = (id) => JSON.parse(byId(id).textContent);

// Characters that turn the direction of what follows would make a line read as another one.
const plain = (text) => text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

// An element with attributes and children; strings become text.
function h(tag, attributes, ...children)
{
	const element = document.createElement(tag);

	for (const [key, value] of Object.entries(attributes || {}))
		if (value !== null && value !== false)
			element.setAttribute(key, value);
	element.append(...children.flat(Infinity).filter((child) => child !== null && child !== '')
		.map((child) => (typeof child === 'string' ? plain(child) : child)));
	return element;
}

function word(text)
{
	const [, kind] = WORDS[RANK.get(text)] || WORDS[0];

	return h('span', {class: `word ${kind}`}, text);
}

// 0.021 s, 12.3 s, 2 min 5 s
function duration(seconds)
{
	if (seconds < 10)
		return `${seconds.toFixed(3)} s`;
	if (seconds < 60)
		return `${seconds.toFixed(1)} s`;
	return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

const plural = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

// The head: what it came to, in the words of igt_report summary.
function fillHead(page)
{
	const colon = page.headline.indexOf(':');

	document.title = `${page.headline.slice(0, colon)}: ${page.label}`;
	byId('verdict').textContent = page.headline.slice(0, colon);
	byId('verdict').classList.add(page.status);
	byId('headline').textContent = page.headline.slice(colon + 1).trim();
	byId('label').textContent = page.label;
	byId('about').textContent = page.about.join('  ·  ');
}

function factList(facts)
{
	return h('dl', {class: 'facts'},
		facts.map(([label, value]) => [h('dt', {}, label), h('dd', {}, value)]));
}

// A button that is on or off; @changed is told.
function chip(kind, label, count, pressed, changed)
{
	const button = h('button', {class: 'chip', type: 'button', 'aria-pressed': String(pressed)},
		kind ? h('span', {class: `dot ${kind}`}) : null, `${label} `,
		h('b', {}, String(count)));

	button.addEventListener('click', () => {
		const on = button.getAttribute('aria-pressed') !== 'true';

		button.setAttribute('aria-pressed', String(on));
		changed(on);
	});
	return button;
}

// What is chosen lives behind the # of the address, so that it can be sent to somebody.
const hash = {
	read() {
		return new URLSearchParams(location.hash.slice(1));
	},
	// @values: key to text, or to null or '' to leave it out. True if the address changed.
	write(values, remember) {
		const params = this.read();

		for (const [key, value] of Object.entries(values)) {
			if (value)
				params.set(key, value);
			else
				params.delete(key);
		}
		const text = `#${params.toString()}`;

		if (text === (location.hash || '#'))
			return false;
		if (remember)
			history.pushState(null, '', text);
		else
			history.replaceState(null, '', text);
		return true;
	},
};

// Every word of @query is in @text, which is in lower case.
function matches(text, words)
{
	return words.every((part) => text.includes(part));
}

const queryWords = (query) => query.toLowerCase().split(/\s+/).filter((part) => part !== '');
