using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>The voices that the voice service offers; a persona may name one of them.</summary>
public static class PersonaVoices
{
    public static IReadOnlyList<string> Offered { get; } = ["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"];

    public static string? Usable(string? named) =>
        Offered.FirstOrDefault(voice => string.Equals(voice, named?.Trim(), StringComparison.OrdinalIgnoreCase));

    internal static string? NamedBy(JsonElement persona) => persona.Text("voice_id") ?? persona.Text("dialogue_style", "voice_id");
}
