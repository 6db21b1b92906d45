import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Captions, type Heard } from './Captions';
import type { RealtimeEvent } from './RealtimeEvent';

function hear(...events: RealtimeEvent[]) {
  const told: Heard[] = [];
  const captions = new Captions(heard => told.push(heard), [{ id: 'chart', url: '/media/chart.svg' }], () => 0);
  for (const event of events) captions.take(event);
  return { captions, told, finals: told.filter(heard => heard.final).map(({ said }) => `${said.role}/${said.state}: ${said.text}`) };
}

const transcription = 'conversation.item.input_audio_transcription';
const delta = (item_id: string, text: string): RealtimeEvent => ({ type: 'response.output_audio_transcript.delta', item_id, delta: text });

test('the student’s words may come after the answer has ended', () => {
  const { told, finals } = hear(
    { type: 'input_audio_buffer.committed', item_id: 'u', previous_item_id: null },
    { type: 'conversation.item.added', item: { id: 'p', role: 'assistant' }, previous_item_id: 'u' },
    delta('p', 'Yes.'),
    { type: 'response.done', response: { status: 'completed', output: [{ id: 'p' }] } },
    { type: `${transcription}.completed`, item_id: 'u', transcript: 'Does it hurt?' },
  );
  assert.deepEqual(finals, ['assistant/final: Yes.', 'user/final: Does it hurt?']);
  assert.equal(told.find(heard => heard.final)?.said.previous, 'u');
});

test('deltas of two items that interleave stay apart', () => {
  const { finals } = hear(delta('a', 'One '), delta('b', 'Two '), delta('a', 'one.'), delta('b', 'two.'), { type: 'response.done', response: { status: 'completed', output: [{ id: 'a' }, { id: 'b' }] } });
  assert.deepEqual(finals, ['assistant/final: One one.', 'assistant/final: Two two.']);
});

test('an answer that is cut off is marked so, and its end is believed once', () => {
  const end: RealtimeEvent = { type: 'response.done', response: { status: 'cancelled', output: [{ id: 'a' }] } };
  const { finals } = hear(delta('a', 'It began wh'), end, delta('a', 'en I ran'), end);
  assert.deepEqual(finals, ['assistant/interrupted: It began wh']);
});

test('words that were not understood are settled without any', () => {
  const { captions, finals } = hear({ type: 'input_audio_buffer.committed', item_id: 'u' }, { type: `${transcription}.failed`, item_id: 'u' });
  assert.deepEqual(finals, ['user/failed: ']);
  assert.equal(captions.outstanding, 0);
});

test('what repeats the conversation before the call is no news, and what follows it follows the original', () => {
  const told: Heard[] = [];
  const captions = new Captions(heard => told.push(heard), []);
  captions.repeat('past_0', 'msg-1-answer');
  captions.take({ type: 'conversation.item.added', item: { id: 'past_0', role: 'user', content: [{ type: 'input_text', text: 'Hello.' }] } });
  captions.take({ type: 'conversation.item.added', item: { id: 'typed', role: 'user', content: [{ type: 'input_text', text: 'Since when?' }] }, previous_item_id: 'past_0' });
  assert.deepEqual(told.filter(heard => heard.final).map(({ said }) => [said.id, said.previous, said.text]), [['typed', 'msg-1-answer', 'Since when?']]);
});

test('markers of pictures are neither shown nor kept', () => {
  const { told } = hear(delta('a', 'Here. [MEDIA:ch'), delta('a', 'art] You see?'), { type: 'response.done', response: { status: 'completed', output: [{ id: 'a' }] } });
  assert.ok(told.every(heard => !heard.said.text.includes('MEDIA')));
  assert.deepEqual([told.at(-1)?.said.text, told.at(-1)?.said.media[0]?.id], ['Here. You see?', 'chart']);
});
