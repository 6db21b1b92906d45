using System.Globalization;
using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Patients;

namespace EmrSim.Server.Voice;

/// <summary>Who speaks in a call and what they were told.</summary>
/// <param name="Persona">Null, as the brief, when persona or scenario is unknown.</param>
public sealed record VoiceScript(Persona? Persona, Brief? Brief, string Instructions)
{
    private const double Slowest = 0.25;
    private const double Fastest = 1.5;

    public double? Speed => Persona?.SpeakingRate is { } rate && Number(rate) is { } speed && double.IsFinite(speed) && speed > 0 ? Math.Clamp(speed, Slowest, Fastest) : null;

    public VoicePersona? Shown() => Persona is { } persona ? new(persona.Id, Name(persona), persona.SpeakingRate, persona.VoiceId) : null;

    private static string Name(Persona persona)
    {
        if (persona.Raw.ValueKind != JsonValueKind.Object || !persona.Raw.TryGetProperty("demographics", out var demographics) || demographics.ValueKind != JsonValueKind.Object) return persona.DisplayName;
        return Text(demographics, "preferred_name") ?? Text(demographics, "name") ?? persona.Id;
    }

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static double? Number(JsonElement rate) => rate.ValueKind switch
    {
        JsonValueKind.Number => rate.GetDouble(),
        JsonValueKind.String when double.TryParse(rate.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}
