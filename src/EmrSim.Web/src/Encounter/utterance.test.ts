import assert from 'node:assert/strict';
import { test } from 'node:test';
import { merge, type Utterance } from './utterance';

const said = (text: string, state: string, revision = 0): Utterance => ({ id: 'a', role: 'user', text, state, revision, seq: revision, startedAt: 0, media: [], source: 'relay' });

test('what was told twice changes nothing', () => {
  assert.equal(merge(said('Hello.', 'final', 1), said('Hello.', 'final', 1)), undefined);
});

test('the highest revision counts, whenever it comes', () => {
  assert.equal(merge(said('Hello', 'final', 1), said('Hello there', 'final', 2))?.text, 'Hello there');
  assert.equal(merge(said('Hello there', 'final', 2), said('Hello', 'final', 1)), undefined);
});

test('words still being spoken neither shrink nor come back after the end', () => {
  assert.equal(merge(said('Hello th', 'partial'), said('Hel', 'partial')), undefined);
  assert.equal(merge(said('Hel', 'partial'), said('Hello th', 'partial'))?.text, 'Hello th');
  assert.equal(merge(said('Hello there', 'final', 1), said('Hello th', 'partial')), undefined);
});
