using System.Text.RegularExpressions;
using EmrSim.Server.Settings;

namespace EmrSim.Server.Voice;

/// <summary>Takes keys and tokens out of a text that comes from the voice service.</summary>
public sealed partial class Redaction(ServerSettings settings)
{
    private const string Mark = "[secret]";

    public string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var clean = settings.Voice.ApiKey is { } key ? text.Replace(key, Mark, StringComparison.Ordinal) : text;
        return Secret().Replace(clean, Mark);
    }

    // Also half-masked ones, "sk-proj-ab***yz", which still tell whose key it is.
    [GeneratedRegex(@"(?:\b(?:sk|ek|sess)[-_]|\bBearer\s+)[A-Za-z0-9_\-.*+/=]+", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Secret();
}
