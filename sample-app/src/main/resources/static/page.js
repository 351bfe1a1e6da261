/*
 * Keys, names of applications and hosts are what users made them: they reach the page as text (textContent), never as HTML.
 */

const SKU = 'ticket';
const RETRY_MILLIS = 5000;
const GONE_MILLIS = 2000;
const SUMMARY_MILLIS = 5000;

const byId = (id) => document.getElementById(id);
const number = new Intl.NumberFormat('en');

function element(name, text, attributes = {}) {
  const created = document.createElement(name);
  created.textContent = text;
  Object.entries(attributes).forEach(([attribute, value]) => created.setAttribute(attribute, value));
  return created;
}

function duration(millis) {
  if (millis < 100) {
    return `${Math.max(0, millis)} ms`;
  }
  const seconds = millis / 1000;
  if (seconds < 10) {
    return `${seconds.toFixed(1)} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  }
  return `${number.format(Math.floor(seconds / 3600))} h ${Math.floor(seconds / 60) % 60} min`;
}

async function send(method, path) {
  const response = await fetch(path, { method });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw Object.assign(new Error(body.detail ?? body.error ?? `The answer was ${response.status}.`),
      { status: response.status });
  }
  return body;
}

function reason(error) {
  return (error instanceof TypeError) ? 'The application does not answer.' : error.message;
}

/** A button that works stays focusable, but does nothing when it is pressed again. */
async function whileBusy(buttons, work) {
  if (buttons.some((button) => button.ariaDisabled === 'true')) {
    return;
  }
  buttons.forEach((button) => button.ariaDisabled = 'true');
  try {
    await work();
  }
  finally {
    buttons.forEach((button) => button.ariaDisabled = 'false');
  }
}

// Sales

const saleForm = byId('sale');

saleForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const locked = event.submitter?.value === 'true';
  const query = new URLSearchParams({ units: saleForm.units.value, buyers: saleForm.buyers.value, locked });
  whileBusy([...saleForm.querySelectorAll('button')], async () => {
    const result = byId(locked ? 'with' : 'without');
    showResult(result, '', 'Selling', `${number.format(saleForm.buyers.value)} buyers have come.`, []);
    try {
      showSale(result, await send('POST', `stock/${SKU}/sale?${query}`));
    }
    catch (error) {
      showResult(result, 'bad', 'No sale', reason(error), []);
    }
  });
});

function showResult(result, outcome, verdict, facts, tickets) {
  result.classList.toggle('good', outcome === 'good');
  result.classList.toggle('bad', outcome === 'bad');
  result.querySelector('.verdict').textContent = verdict;
  result.querySelector('.facts').textContent = facts;
  result.querySelector('.tickets').replaceChildren(...tickets.map((ticket) => element('span', '', { class: ticket })));
}

function showSale(result, sale) {
  const oversold = Math.max(0, sale.sold - sale.units);
  const twice = sale.sold + sale.left - sale.units;
  const facts = [`${number.format(sale.sold)} sold`, `${number.format(sale.soldOut)} turned away`,
    `stock level ${number.format(sale.left)}`, duration(sale.millis)];
  if (sale.gaveUp > 0) {
    facts.splice(2, 0, `${number.format(sale.gaveUp)} gave up waiting`);
  }
  const tickets = [...Array(Math.min(sale.sold, sale.units)).fill('sold'),
    ...Array(Math.max(0, sale.units - sale.sold)).fill('left'), ...Array(oversold).fill('oversold')];
  let verdict = 'Exact';
  if (oversold > 0) {
    verdict = `Oversold by ${number.format(oversold)}`;
  }
  else if (twice !== 0) {
    verdict = `Wrong by ${number.format(Math.abs(twice))}`;
  }
  showResult(result, (verdict === 'Exact') ? 'good' : 'bad', verdict, facts.join(' · '), tickets);
}

// Locks

const table = byId('locks');
const rows = new Map();

class Row {

  constructor(key) {
    this.key = key;
    this.longest = 1;
    this.element = element('tr', '', { role: 'row' });
    const header = element('th', '', { role: 'rowheader', scope: 'row' });
    header.append(element('bdi', key));
    this.holder = this.cell('Holder', '');
    this.held = this.cell('Held for', 'figure');
    this.left = this.cell('Time to live', 'figure');
    this.token = this.cell('Fencing token', 'figure');
    this.waiting = this.cell('Waiting', 'figure');
    this.leftText = element('span', '');
    this.bar = element('span', '');
    const bar = element('span', '', { class: 'bar', 'aria-hidden': 'true' });
    bar.append(this.bar);
    this.left.append(this.leftText, bar);
    this.button = element('button', 'Release', { 'aria-label': `Release ${key} by force` });
    this.button.addEventListener('click', () => confirmRelease(key));
    const action = element('td', '', { role: 'cell' });
    action.append(this.button);
    this.element.append(header, this.holder, this.held, this.left, this.token, this.waiting, action);
  }

  cell(label, style) {
    return element('td', '', { role: 'cell', class: style, 'data-label': label });
  }

  show({ lock, here, waitingHere }, now) {
    clearTimeout(this.removal);
    this.removal = undefined;
    this.element.classList.remove('gone');
    this.longest = Math.max(this.longest, lock.remainingMillis);
    this.showHolder(lock.holder, here);
    this.held.textContent = (lock.since) ? duration(now - Date.parse(lock.since)) : '–';
    this.leftText.textContent = duration(lock.remainingMillis);
    this.bar.style.width = `${100 * lock.remainingMillis / this.longest}%`;
    this.token.textContent = lock.fencingToken ?? '–';
    this.showWaiting(waitingHere, lock.waiting);
  }

  showWaiting(here, queued) {
    const inTheQueue = `${number.format(queued)} in the queue`;
    if (here === 0) {
      this.waiting.textContent = (queued > 0) ? inTheQueue : 'nobody';
      return;
    }
    this.waiting.textContent = `${number.format(here)} here`;
    if (queued > 0) {
      this.waiting.append(element('small', inTheQueue));
    }
  }

  showHolder(holder, here) {
    const text = JSON.stringify([holder, here]);
    if (text !== this.holderText) {
      this.holderText = text;
      this.holder.replaceChildren(element('bdi', holder?.application ?? 'another program'));
      if (holder) {
        this.holder.append(element('small', `${here ? 'this instance' : holder.host}, pid ${holder.pid}`));
      }
    }
  }

  /** Let it stay for a moment, so that nothing flickers. */
  leave() {
    if (this.removal === undefined) {
      this.element.classList.add('gone');
      this.leftText.textContent = 'free';
      this.bar.style.width = '0';
      this.waiting.textContent = '';
      if (this.element.contains(document.activeElement)) {
        byId('locks-title').focus();
      }
      this.removal = setTimeout(() => {
        rows.delete(this.key);
        this.element.remove();
        showWhetherEmpty();
      }, GONE_MILLIS);
    }
  }

}

function show(state) {
  if (state.problem) {
    table.classList.add('stale');
    setFeed('Waiting', false);
    setMessage(state.problem, true, 'problem');
    return;
  }
  table.classList.remove('stale');
  setFeed('Live', true);
  clearMessage('problem');
  const now = Date.parse(state.time);
  const held = new Set(state.locks.map((row) => row.lock.key));
  rows.forEach((row, key) => held.has(key) || row.leave());
  state.locks.forEach((locked) => rowOf(locked.lock.key).show(locked, now));
  byId('more').hidden = !state.more;
  showTotals(state.totals);
  showWhetherEmpty();
  summarize(state);
}

function rowOf(key) {
  let row = rows.get(key);
  if (!row) {
    row = new Row(key);
    rows.set(key, row);
    // In the order of the keys, and without moving other rows, one of which may have the focus
    const next = [...rows.values()].filter((other) => other.key > key)
      .reduce((first, other) => (!first || other.key < first.key) ? other : first, undefined);
    table.tBodies[0].insertBefore(row.element, next?.element ?? null);
  }
  return row;
}

function showWhetherEmpty() {
  byId('none').hidden = rows.size > 0;
  table.hidden = rows.size === 0;
}

function showTotals(totals) {
  const facts = { held: 'held here', waiting: 'waiting here', acquired: 'acquired', localHandOvers: 'passed on in this instance',
    remoteHandOvers: 'handed over by the store', lost: 'lost' };
  byId('totals').replaceChildren(...Object.entries(facts).map(([fact, label]) => {
    const group = element('div', '');
    group.append(element('dt', label), element('dd', number.format(totals[fact])));
    return group;
  }));
}

/** What a screen reader says: not each change, but now and then how many there are. */
let summarized = { at: 0, locks: 0 };

function summarize({ locks }) {
  const now = performance.now();
  if (locks.length !== summarized.locks && now - summarized.at > SUMMARY_MILLIS) {
    summarized = { at: now, locks: locks.length };
    byId('summary').textContent = (locks.length === 1) ? '1 lock is held.' : `${number.format(locks.length)} locks are held.`;
  }
}

function setFeed(text, live) {
  const feed = byId('feed');
  if (feed.textContent !== text) {
    feed.textContent = text;
    feed.classList.toggle('live', live);
  }
}

function setMessage(text, bad = false, kind = 'action') {
  const message = byId('message');
  setText(message, text, bad);
  message.dataset.kind = kind;
}

function setText(status, text, bad = false) {
  if (status.textContent !== text) {
    status.textContent = text;
  }
  status.classList.toggle('bad', bad);
}

function clearMessage(kind) {
  if (byId('message').dataset.kind === kind) {
    setMessage('');
  }
}

/** How a count ends has its own place: it may end at the very moment when a release that ended it is confirmed. */
byId('count').addEventListener('click', () => whileBusy([byId('count')], async () => {
  setText(byId('counted'), '');
  try {
    const counted = await send('POST', `stock/${SKU}/count`);
    setText(byId('counted'), `Counted: there are ${number.format(counted.quantity)} tickets.`);
  }
  catch (error) {
    setText(byId('counted'), reason(error), true);
  }
}));

const dialog = byId('confirm');

function confirmRelease(key) {
  byId('confirm-key').textContent = key;
  dialog.returnValue = '';
  dialog.onclose = () => dialog.returnValue === 'release' && release(key);
  dialog.showModal();
}

async function release(key) {
  try {
    await send('DELETE', `actuator/locks?key=${encodeURIComponent(key)}`);
    setMessage(`Released ${key} by force.`);
  }
  catch (error) {
    setMessage((error.status === 404) ? `Nobody holds ${key} any more.` : `${key} is not released. ${reason(error)}`, true);
  }
}

// The feed. A page that nobody looks at has none.

let source;
let retry;

function connect() {
  disconnect();
  source = new EventSource('locks');
  source.addEventListener('locks', (event) => show(JSON.parse(event.data)));
  source.addEventListener('error', () => {
    table.classList.add('stale');
    setFeed('Reconnecting', false);
    if (source.readyState === EventSource.CLOSED) {
      retry = setTimeout(connect, RETRY_MILLIS);
    }
  });
}

function disconnect() {
  clearTimeout(retry);
  source?.close();
}

document.addEventListener('visibilitychange', () => document.hidden ? disconnect() : connect());
addEventListener('pagehide', disconnect);
showWhetherEmpty();
connect();
