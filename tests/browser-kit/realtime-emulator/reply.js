/** The patient's answer, word by word, with sound: the student's own packets, played back. */
export class Reply {
  running = false;
  spoken = '';

  constructor(call, words, wordMs) {
    this.call = call;
    this.words = words.split(/(?<= )/);
    this.wordMs = wordMs;
    this.id = `item_patient_${++call.items}`;
    this.response = `resp_${call.items}`;
  }

  start() {
    this.running = true;
    const { call, id, response } = this;
    call.send({ type: 'response.created', response: { id: response, status: 'in_progress' } });
    call.send({ type: 'response.output_item.added', response_id: response, item: { id, type: 'message', role: 'assistant', content: [] } });
    call.add({ id, type: 'message', role: 'assistant', content: [] });
    call.send({ type: 'output_audio_buffer.started', response_id: response });
    this.talking = setInterval(() => this.word(), this.wordMs);
    const voice = call.voice;
    let next = 0;
    this.sounding = setInterval(() => {
      if (voice.length === 0) return;
      call.record.packetsOut++;
      call.out.writeRtp(voice[next++ % voice.length].clone());
    }, 20);
  }

  word() {
    const delta = this.words.shift();
    if (delta === undefined) return this.end('completed');
    this.spoken += delta;
    this.call.send({ type: 'response.output_audio_transcript.delta', response_id: this.response, item_id: this.id, output_index: 0, content_index: 0, delta });
  }

  stop(reason) {
    if (this.running) this.end('cancelled', reason);
  }

  end(status, reason) {
    this.running = false;
    clearInterval(this.talking);
    clearInterval(this.sounding);
    const { call, id, response } = this;
    call.send({ type: 'response.output_audio_transcript.done', response_id: response, item_id: id, output_index: 0, content_index: 0, transcript: this.spoken });
    call.send({ type: 'response.done', response: { id: response, status, status_details: reason ? { type: 'cancelled', reason } : null, output: [{ id, type: 'message' }] } });
    if (status === 'cancelled') call.send({ type: 'conversation.item.truncated', item_id: id, content_index: 0, audio_end_ms: 0 });
    call.send({ type: status === 'completed' ? 'output_audio_buffer.stopped' : 'output_audio_buffer.cleared', response_id: response });
  }
}
