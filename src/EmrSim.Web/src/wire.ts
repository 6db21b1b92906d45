// Written from /openapi/v1.json; a test says how when it is out of date.

/** The cases as a teacher sees them. */
export interface CaseList {
  /** In the order of their ids. */
  cases: ListedCase[];
  /** What the validation found in all the content. */
  problems: ContentFinding[];
}

/** One item of the checklist. */
export interface ChecklistPoint {
  /** Its id. */
  id: string;
  /** What is to be done. */
  text: string;
  /** When. */
  phase: string | null;
  /** What it is part of. */
  domain: string | null;
  /** Whether an encounter without it fails. */
  critical: boolean;
}

/** What a finished transcript holds, and what it lacks. */
export interface Completeness {
  /** final or abandoned. */
  state: string;
  /** Utterances that are known of. */
  expected: number;
  /** Of these, with their words. */
  final: number;
  /** Of these, heard but not understood. */
  failed: number;
  /** Of these, cut off while being spoken. */
  interrupted: number;
  /** Of these, given up when the encounter ended. */
  abandoned: number;
  /** Of these, told by the voice service itself. */
  witnessed: number;
}

/** Something that the validation found. */
export interface ContentFinding {
  /** error or warning. */
  severity: string;
  /** A stable name. */
  code: string;
  /** The file and the place in it. */
  where: string;
  /** What is wrong and what to do. */
  message: string;
}

/** An encounter's state, phase or gate has changed. */
export interface EncounterChange {
  /** The encounter. */
  sessionId: string;
  /** active, ending, draining, final or abandoned. */
  state: string;
  /** subjective, objective or treatment_plan. */
  phase: string;
  /** What must have happened before an examination may begin. `true` once it has. */
  gate: { greeting_done: boolean; intro_done: boolean; consent_done: boolean; identity_verified: boolean; locked_pressure_count: number; supervisor_escalated: boolean };
  /** Its place in the encounter's log. */
  seq: number;
}

/** A new encounter. */
export interface EncounterCreated {
  /** The student's capability for everything that follows. */
  session_id: string;
  /** A second id that existing clients expect. */
  sps_session_id: string;
  /** subjective. */
  phase: string;
  /** Nothing has happened yet. */
  gate: GateFlags;
  /** Always UNLOCKED. */
  gate_state?: string;
}

/** The answer to an end. */
export interface EncounterEnded {
  /** What the transcript holds. */
  metrics: Completeness;
  /** Always ended. */
  summary?: string;
}

/** A part of the list, the newest first. */
export interface EncounterList {
  /** At most as many as one page holds. */
  encounters: ListedEncounter[];
  /** What to ask for as before= to read on; null at the end. */
  before: number | null;
}

/** An encounter as it stands. */
export interface EncounterView {
  /** Its id. */
  session_id: string;
  /** active, ending, draining, final or abandoned. */
  state: string;
  /** subjective, objective or treatment_plan. */
  phase: string;
  /** What has happened of what must happen before an examination. */
  gate: GateFlags;
  completeness?: Completeness | null;
  /** The patient. */
  persona_id: string;
  /** The case. */
  scenario_id: string;
  /** Whom the student talks to, when it is not the patient. */
  role_id?: string | null;
  /** The language of the encounter, when one was asked for. */
  language?: string | null;
  /** When it began. */
  started_at: string;
  /** When its end was asked for; null before. */
  ended_at?: string | null;
  /** The newest place in its log: what the live feed is asked to go on from. */
  seq: number;
}

/** A case with everything a student must not know. */
export interface FacultyCase {
  /** Its id. */
  scenario_id: string;
  /** As its author called it. */
  title: string;
  /** What the patient has. */
  diagnoses: string[];
  /** What else was thought of, and why not. */
  differentials: string[];
  /** What the patient tells when asked. */
  history: KeyPoint[];
  /** What an examination finds. */
  findings: KeyPoint[];
  /** What is to be learned. */
  objectives: string[];
  /** What a good encounter contains. */
  checklist: ChecklistPoint[];
  /** The author's notes to teachers. */
  notes: string[];
  /** What the case rests on. */
  sources: string[];
  /** What the validation found in its files. */
  problems: ContentFinding[];
}

export interface FeedAnswer {
  state: string;
  peers: number;
  lines: LineAnswer[];
}

