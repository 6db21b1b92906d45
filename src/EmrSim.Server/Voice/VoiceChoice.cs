namespace EmrSim.Server.Voice;

/// <summary>The voices of the realtime voice service.</summary>
public static class VoiceChoice
{
    public static IReadOnlyList<string> All { get; } = ["alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar"];

    /// <summary>The first of them that exists, else alloy: many a persona names a voice of another service.</summary>
    public static string Choose(string? requested, string? named, string configured) =>
        Known(requested) ?? Known(named) ?? Known(configured) ?? "alloy";

    private static string? Known(string? voice) =>
        voice is null ? null : All.FirstOrDefault(known => string.Equals(known, voice, StringComparison.OrdinalIgnoreCase));
}
