using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>Whether whoever asks may see what teachers see.</summary>
/// <param name="Open">True for this caller.</param>
/// <param name="NeedsKey">Whether a key is the way in; false where teachers can't be let in at all.</param>
public sealed record TeacherDoor([property: JsonPropertyName("open")] bool Open, [property: JsonPropertyName("needs_key")] bool NeedsKey);

/// <summary>An encounter in a teacher's list.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="Patient">The patient's name.</param>
/// <param name="Title">The case as its author called it.</param>
/// <param name="ScenarioId">The case's id.</param>
/// <param name="State">active, ending, draining, final or abandoned.</param>
/// <param name="Phase">subjective, objective or treatment_plan.</param>
/// <param name="Gate">What has happened of what must happen.</param>
/// <param name="Utterances">How many there are so far.</param>
/// <param name="StartedAtMs">When it began, in unix milliseconds.</param>
/// <param name="TouchedAtMs">When something last happened in it, in unix milliseconds.</param>
/// <param name="Excerpt">The words that were searched for and what is around them; null without a search.</param>
public sealed record ListedEncounter(
    [property: JsonPropertyName("session_id")] string SessionId,
    [property: JsonPropertyName("patient")] string Patient,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("scenario_id")] string ScenarioId,
    [property: JsonPropertyName("state")] string State,
    [property: JsonPropertyName("phase")] string Phase,
    [property: JsonPropertyName("gate")] GateFlags Gate,
    [property: JsonPropertyName("utterances")] int Utterances,
    [property: JsonPropertyName("started_at_ms")] long StartedAtMs,
    [property: JsonPropertyName("touched_at_ms")] long TouchedAtMs,
    [property: JsonPropertyName("excerpt")] string? Excerpt);

/// <summary>A part of the list, the newest first.</summary>
/// <param name="Encounters">At most as many as one page holds.</param>
/// <param name="Before">What to ask for as before= to read on; null at the end.</param>
public sealed record EncounterList(
    [property: JsonPropertyName("encounters")] IReadOnlyList<ListedEncounter> Encounters,
    [property: JsonPropertyName("before")] long? Before);

/// <summary>A case with everything a student must not know.</summary>
/// <param name="ScenarioId">Its id.</param>
/// <param name="Title">As its author called it.</param>
/// <param name="Diagnoses">What the patient has.</param>
/// <param name="Differentials">What else was thought of, and why not.</param>
/// <param name="History">What the patient tells when asked.</param>
/// <param name="Findings">What an examination finds.</param>
/// <param name="Objectives">What is to be learned.</param>
/// <param name="Checklist">What a good encounter contains.</param>
/// <param name="Notes">The author's notes to teachers.</param>
/// <param name="Sources">What the case rests on.</param>
/// <param name="Problems">What the validation found in its files.</param>
public sealed record FacultyCase(
    [property: JsonPropertyName("scenario_id")] string ScenarioId,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("diagnoses")] IReadOnlyList<string> Diagnoses,
    [property: JsonPropertyName("differentials")] IReadOnlyList<string> Differentials,
    [property: JsonPropertyName("history")] IReadOnlyList<KeyPoint> History,
    [property: JsonPropertyName("findings")] IReadOnlyList<KeyPoint> Findings,
    [property: JsonPropertyName("objectives")] IReadOnlyList<string> Objectives,
    [property: JsonPropertyName("checklist")] IReadOnlyList<ChecklistPoint> Checklist,
    [property: JsonPropertyName("notes")] IReadOnlyList<string> Notes,
    [property: JsonPropertyName("sources")] IReadOnlyList<string> Sources,
    [property: JsonPropertyName("problems")] IReadOnlyList<ContentFinding> Problems);

/// <summary>One thing that is asked or examined.</summary>
/// <param name="Label">What it is called.</param>
/// <param name="Text">What comes of it.</param>
public sealed record KeyPoint([property: JsonPropertyName("label")] string Label, [property: JsonPropertyName("text")] string Text);

/// <summary>One item of the checklist.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Text">What is to be done.</param>
/// <param name="Phase">When.</param>
/// <param name="Domain">What it is part of.</param>
/// <param name="Critical">Whether an encounter without it fails.</param>
public sealed record ChecklistPoint(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("text")] string Text,
    [property: JsonPropertyName("phase")] string? Phase,
    [property: JsonPropertyName("domain")] string? Domain,
    [property: JsonPropertyName("critical")] bool Critical);

/// <summary>Something that the validation found.</summary>
/// <param name="Severity">error or warning.</param>
/// <param name="Code">A stable name.</param>
/// <param name="Where">The file and the place in it.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record ContentFinding(
    [property: JsonPropertyName("severity")] string Severity,
    [property: JsonPropertyName("code")] string Code,
    [property: JsonPropertyName("where")] string Where,
    [property: JsonPropertyName("message")] string Message);

/// <summary>The cases as a teacher sees them.</summary>
/// <param name="Cases">In the order of their ids.</param>
/// <param name="Problems">What the validation found in all the content.</param>
public sealed record CaseList([property: JsonPropertyName("cases")] IReadOnlyList<ListedCase> Cases, [property: JsonPropertyName("problems")] IReadOnlyList<ContentFinding> Problems);

/// <summary>A case in a teacher's list.</summary>
/// <param name="ScenarioId">Its id.</param>
/// <param name="Title">As its author called it.</param>
/// <param name="Region">The region of the body.</param>
/// <param name="Difficulty">easy, moderate or advanced.</param>
/// <param name="ChecklistItems">How many items its checklist has.</param>
/// <param name="Problems">How many problems its files have.</param>
public sealed record ListedCase(
    [property: JsonPropertyName("scenario_id")] string ScenarioId,
    [property: JsonPropertyName("title")] string Title,
    [property: JsonPropertyName("region")] string Region,
    [property: JsonPropertyName("difficulty")] string? Difficulty,
    [property: JsonPropertyName("checklist_items")] int ChecklistItems,
    [property: JsonPropertyName("problems")] int Problems);