/** What must have happened before an examination may begin. `true` once it has. */
export interface GateFlags {
  /** The student greeted the patient. */
  greeting_done?: boolean;
  /** The student said who they are. */
  intro_done?: boolean;
  /** The patient consented to proceed. */
  consent_done?: boolean;
  /** Name and date of birth were checked. */
  identity_verified?: boolean;
  /** How often the student pressed on while a gate was closed. */
  locked_pressure_count?: number;
  /** Whether the supervisor was called in. */
  supervisor_escalated?: boolean;
}

export interface HealthAnswer {
  ok: boolean;
  status: string;
  uptime_s: number;
  db: string;
  openai: string;
  storage: string;
  warnings: string[];
  features: HealthFeatures;
  redis: RedisAnswer;
  tiers: TierAnswer[];
  feed: FeedAnswer;
  version: string;
  error: string | null;
  details: string | null;
}

export interface HealthFeatures {
  voiceEnabled: boolean;
  spsEnabled: boolean;
  voiceDebug: boolean;
}

export type JsonElement = unknown;

/** One thing that is asked or examined. */
export interface KeyPoint {
  /** What it is called. */
  label: string;
  /** What comes of it. */
  text: string;
}

export interface LineAnswer {
  name: string;
  believed: boolean;
  echo_ms: number;
  problem: string | null;
  since: string;
}

/** A case in a teacher's list. */
export interface ListedCase {
  /** Its id. */
  scenario_id: string;
  /** As its author called it. */
  title: string;
  /** The region of the body. */
  region: string;
  /** easy, moderate or advanced. */
  difficulty: string | null;
  /** How many items its checklist has. */
  checklist_items: number;
  /** How many problems its files have. */
  problems: number;
}

/** An encounter in a teacher's list. */
export interface ListedEncounter {
  /** Its id. */
  session_id: string;
  /** The patient's name. */
  patient: string;
  /** The case as its author called it. */
  title: string;
  /** The case's id. */
  scenario_id: string;
  /** active, ending, draining, final or abandoned. */
  state: string;
  /** subjective, objective or treatment_plan. */
  phase: string;
  /** What has happened of what must happen. */
  gate: GateFlags;
  /** How many there are so far. */
  utterances: number;
  /** When it began, in unix milliseconds. */
  started_at_ms: number;
  /** When something last happened in it, in unix milliseconds. */
  touched_at_ms: number;
  /** The words that were searched for and what is around them; null without a search. */
  excerpt: string | null;
}

/** One line of the log. */
export interface LoggedFact {
  /** When, in unix milliseconds. */
  at_ms: number;
  /** information, warning, error or critical. */
  level: string;
  /** What it says. */
  text: string;
}

/** Something shown beside the words. */
export interface MediaRef {
  /** Its id in the scenario's media library. */
  id: string;
  /** Where it is. */
  url?: string | null;
  /** image, video or youtube. */
  type?: string | null;
  /** What is written under it. */
  title?: string | null;
}

/** All personas. */
export interface PersonaList {
  /** In the order of their ids. */
  personas: PersonaSummary[];
}

/** A persona as listed. */
export interface PersonaSummary {
  /** Names the persona in every other request. */
  id: string;
  /** The name that is shown. */
  display_name: string;
  /** Who this is, in one line. */
  headline: string | null;
  /** In years. */
  age: number | null;
  /** As the author wrote it. */
  sex: string | null;
  /** The voice of the service that this persona speaks with, or null for the default. */
  voice: string | null;
  /** Left out when there are none. */
  tags: string[] | null;
}

export interface RedisAnswer {
  configured: boolean;
  connected: boolean;
  url: string | null;
  version: string | null;
  last_error: string | null;
  since: string | null;
}

/** What the student thinks of the encounter before anyone else has judged it. */
export interface Reflection {
  /** What went well. */
  went_well: string;
  /** What the student would do differently. */
  to_improve: string;
  /** What the student takes along. */
  take_away: string;
  /** When it was last written; null when nothing was written yet. */
  written_at: string | null;
}

/** One instance as it told of itself. */
export interface RunningInstance {
  /** Its id. */
  id: string;
  /** When it began, in unix milliseconds. */
  started_at_ms: number;
  /** When it last told of itself, in unix milliseconds. */
  seen_at_ms: number;
  /** Names and values that it told. */
  facts: Record<string, string>;
}

