using System.Text.Json.Serialization;
using EmrSim.Contracts;

namespace EmrSim.Server.Voice;

/// <summary>What a token was asked for, kept so that another instance can mint the same again.</summary>
/// <param name="ScenarioId">Null, as the persona, when either is unknown.</param>
public sealed record MintOrder(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? PersonaId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ScenarioId,
    string Phase,
    GateFlags Gate,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RoleId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? InputLanguage,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ReplyLanguage,
    string Voice,
    string Model,
    string TranscriptionModel);
