import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange } from './order';
import type { Utterance } from './utterance';

const said = (id: string, more: Partial<Utterance> = {}): Utterance => ({ id, role: 'user', text: id, state: 'final', revision: 1, seq: 0, startedAt: 0, media: [], source: 'text', ...more });
const ids = (items: Utterance[]) => arrange(items).map(item => item.id).join(' ');

test('each utterance follows the one it names, however they came', () => {
  assert.equal(ids([said('c', { previous: 'b', seq: 1 }), said('a', { seq: 3 }), said('b', { previous: 'a', seq: 2 })]), 'a b c');
});

test('of two that name the same, the one told first comes first, and what has no place yet comes last', () => {
  assert.equal(ids([said('a', { seq: 1 }), said('late', { previous: 'a' }), said('second', { previous: 'a', seq: 5 }), said('first', { previous: 'a', seq: 4 })]), 'a first second late');
});

test('without a predecessor time decides', () => {
  assert.equal(ids([said('b', { startedAt: 2, seq: 1 }), said('a', { startedAt: 1, seq: 2 })]), 'a b');
});

test('orphans and circles stand at the end and nothing is lost', () => {
  assert.equal(ids([said('x', { previous: 'y', seq: 1 }), said('y', { previous: 'x', seq: 2 }), said('orphan', { previous: 'nobody', seq: 3 }), said('a', { seq: 4 })]), 'a orphan x y');
});

test('a long chain is arranged without recursion', () => {
  const chain = Array.from({ length: 20_000 }, (_, n) => said(`i${n}`, { previous: n ? `i${n - 1}` : undefined, seq: n }));
  assert.equal(arrange(chain.reverse()).at(-1)?.id, 'i19999');
});