/** All scenarios. */
export interface ScenarioList {
  /** In the order of their ids. */
  scenarios: ScenarioSummary[];
}

/** A scenario as listed. */
export interface ScenarioSummary {
  /** Names the scenario in every other request. */
  scenario_id: string;
  /** A short name that tells nothing of the case. */
  student_case_id: string;
  /** What the case is called; without the diagnosis for students. */
  title: string;
  /** The region of the body. */
  region: string;
  /** easy, moderate or advanced. */
  difficulty: string | null;
  /** Where the encounter takes place. */
  setting: string | null;
  /** For searching. */
  tags: string[];
  /** The persona that the author linked, or null. */
  persona_id: string | null;
  /** That persona's name. */
  persona_name: string | null;
  /** That persona's headline. */
  persona_headline: string | null;
  /** Ids of personas that suit the case, the best first. */
  suggested_personas: string[];
  guardrails: JsonElement | null;
  /** What is practised: history, safety, examination, clinical_reasoning, communication, plan_of_care; told with audience=student. */
  practises?: string[] | null;
}

/** Some seconds of the answering instance. */
export interface StatusSample {
  /** When they ended, in unix milliseconds. */
  at_ms: number;
  /** Requests a second. */
  requests: number;
  /** Answers of 500 and above. */
  errors: number;
  /** Response time of nearly all recent requests. */
  p95_ms: number;
  /** Utterances told a second. */
  utterances: number;
  /** Mean time of an operation of the session store. */
  store_ms: number;
  /** Mean time from another instance's commit to those who watch here. */
  lag_ms: number;
  /** Memory in use. */
  memory_mb: number;
}

/** The session store's server. */
export interface StoreServer {
  /** Whether it is used just now. */
  connected: boolean;
  /** Its address without secrets. */
  url: string;
  /** What it is. */
  kind: string | null;
  /** Its version. */
  version: string | null;
  /** Since when it has been so, in unix milliseconds. */
  since_ms: number;
}

/** One tier. */
export interface StoreTier {
  /** Its name. */
  name: string;
  /** The state of its breaker. */
  state: string;
  /** Whether it holds what should be above. */
  holds_entries: boolean;
  /** How long it takes for nearly all operations. */
  p95_ms: number;
  /** What failed last. */
  last_failure: string | null;
}

/** What an operator sees at a glance. */
export interface SystemStatus {
  /** healthy, degraded or unhealthy. */
  status: string;
  /** What is not as it should be, as stable names. */
  warnings: string[];
  /** The instance that answers. */
  instance: string;
  /** Its build. */
  version: string;
  /** The database, without secrets. */
  database: string;
  server: StoreServer | null;
  /** The tiers of the session store as the answering instance finds them. */
  tiers: StoreTier[];
  /** All instances that announce themselves. */
  instances: RunningInstance[];
  /** Encounters of all instances by state. */
  encounters: Record<string, number>;
  /** What the answering instance has logged lately, newest first. */
  events: LoggedFact[];
  /** The last quarter of an hour of the answering instance, oldest first. */
  history: StatusSample[];
}

/** Whether whoever asks may see what teachers see. */
export interface TeacherDoor {
  /** True for this caller. */
  open: boolean;
  /** Whether a key is the way in; false where teachers can't be let in at all. */
  needs_key: boolean;
}

export interface TierAnswer {
  name: string;
  state: string;
  holds_entries: boolean;
  last_ms: number;
  last_failure: string | null;
}

/** A finished transcript with its encounter. */
export interface TranscriptDocument {
  /** The encounter. */
  session: EncounterView;
  /** The patient's name. */
  patient: string;
  /** The scenario's title. */
  scenario: string;
  /** In the order of the conversation. */
  turns: TranscriptTurn[];
}

/** An utterance as the live feed tells it. The same item may come again with a higher revision; the last one counts. */
export interface TranscriptEntry {
  /** The encounter it belongs to. */
  sessionId: string;
  /** user for the student, assistant for the patient's side. */
  role: string;
  /** The words so far. */
  text: string;
  /** False for words that are still being spoken; those are shown and never stored. */
  isFinal: boolean;
  /** When it was finished, in unix milliseconds. */
  timestamp: number;
  /** When the speaker began, in unix milliseconds. */
  startedAtMs?: number | null;
  /** When it was finished, in unix milliseconds. */
  finalizedAtMs: number;
  /** When its source sent it, in unix milliseconds. */
  emittedAtMs: number;
  /** Its id within the encounter. */
  itemId?: string | null;
  /** The item that it follows, when known. */
  previousItemId?: string | null;
  media?: unknown;
  /** witness, relay, client or text. */
  source: string;
  /** Its place in the encounter's log; 0 for partials, which have none. */
  seq: number;
  /** Grows with every change of the item; 0 for partials. */
  revision: number;
  /** partial, final, failed, interrupted or abandoned. */
  state: string;
}

