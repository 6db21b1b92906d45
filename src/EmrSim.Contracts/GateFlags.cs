using System.Text.Json.Serialization;

namespace EmrSim.Contracts;

/// <summary>What must have happened before an examination may begin. <c>true</c> once it has.</summary>
public sealed record GateFlags
{
    /// <summary>Nothing has happened yet.</summary>
    public static GateFlags None { get; } = new();

    /// <summary>The student greeted the patient.</summary>
    [JsonPropertyName("greeting_done")]
    public bool GreetingDone { get; init; }

    /// <summary>The student said who they are.</summary>
    [JsonPropertyName("intro_done")]
    public bool IntroDone { get; init; }

    /// <summary>The patient consented to proceed.</summary>
    [JsonPropertyName("consent_done")]
    public bool ConsentDone { get; init; }

    /// <summary>Name and date of birth were checked.</summary>
    [JsonPropertyName("identity_verified")]
    public bool IdentityVerified { get; init; }

    /// <summary>How often the student pressed on while a gate was closed.</summary>
    [JsonPropertyName("locked_pressure_count")]
    public int LockedPressureCount { get; init; }

    /// <summary>Whether the supervisor was called in.</summary>
    [JsonPropertyName("supervisor_escalated")]
    public bool SupervisorEscalated { get; init; }
}
