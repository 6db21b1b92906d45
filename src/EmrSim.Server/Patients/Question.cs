using EmrSim.Contracts;

namespace EmrSim.Server.Patients;

/// <summary>What the student said, with all that an answer may depend on: the same question answers the same on every instance.</summary>
public sealed record Question(
    string EncounterId,
    string PersonaId,
    string ScenarioId,
    string Phase,
    GateFlags Gate,
    string? RoleId,
    string Text,
    IReadOnlyList<Utterance> History);

/// <param name="Role">user for the student, assistant for the patient's side.</param>
public sealed record Utterance(string Role, string Text);

public abstract record ReplyPiece;

/// <summary>A few words to be shown at once.</summary>
public sealed record SpokenPiece(string Text) : ReplyPiece;

/// <summary>Something shown, never a marker in the text.</summary>
public sealed record ShownPiece(MediaAsset Media) : ReplyPiece;

/// <summary>The end of an answer: which catalogue items it came from, and what it changed.</summary>
public sealed record AnsweredPiece(IReadOnlyList<string> CatalogItemIds, GateFlags Gate) : ReplyPiece;
