/** The provider's events as far as the page reads them; whatever else comes is left alone. */
export interface RealtimeEvent {
  type: string;
  item_id?: string;
  previous_item_id?: string | null;
  delta?: string;
  transcript?: string;
  item?: { id?: string; role?: string; type?: string; content?: { type?: string; text?: string; transcript?: string }[] };
  response?: { id?: string; status?: string; output?: { id?: string }[] };
  session?: { audio?: { input?: { turn_detection?: unknown } } };
  error?: { message?: string; code?: string; type?: string };
}
