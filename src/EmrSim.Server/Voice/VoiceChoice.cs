using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Voice;

/// <summary>Which voice speaks in a call.</summary>
public static class VoiceChoice
{
    /// <summary>The first of them that exists, else alloy: many a persona names a voice of another service.</summary>
    public static string Choose(string? requested, string? named, string configured) =>
        PersonaVoices.Usable(requested) ?? PersonaVoices.Usable(named) ?? PersonaVoices.Usable(configured) ?? "alloy";
}
