namespace EmrSim.Server.Patients.Briefs;

/// <summary>The language that the speaker replies in, as a base code ("es", not "es-MX").</summary>
public static class ReplyLanguage
{
    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        ["ar"] = "Arabic", ["bg"] = "Bulgarian", ["bn"] = "Bengali", ["ca"] = "Catalan", ["cs"] = "Czech", ["da"] = "Danish", ["de"] = "German", ["el"] = "Greek", ["en"] = "English", ["es"] = "Spanish",
        ["et"] = "Estonian", ["fa"] = "Persian", ["fi"] = "Finnish", ["fr"] = "French", ["he"] = "Hebrew", ["hi"] = "Hindi", ["hr"] = "Croatian", ["hu"] = "Hungarian", ["id"] = "Indonesian", ["it"] = "Italian",
        ["ja"] = "Japanese", ["ko"] = "Korean", ["lt"] = "Lithuanian", ["lv"] = "Latvian", ["ms"] = "Malay", ["nb"] = "Norwegian", ["nl"] = "Dutch", ["no"] = "Norwegian", ["pl"] = "Polish", ["pt"] = "Portuguese",
        ["ro"] = "Romanian", ["ru"] = "Russian", ["sk"] = "Slovak", ["sl"] = "Slovenian", ["so"] = "Somali", ["sr"] = "Serbian", ["sv"] = "Swedish", ["sw"] = "Swahili", ["ta"] = "Tamil", ["th"] = "Thai",
        ["tl"] = "Tagalog", ["tr"] = "Turkish", ["uk"] = "Ukrainian", ["ur"] = "Urdu", ["vi"] = "Vietnamese", ["zh"] = "Chinese",
    };

    /// <summary>The lower-case base code, or null when none was meant ("auto", "default", blank, not a code).</summary>
    public static string? Code(string? given)
    {
        var code = given?.Trim().ToLowerInvariant().Split('-', '_')[0];
        return code is null or "" or "auto" or "default" || code.Length > 3 || !code.All(char.IsAsciiLetterLower) ? null : code;
    }

    public static string EnglishName(string code) => s_names.GetValueOrDefault(code, code);
}
