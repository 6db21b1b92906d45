import { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } from 'werift';
import { Ear } from './ear.js';
import { Reply } from './reply.js';

const loopback = ' 127.0.0.1 ';

const onlyLoopback = sdp =>
  sdp
    .split(/\r?\n/)
    .filter(line => !line.startsWith('a=candidate') || line.includes(loopback))
    .join('\r\n');

/** One call: an ear for the student, a reply of the patient, and the conversation between them. */
export class Call {
  record = { received: [], packetsIn: 0, packetsOut: 0, turns: 0, interrupted: 0 };
  detection = { type: 'server_vad' };
  last = null;
  items = 0;
  voice = [];

  constructor(script) {
    this.script = script;
    this.peer = new RTCPeerConnection({
      iceServers: [],
      iceUseIpv6: false,
      iceInterfaceAddresses: { udp4: '127.0.0.1' },
      iceAdditionalHostAddresses: ['127.0.0.1'],
      codecs: { audio: [new RTCRtpCodecParameters({ mimeType: 'audio/opus', clockRate: 48000, channels: 2 })] },
    });
    this.out = new MediaStreamTrack({ kind: 'audio' });
    this.peer.addTransceiver(this.out, { direction: 'sendrecv' });
    this.ear = new Ear({ onBegin: () => this.began(), onEnd: () => this.detection && this.committed() });
    this.peer.onTrack.subscribe(track => track.onReceiveRtp.subscribe(packet => this.hear(packet)));
    this.peer.onDataChannel.subscribe(channel => {
      this.channel = channel;
      channel.onMessage.subscribe(message => this.take(JSON.parse(message.toString())));
      this.send({ type: 'session.created', session: { type: 'realtime', audio: { input: { turn_detection: this.detection } } } });
    });
  }

  async answer(offer) {
    await this.peer.setRemoteDescription({ type: 'offer', sdp: onlyLoopback(offer) });
    await this.peer.setLocalDescription(await this.peer.createAnswer());
    return onlyLoopback(this.peer.localDescription.sdp);
  }

  send(event) {
    if (this.channel?.readyState === 'open') this.channel.send(JSON.stringify({ event_id: `event_${++this.items}`, ...event }));
  }

  close() {
    this.reply?.stop();
    void this.peer.close();
  }

  hear(packet) {
    this.record.packetsIn++;
    this.ear.take(packet.payload.length);
    this.voice = [...this.voice.slice(-100), packet.clone()];
  }

  began() {
    if (!this.detection) return;
    this.speaking ??= `item_user_${++this.items}`;
    this.send({ type: 'input_audio_buffer.speech_started', item_id: this.speaking, audio_start_ms: 0 });
    this.interrupt('turn_detected');
  }

  committed() {
    const said = this.script.student[this.record.turns] ?? `What the student said, part ${this.record.turns + 1}.`;
    const id = this.speaking ?? `item_user_${++this.items}`;
    this.speaking = undefined;
    this.record.turns++;
    this.send({ type: 'input_audio_buffer.speech_stopped', item_id: id, audio_end_ms: 0 });
    this.send({ type: 'input_audio_buffer.committed', item_id: id, previous_item_id: this.last });
    this.add({ id, type: 'message', role: 'user', content: [{ type: 'input_audio', transcript: null }] });
    // As with the real service, the words of the student come when they come: here after the reply has begun.
    const words = said.split(/(?<= )/);
    words.forEach((delta, index) =>
      setTimeout(() => this.send({ type: 'conversation.item.input_audio_transcription.delta', item_id: id, content_index: 0, delta }), 120 + index * 20),
    );
    setTimeout(() => this.send({ type: 'conversation.item.input_audio_transcription.completed', item_id: id, content_index: 0, transcript: said }), 150 + words.length * 20);
    if (this.detection) this.respond();
  }

  add(item) {
    this.send({ type: 'conversation.item.added', previous_item_id: this.last, item });
    this.last = item.id;
  }

  respond() {
    this.interrupt('turn_detected');
    const words = this.script.patient[this.replies ?? 0] ?? 'I see.';
    this.replies = (this.replies ?? 0) + 1;
    this.reply = new Reply(this, words, this.script.wordMs);
    this.reply.start();
  }

  interrupt(reason) {
    if (!this.reply?.running) return;
    this.record.interrupted++;
    this.reply.stop(reason);
  }

  take(event) {
    this.record.received.push(event);
    switch (event.type) {
      case 'session.update':
        this.detection = event.session.audio?.input?.turn_detection ?? null;
        return this.send({ type: 'session.updated', session: event.session });
      case 'conversation.item.create':
        return this.add({ ...event.item, id: event.item.id ?? `item_${++this.items}` });
      case 'input_audio_buffer.commit':
        return this.committed();
      case 'response.create':
        return this.respond();
      case 'response.cancel':
        return this.interrupt('client_cancelled');
      default:
    }
  }
}
