using System.Text.Json;

namespace EmrSim.Server.Patients.Content;

/// <summary>Reads personas: one a file, a list of them, or a list under the key personas.</summary>
internal static class PersonaFiles
{
    private const string Broken = "PERSONA_SCHEMA_INVALID";

    public static Dictionary<string, Persona> Read(ContentFolder folder)
    {
        var personas = new Dictionary<string, Persona>(StringComparer.Ordinal);
        foreach (var path in folder.JsonFilesUnder("personas"))
        {
            if (folder.Read(path) is not { } document) continue;
            var entries = Entries(document).ToList();
            if (entries.Count == 0) folder.Problems.Warn("FILE_EMPTY", folder.Relative(path), "$", "holds no persona");
            foreach (var (element, at) in entries) Add(folder, personas, element, path, at);
        }

        return personas;
    }

    public static bool Add(ContentFolder folder, Dictionary<string, Persona> personas, JsonElement element, string path, string at)
    {
        if (!folder.Accepts("persona", element, Broken, path, at)) return false;
        var persona = From(element);
        if (!personas.TryAdd(persona.Id, persona))
        {
            folder.Problems.Error("DUPLICATE_PERSONA_ID", folder.Relative(path), $"{at}.patient_id", $"{persona.Id} is there already");
            return false;
        }

        if (PersonaVoices.NamedBy(element) is { } voice && PersonaVoices.Usable(voice) is null)
            folder.Problems.Warn("VOICE_NOT_OFFERED", folder.Relative(path), $"{at}.voice_id", $"{voice} is not a voice of the service and is not used");
        return true;
    }

    private static Persona From(JsonElement raw) => new(
        raw.Text("patient_id")!,
        raw.Text("display_name") ?? raw.Text("demographics", "preferred_name") ?? raw.Text("demographics", "name") ?? raw.Text("patient_id")!,
        PersonaVoices.Usable(PersonaVoices.NamedBy(raw)),
        Rate(raw),
        raw);

    private static JsonElement? Rate(JsonElement raw) =>
        raw.At("dialogue_style", "speaking_rate") is { ValueKind: not JsonValueKind.Undefined } rate ? rate
        : raw.At("speaking_rate") is { ValueKind: not JsonValueKind.Undefined } other ? other : null;

    private static IEnumerable<(JsonElement Persona, string At)> Entries(JsonElement document)
    {
        var list = document.ValueKind == JsonValueKind.Object && document.At("patient_id").ValueKind == JsonValueKind.Undefined ? document.At("personas") : document;
        var prefix = list.ValueKind == document.ValueKind ? "$" : "$.personas";
        return list.ValueKind switch
        {
            JsonValueKind.Array => list.EnumerateArray().Select((one, index) => (one, $"{prefix}[{index}]")),
            JsonValueKind.Object when list.At("patient_id").ValueKind == JsonValueKind.Undefined && prefix != "$" =>
                list.EnumerateObject().Select(static one => (one.Value, $"$.personas.{one.Name}")),
            _ => [(document, "$")],
        };
    }
}
