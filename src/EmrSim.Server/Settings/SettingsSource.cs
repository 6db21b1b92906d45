using System.Globalization;

namespace EmrSim.Server.Settings;

/// <summary>One variable that the program reads: the source of docs/configuration.md and of .env.example.</summary>
public sealed record SettingDescription(string Name, string Default, string Meaning, bool Secret);

/// <summary>Reads variables, remembers what was asked for and collects every problem instead of stopping at the first.</summary>
public sealed class SettingsSource(IReadOnlyDictionary<string, string> values)
{
    private readonly List<SettingDescription> _descriptions = [];
    private readonly List<string> _problems = [];

    public IReadOnlyList<SettingDescription> Descriptions => _descriptions;

    public IReadOnlyList<string> Problems => _problems;

    public void Refuse(string problem) => _problems.Add(problem);

    public string? Text(string name, string meaning, string? otherwise = null, bool secret = false)
    {
        _descriptions.Add(new(name, otherwise ?? "", meaning, secret));
        return Raw(name) ?? otherwise;
    }

    public bool Flag(string name, bool otherwise, string meaning)
    {
        _descriptions.Add(new(name, otherwise ? "true" : "false", meaning, false));
        switch (Raw(name)?.ToLowerInvariant())
        {
            case null: return otherwise;
            case "1" or "true" or "yes" or "on" or "enable" or "enabled": return true;
            case "0" or "false" or "no" or "off" or "disable" or "disabled": return false;
            default:
                Refuse($"{name} must be true or false.");
                return otherwise;
        }
    }

    public int Number(string name, int otherwise, int least, int most, string meaning)
    {
        _descriptions.Add(new(name, otherwise.ToString(CultureInfo.InvariantCulture), meaning, false));
        if (Raw(name) is not { } raw) return otherwise;
        if (int.TryParse(raw, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most) return value;
        Refuse($"{name} must be a whole number from {least} to {most}.");
        return otherwise;
    }

    /// <summary>A number with s, m, h or d behind it; 0 needs none.</summary>
    public TimeSpan Duration(string name, string otherwise, TimeSpan most, string meaning)
    {
        _descriptions.Add(new(name, otherwise, meaning, false));
        var raw = Raw(name) ?? otherwise;
        if (raw == "0") return TimeSpan.Zero;
        if (int.TryParse(raw[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && Unit(raw[^1]) is { } unit && count > 0 && count <= most / unit) return count * unit;
        Refuse(string.Create(CultureInfo.InvariantCulture, $"{name} must be a number with s, m, h or d, such as 6h, and at most {most.TotalDays:0}d; or 0."));
        return TimeSpan.Zero;
    }

    public double Fraction(string name, double otherwise, string meaning)
    {
        _descriptions.Add(new(name, otherwise.ToString(CultureInfo.InvariantCulture), meaning, false));
        if (Raw(name) is not { } raw) return otherwise;
        if (double.TryParse(raw, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1) return value;
        Refuse($"{name} must be a number from 0 to 1.");
        return otherwise;
    }

    public Uri Url(string name, string otherwise, string meaning)
    {
        _descriptions.Add(new(name, otherwise, meaning, false));
        if (Uri.TryCreate(Raw(name) ?? otherwise, UriKind.Absolute, out var url) && url.Scheme is "http" or "https") return url;
        Refuse($"{name} must be a full http or https address.");
        return new Uri(otherwise);
    }

    public string Choice(string name, string otherwise, IReadOnlyList<string> choices, string meaning)
    {
        _descriptions.Add(new(name, otherwise, $"{meaning} One of {string.Join(", ", choices)}.", false));
        if (Raw(name) is not { } raw) return otherwise;
        if (choices.FirstOrDefault(choice => string.Equals(choice, raw, StringComparison.OrdinalIgnoreCase)) is { } chosen) return chosen;
        Refuse($"{name} must be one of {string.Join(", ", choices)}.");
        return otherwise;
    }

    public IReadOnlyList<string> List(string name, string meaning, string otherwise = "")
    {
        _descriptions.Add(new(name, otherwise, meaning, false));
        return (Raw(name) ?? otherwise).Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }

    private static TimeSpan? Unit(char letter) => letter switch
    {
        's' => TimeSpan.FromSeconds(1),
        'm' => TimeSpan.FromMinutes(1),
        'h' => TimeSpan.FromHours(1),
        'd' => TimeSpan.FromDays(1),
        _ => null,
    };

    private string? Raw(string name) =>
        values.TryGetValue(name, out var value) && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
}
