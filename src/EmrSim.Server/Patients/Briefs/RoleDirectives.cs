using System.Text.Json;
using EmrSim.Contracts;
using EmrSim.Server.Patients.Content;

namespace EmrSim.Server.Patients.Briefs;

internal sealed record RoleDirective(string Id, string? Instruction, string? VoiceId, string? ReplyLanguage, JsonElement GateOverrides);

/// <summary>The part that the speaker plays. A scenario's own words for a role win over the built-in ones.</summary>
internal static class RoleDirectives
{
    private static readonly Dictionary<string, string> s_builtIn = new(StringComparer.Ordinal)
    {
        ["patient"] = "You are the patient. Speak in the first person about what you feel and live with. Everything you know is written above.",
        ["translator"] = "You are the interpreter between the student and the patient. Pass on everything that either of them says, completely, in the first person of the speaker, without adding, leaving out, explaining or answering yourself. Ask for a repetition when something was unclear.",
        ["family"] = "You are a close relative who came along. You tell what you have seen at home and what worries you, in your own words. You know no findings, and you let the patient answer when the student asks the patient.",
        ["clinician"] = "You are the supervising clinician. You ask for short summaries, for the safety questions and for reasons. You do not answer in the patient's place and you do not name a condition yourself.",
        ["scribe"] = "You write the record. You repeat in short neutral sentences only what was said or measured in this encounter, and mark what has not been asked or examined.",
    };

    private static readonly Dictionary<string, string> s_languages = new(StringComparer.Ordinal) { ["clinician"] = "en", ["scribe"] = "en" };
    private static readonly JsonElement s_interpreterGate = JsonElement.Parse("""{"consent_done":false}""");

    public static RoleDirective? For(Scenario scenario, string? roleId)
    {
        var id = roleId ?? "patient";
        var own = scenario.Raw.At("meta").Items("roles").FirstOrDefault(role => role.Text("id") == id);
        if (own.ValueKind == JsonValueKind.Object)
            return new(id, own.Text("instruction") ?? s_builtIn.GetValueOrDefault(id, s_builtIn["patient"]), own.Text("voice_id"), own.Text("reply_language") ?? s_languages.GetValueOrDefault(id), own.At("gate_overrides"));
        return s_builtIn.TryGetValue(id, out var text) ? new(id, text, null, s_languages.GetValueOrDefault(id), id == "translator" ? s_interpreterGate : default) : null;
    }

    public static IReadOnlyList<string> Available(Scenario scenario) =>
        scenario.Raw.At("meta").Items("roles").Select(static role => role.Text("id")).OfType<string>().ToList() is { Count: > 0 } own ? own : ["patient", "translator"];

    public static IEnumerable<string> Lines(string? roleId, RoleDirective? role) =>
        role?.Instruction is { } instruction ? [$"Role directive ({roleId ?? "patient"}):", instruction] : [];

    public static GateFlags Overridden(GateFlags gate, RoleDirective? role)
    {
        var overrides = role?.GateOverrides ?? default;
        return gate with
        {
            GreetingDone = Flag(overrides, gate.GreetingDone, "greeting_done", "greeting"),
            IntroDone = Flag(overrides, gate.IntroDone, "intro_done", "intro"),
            ConsentDone = Flag(overrides, gate.ConsentDone, "consent_done", "consent"),
            IdentityVerified = Flag(overrides, gate.IdentityVerified, "identity_verified", "identity"),
        };
    }

    private static bool Flag(JsonElement overrides, bool otherwise, params string[] names)
    {
        foreach (var name in names)
            if (overrides.At(name).ValueKind is JsonValueKind.True or JsonValueKind.False) return overrides.Flag(name);
        return otherwise;
    }
}
