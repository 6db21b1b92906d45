using System.Collections;

namespace EmrSim.Server.Settings;

/// <summary>The process environment over the <c>.env</c> file of the working directory.</summary>
public static class DotEnv
{
    public static IReadOnlyDictionary<string, string> Read(string path = ".env")
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            foreach (var line in File.ReadLines(path)) Add(values, line);
        }

        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            values[(string)variable.Key] = (string?)variable.Value ?? "";
        return values;
    }

    private static void Add(Dictionary<string, string> values, string line)
    {
        var text = line.Trim();
        if (text.StartsWith("export ", StringComparison.Ordinal)) text = text[7..].TrimStart();
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || text[0] == '#') return;
        values[text[..equals].TrimEnd()] = Unquote(text[(equals + 1)..].Trim());
    }

    private static string Unquote(string value)
    {
        if (value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0]) return value[1..^1];
        var comment = value.IndexOf(" #", StringComparison.Ordinal);
        return comment < 0 ? value : value[..comment].TrimEnd();
    }
}