/** Words were lost on their way, and why. */
export interface TranscriptErrorNotice {
  /** The encounter. */
  sessionId: string;
  /** What the source said. */
  error: string;
  /** When, in unix milliseconds. */
  timestamp: number;
}

/** A finished utterance of a transcript. */
export interface TranscriptTurn {
  /** Unique among all turns. */
  id: string;
  /** user for the student, assistant for the patient's side. */
  role: string;
  /** What was said. */
  text: string;
  /** When it was said. */
  created_at: string;
  /** When it was said, in unix milliseconds. */
  timestamp: number;
  /** The place of its last change in the encounter's log. */
  seq: number;
  /** Its id within the encounter. */
  item_id: string;
  /** The item that it follows, when known. */
  previous_item_id?: string | null;
  /** final or interrupted. */
  state: string;
  /** Grows with every change. */
  revision: number;
  /** audio or text. */
  channel: string;
  /** witness, relay, client or text. */
  source: string;
  /** When the speaker began, in unix milliseconds, when known. */
  started_at_ms?: number | null;
  media?: JsonElement | null;
  /** True when the item that it follows never came, so that its place is by arrival. */
  unplaced?: boolean;
}

/** The transcript so far. */
export interface TurnList {
  /** In the order of the conversation. */
  turns: TranscriptTurn[];
  /** Always false: every instance knows every encounter. */
  stateless?: boolean;
}

/** What became of posted turns. */
export interface TurnsSaved {
  /** Always true. */
  ok: boolean;
  /** All entries of the request, blank ones included. */
  received: number;
  /** Turns that are new. */
  saved: number;
  /** Turns that were there already. */
  duplicates: number;
  /** Always false. */
  stateless?: boolean;
}

export interface VersionAnswer {
  buildTime: string;
  gitSha: string | null;
  gitBranch: string | null;
  env: string;
  version: string;
}

/** The answer of `POST /api/voice/instructions`: what a model patient would be told. */
export interface VoiceInstructions {
  /** The instructions. */
  instructions: string;
  /** The phase that they are for. */
  phase: string;
  /** Labels of what must still happen before an examination. */
  outstanding_gate: string[];
  /** The role that they are for, as asked for. */
  role_id: string | null;
  /** The roles of the case. */
  available_roles: string[];
  /** The facts of the kit that went in, when there are any. */
  retrieved_ids?: string[] | null;
  debug?: VoiceInstructionsOrigin | null;
}

/** The case behind the instructions. */
export interface VoiceInstructionsOrigin {
  /** The scenario. */
  scenario_id: string;
  /** The kit's case, when one is known. */
  mapped_case_id: string | null;
}

/** The answer of `GET /api/voice/voices`. */
export interface VoiceList {
  /** The voices that the voice service knows. */
  voices: string[];
}

/** The patient as a voice page shows it. */
export interface VoicePersona {
  /** The persona's id. */
  id: string;
  /** The preferred name, else the name, else the id. */
  display_name: string;
  speaking_rate: JsonElement | null;
  /** As the persona's file has it, also when no such voice exists. */
  voice_id: string | null;
}

/** The answer of `POST /api/voice/token`: what a browser needs to open a voice call. */
export interface VoiceToken {
  /** The short-lived secret of the call. Kept by the server too, for `POST /api/voice/sdp`. */
  rtc_token: string;
  /** The voice model that the call was made for. */
  model: string;
  /** The voice that speaks. */
  tts_voice: string;
  persona: VoicePersona | null;
  /** `phase` and `role_id` that the instructions were made for; empty when persona or scenario is unknown. */
  context: Record<string, string>;
  /** The terms of the token. */
  opts: VoiceTokenTerms;
}

/** The terms of a token. */
export interface VoiceTokenTerms {
  /** The moment of its end, in seconds since 1970, by the voice service's clock. */
  expires_at: number;
}
