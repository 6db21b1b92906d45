import { HubConnectionBuilder, HttpTransportType, LogLevel, type HubConnection } from '@microsoft/signalr';
import type { EncounterChange, TranscriptEntry } from '../wire';
import { longestSilence, type EncounterLine, type LineEvents } from './EncounterLine';

export class SocketLine implements EncounterLine {
  private readonly hub: HubConnection;
  private closed = false;

  constructor(
    private readonly id: string,
    private readonly tell: LineEvents,
  ) {
    // Straight to a WebSocket: one round trip less, and no instance has to remember a negotiation that another one made.
    this.hub = new HubConnectionBuilder()
      .withUrl('/hubs/encounter', { skipNegotiation: true, transport: HttpTransportType.WebSockets })
      .configureLogging(LogLevel.None)
      .build();
    this.hub.serverTimeoutInMilliseconds = longestSilence;
    this.hub.keepAliveIntervalInMilliseconds = 5_000;
    this.hub.on('Transcript', (entry: TranscriptEntry) => tell.onTranscript(entry));
    this.hub.on('EncounterChanged', (change: EncounterChange) => tell.onEncounter(change));
    this.hub.on('TranscriptError', (notice: { error: string }) => tell.onTrouble(notice.error));
    this.hub.on('Degraded', (state: string) => tell.onDegraded(state));
    this.hub.onclose(() => this.closed || tell.onBroken());
  }

  async open(after: number) {
    await this.hub.start();
    this.tell.onConnected();
    return this.hub.invoke<boolean>('JoinEncounter', this.id, after);
  }

  async check(after: number) {
    const missed = await this.hub.invoke<TranscriptEntry[]>('Catchup', this.id, after);
    for (const entry of missed) this.tell.onTranscript(entry);
  }

  close() {
    this.closed = true;
    void this.hub.stop().catch(() => undefined);
  }
}
